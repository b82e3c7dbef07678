//! The rows of one table that a restore would lose, bring back or change, page by page. What changed in a row is marked.

use std::sync::Arc;

use axum::extract::{Path, Query};
use maud::{Markup, html};
use omnicraft_host::handle::Phase;
use omnicraft_host::sqlite::browse::{Cell, Fate, RowChange};
use serde::Deserialize;

use super::icons::icon;
use super::trouble::printable;
use super::{jobs, layout, trouble};
use crate::ctx::Ctx;
use crate::lang::Lang;
use crate::problem::Problem;
use crate::tasks::rows::Rows;
use crate::tasks::{self, Answer, Label};

/// Rows on one page.
const MOST: u64 = 50;

/// Which of the rows, and from which on.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    fate: String,
    #[serde(default)]
    first: u64,
}

pub(crate) async fn show(
    ctx: Ctx,
    Path((preview, table)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let looked = jobs::find(&ctx, &preview)?;
    let Label::Preview { workspace, source } = &looked.label else { return Err(Problem::NoSuchPage) };
    let workspace = ctx.state().workspace(workspace).ok_or(Problem::NoSuchPage)?;
    let (name, fate) = fate(&asked.fate).ok_or(Problem::NoSuchPage)?;
    let lang = ctx.lang;
    let words = lang.table(&table, ctx.profile(workspace));
    let title = lang.tell("rows-title", &[("table", words.into()), ("fate", lang.say(&format!("rows-{name}")).into())]);
    let job = tasks::rows::of(&ctx.site, looked.id, workspace, source, &table).ok_or(Problem::NoSuchPage)?;
    let content = html! {
        p class="back" { a href={ "/preview/" (preview) } { (icon("previous")) (lang.say("rows-back-to-preview")) } }
        h1 { (title) }
        div id="rows" data-live data-ended[job.has_ended()] {
            @match &job.phase {
                Phase::Ended(answer) => {
                    @if let Answer::Rows(rows) = &**answer { (listed(&ctx, rows, fate, &asked).await) }
                }
                Phase::Failed(error) => (trouble::error(lang, error)),
                Phase::TakenBack => p { (lang.say("job-taken-back")) },
                Phase::Waiting | Phase::Blocked | Phase::Running(_) => {
                    (jobs::progress(&ctx, &job)) (jobs::cancel(&ctx, &job))
                }
            }
        }
        @if !job.has_ended() { noscript { meta http-equiv="refresh" content="2"; } }
    };
    Ok(layout::page(&ctx, &title, Some(&workspace.id.0), &content))
}

fn fate(name: &str) -> Option<(&'static str, Fate)> {
    let known = [("lost", Fate::Lost), ("back", Fate::Back), ("changed", Fate::Changed)];
    known.into_iter().find(|(known, _)| *known == name)
}

/// A page of the rows. They are read from both databases now, in a thread that may wait for the disk.
async fn listed(ctx: &Ctx, rows: &Arc<Rows>, fate: Fate, asked: &Asked) -> Markup {
    let lang = ctx.lang;
    let (total, listed) = (rows.index.count(fate), rows.index.listed(fate));
    let first = asked.first.min(listed.saturating_sub(1)) / MOST * MOST;
    let read = {
        let (rows, site) = (Arc::clone(rows), Arc::clone(&ctx.site));
        let look = move || site.desk.glance(|| rows.page(&*site.desk.ports().files, fate, first, MOST));
        tokio::task::spawn_blocking(look).await
    };
    let Ok(Some(Ok(Some(page)))) = read else {
        return html! { div class="note warn" { p { (lang.say("rows-gone")) } } };
    };
    let last = first + page.len() as u64;
    html! {
        @if page.is_empty() { p { (lang.say("rows-none")) } }
        @else {
            p { (lang.tell("rows-count", &[
                ("first", lang.number(first + 1).into()),
                ("last", lang.number(last).into()),
                ("total", lang.number(total).into()),
            ])) }
            @if listed < total { p class="quiet" { (lang.tell("rows-unlisted", &[("count", lang.number(listed).into())])) } }
            (table(lang, rows.index.columns(), &page))
            (pages(lang, asked, first, last, listed))
        }
    }
}

fn table(lang: Lang, columns: &[String], page: &[RowChange]) -> Markup {
    let has_both = page.iter().any(|row| row.now.is_some() && row.after.is_some());
    html! {
        div class="scroll panel" tabindex="0" role="region" aria-label=(lang.say("tables-caption")) {
            table class="rows" {
                thead { tr {
                    @if has_both { th scope="col" { (lang.say("rows-side")) } }
                    @for column in columns { th scope="col" { (printable(column)) } }
                } }
                tbody { @for row in page { (one(lang, row, has_both)) } }
            }
        }
    }
}

/// One row as it is, or two where both sides have it.
fn one(lang: Lang, row: &RowChange, has_both: bool) -> Markup {
    let differs = |at: usize| match (&row.now, &row.after) {
        (Some(now), Some(after)) => now.get(at) != after.get(at),
        _ => false,
    };
    let sides = [("rows-now", &row.now), ("rows-after", &row.after)];
    html! {
        @for (name, cells) in sides {
            @if let Some(cells) = cells {
                tr class=(name) {
                    @if has_both { th scope="row" { (lang.say(name)) } }
                    @for (at, cell) in cells.iter().enumerate() {
                        td class=[differs(at).then_some("differs")] { (value(lang, cell)) }
                    }
                }
            }
        }
    }
}

fn value(lang: Lang, cell: &Cell) -> Markup {
    html! {
        @match cell {
            Cell::Null => span class="none" { (lang.say("rows-null")) },
            Cell::Integer(number) => (number),
            Cell::Real(number) => (number),
            Cell::Text { text, cut } => { (printable(text)) @if *cut { "…" } }
            Cell::Blob { bytes } => span class="none" { (lang.tell("rows-blob", &[("size", lang.size(*bytes).into())])) },
        }
    }
}

fn pages(lang: Lang, asked: &Asked, first: u64, last: u64, listed: u64) -> Markup {
    let link = |first: u64| format!("?fate={}&first={first}", asked.fate);
    html! {
        nav class="pages" aria-label=(lang.say("tables-caption")) {
            @if first > 0 { a rel="prev" href=(link(first.saturating_sub(MOST))) { (lang.say("rows-previous")) } " " }
            @if last < listed { a rel="next" href=(link(last)) { (lang.say("rows-next")) } }
        }
    }
}
