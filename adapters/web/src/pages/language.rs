//! The choice of a language, remembered in a cookie.

use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;

use crate::guard::Posted;
use crate::lang::Lang;
use crate::problem::Problem;

#[derive(Deserialize)]
pub(crate) struct Choice {
    language: String,
    back: String,
}

pub(crate) async fn choose(Posted(choice): Posted<Choice>) -> Result<impl IntoResponse, Problem> {
    let lang = Lang::of_tag(&choice.language).ok_or(Problem::NoSuchPage)?;
    Ok(([(SET_COOKIE, cookie("language", lang.tag()))], Redirect::to(local(&choice.back))))
}

/// A choice that the browser remembers for a year and gives to this page alone.
pub(crate) fn cookie(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict")
}

/// An address of this site; anything else would let a form lead away from it.
fn local(address: &str) -> &str {
    let is_plain = |c: char| c.is_ascii_graphic() && c != '\\';
    let is_local = address.starts_with('/') && !address.starts_with("//") && address.chars().all(is_plain);
    if is_local { address } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn a_choice_of_language_leads_back_into_this_site_alone() {
        let back =
            ["/w/shop?day=2026-11-21", "/", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb"];
        assert_eq!(back.map(local), ["/w/shop?day=2026-11-21", "/", "/", "/", "/", "/"]);
    }
}
