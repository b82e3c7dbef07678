//! What every answer tells the browser, whatever is answered.

use super::wire::{Answer, Stage};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[track_caller]
fn is_protected(answer: &Answer, status: u16, kept: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", kept),
    ] {
        assert_eq!(answer.header(name), value, "{name} of {answer:?}");
    }
    assert!(answer.header("permissions-policy").contains("camera=()"));
    assert_eq!(answer.header("access-control-allow-origin"), "");
    assert_eq!(answer.header("server"), "");
}

#[test]
fn every_kind_of_answer_is_protected() {
    let stage = Stage::new();
    is_protected(&stage.owner("GET /", ""), 200, "no-store");
    is_protected(&stage.owner("HEAD /", ""), 200, "no-store");
    is_protected(&stage.owner("GET /assets/page.css", ""), 200, "no-cache");
    is_protected(&stage.owner("GET /assets/page.js", ""), 200, "no-cache");
    is_protected(&stage.owner("GET /nowhere", ""), 404, "no-store");
    is_protected(&stage.owner("GET /w/nobody", ""), 404, "no-store");
    is_protected(&stage.owner("GET /w/%ff", ""), 422, "no-store");
    is_protected(&stage.owner("PUT /", ""), 405, "no-store");
    is_protected(&stage.owner("POST /", "\nOrigin: http://HOST\nContent-Length: 0"), 405, "no-store");
    is_protected(&stage.owner("POST /", "\nContent-Length: 0"), 403, "no-store");
    is_protected(&stage.ask("GET / HTTP/1.1\nHost: HOST\n\n"), 403, "no-store");
    is_protected(&stage.ask("GET / HTTP/1.1\nHost: attacker.example\n\n"), 403, "no-store");
    is_protected(&stage.ask("GET /enter?token=TOKEN HTTP/1.1\nHost: HOST\n\n"), 303, "no-store");
}

#[test]
fn a_problem_has_a_page_in_the_visitors_language() {
    let stage = Stage::new();
    let english = stage.owner("GET /nowhere", "");
    assert!(english.body.contains("<html lang=\"en\"") && english.body.contains("Nothing here"), "{}", english.body);
    assert!(english.body.contains("/assets/page.css"), "it is one of the site's: {}", english.body);
    let russian = stage.owner("GET /nowhere", "; language=ru");
    assert!(
        russian.body.contains("<html lang=\"ru\"") && russian.body.contains("Здесь ничего нет"),
        "{}",
        russian.body
    );
}

/// The policy allows no script and no style inside a page, so there is none that would silently not run.
#[test]
fn no_page_holds_a_script_or_a_style() {
    let stage = Stage::new();
    for answer in
        [stage.owner("GET /", ""), stage.owner("GET /nowhere", ""), stage.ask("GET / HTTP/1.1\nHost: HOST\n\n")]
    {
        let page = answer.body.to_lowercase();
        for inside in ["<style", " style=", " onclick=", " onload=", " onsubmit=", "javascript:", "<script>"] {
            assert!(!page.contains(inside), "{inside}: {page}");
        }
    }
}
