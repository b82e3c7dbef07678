//! The confirmation under a preview, and what it begins.

use axum::extract::Path;
use axum::response::Redirect;
use maud::{Markup, html};
use omnicraft_host::handle::Phase;

use super::PreviewJob;
use crate::ctx::Ctx;
use crate::guard::Posted;
use crate::pages::confirm::{self, Typed};
use crate::pages::{jobs, layout};
use crate::problem::Problem;
use crate::tasks::{self, Answer, Label};

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
    let Phase::Ended(answer) = &job.phase else { return Err(Problem::NoSuchPage) };
    let Answer::Previewed { looked, .. } = &**answer else { return Err(Problem::NoSuchPage) };
    let looked = looked.clone();
    let back = job.label.workspace().map_or_else(|| "/".to_owned(), |workspace| layout::home(&workspace.0));
    let begun = if let Label::Preview { workspace, source } = job.label {
        tasks::restore::one(&ctx.site, workspace, source, looked)
    } else if let Label::PreviewAll { archive } = job.label {
        tasks::restore::all(&ctx.site, archive, looked)
    } else {
        return Err(Problem::NoSuchPage);
    };
    Ok(jobs::follow(begun, &back))
}
