//! Cross-site requests: another page in the owner's browser posts to ours, with the owner's cookie.

use super::wire::{Stage, check};

/// A post that is allowed gets as far as the router, which has no such button at this address.
const ALLOWED: u16 = 405;

#[test]
fn only_the_page_itself_may_post() {
    let stage = Stage::new();
    let post =
        |more: &str| format!("POST /w/my-workshop HTTP/1.1\nHost: HOST\nCookie: COOKIE\nContent-Length: 0{more}\n\n");
    for (status, more) in [
        (ALLOWED, "\nOrigin: http://HOST"),
        (ALLOWED, "\nOrigin: http://HOST\nSec-Fetch-Site: same-origin"),
        (ALLOWED, "\nOrigin: http://HOST\nSec-Fetch-Site: none"),
        (403, ""),
        (403, "\nOrigin: null"),
        (403, "\nOrigin: "),
        (403, "\nOrigin: http://attacker.example"),
        (403, "\nOrigin: http://127.0.0.1"),
        (403, "\nOrigin: http://127.0.0.1:1"),
        (403, "\nOrigin: http://localhost:PORT"),
        (403, "\nOrigin: https://HOST"),
        (403, "\nOrigin: HOST"),
        (403, "\nOrigin: http://HOST/"),
        (403, "\nOrigin: http://HOST.attacker.example"),
        (403, "\nOrigin: http://HOST\nOrigin: http://attacker.example"),
        (403, "\nOrigin: http://attacker.example\nOrigin: http://HOST"),
        (403, "\nOrigin: http://HOST\nOrigin: http://HOST"),
        (403, "\nOrigin: http://HOST\nSec-Fetch-Site: cross-site"),
        (403, "\nOrigin: http://HOST\nSec-Fetch-Site: same-site"),
        (403, "\nOrigin: http://HOST\nSec-Fetch-Site: same-origin\nSec-Fetch-Site: cross-site"),
        (403, "\nOrigin: http://HOST\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document"),
        (403, "\nReferer: http://HOST/"),
    ] {
        check(&stage, &[(status, &post(more))]);
    }
}

/// Another port of this computer is the same site, so that the cookie comes along.
#[test]
fn other_pages_may_lead_here_but_not_look_inside() {
    let stage = Stage::new();
    let get = |more: &str| format!("GET / HTTP/1.1\nHost: HOST\nCookie: COOKIE{more}\n\n");
    for (status, more) in [
        (200, "\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document"),
        (200, "\nSec-Fetch-Site: same-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document"),
        (200, "\nSec-Fetch-Site: same-origin\nSec-Fetch-Mode: cors\nSec-Fetch-Dest: empty"),
        (403, "\nSec-Fetch-Site: same-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: iframe"),
        (403, "\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: image"),
        (403, "\nSec-Fetch-Site: same-site\nSec-Fetch-Mode: no-cors\nSec-Fetch-Dest: script"),
        (403, "\nSec-Fetch-Site: same-site\nSec-Fetch-Mode: cors\nSec-Fetch-Dest: empty"),
        (403, "\nSec-Fetch-Site: same-site"),
        (403, "\nOrigin: http://127.0.0.1:1"),
    ] {
        check(&stage, &[(status, &get(more))]);
    }
}
