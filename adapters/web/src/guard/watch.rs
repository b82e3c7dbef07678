//! The layer around the whole site: checks what comes in, and protects what goes out, errors included.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::ALLOW;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::check::{Visitor, check};
use super::headers::protect;
use crate::problem::{self, Problem};
use crate::site::Site;

/// Bytes of a form; a policy or a name needs a few hundred. Files come by [`super::PostedFiles`], with a limit of
/// their own.
pub(crate) const LARGEST_FORM: usize = 64 << 10;

/// Lets a request through to the site, or answers it here.
pub(crate) async fn watch(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let (asked, body) = request.into_parts();
    let mut answer = match check(&site.gate, &asked) {
        Err(problem) => problem::bare(&problem, &asked.headers),
        Ok(visitor) => {
            let answer = answered(next, Request::from_parts(asked.clone(), body)).await;
            match (visitor, problem::of(&answer)) {
                (_, None) => answer,
                (Visitor::Owner, Some(problem)) => {
                    let ways = answer.headers().get(ALLOW).cloned();
                    problem::dressed(&site, asked, &problem, ways).await
                }
                (Visitor::AtTheDoor, Some(problem)) => problem::bare(&problem, &asked.headers),
            }
        }
    };
    protect(&mut answer);
    answer
}

/// As a task of its own: a page that panics is answered with an error, and one whose reader went away still clears up
/// behind itself.
async fn answered(next: Next, request: Request) -> Response {
    tokio::spawn(next.run(request)).await.unwrap_or_else(|_| Problem::Broken.into_response())
}
