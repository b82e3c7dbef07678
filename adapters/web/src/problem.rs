//! Why a request was not answered with what it asked for, as a page that says what to do now.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use crate::ctx::{self, Ctx};
use crate::lang::Lang;
use crate::pages::layout;
use crate::site::Site;

/// Why there is no such answer.
#[derive(Clone, Debug)]
pub(crate) enum Problem {
    /// The address leads nowhere, or what was there is gone.
    NoSuchPage,
    /// The address is asked in a way that it has no answer to, such as opening what only a button does.
    NoSuchWay,
    /// Whoever asks did not come by the link.
    NotLetIn,
    /// The request was not made by a page of ours, or by one of an earlier run.
    Forbidden,
    /// More was sent than is taken.
    TooLarge,
    /// It took too long to arrive.
    TooSlow,
    /// What was sent makes no sense; a text of the page's says what.
    Refused(&'static str),
    /// The page itself failed.
    Broken,
}

impl Problem {
    const fn status(&self) -> StatusCode {
        match self {
            Self::NoSuchPage => StatusCode::NOT_FOUND,
            Self::NoSuchWay => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotLetIn | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The names of its heading and of what it says.
    const fn texts(&self) -> [&'static str; 2] {
        match self {
            Self::NoSuchPage => ["problem-missing-title", "problem-missing"],
            Self::NoSuchWay => ["problem-way-title", "problem-way"],
            Self::NotLetIn => ["problem-link-title", "problem-link"],
            Self::Forbidden => ["problem-elsewhere-title", "problem-elsewhere"],
            Self::TooLarge => ["problem-large-title", "problem-large"],
            Self::TooSlow => ["problem-slow-title", "problem-slow"],
            Self::Refused(text) => ["problem-refused-title", text],
            Self::Broken => ["problem-broken-title", "problem-broken"],
        }
    }
}

/// The page is put on where the visitor is known: by the guard.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut answer = self.status().into_response();
        answer.extensions_mut().insert(self);
        answer
    }
}

/// What went wrong, if anything did. A page of its own stays as it is; what the router or a library says in a word, or
/// not at all, becomes one of these.
pub(crate) fn of(answer: &Response) -> Option<Problem> {
    if let Some(problem) = answer.extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    let kind = answer.headers().get(CONTENT_TYPE).map_or("", |kind| kind.to_str().unwrap_or_default());
    let status = answer.status();
    match status {
        _ if !(kind.is_empty() || kind.starts_with("text/plain")) => None,
        StatusCode::NOT_FOUND => Some(Problem::NoSuchPage),
        StatusCode::METHOD_NOT_ALLOWED => Some(Problem::NoSuchWay),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Problem::TooLarge),
        _ if status.is_client_error() => Some(Problem::Refused("problem-form")),
        _ if status.is_server_error() => Some(Problem::Broken),
        _ => None,
    }
}

/// A problem as a page of the site, in the owner's language. `ways` are those in which the address may be asked.
pub(crate) async fn dressed(
    site: &Arc<Site>,
    mut asked: Parts,
    problem: &Problem,
    ways: Option<HeaderValue>,
) -> Response {
    let Ok(ctx) = Ctx::from_request_parts(&mut asked, site).await;
    let [title, _] = problem.texts();
    let page = layout::page(&ctx, &ctx.lang.say(title), None, &words(problem, ctx.lang));
    let mut dressed = (problem.status(), page).into_response();
    dressed.headers_mut().extend(ways.map(|ways| (ALLOW, ways)));
    dressed
}

/// The page for whoever is not let in: he gets no style and no script, and nothing of the books.
pub(crate) fn bare(problem: &Problem, headers: &HeaderMap) -> Response {
    let lang = ctx::language(headers);
    let [title, _] = problem.texts();
    let page = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                // Or the browser would ask for one, and not be let in either.
                link rel="icon" href="data:,";
                title { (lang.say(title)) " · " (lang.say("title")) }
            }
            body { main { (words(problem, lang)) } }
        }
    };
    (problem.status(), page).into_response()
}

fn words(problem: &Problem, lang: Lang) -> Markup {
    let [title, text] = problem.texts();
    // A browser that came over from another site holds its cookie back once.
    let onwards = if matches!(problem, Problem::NotLetIn) { "problem-try-again" } else { "problem-home" };
    html! {
        h1 { (lang.say(title)) }
        p { (lang.say(text)) }
        p { a href="/" { (lang.say(onwards)) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_its_words_in_every_language() {
        let all = [
            Problem::NoSuchPage,
            Problem::NoSuchWay,
            Problem::NotLetIn,
            Problem::Forbidden,
            Problem::TooLarge,
            Problem::TooSlow,
            Problem::Refused("problem-form"),
            Problem::Broken,
        ];
        for (problem, lang) in all.iter().flat_map(|problem| Lang::ALL.map(|lang| (problem, lang))) {
            for text in problem.texts().into_iter().chain(["problem-home", "problem-try-again"]) {
                assert!(lang.has(text), "{text} in {lang:?}");
            }
        }
    }
}
