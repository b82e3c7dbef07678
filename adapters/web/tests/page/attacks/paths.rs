//! Paths in addresses: none leads to a file, whatever it is made of.

use super::forms::parameters;
use super::wire::Stage;

const NASTY: [&str; 22] = [
    "..",
    "../../Cargo.toml",
    "..%2f..%2fCargo.toml",
    "..%2F..%2F..%2F..%2Fetc%2Fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%252f..%252fetc%252fpasswd",
    "..%5c..%5cworkspaces.json",
    "..\\..\\workspaces.json",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "C:%5cWindows%5cwin.ini",
    "%00",
    "page.css%00.html",
    "..%c0%af..%c0%afetc",
    "%ff%fe",
    "%",
    "%zz",
    ".",
    "~",
    "my-workshop%2f..%2f..",
    "aux.db",
    "%E2%80%AE",
];

#[test]
fn no_parameter_leads_out_of_the_site() {
    let stage = Stage::new();
    let long = "a".repeat(8000);
    let nasty: Vec<&str> = NASTY.into_iter().chain([long.as_str()]).collect();
    for (address, nasty) in parameters().iter().flat_map(|address| nasty.iter().map(move |nasty| (address, nasty))) {
        let path = address.replace("{}", nasty);
        let answer = stage.owner(&format!("GET {path}"), "");
        assert!(matches!(answer.status, 400 | 404 | 405 | 422), "{} for {path}", answer.status);
        for inside in ["root:", "[workspace]", "[package]", "\"workspaces\":", "panicked"] {
            assert!(!answer.body.contains(inside), "{path}: {}", answer.body);
        }
    }
}

/// What was asked for is not said back as markup.
#[test]
fn an_address_is_not_shown_as_markup() {
    let stage = Stage::new();
    for path in
        ["/%3Cscript%3Ealert(1)%3C/script%3E", "/w/%3Cimg%20src=x%3E?next=%22%3E%3Cscript%3E", "/?a=\"><script>x"]
    {
        let answer = stage.owner(&format!("GET {path}"), "");
        assert!(!answer.body.contains("<script>") && !answer.body.contains("<img src=x"), "{path}: {}", answer.body);
    }
}
