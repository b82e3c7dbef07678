//! The confirmation under a preview, and what it begins.

use axum::extract::Path;
use axum::response::Redirect;
use maud::{Markup, html};

use super::PreviewJob;
use crate::ctx::Ctx;
use crate::guard::Posted;
use crate::pages::confirm::{self, Typed};
use crate::pages::jobs;
use crate::problem::Problem;
use crate::tasks::{self, Label};

/// What must be typed, what happens then, and the button.
pub(super) fn form(ctx: &Ctx, job: &PreviewJob, wrong: bool) -> Markup {
    let lang = ctx.lang;
    html! {
        section class="confirm" aria-labelledby="restore" {
            h2 id="restore" { (lang.say("restore-heading")) }
            p { (lang.tell("restore-how", &[("app", ctx.site.app.clone().into())])) }
            form method="post" action={ "/preview/" (job.id) "/restore" } {
                (confirm::field(ctx, &expected(ctx, &job.label), wrong))
                button type="submit" class="primary" { (lang.say("restore-button")) }
            }
        }
    }
}

/// The name of the workspace that will be replaced, or the word for all of them.
fn expected(ctx: &Ctx, label: &Label) -> String {
    match label.workspace() {
        Some(workspace) => jobs::name(ctx, workspace),
        None => ctx.lang.say("restore-all-word"),
    }
}

/// Begins the restore of what was looked at.
pub(crate) async fn confirmed(
    ctx: Ctx,
    Path(id): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Redirect, Problem> {
    let job = jobs::find(&ctx, &id)?;
    if !typed.is(&expected(&ctx, &job.label)) {
        return Ok(Redirect::to(&format!("/preview/{id}?wrong=true#restore")));
    }
    let (begun, back) = match job.label {
        Label::Preview { workspace, source } => {
            let back = format!("/w/{workspace}");
            (tasks::restore::one(&ctx.site, workspace, source), back)
        }
        Label::PreviewAll { archive } => (tasks::restore::all(&ctx.site, archive), "/".to_owned()),
        _ => return Err(Problem::NoSuchPage),
    };
    Ok(jobs::follow(begun, &back))
}
