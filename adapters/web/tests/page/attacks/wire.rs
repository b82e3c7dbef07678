//! Requests as text, byte by byte, and what came back.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::server::Server;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// By lower-case name; the last one of a name.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// A server, and the cookie of the browser that came by its link.
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) cookie: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let mut stage = Self { server: Server::start(), cookie: String::new() };
        let entered = stage.ask("GET /enter?token=TOKEN HTTP/1.1\nHost: HOST\n\n");
        entered.header("set-cookie").split(';').next().unwrap().clone_into(&mut stage.cookie);
        assert!(stage.cookie.len() > 64, "{entered:?}");
        stage
    }

    /// Sends a request and reads to the end of the connection. `\n` ends a line; `HOST`, `COOKIE`, `TOKEN` and `PORT`
    /// stand for what a browser of the owner's would send.
    #[track_caller]
    pub(crate) fn ask(&self, request: &str) -> Answer {
        let (head, body) = request.split_once("\n\n").unwrap();
        let head = self.filled(head).replace('\n', "\r\n");
        parsed(&self.send(format!("{head}\r\nConnection: close\r\n\r\n{}", self.filled(body)).as_bytes()))
    }

    /// The owner asks for an address, with more header lines.
    #[track_caller]
    pub(crate) fn owner(&self, first: &str, more: &str) -> Answer {
        self.ask(&format!("{first} HTTP/1.1\nHost: HOST\nCookie: COOKIE{more}\n\n"))
    }

    /// Bytes in, bytes out; a server that cuts the connection has said what it wanted to say.
    pub(crate) fn send(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.server.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut said = Vec::new();
        drop(stream.write_all(bytes));
        drop(stream.read_to_end(&mut said));
        String::from_utf8_lossy(&said).into_owned()
    }

    fn filled(&self, text: &str) -> String {
        let port = self.server.port.to_string();
        let text = text.replace("HOST", &format!("127.0.0.1:{port}")).replace("PORT", &port);
        text.replace("COOKIE", &self.cookie).replace("TOKEN", self.server.token())
    }
}

#[track_caller]
fn parsed(said: &str) -> Answer {
    let (head, body) = said.split_once("\r\n\r\n").unwrap_or((said, ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    let status = first.split(' ').nth(1).unwrap_or_default().parse();
    let status = status.unwrap_or_else(|_| panic!("no answer but {said:?}"));
    let fields = lines.filter_map(|line| line.split_once(": "));
    let headers = fields.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Answer { status, headers, body: body.to_owned() }
}

/// Sends each request and compares the statuses, so that all that are wrong are seen at once.
#[track_caller]
pub(crate) fn check(stage: &Stage, expected: &[(u16, &str)]) {
    let wrong: Vec<String> = expected
        .iter()
        .filter_map(|(status, request)| {
            let answer = stage.ask(request);
            (answer.status != *status).then(|| format!("{} instead of {status}: {request}", answer.status))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
