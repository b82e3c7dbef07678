//! The link's address: the token is taken out of the address bar and becomes a cookie.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::problem::Problem;
use crate::site::Site;

#[derive(Deserialize)]
pub(crate) struct Entrance {
    #[serde(default)]
    token: String,
}

pub(crate) async fn enter(State(site): State<Arc<Site>>, Query(entrance): Query<Entrance>) -> Response {
    if !site.gate.lets_in(&entrance.token) {
        return Problem::NotLetIn.into_response();
    }
    ([(SET_COOKIE, site.gate.set_cookie())], Redirect::to("/")).into_response()
}
