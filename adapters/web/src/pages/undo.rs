//! The undo bar: says what the last restore was, and stays until somebody puts it away.

use axum::extract::Path;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect};
use camino::Utf8Path;
use maud::{Markup, html};
use omnicraft_core::model::{SnapshotId, Workspace};
use omnicraft_core::state::UndoPoint;
use serde::Deserialize;

use super::icons::icon;
use super::language::cookie;
use super::layout;
use crate::ctx::Ctx;
use crate::files;
use crate::guard::Posted;
use crate::problem::Problem;

/// The last restore of a workspace, unless it was put away.
pub(crate) fn bar(ctx: &Ctx, workspace: &Workspace) -> Markup {
    let lang = ctx.lang;
    let id = &workspace.id;
    let points = ctx.state().undoable(Some(id));
    let shown = points.iter().find(|point| point.workspace == *id && ctx.state().can_undo(id));
    let shown = shown.filter(|point| dismissed(ctx, workspace) < Some(point.operation));
    html! {
        div #undo data-live {
            @if let Some(point) = shown {
                section.undo aria-label=(lang.say("undo-bar")) {
                    (icon("undo"))
                    p { (told(ctx, point, points.len() - 1)) }
                    a.button.primary href={ (layout::home(&workspace.id.0)) "/undo" } { (lang.say("undo-bar-button")) }
                    form method="post" action={ (layout::home(&workspace.id.0)) "/undo/dismiss" } {
                        (layout::csrf(ctx))
                        input type="hidden" name="operation" value=(point.operation);
                        button.plain type="submit" { (lang.say("undo-bar-dismiss")) }
                    }
                }
            }
        }
    }
}

/// `others` were restored together with it.
fn told(ctx: &Ctx, point: &UndoPoint, others: usize) -> String {
    let lang = ctx.lang;
    // The safeguard was taken in the moment of the restore.
    let safeguard = point.safeguard.and_then(|id| ctx.state().snapshots.get(&id));
    let ago = safeguard.map(|safeguard| lang.ago(ctx.now.duration_since(&safeguard.taken_at))).unwrap_or_default();
    let given = [("source", source(ctx, point).into()), ("ago", ago.into()), ("count", (others as u64).into())];
    lang.tell(if others == 0 { "undo-bar-text" } else { "undo-bar-together" }, &given)
}

/// What was restored: a backup by its card, a file by its name.
pub(crate) fn source(ctx: &Ctx, point: &UndoPoint) -> String {
    let id = point.source.split(' ').next().and_then(|id| id.parse::<SnapshotId>().ok());
    match id.and_then(|id| ctx.state().snapshots.get(&id)) {
        Some(snapshot) => ctx.lang.card(snapshot, &ctx.now),
        None => files::owners_name(Utf8Path::new(&point.source)).to_owned(),
    }
}

fn dismissed(ctx: &Ctx, workspace: &Workspace) -> Option<u64> {
    ctx.cookie(&name(&workspace.id.0)).and_then(|number| number.parse().ok())
}

fn name(workspace: &str) -> String {
    format!("undo-{workspace}")
}

/// Which restore is put away.
#[derive(Deserialize)]
pub(crate) struct Dismissed {
    operation: u64,
}

pub(crate) async fn dismiss(
    ctx: Ctx,
    Path(id): Path<String>,
    Posted(dismissed): Posted<Dismissed>,
) -> Result<impl IntoResponse, Problem> {
    let workspace = &ctx.workspace(&id)?.id.0;
    let cookie = cookie(&name(workspace), &dismissed.operation.to_string());
    Ok(([(SET_COOKIE, cookie)], Redirect::to(&layout::home(workspace))))
}
