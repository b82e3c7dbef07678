//! The home page of a workspace: are you safe, what can be taken back, and the cards.

use axum::extract::Path;
use maud::{Markup, html};
use omnicraft_core::card;

use super::layout;
use crate::ctx::Ctx;
use crate::problem::Problem;

/// The first workspace's page.
pub(crate) async fn first(ctx: Ctx) -> Result<Markup, Problem> {
    let first = ctx.state().workspaces.first().ok_or(Problem::NoSuchPage)?.id.0.clone();
    show(ctx, Path(first)).await
}

pub(crate) async fn show(ctx: Ctx, Path(id): Path<String>) -> Result<Markup, Problem> {
    let workspace = ctx.workspace(&id)?;
    let content = html! {
        h1 { (workspace.name) }
        ul {
            @for snapshot in ctx.state().snapshots_of(&workspace.id) {
                li { (card::card(snapshot, &ctx.now)) }
            }
        }
    };
    Ok(layout::page(&ctx, &workspace.name, Some(&id), &content))
}
