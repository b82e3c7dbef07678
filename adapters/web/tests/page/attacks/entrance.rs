//! Getting in: without the link nobody sees anything, and what the link leaves in the browser is out of reach.

use super::wire::{Stage, check};

#[test]
fn without_the_cookie_there_is_only_the_word_how_to_come_in() {
    let stage = Stage::new();
    for address in ["/", "/w/my-workshop", "/events", "/assets/page.css", "/assets/page.js", "/nowhere", "/enter", "//"]
    {
        let answer = stage.ask(&format!("GET {address} HTTP/1.1\nHost: HOST\n\n"));
        assert_eq!(answer.status, 403, "{address}");
        assert!(answer.body.contains("Open that link again"), "{address}: {}", answer.body);
        assert!(
            !answer.body.contains("My Workshop") && !answer.body.contains("page.css"),
            "{address}: {}",
            answer.body
        );
    }
    let russian = stage.ask("GET / HTTP/1.1\nHost: HOST\nAccept-Language: ru\n\n");
    assert!(russian.body.contains("Откройте страницу по ссылке"), "{}", russian.body);
}

#[test]
fn a_cookie_must_be_the_sessions_to_the_last_letter() {
    let stage = Stage::new();
    let (name, value) = stage.cookie.split_once('=').unwrap();
    let shorter = &value[..value.len() - 1];
    for wrong in [
        format!("{name}="),
        name.to_owned(),
        format!("{name}={shorter}"),
        format!("{name}={value}0"),
        format!("{name}={}", value.to_uppercase()),
        format!("{name}={}", stage.server.token()),
        format!("{name}={}", "0".repeat(64)),
        format!("other={value}"),
        format!("{}={value}", name.to_uppercase()),
        format!("\"{name}={value}\""),
    ] {
        assert_eq!(stage.ask(&format!("GET / HTTP/1.1\nHost: HOST\nCookie: {wrong}\n\n")).status, 403, "{wrong}");
    }
    check(
        &stage,
        &[
            (200, "GET / HTTP/1.1\nHost: HOST\nCookie: COOKIE\n\n"),
            (200, "GET / HTTP/1.1\nHost: HOST\nCookie: a=b; COOKIE; c=d\n\n"),
            (200, "GET / HTTP/1.1\nHost: HOST\nCookie: a=b\nCookie: COOKIE\n\n"),
        ],
    );
}

#[test]
fn the_token_leaves_the_address_and_becomes_a_cookie_that_no_script_and_no_other_site_can_use() {
    let stage = Stage::new();
    let entered = stage.ask("GET /enter?token=TOKEN HTTP/1.1\nHost: HOST\n\n");
    assert_eq!((entered.status, entered.header("location")), (303, "/"));
    let (cookie, attributes) = entered.header("set-cookie").split_once("; ").unwrap();
    assert!(cookie.starts_with(&format!("omnicraft_{}=", stage.server.port)));
    assert_eq!(attributes, "HttpOnly; SameSite=Strict; Path=/");
    let all = format!("{:?}", entered);
    assert!(!all.contains(stage.server.token()), "the token is not said back: {all}");
}

/// The printed link is opened again after the browser was closed; a wrong one never becomes right.
#[test]
fn a_wrong_token_opens_nothing_and_uses_nothing_up() {
    let stage = Stage::new();
    let wrong = ["", "?token=", "?token=0", "?TOKEN=TOKEN", "?token=TOKEN0", "?token=%00TOKEN", "?other=TOKEN"];
    for query in wrong {
        let answer = stage.ask(&format!("GET /enter{query} HTTP/1.1\nHost: HOST\n\n"));
        assert_eq!((answer.status, answer.header("set-cookie")), (403, ""), "{query}");
    }
    let twice = stage.ask("GET /enter?token=TOKEN&token=TOKEN HTTP/1.1\nHost: HOST\n\n");
    assert_eq!(twice.header("set-cookie"), "");
    check(
        &stage,
        &[
            (303, "GET /enter?token=TOKEN HTTP/1.1\nHost: HOST\n\n"),
            (303, "GET /enter?token=TOKEN HTTP/1.1\nHost: HOST\n\n"),
            (403, "HEAD /enter?token=TOKEN HTTP/1.1\nHost: HOST\n\n"),
            (403, "GET /enter/?token=TOKEN HTTP/1.1\nHost: HOST\n\n"),
            (403, "GET //enter?token=TOKEN HTTP/1.1\nHost: HOST\n\n"),
            (403, "POST /enter?token=TOKEN HTTP/1.1\nHost: HOST\nOrigin: http://HOST\nContent-Length: 0\n\n"),
        ],
    );
}

/// The page of a wrong token was once one of the site's own, with everything that stands around each page.
#[test]
fn at_the_door_nothing_of_the_site_is_seen() {
    let stage = Stage::new();
    for query in ["", "?token=0", "?token=0&token=1", "?token=%ff"] {
        let answer = stage.ask(&format!("GET /enter{query} HTTP/1.1\nHost: HOST\n\n"));
        assert!(matches!(answer.status, 403 | 422), "{query}: {}", answer.status);
        assert!(!answer.body.contains("/assets/") && !answer.body.contains("My Workshop"), "{query}: {}", answer.body);
    }
}
