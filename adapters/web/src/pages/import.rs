//! Imports: a file is dropped on the page, looked at as a whole, and then leads to the preview of what it would change.

mod choose;

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use camino::Utf8PathBuf;
use maud::{Markup, html};
use omnicraft_core::event::Source;
use omnicraft_core::model::WorkspaceId;
use omnicraft_host::handle::JobId;
use serde::Deserialize;

use super::{jobs, layout};
use crate::ctx::Ctx;
use crate::guard::{Posted, PostedFiles};
use crate::problem::Problem;
use crate::tasks::{self, Label};
use choose::Choice;

pub(crate) async fn show(ctx: Ctx) -> Markup {
    page(&ctx, None)
}

fn page(ctx: &Ctx, wrong: Option<&str>) -> Markup {
    let lang = ctx.lang;
    let title = lang.say("import-title");
    let content = html! {
        h1 { (title) }
        p { (lang.say("import-what")) }
        form method="post" action="/import" enctype="multipart/form-data" id="upload" class="drop" {
            (layout::csrf(ctx))
            @if let Some(wrong) = wrong { p class="error" role="alert" id="wrong" { (lang.say(wrong)) } }
            label for="file" { strong { (lang.say("import-drop")) } " " (lang.say("import-choose")) }
            input id="file" type="file" name="file" accept=".db,.zip,.sqlite,.sqlite3" required
                aria-describedby=[wrong.map(|_| "wrong")];
            progress id="uploaded" max="100" value="0" hidden aria-label=(lang.say("import-sending")) {}
            button type="submit" class="primary" { (lang.say("import-button")) }
        }
        p class="quiet" { (lang.say("import-safe")) }
        script type="module" src="/assets/upload.js" {}
    };
    layout::page(ctx, &title, None, &content)
}

/// Takes a file and looks at it.
pub(crate) async fn receive(ctx: Ctx, PostedFiles(mut form): PostedFiles) -> Result<Response, Problem> {
    let broken = |_| Problem::Refused("import-broken");
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        return match ctx.site.folder.receive(field, &name).await {
            Ok(path) => looked_at(&ctx, path, None).await,
            Err(reason) => Ok(refused(&ctx, reason.text())),
        };
    }
    Ok(refused(&ctx, "import-nothing"))
}

fn refused(ctx: &Ctx, text: &str) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page(ctx, Some(text))).into_response()
}

/// What the file is decides where it leads: to a preview, to a choice of the workspace, or back with a word.
async fn looked_at(ctx: &Ctx, path: Utf8PathBuf, chosen: Option<WorkspaceId>) -> Result<Response, Problem> {
    let (site, known, file) = (Arc::clone(&ctx.site), Arc::clone(&ctx.known), path.clone());
    let choice = tokio::task::spawn_blocking(move || choose::of(&site, &known.state, &file, chosen.as_ref())).await;
    match choice.map_err(|_| Problem::Refused("import-broken"))? {
        Choice::One(workspace, source) => {
            let workspace = ctx.workspace(&workspace.0)?;
            Ok(to_preview(tasks::preview::one(&ctx.site, workspace, source)))
        }
        Choice::All => Ok(to_preview(tasks::preview::all(&ctx.site, path))),
        Choice::Ask => Ok(choose::page(ctx, &path).into_response()),
        Choice::None(why) => {
            ctx.site.folder.discard(&path);
            Ok(refused(ctx, why))
        }
    }
}

/// A workspace that a person chose for a file that does not say whose it is.
#[derive(Deserialize)]
pub(crate) struct ChosenWorkspace {
    workspace: String,
}

pub(crate) async fn chosen(
    ctx: Ctx,
    Path(upload): Path<String>,
    Posted(form): Posted<ChosenWorkspace>,
) -> Result<Response, Problem> {
    let path = ctx.site.folder.received(&upload).ok_or(Problem::NoSuchPage)?;
    let workspace = ctx.workspace(&form.workspace)?.id.clone();
    looked_at(&ctx, path, Some(workspace)).await
}

/// What is to be believed of an archive at the second look.
#[derive(Deserialize)]
pub(crate) struct Again {
    #[serde(default)]
    accept_edited: bool,
    #[serde(default)]
    trust_schema: bool,
}

pub(crate) async fn again(ctx: Ctx, Path(id): Path<String>, Posted(form): Posted<Again>) -> Result<Redirect, Problem> {
    let job = jobs::find(&ctx, &id)?;
    let Label::Preview { workspace, source: Source::Archive { path, .. } } = job.label else {
        return Err(Problem::NoSuchPage);
    };
    let workspace = ctx.state().workspace(&workspace).ok_or(Problem::NoSuchPage)?;
    let Again { accept_edited, trust_schema } = form;
    let job = tasks::preview::one(&ctx.site, workspace, Source::Archive { path, accept_edited, trust_schema });
    Ok(Redirect::to(&format!("/preview/{job}")))
}

fn to_preview(job: JobId) -> Response {
    Redirect::to(&format!("/preview/{job}")).into_response()
}
