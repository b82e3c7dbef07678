//! DNS rebinding: a site of the internet lets its own name lead to this computer, so that the owner's browser takes
//! its scripts for ours.

use super::wire::{Stage, check};

#[test]
fn only_names_of_this_computer_with_the_port_are_answered() {
    let stage = Stage::new();
    check(
        &stage,
        &[
            (200, "GET / HTTP/1.1\nHost: 127.0.0.1:PORT\nCookie: COOKIE\n\n"),
            (200, "GET / HTTP/1.1\nHost: localhost:PORT\nCookie: COOKIE\n\n"),
            (200, "GET / HTTP/1.1\nHost: [::1]:PORT\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: attacker.example\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: attacker.example:PORT\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: 127.0.0.1.attacker.example:PORT\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: localhost.attacker.example:PORT\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: 127.0.0.1\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: 127.0.0.1:1\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: 127.0.0.2:PORT\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: 2130706433:PORT\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: 0.0.0.0:PORT\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: user@127.0.0.1:PORT\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: 127.0.0.1:PORT.\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost:\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.0\nCookie: COOKIE\n\n"),
            (403, "GET /enter?token=TOKEN HTTP/1.1\nHost: attacker.example:PORT\n\n"),
        ],
    );
}

/// What stands between a browser and a server may believe another of two hosts than the server does.
#[test]
fn a_host_that_is_said_twice_is_not_believed() {
    let stage = Stage::new();
    check(
        &stage,
        &[
            (403, "GET / HTTP/1.1\nHost: HOST\nHost: HOST\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: HOST\nHost: attacker.example\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: attacker.example\nHost: HOST\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nHost: HOST, attacker.example\nCookie: COOKIE\n\n"),
            (403, "GET http://attacker.example/ HTTP/1.1\nHost: HOST\nCookie: COOKIE\n\n"),
            (403, "GET http://HOST/ HTTP/1.1\nHost: HOST\nCookie: COOKIE\n\n"),
            (403, "GET / HTTP/1.1\nX-Forwarded-Host: HOST\nHost: attacker.example\nCookie: COOKIE\n\n"),
            (400, "GET / HTTP/1.1\nHost : HOST\nCookie: COOKIE\n\n"),
        ],
    );
}

#[test]
fn only_reading_and_posting_are_ways_to_ask() {
    let stage = Stage::new();
    for method in ["TRACE", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND", "BREW", "get"] {
        let answer = stage.owner(&format!("{method} /"), "\nOrigin: http://HOST\nContent-Length: 0");
        assert_eq!(answer.status, 405, "{method}");
        assert!(!answer.body.contains(&stage.cookie), "{method} gives nothing back");
    }
    let tunnel = stage.ask("CONNECT attacker.example:443 HTTP/1.1\nHost: HOST\nCookie: COOKIE\n\n");
    assert_eq!(tunnel.status, 403);
    let upgrade = stage.owner("GET /", "\nUpgrade: websocket\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");
    assert_eq!(upgrade.status, 200, "nothing is upgraded");
}

/// Two readers of one connection must not see different requests in it.
#[test]
fn a_body_has_one_length() {
    let stage = Stage::new();
    let head = "POST / HTTP/1.1\nHost: HOST\nCookie: COOKIE\nOrigin: http://HOST";
    check(
        &stage,
        &[
            (400, &format!("{head}\nContent-Length: 3\nContent-Length: 4\n\nabcd")),
            (400, &format!("{head}\nContent-Length: +3\n\nabc")),
            (400, &format!("{head}\nContent-Length: 3, 4\n\nabcd")),
            (400, &format!("{head}\nTransfer-Encoding: xchunked\n\n0\r\n\r\n")),
            (400, "GET / HTTP/1.1\nHost: HOST\nCookie: COOKIE\nBad Name: x\n\n"),
            (400, "GET /\u{0} HTTP/1.1\nHost: HOST\nCookie: COOKIE\n\n"),
        ],
    );
    // With both a length and chunks, what follows the chunks is not taken for a request of the owner's.
    let smuggled = "0\r\n\r\nGET /enter?token=TOKEN HTTP/1.1\r\nHost: HOST\r\n\r\n";
    let answer = stage.ask(&format!("{head}\nContent-Length: 5\nTransfer-Encoding: chunked\n\n{smuggled}"));
    assert!(!answer.body.contains("set-cookie"), "{answer:?}");
}
