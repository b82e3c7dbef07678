//! How a job ended, for a person: what is different now, what should be read, and what can be done next.

use maud::{Markup, html};
use omnicraft_core::event::Source;
use omnicraft_core::model::{Act, SnapshotId, WorkspaceId};
use omnicraft_core::outcome::FailureKind;
use omnicraft_core::state::Ending;
use omnicraft_core::transition::Conclusion;

use super::PageJob;
use crate::ctx::Ctx;
use crate::pages::{cards, trouble};
use crate::tasks::{Answer, Label};

pub(super) fn show(ctx: &Ctx, job: &PageJob, answer: &Answer) -> Markup {
    match answer {
        Answer::Concluded(conclusion) | Answer::Previewed { conclusion, .. } => concluded(ctx, job, conclusion),
        Answer::Wiped { safeguard, rows } => wiped(ctx, &job.label, *safeguard, rows),
        Answer::Outdated => html! {
            div class="note warn" role="alert" { p { strong { (ctx.lang.say("job-outdated")) } } p { (ctx.lang.say("job-outdated-now")) } }
            (again(ctx, &job.label))
        },
        // Shown on a page of its own.
        Answer::Rows(_) => html! {},
    }
}

fn concluded(ctx: &Ctx, job: &PageJob, ended: &Conclusion) -> Markup {
    let lang = ctx.lang;
    let is_done = ended.ending != Ending::NotApplied;
    html! {
        @if let Some(failure) = &ended.failure {
            @if is_done { div class="note warn" { p { (lang.say("job-decided")) } } }
            (trouble::failure(lang, failure))
            (trouble::findings(lang, &lang.say("findings-caption"), &ended.findings, ended.findings_unlisted))
            @if failure.kind != FailureKind::Cancelled || !is_done { (again(ctx, &job.label)) }
        } @else if is_done {
            (done(ctx, job, ended))
        } @else {
            div class="note" { p { (lang.say("job-nothing-changed")) } }
        }
        (trouble::warnings(lang, &ended.warnings))
    }
}

fn done(ctx: &Ctx, job: &PageJob, ended: &Conclusion) -> Markup {
    let lang = ctx.lang;
    let published = ended.published.iter().filter_map(|id| ctx.state().snapshots.get(id));
    html! {
        div class="note good" role="status" {
            p { strong { (lang.say(sentence(&job.label))) } }
            @match &job.label {
                Label::Restore { .. } | Label::RestoreAll { .. } | Label::Undo { .. } => {
                    p { (lang.tell(app(ctx), &[("app", ctx.site.app.clone().into())])) }
                }
                Label::Export { to, download: None, .. } => p { (lang.tell("job-lies-at", &[("path", to.as_str().into())])) },
                _ => {}
            }
        }
        @match &job.label {
            Label::Restore { workspace, .. } => (undo(ctx, workspace)),
            Label::Export { download: Some(_), .. } => {
                p { a class="button primary" download href={ "/job/" (job.id) "/file" } { (lang.say("job-download")) } }
            }
            Label::Snapshot { .. } => {
                ul { @for snapshot in published { li { (cards::card(lang, snapshot, &ctx.now)) } } }
            }
            _ => {}
        }
    }
}

/// What becomes of the app after its database was replaced.
fn app(ctx: &Ctx) -> &'static str {
    if ctx.site.start_app.is_some() { "job-app-started" } else { "job-open-app" }
}

const fn sentence(label: &Label) -> &'static str {
    match label {
        Label::Snapshot { .. } => "done-snapshot",
        Label::Pin { .. } => "done-pin",
        Label::Verify { .. } => "done-verify",
        Label::Drill { .. } => "done-drill",
        Label::Preview { .. } | Label::PreviewAll { .. } | Label::Rows { .. } => "done-preview",
        Label::Restore { .. } => "done-restore",
        Label::RestoreAll { .. } => "done-restore-all",
        Label::Undo { .. } => "done-undo",
        Label::Export { .. } => "done-export",
        Label::Reset { .. } => "done-reset",
        Label::Policy => "done-policy",
    }
}

fn undo(ctx: &Ctx, workspace: &WorkspaceId) -> Markup {
    html! {
        @if ctx.state().can_undo(workspace) {
            p { a class="button" href={ "/w/" (workspace) "/undo" } { (ctx.lang.say("undo")) } }
        }
    }
}

fn wiped(ctx: &Ctx, label: &Label, safeguard: SnapshotId, rows: &[(String, u64)]) -> Markup {
    let lang = ctx.lang;
    let workspace = label.workspace().and_then(|id| ctx.state().workspace(id));
    let profile = workspace.and_then(|known| ctx.profile(known));
    html! {
        div class="note good" role="status" {
            p { strong { (lang.say("done-reset")) } }
            p { (lang.say("done-reset-back")) }
        }
        @if let Some(workspace) = workspace {
            p { a class="button" href={ "/w/" (workspace.id) "/s/" (safeguard) } { (lang.say("done-reset-look")) } }
        }
        @if !rows.is_empty() {
            ul { @for (table, count) in rows { li { (lang.rows(table, *count, profile)) } } }
        }
    }
}

/// The same once more, where a person may have removed what stood in the way.
pub(super) fn again(ctx: &Ctx, label: &Label) -> Markup {
    html! {
        @if let Some(address) = begun_at(label) {
            p { a class="button" href=(address) { (ctx.lang.say("job-again")) } }
        }
    }
}

/// The page on which a job like this is begun.
fn begun_at(label: &Label) -> Option<String> {
    if let Label::Restore { workspace, source: Source::Snapshot(id) } = label {
        return Some(format!("/w/{workspace}/s/{id}"));
    }
    let (workspace, page) = match label {
        Label::Restore { .. } | Label::RestoreAll { .. } => return Some("/import".to_owned()),
        Label::Undo { workspace } => (Some(workspace), "undo"),
        Label::Export { .. } => (label.workspace(), "export"),
        Label::Reset { workspace, act: Act::FactoryReset } => (Some(workspace), "reset/factory"),
        Label::Reset { workspace, .. } => (Some(workspace), "reset/accounting"),
        Label::Snapshot { .. }
        | Label::Pin { .. }
        | Label::Verify { .. }
        | Label::Drill { .. }
        | Label::Preview { .. }
        | Label::PreviewAll { .. }
        | Label::Rows { .. }
        | Label::Policy => (None, ""),
    };
    workspace.map(|workspace| format!("/w/{workspace}/{page}"))
}
