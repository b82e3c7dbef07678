//! Forms: none is taken without the session's mark, and nothing happens by opening an address. The addresses are read
//! from the site's own list, so that no new one is forgotten.

use std::time::Duration;

use super::wire::Stage;
use crate::server::pause;

const ROUTES: &str = include_str!("../../../src/routes.rs");

const FORM: &str = "application/x-www-form-urlencoded";
const FILES: &str = "multipart/form-data; boundary=x";

/// Every address with what is done there, as the list writes it.
fn routes() -> Vec<(&'static str, &'static str)> {
    let parts = ROUTES.split(".route(").skip(1);
    let routes: Vec<_> = parts.map(|part| part.trim().trim_start_matches('"').split_once('"').unwrap()).collect();
    assert!(routes.len() > 4, "{ROUTES}");
    routes
}

/// Every address of a button, for things that exist where they can.
pub(super) fn buttons() -> Vec<String> {
    let routes = routes().into_iter().filter(|(_, done)| done.contains("post("));
    let filled = |address: &str| {
        let address = address.replace("{workspace}", "my-workshop").replace("{snapshot}", "s1");
        let parts = address.replace("{kind}", "accounting");
        let parts = parts.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let buttons: Vec<String> = routes.map(|(address, _)| filled(address)).collect();
    assert!(buttons.iter().any(|button| button == "/w/my-workshop/snapshot"), "{buttons:?}");
    buttons
}

/// Every address with a part that a visitor writes, as `{}`; the other parts are filled in.
pub(super) fn parameters() -> Vec<String> {
    let mut addresses = Vec::new();
    for (address, _) in routes() {
        let parts: Vec<&str> = address.split('/').collect();
        for (place, _) in parts.iter().enumerate().filter(|(_, part)| part.starts_with('{')) {
            let fill = |(at, part): (usize, &&str)| match *part {
                _ if at == place => "{}".to_owned(),
                "{workspace}" => "my-workshop".to_owned(),
                part if part.starts_with('{') => "1".to_owned(),
                part => part.to_owned(),
            };
            addresses.push(parts.iter().enumerate().map(fill).collect::<Vec<_>>().join("/"));
        }
    }
    assert!(addresses.iter().any(|address| address == "/assets/{}"), "{addresses:?}");
    addresses
}

impl Stage {
    /// Posts as the owner's browser would.
    fn post(&self, address: &str, kind: &str, body: &str) -> u16 {
        let head = format!("\nOrigin: http://HOST\nContent-Type: {kind}\nContent-Length: {}", body.len());
        self.ask(&format!("POST {address} HTTP/1.1\nHost: HOST\nCookie: COOKIE{head}\n\n{body}")).status
    }

    /// The mark that a form of the page has.
    fn mark(&self) -> String {
        let page = self.owner("GET /", "").body;
        let (_, value) = page.split_once("name=\"csrf\" value=\"").unwrap();
        value.split('"').next().unwrap().to_owned()
    }
}

#[test]
fn no_form_is_taken_without_the_mark() {
    let stage = Stage::new();
    let before = stage.server.everything();
    let mark = stage.mark();
    let wrong = mark.replace(|letter: char| letter.is_ascii_digit(), "a");
    let typed = "name=x&language=en&back=/&typed=My+Workshop&workspace=my-workshop";
    for button in buttons() {
        for (kind, body) in [
            (FORM, typed.to_owned()),
            (FORM, format!("csrf=&{typed}")),
            (FORM, format!("csrf={wrong}&{typed}")),
            (FORM, format!("csrf={}&{typed}", stage.cookie.split_once('=').unwrap().1)),
            (FORM, format!("csrf={mark}&csrf={wrong}&{typed}")),
            ("text/plain", format!("csrf={mark}&{typed}")),
            ("application/json", format!("{{\"csrf\":\"{mark}\"}}")),
            (
                FILES,
                "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.db\"\r\n\r\na\r\n--x--\r\n"
                    .to_owned(),
            ),
        ] {
            let status = stage.post(&button, kind, &body);
            assert!(matches!(status, 400 | 403 | 415 | 422), "{status} for {kind} at {button}: {body}");
        }
        assert_eq!(
            stage.post(&format!("{button}?csrf={mark}&{typed}"), FORM, ""),
            stage.post(&button, FORM, ""),
            "{button}"
        );
    }
    pause(Duration::from_secs(1));
    assert_eq!(stage.server.everything(), before);
}

#[test]
fn opening_an_address_changes_nothing() {
    let stage = Stage::new();
    let before = stage.server.everything();
    let mark = stage.mark();
    for (button, method) in
        buttons().into_iter().flat_map(|button| ["GET", "HEAD"].map(|method| (button.clone(), method)))
    {
        let answer =
            stage.owner(&format!("{method} {button}?csrf={mark}&name=x&typed=My+Workshop&language=ru&back=/"), "");
        assert!(matches!(answer.status, 200 | 404 | 405 | 422), "{} for {method} {button}", answer.status);
        assert_eq!(answer.header("set-cookie"), "", "{method} {button}");
    }
    pause(Duration::from_secs(1));
    assert_eq!(stage.server.everything(), before);
}

/// What the two tests above find unchanged does change where everything is right.
#[test]
fn with_the_mark_a_button_does_what_it_says() {
    let stage = Stage::new();
    let before = stage.server.everything();
    let status = stage.post("/w/my-workshop/snapshot", FORM, &format!("csrf={}&name=the+fair", stage.mark()));
    assert_eq!(status, 303);
    for _ in 0..100 {
        if stage.server.everything() != before {
            return;
        }
        pause(Duration::from_millis(100));
    }
    panic!("no backup was taken");
}
