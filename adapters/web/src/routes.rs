//! Every address of the site on one screen.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use crate::site::Site;
use crate::{assets, events, guard, pages};

/// The whole site behind its guard.
pub(crate) fn routes(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(pages::home::first))
        .route("/w/{workspace}", get(pages::home::show))
        .route("/enter", get(guard::enter))
        .route("/events", get(events::stream))
        .route("/assets/{name}", get(assets::show))
        .layer(DefaultBodyLimit::max(guard::LARGEST_FORM))
        .layer(from_fn_with_state(Arc::clone(&site), guard::watch))
        .with_state(site)
}
