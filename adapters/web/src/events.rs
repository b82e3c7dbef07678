//! Server-sent events: the browser is told that something changed, and asks for what it shows.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt};

use crate::site::Site;

/// A number that grows with each change.
pub(crate) async fn stream(State(site): State<Arc<Site>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = WatchStream::new(site.news.subscribe());
    Sse::new(changes.map(|version| Ok(Event::default().data(version.to_string())))).keep_alive(KeepAlive::default())
}
