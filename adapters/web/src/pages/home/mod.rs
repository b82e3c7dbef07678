//! The home page of a workspace: are you safe, what can be taken back, what can be done, and the cards.

mod actions;
mod empty;

use axum::extract::{Path, Query};
use jiff::civil::Date;
use maud::{Markup, html};
use omnicraft_core::model::{Snapshot, Workspace};
use serde::Deserialize;

use super::calendar::{self, View};
use super::{banner, cards, layout, undo};
use crate::ctx::Ctx;
use crate::problem::Problem;

/// What of it is looked at. What makes no sense is as if it were not there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    day: String,
    month: String,
    page: String,
}

impl Asked {
    fn view(&self) -> View {
        View { day: self.day.parse().ok(), month: format!("{}-01", self.month).parse().ok() }
    }
}

/// The first workspace's page.
pub(crate) async fn first(ctx: Ctx, Query(asked): Query<Asked>) -> Markup {
    match ctx.state().workspaces.first() {
        Some(first) => page(&ctx, first, &asked),
        None => empty::no_workspace(&ctx),
    }
}

pub(crate) async fn show(ctx: Ctx, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Markup, Problem> {
    Ok(page(&ctx, ctx.workspace(&id)?, &asked))
}

fn page(ctx: &Ctx, workspace: &Workspace, asked: &Asked) -> Markup {
    let snapshots: Vec<&Snapshot> = ctx.state().snapshots_of(&workspace.id).collect();
    let content = html! {
        h1 { (workspace.name) }
        (banner::show(ctx, workspace))
        (undo::bar(ctx, workspace))
        (actions::show(ctx, workspace))
        @if snapshots.is_empty() {
            (empty::no_backup(ctx))
        } @else {
            div.columns {
                div #days data-live { (calendar::show(ctx, &snapshots, asked.view())) }
                (backups(ctx, workspace, &snapshots, asked))
            }
        }
    };
    layout::page(ctx, &workspace.name, Some(&workspace.id.0), &content)
}

fn backups(ctx: &Ctx, workspace: &Workspace, snapshots: &[&Snapshot], asked: &Asked) -> Markup {
    let lang = ctx.lang;
    let day = asked.view().day;
    let of_day = |snapshot: &&&Snapshot| day.is_none_or(|day| calendar::day(ctx, snapshot) == day);
    let shown: Vec<&Snapshot> = snapshots.iter().filter(of_day).copied().collect();
    let page = asked.page.parse().unwrap_or(1);
    let address = |page: usize| turned(day, page);
    html! {
        section #backups data-live aria-labelledby="backups-title" {
            h2 #backups-title {
                @match day {
                    Some(day) => (lang.tell("backups-of-day", &[("date", lang.date(day).into())])),
                    None => (lang.tell("backups", &[("count", (shown.len() as u64).into()), ("number", lang.number(shown.len() as u64).into())])),
                }
            }
            @if day.is_some() { p { a href={ (layout::home(&workspace.id.0)) "#backups" } { (lang.say("backups-all")) } } }
            @if shown.is_empty() { p.quiet { (lang.say("backups-none-of-day")) } }
            (cards::list(ctx, &shown, page, address))
        }
    }
}

fn turned(day: Option<Date>, page: usize) -> String {
    let day = day.map(|day| format!("day={day}&")).unwrap_or_default();
    format!("?{day}page={page}#backups")
}
