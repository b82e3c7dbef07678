//! How the program begins and ends: what it says, and what it does for the app.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use crate::server::{Server, now};

/// Ctrl-C beside a page that is open: the person who pressed it waits for nothing.
#[test]
fn it_ends_at_once_though_a_page_is_open() {
    let mut server = Server::start();
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    let start = now();
    assert!(server.interrupt().success());
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn it_prints_one_document_and_leaves_the_folder_empty() {
    let mut server = Server::start();
    assert!(server.link.starts_with(&format!("http://127.0.0.1:{}/enter?token=", server.port)));
    let before = server.everything();
    assert!(server.interrupt().success());
    assert_eq!(server.everything(), before);
    assert!(before.ends_with("[\"lock\"]"), "{before}");
}
