//! The undo of a restore: says what goes back to where, and begins it.

use axum::extract::Path;
use axum::response::Redirect;
use maud::{Markup, html};
use omnicraft_core::state::UndoPoint;
use serde::Deserialize;

use super::icons::icon;
use super::jobs;
use super::{cards, layout, undo};
use crate::ctx::Ctx;
use crate::guard::Posted;
use crate::problem::Problem;
use crate::tasks;

pub(crate) async fn show(ctx: Ctx, Path(id): Path<String>) -> Result<Markup, Problem> {
    let workspace = ctx.workspace(&id)?;
    let lang = ctx.lang;
    let title = lang.say("undo-title");
    let points = ctx.state().undoable(Some(&workspace.id));
    let operation = points.iter().find(|point| point.workspace == workspace.id).map_or(0, |point| point.operation);
    let content = html! {
        p class="back" { a href=(layout::home(&id)) { (icon("previous")) (lang.say("back")) } }
        h1 { (title) }
        @if points.is_empty() {
            p { (lang.say("undo-nothing")) }
        } @else {
            @if points.len() > 1 { p { (lang.say("undo-together")) } }
            ul class="panel plain" { @for point in &points { li { (told(&ctx, point)) } } }
            section class="confirm" {
                p { (lang.tell("restore-how", &[("app", ctx.site.app.clone().into())])) }
                form method="post" action={ "/w/" (id) "/undo" } {
                    (layout::csrf(&ctx))
                    input type="hidden" name="operation" value=(operation);
                    button type="submit" class="primary" { (lang.say("undo-button")) }
                }
            }
        }
    };
    Ok(layout::page(&ctx, &title, Some(&id), &content))
}

/// What a workspace goes back to, with a link to what that would change.
fn told(ctx: &Ctx, point: &UndoPoint) -> Markup {
    let lang = ctx.lang;
    let name = jobs::name(ctx, &point.workspace);
    let safeguard = point.safeguard.and_then(|id| ctx.state().snapshots.get(&id));
    html! {
        @match safeguard {
            Some(snapshot) => {
                (lang.tell("undo-goes-back", &[
                    ("workspace", name.into()),
                    ("source", undo::source(ctx, point).into()),
                    ("backup", cards::card(lang, snapshot, &ctx.now).into()),
                ]))
                " "
                a href={ "/w/" (point.workspace) "/s/" (snapshot.id) } { (lang.say("undo-look")) }
            }
            None => (lang.tell("undo-stays", &[("workspace", name.into())])),
        }
    }
}

/// Which restore is to be undone: the one that the page told of, and no other.
#[derive(Deserialize)]
pub(crate) struct Undone {
    operation: u64,
}

pub(crate) async fn begin(
    ctx: Ctx,
    Path(id): Path<String>,
    Posted(undone): Posted<Undone>,
) -> Result<Redirect, Problem> {
    let workspace = ctx.workspace(&id)?.id.clone();
    let job = tasks::restore::undo(&ctx.site, workspace, undone.operation);
    Ok(jobs::follow(job, &format!("/w/{id}")))
}
