//! The socket itself: who can reach it, and who comes second.

use std::collections::BTreeSet;
use std::fs;

use super::wire::Stage;
use crate::server::serve;

/// Addresses on which a process listens, as the kernel lists them.
#[cfg(target_os = "linux")]
fn listening(process: u32) -> Vec<String> {
    let descriptors = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let sockets: BTreeSet<String> = descriptors
        .filter_map(|entry| fs::read_link(entry.unwrap().path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let mut found = Vec::new();
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let table = fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        for line in table.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let listens = matches!(fields[3], "0A" | "07");
            if listens && sockets.contains(fields[9]) {
                found.push(fields[1].to_owned());
            }
        }
    }
    found
}

#[cfg(target_os = "linux")]
#[test]
fn it_listens_on_the_loopback_alone() {
    let stage = Stage::new();
    // 127.0.0.1 as the kernel writes it.
    assert_eq!(listening(stage.server.process_id()), [format!("0100007F:{:04X}", stage.server.port)]);
}

/// Two servers of one home would sweep each other's files.
#[test]
fn a_second_page_of_the_same_home_is_refused_until_the_first_has_ended() {
    let mut stage = Stage::new();
    let home = stage.server.home();
    let second = std::process::Command::new(crate::server::binary())
        .args(["serve", "--no-open", "--json", "--home"])
        .arg(&home)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("is served already") && said.contains("Ctrl-C where it was started"), "{said}");
    assert!(stage.server.interrupt().success());
    let (mut third, document) = serve(&home, &[]);
    assert!(document["port"].as_u64().unwrap() > 0);
    third.kill().unwrap();
    third.wait().unwrap();
}

/// The secrets of one run are worth nothing in the next.
#[test]
fn a_cookie_ends_with_the_program() {
    let mut stage = Stage::new();
    let (home, port) = (stage.server.home(), stage.server.port.to_string());
    let (token, cookie) = (stage.server.token().to_owned(), stage.cookie.clone());
    assert!(stage.server.interrupt().success());
    let (mut process, document) = serve(&home, &["--port", &port]);
    assert_eq!(document["port"].to_string(), port);
    assert_ne!(document["url"].as_str().unwrap().rsplit_once('=').unwrap().1, token);
    assert_eq!(stage.ask(&format!("GET / HTTP/1.1\nHost: HOST\nCookie: {cookie}\n\n")).status, 403);
    assert_eq!(stage.ask(&format!("GET /enter?token={token} HTTP/1.1\nHost: HOST\n\n")).status, 403);
    process.kill().unwrap();
    process.wait().unwrap();
}
