//! Jobs: a bar on every page that follows what is under way, and a page for each that leads on when it is done.

mod result;
mod words;

use axum::extract::{Path, Query};
use axum::response::Redirect;
use maud::{Markup, html};
use omnicraft_host::handle::{Job, JobId, Phase, Reached};
use serde::Deserialize;

use super::{layout, trouble};
use crate::ctx::Ctx;
use crate::guard::Posted;
use crate::problem::Problem;
use crate::tasks::{Answer, Label};
pub(crate) use words::{name, title};

type PageJob = Job<Label, Answer>;

/// Where a job's page leads when it is done.
#[derive(Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    back: String,
}

/// A form without fields of its own.
#[derive(Deserialize)]
pub(crate) struct Nothing {}

/// What is under way, and what ended and was not put away yet; looks are on their own pages alone.
pub(crate) fn bar(ctx: &Ctx) -> Markup {
    let jobs: Vec<PageJob> = ctx.site.desk.jobs().into_iter().filter(|job| !job.label.is_a_look()).collect();
    html! {
        div id="jobs" data-live {
            @for job in jobs.iter().rev().filter(|job| !job.has_ended()) { (in_bar(ctx, job)) }
        }
    }
}

fn in_bar(ctx: &Ctx, job: &PageJob) -> Markup {
    html! {
        section class="job" aria-label=(title(ctx, &job.label)) {
            a href=(address(ctx, job.id)) { strong { (title(ctx, &job.label)) } }
            (progress(ctx, job))
            (cancel(ctx, job))
        }
    }
}

/// The page of one job.
pub(crate) async fn show(ctx: Ctx, Path(id): Path<String>, Query(back): Query<Back>) -> Result<Markup, Problem> {
    let job = find(&ctx, &id)?;
    let back = inside(&back.back).unwrap_or_else(|| home(&job.label));
    let title = title(&ctx, &job.label);
    let content = html! {
        h1 { (title) }
        div id="job" data-live data-ended[job.has_ended()] aria-live="polite" { (body(&ctx, &job, &back)) }
        @if !job.has_ended() {
            p class="quiet" data-while-running { (ctx.lang.say("job-may-leave")) }
            noscript { meta http-equiv="refresh" content="2"; }
        }
    };
    Ok(layout::page(&ctx, &title, job.label.workspace().map(|id| id.0.as_str()), &content))
}

fn body(ctx: &Ctx, job: &PageJob, back: &str) -> Markup {
    let lang = ctx.lang;
    let on = html! { p { a class="button" id="on" href=(back) { (lang.say("job-on")) } } };
    match &job.phase {
        Phase::Waiting | Phase::Blocked | Phase::Running(_) => html! { (progress(ctx, job)) (cancel(ctx, job)) },
        Phase::Ended(answer) => html! { (result::show(ctx, job, answer)) (on) },
        Phase::Failed(error) => html! { (trouble::error(lang, error)) (result::again(ctx, &job.label)) (on) },
        Phase::TakenBack => html! { div class="note" { p { (lang.say("job-taken-back")) } } (on) },
    }
}

/// How far a job is, with the step in words.
pub(crate) fn progress(ctx: &Ctx, job: &PageJob) -> Markup {
    let lang = ctx.lang;
    let text = match &job.phase {
        _ if job.cancelled => lang.say("job-stopping"),
        Phase::Waiting => lang.say("job-waiting"),
        Phase::Blocked => lang.tell("job-blocked", &[("app", ctx.site.app.clone().into())]),
        Phase::Running(reached) => words::step(lang, reached),
        Phase::Ended(_) | Phase::Failed(_) | Phase::TakenBack => String::new(),
    };
    let label = title(ctx, &job.label);
    html! {
        p class="step" { (text) }
        @match &job.phase {
            Phase::Running(Reached { done, total, .. }) if *total > 0 => {
                progress max=(total) value=(done) aria-label=(label) { (done * 100 / total) "%" }
            }
            Phase::Running(_) => progress aria-label=(label) {},
            _ => {}
        }
    }
}

/// Asks for a stop, as long as there is something to stop.
pub(crate) fn cancel(ctx: &Ctx, job: &PageJob) -> Markup {
    html! {
        @if !job.has_ended() && !job.cancelled {
            form method="post" action={ "/job/" (job.id) "/cancel?back=" (escaped(&ctx.here)) } {
                (layout::csrf(ctx))
                button type="submit" class="plain" { (ctx.lang.say("job-cancel")) }
            }
        }
    }
}

pub(crate) async fn stop(
    ctx: Ctx,
    Path(id): Path<String>,
    Query(back): Query<Back>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let job = find(&ctx, &id)?;
    ctx.site.desk.cancel(job.id);
    Ok(Redirect::to(&inside(&back.back).unwrap_or_else(|| format!("/job/{id}"))))
}

/// A job of the address.
pub(crate) fn find(ctx: &Ctx, id: &str) -> Result<PageJob, Problem> {
    let id: JobId = id.parse().map_err(|_| Problem::NoSuchPage)?;
    ctx.site.desk.job(id).ok_or(Problem::NoSuchPage)
}

/// The page of a job that was just begun; it leads back to where the visitor was.
pub(crate) fn follow(id: JobId, back: &str) -> Redirect {
    Redirect::to(&format!("/job/{id}?back={}", escaped(back)))
}

fn address(ctx: &Ctx, id: JobId) -> String {
    let here = if ctx.here.starts_with("/job/") { "/" } else { &ctx.here };
    format!("/job/{id}?back={}", escaped(here))
}

fn home(label: &Label) -> String {
    label.workspace().map_or_else(|| "/".to_owned(), |workspace| format!("/w/{workspace}"))
}

/// A path of this site; a link that leads elsewhere is none.
fn inside(path: &str) -> Option<String> {
    let is_path = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n', '\t']);
    is_path.then(|| path.to_owned())
}

/// A path as the value of a query.
pub(crate) fn escaped(path: &str) -> String {
    let mut escaped = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_leads_to_this_site_alone() {
        for path in ["/", "/w/shop?day=2026-11-21", "/preview/7/rows/sales"] {
            assert_eq!(inside(path).as_deref(), Some(path));
        }
        for path in ["", "w/shop", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nSet-Cookie: x"] {
            assert_eq!(inside(path), None, "{path}");
        }
        assert_eq!(escaped("/w/shop?day=1&x=я"), "/w/shop%3Fday%3D1%26x%3D%D1%8F");
    }
}
