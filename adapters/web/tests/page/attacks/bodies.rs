//! Too much of something: heads and bodies that would fill the memory, or keep a connection for ever.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::wire::Stage;
use crate::server::now;

#[test]
fn huge_heads_are_refused() {
    let stage = Stage::new();
    let fields: String = (0..500).map(|number| format!("\nX-{number}: a")).collect();
    assert_eq!(stage.owner("GET /", &fields).status, 431, "many fields");
    let answer = stage.owner("GET /", &format!("\nX-Long: {}", "a".repeat(100_000)));
    assert_eq!(answer.status, 431, "a long field");
    let answer = stage.owner(&format!("GET /?{}", "a".repeat(100_000)), "");
    assert!(matches!(answer.status, 414 | 431), "a long address: {}", answer.status);
    assert_eq!(stage.owner("GET /", "").status, 200, "others are still answered");
}

#[test]
fn huge_bodies_are_not_read() {
    let stage = Stage::new();
    let mut stream = TcpStream::connect(("127.0.0.1", stage.server.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let (port, cookie) = (stage.server.port, &stage.cookie);
    let head = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10000000000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let block = vec![b'a'; 1 << 20];
    let mut sent = 0_u64;
    while sent < 10_000_000_000 && stream.write_all(&block).is_ok() {
        sent += block.len() as u64;
    }
    assert!(sent < 200_000_000, "{sent} bytes were taken");
    assert_eq!(stage.owner("GET /", "").status, 200, "others are still answered");
}

/// Whoever says nothing, or says it one letter at a time, is given up, and keeps nobody else out meanwhile.
#[test]
fn slow_heads_are_given_up() {
    let stage = Stage::new();
    let start = now();
    let mut slow: Vec<TcpStream> =
        (0..20).map(|_| TcpStream::connect(("127.0.0.1", stage.server.port)).unwrap()).collect();
    for stream in &mut slow[10..] {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    }
    assert_eq!(stage.owner("GET /", "").status, 200);
    for mut stream in slow {
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut said = String::new();
        drop(stream.read_to_string(&mut said));
        assert!(!said.contains("200 OK"), "{said}");
    }
    assert!(start.elapsed() < Duration::from_secs(50), "{:?}", start.elapsed());
}
