//! The style and the scripts of the page, built into the program.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

use crate::problem::Problem;

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

const STYLE: &str = concat!(
    include_str!("assets/css/base.css"),
    include_str!("assets/css/home.css"),
    include_str!("assets/css/restore.css"),
    include_str!("assets/css/files.css"),
);

const SVG: &str = "image/svg+xml";

const ALL: [(&str, &str, &str); 6] = [
    ("page.css", CSS, STYLE),
    ("icon.svg", SVG, include_str!("assets/icon.svg")),
    ("page.js", JAVASCRIPT, include_str!("assets/js/page.js")),
    ("live.js", JAVASCRIPT, include_str!("assets/js/live.js")),
    ("upload.js", JAVASCRIPT, include_str!("assets/js/upload.js")),
    ("settings.js", JAVASCRIPT, include_str!("assets/js/settings.js")),
];

pub(crate) async fn show(Path(name): Path<String>) -> Result<impl IntoResponse, Problem> {
    let (_, kind, content) = ALL.iter().find(|(known, ..)| *known == name).ok_or(Problem::NoSuchPage)?;
    Ok(([(CONTENT_TYPE, *kind), (CACHE_CONTROL, "no-cache")], *content))
}
