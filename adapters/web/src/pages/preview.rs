//! The preview of a restore: what would be lost, brought back and changed, in business words and table by table, before
//! anything is touched. From here a restore is confirmed.

mod chart;
mod everything;
mod restore;
mod tables;

use axum::extract::{Path, Query};
use axum::response::Redirect;
use maud::{Markup, html};
use omnicraft_core::event::Source;
use omnicraft_core::model::WorkspaceId;
use omnicraft_core::transition::Conclusion;
use omnicraft_host::handle::Phase;
use serde::Deserialize;

use super::icons::icon;
use super::{jobs, layout, trouble};
use crate::ctx::Ctx;
use crate::lang::differences::nothing_would_change;
use crate::problem::Problem;
use crate::tasks::{self, Answer, Label};

pub(crate) use chart::DAYS;
pub(crate) use restore::confirmed;

/// Whether the last confirmation was no such thing.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    wrong: bool,
}

type PreviewJob = omnicraft_host::handle::Job<Label, Answer>;

/// Begins to look at a backup, and leads to what is found.
pub(crate) async fn of_snapshot(
    ctx: Ctx,
    Path((workspace, snapshot)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let id = ctx.snapshot(&workspace, &snapshot)?.id;
    let job = tasks::preview::one(&ctx.site, ctx.workspace(&workspace)?, Source::Snapshot(id));
    Ok(Redirect::to(&format!("/preview/{job}")))
}

/// What was found.
pub(crate) async fn show(ctx: Ctx, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Markup, Problem> {
    let (ctx, job) = (&ctx, &jobs::find(&ctx, &id)?);
    if !job.label.is_a_look() {
        return Err(Problem::NoSuchPage);
    }
    let title = jobs::title(ctx, &job.label);
    let workspace = job.label.workspace().map(|id| id.0.as_str());
    let content = html! {
        p class="back" { a href=(workspace.map_or_else(|| "/".to_owned(), layout::home)) { (icon("previous")) (ctx.lang.say("back")) } }
        h1 { (title) }
        div id="preview" data-live data-ended[job.has_ended()] aria-live="polite" { (body(ctx, job, asked.wrong)) }
        @if !job.has_ended() { noscript { meta http-equiv="refresh" content="2"; } }
    };
    Ok(layout::page(ctx, &title, workspace, &content))
}

fn body(ctx: &Ctx, job: &PreviewJob, wrong: bool) -> Markup {
    let lang = ctx.lang;
    match &job.phase {
        Phase::Waiting | Phase::Blocked | Phase::Running(_) => {
            html! { (jobs::progress(ctx, job)) (jobs::cancel(ctx, job)) }
        }
        Phase::Ended(answer) => match (&**answer, &job.label) {
            (Answer::Previewed { conclusion, .. }, _) if conclusion.failure.is_some() => refused(ctx, job, conclusion),
            (Answer::Previewed { conclusion, at, days, .. }, Label::Preview { workspace, source }) => html! {
                p class="quiet" { (lang.tell("preview-as-of", &[("time", lang.moment(at).into())])) }
                (of_one(ctx, job, workspace, source, conclusion))
                (chart::show(ctx, days))
                (restore::form(ctx, job, wrong))
            },
            (Answer::Previewed { conclusion, .. }, _) => html! {
                (everything::show(ctx, conclusion))
                (restore::form(ctx, job, wrong))
            },
            _ => html! {},
        },
        Phase::Failed(error) => trouble::error(lang, error),
        Phase::TakenBack => html! { div class="note" { p { (lang.say("job-taken-back")) } } },
    }
}

/// What one workspace would lose and get back.
fn of_one(ctx: &Ctx, job: &PreviewJob, workspace: &WorkspaceId, source: &Source, found: &Conclusion) -> Markup {
    let lang = ctx.lang;
    let differences = found.differences.clone().unwrap_or_default();
    let profile = ctx.state().workspace(workspace).and_then(|known| ctx.profile(known));
    html! {
        (exported(ctx, found))
        section class="panel" aria-labelledby="summary" {
            h2 id="summary" { (lang.say("preview-summary")) }
            ul { @for sentence in lang.differences(&differences, profile) { li { (sentence) } } }
            @if nothing_would_change(&differences, profile) { p class="quiet" { (lang.say("preview-needless")) } }
        }
        (tables::show(ctx, job, source, &differences, profile))
        (edited(ctx, found))
    }
}

/// When an archive was made.
fn exported(ctx: &Ctx, found: &Conclusion) -> Markup {
    let facts = found.inspection.as_ref().and_then(|inspection| inspection.facts.as_ref());
    let moment = facts.and_then(|facts| facts.taken_at.parse::<jiff::Zoned>().ok());
    html! {
        @if let Some(moment) = moment {
            p { (ctx.lang.tell("preview-exported", &[("time", ctx.lang.moment(&moment).into())])) }
        }
    }
}

/// The rows of an archive that somebody changed.
fn edited(ctx: &Ctx, found: &Conclusion) -> Markup {
    html! {
        @if let Some(inspection) = &found.inspection {
            (trouble::findings(ctx.lang, &ctx.lang.say("edited-caption"), &inspection.edited, inspection.edited_unlisted))
        }
    }
}

/// Why nothing can be restored from it, with every place; a changed archive can be taken as it is now.
fn refused(ctx: &Ctx, job: &PreviewJob, found: &Conclusion) -> Markup {
    let lang = ctx.lang;
    html! {
        @if let Some(failure) = &found.failure { (trouble::failure(lang, failure)) }
        (trouble::findings(lang, &lang.say("findings-caption"), &found.findings, found.findings_unlisted))
        @if let Label::Preview { source: Source::Archive { accept_edited, trust_schema, .. }, .. } = &job.label {
            form method="post" action={ "/preview/" (job.id) "/again" } class="choices" {
                (layout::csrf(ctx))
                label { input type="checkbox" name="accept_edited" value="true" checked[*accept_edited]; " " (lang.say("accept-edited")) }
                label { input type="checkbox" name="trust_schema" value="true" checked[*trust_schema]; " " (lang.say("trust-schema")) }
                button type="submit" { (lang.say("look-again")) }
            }
        }
    }
}
