//! What a request must bring before anything of the site sees it. Each check stands against one way in.

use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};

use super::gate::Gate;
use crate::ctx;
use crate::problem::Problem;

/// Where the link leads; the one address for whoever has no cookie yet.
pub(super) const ENTRANCE: &str = "/enter";

/// Who asks.
pub(super) enum Visitor {
    /// The browser that came by the link.
    Owner,
    /// Somebody with a link in his hand, who has not been let in yet and sees nothing of the site.
    AtTheDoor,
}

/// Lets a request pass, or says why not.
pub(super) fn check(gate: &Gate, request: &Parts) -> Result<Visitor, Problem> {
    let host = host(gate, request).ok_or(Problem::NotLetIn)?;
    let reads = match request.method {
        Method::GET | Method::HEAD => true,
        Method::POST => false,
        _ => return Err(Problem::NoSuchWay),
    };
    let ours = |origin: &str| origin.strip_prefix("http://") == Some(host);
    if !every(&request.headers, ORIGIN.as_str(), ours) || !(reads || has_one(&request.headers, ORIGIN.as_str())) {
        return Err(Problem::Forbidden);
    }
    let may_come_over = reads && is_a_visit(&request.headers);
    if !may_come_over && !is_from_here(&request.headers) {
        return Err(Problem::Forbidden);
    }
    if request.method == Method::GET && request.uri.path() == ENTRANCE {
        return Ok(Visitor::AtTheDoor);
    }
    if has_session(gate, &request.headers) { Ok(Visitor::Owner) } else { Err(Problem::NotLetIn) }
}

/// The name by which the browser reached us. A site of the internet whose name was made to lead to this computer (DNS
/// rebinding) sends its own name; a request that names a host twice, or in its first line, means to deceive.
fn host<'a>(gate: &Gate, request: &'a Parts) -> Option<&'a str> {
    let mut named = request.headers.get_all(HOST).iter();
    let (Some(host), None, None) = (named.next(), named.next(), request.uri.authority()) else { return None };
    let host = host.to_str().ok()?;
    gate.hosts().iter().any(|ours| ours == host).then_some(host)
}

/// Whether the page itself asks, or a person by the address bar; browsers that do not say are judged by the rest.
/// Another port of this computer is `same-site`: a cookie that is strict does not keep it out.
fn is_from_here(headers: &HeaderMap) -> bool {
    every(headers, "sec-fetch-site", |site| matches!(site, "same-origin" | "none"))
}

/// Whether a person follows a link: the whole window goes to the answer, and no other page sees it.
fn is_a_visit(headers: &HeaderMap) -> bool {
    let is = |name, value| has_one(headers, name) && every(headers, name, |given| given == value);
    is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document")
}

fn has_session(gate: &Gate, headers: &HeaderMap) -> bool {
    let name = gate.cookie_name();
    let mut cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(ctx::cookies);
    cookies.any(|(known, value)| known == name && gate.knows(value))
}

fn has_one(headers: &HeaderMap, name: &str) -> bool {
    headers.get_all(name).iter().count() == 1
}

/// Whether each field of this name says something that is right; also where there is none.
fn every(headers: &HeaderMap, name: &str, is_right: impl Fn(&str) -> bool) -> bool {
    headers.get_all(name).iter().all(|value| value.to_str().is_ok_and(&is_right))
}
