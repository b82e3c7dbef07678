//! Every address of the site on one screen.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::site::Site;
use crate::{assets, events, guard, pages};

/// The whole site, without its guard.
pub(crate) fn routes(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(pages::home::first))
        .route("/w/{workspace}", get(pages::home::show))
        .route("/enter", get(guard::enter))
        .route("/events", get(events::stream))
        .route("/assets/{name}", get(assets::show))
        .with_state(site)
}
