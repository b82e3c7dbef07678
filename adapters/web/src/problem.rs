//! Why a request was not answered with what it asked for, as a page that says what to do now.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Why there is no such answer.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The address leads nowhere, or what was there is gone.
    NoSuchPage,
    /// Whoever asks did not come by the link.
    NotLetIn,
    /// What was sent makes no sense; a text of the page's says what.
    Refused(&'static str),
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match self {
            Self::NoSuchPage => StatusCode::NOT_FOUND.into_response(),
            Self::NotLetIn => StatusCode::FORBIDDEN.into_response(),
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        }
    }
}
