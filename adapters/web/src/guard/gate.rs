//! The secrets of one run of the program, and the one way in which a secret is compared.
//!
//! Two tokens open the page. The one in the printed link works as long as the program runs: only whoever started it has
//! seen it, and a shop owner who closed his browser opens the same link again. The one that is handed to the browser
//! among a program's arguments works once, because other users of this computer can read those for as long as the
//! browser runs. Both become the same session, which lives in a cookie.
//!
//! What this cannot keep out: a browser sends the cookies of 127.0.0.1 to every port of it, so a server that another
//! user of this computer runs, and that the owner opens in the same browser, gets to see the cookie.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use constant_time_eq::constant_time_eq;
use omnicraft_host::error::{EngineError, Stop};

/// The secrets of one run of the program.
pub(crate) struct Gate {
    port: u16,
    token: String,
    token_for_once: Mutex<Option<String>>,
    session: String,
    csrf: String,
}

impl Gate {
    pub(crate) fn new(port: u16) -> Result<Self, EngineError> {
        Ok(Self {
            port,
            token: secret()?,
            token_for_once: Mutex::new(Some(secret()?)),
            session: secret()?,
            csrf: secret()?,
        })
    }

    /// Opens the page as often as one likes.
    pub(crate) fn link(&self) -> String {
        link(self.port, &self.token)
    }

    /// Opens the page once; when that is past it leads to the page that says so.
    pub(crate) fn link_for_once(&self) -> String {
        let token = self.token_for_once.lock().unwrap_or_else(PoisonError::into_inner);
        link(self.port, token.as_deref().unwrap_or_default())
    }

    /// Whether a token opens the page. One that works once is used up by this.
    pub(crate) fn lets_in(&self, token: &str) -> bool {
        if same(token, &self.token) {
            return true;
        }
        let mut once = self.token_for_once.lock().unwrap_or_else(PoisonError::into_inner);
        once.take_if(|once| same(token, once)).is_some()
    }

    /// The cookie's name. Cookies are shared between all ports of a host, so the port is part of it.
    pub(crate) fn cookie_name(&self) -> String {
        format!("omnicraft_{}", self.port)
    }

    /// What the browser is told to keep until it is closed: out of reach of scripts, and of other sites.
    pub(crate) fn set_cookie(&self) -> String {
        format!("{}={}; HttpOnly; SameSite=Strict; Path=/", self.cookie_name(), self.session)
    }

    /// Whether a cookie is the session's.
    pub(crate) fn knows(&self, session: &str) -> bool {
        same(session, &self.session)
    }

    /// Stands in every form, so that no other page can post one. There is one session, and this belongs to it.
    pub(crate) fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Whether a form is one of ours.
    pub(crate) fn is_csrf(&self, csrf: &str) -> bool {
        same(csrf, &self.csrf)
    }

    /// Every name by which a browser on this computer reaches the page.
    pub(crate) fn hosts(&self) -> [String; 3] {
        ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{}", self.port))
    }
}

fn link(port: u16, token: &str) -> String {
    format!("http://127.0.0.1:{port}/enter?token={token}")
}

/// In a time that does not tell how much of it was right.
fn same(given: &str, secret: &str) -> bool {
    constant_time_eq(given.as_bytes(), secret.as_bytes())
}

/// 256 random bits in hex.
fn secret() -> Result<String, EngineError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Stop::io("make a secret for", Path::new("the page"), &std::io::Error::other(error.to_string()))
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_link_works_again_and_the_opened_one_once() {
        let gate = Gate::new(8020).unwrap();
        let token = |link: String| link.rsplit_once('=').unwrap().1.to_owned();
        let (printed, opened) = (token(gate.link()), token(gate.link_for_once()));
        assert_eq!([&printed, &printed, &opened, &opened].map(|token| gate.lets_in(token)), [true, true, true, false]);
        assert!(!gate.lets_in("") && !gate.lets_in(&printed[..63]) && !gate.lets_in(&gate.session));
        assert!(!gate.lets_in(&token(gate.link_for_once())), "what is left of it opens nothing");
    }

    #[test]
    fn no_two_secrets_are_the_same() {
        let gate = Gate::new(8020).unwrap();
        let once = gate.token_for_once.lock().unwrap().clone().unwrap();
        let all = [&gate.token, &once, &gate.session, &gate.csrf];
        assert!(all.iter().all(|secret| secret.len() == 64));
        let different: std::collections::BTreeSet<_> = all.into_iter().collect();
        assert_eq!(different.len(), 4);
    }
}
