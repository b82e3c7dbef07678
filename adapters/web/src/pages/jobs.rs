//! Jobs under way, on every page.

use axum::response::Redirect;
use maud::{Markup, html};
use omnicraft_host::handle::JobId;

use crate::ctx::Ctx;

/// Nothing is under way.
pub(crate) fn bar(_ctx: &Ctx) -> Markup {
    html! {}
}

/// The page of a job that was just begun; it leads back to where the visitor was.
pub(crate) fn follow(id: JobId, back: &str) -> Redirect {
    Redirect::to(&format!("/job/{id}?back={back}"))
}
