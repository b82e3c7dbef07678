//! Every address of the site on one screen.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::pages::{
    about, backups, export, go_back, home, import, jobs, language, preview, reset, rows, settings, undo,
};
use crate::site::Site;
use crate::{assets, events, guard};

/// The whole site behind its guard.
pub(crate) fn routes(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(home::first))
        .route("/w/{workspace}", get(home::show))
        .route("/w/{workspace}/snapshot", post(backups::take))
        .route("/w/{workspace}/s/{snapshot}", get(preview::of_snapshot))
        .route("/w/{workspace}/s/{snapshot}/about", get(about::show))
        .route("/w/{workspace}/s/{snapshot}/pin", post(backups::pin))
        .route("/w/{workspace}/s/{snapshot}/unpin", post(backups::unpin))
        .route("/w/{workspace}/s/{snapshot}/verify", post(backups::verify))
        .route("/w/{workspace}/s/{snapshot}/drill", post(backups::drill))
        .route("/w/{workspace}/undo", get(go_back::show).post(go_back::begin))
        .route("/w/{workspace}/undo/dismiss", post(undo::dismiss))
        .route("/w/{workspace}/export", get(export::show).post(export::begin))
        .route("/w/{workspace}/reset/{kind}", get(reset::show).post(reset::begin))
        .route("/preview/{job}", get(preview::show))
        .route("/preview/{job}/rows/{table}", get(rows::show))
        .route("/preview/{job}/restore", post(preview::confirmed))
        .route("/preview/{job}/again", post(import::again))
        .route("/import", get(import::show).post(import::receive))
        .route("/import/{upload}", post(import::chosen))
        .route("/job/{job}", get(jobs::show))
        .route("/job/{job}/cancel", post(jobs::stop))
        .route("/job/{job}/file", get(export::file))
        .route("/settings", get(settings::show).post(settings::save))
        .route("/settings/preview", get(settings::show).post(settings::preview))
        .route("/settings/picture", get(settings::picture))
        .route("/language", post(language::choose))
        .route("/enter", get(guard::enter))
        .route("/events", get(events::stream))
        .route("/assets/{name}", get(assets::show))
        .layer(DefaultBodyLimit::max(guard::LARGEST_FORM))
        .layer(from_fn_with_state(Arc::clone(&site), guard::watch))
        .with_state(site)
}
