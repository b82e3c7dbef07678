//! The Time Machine page of a home with a thousand backups: the time from a request to the last byte of the answer, over
//! a real connection, and the weight of everything that a browser loads with it.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]
#![expect(clippy::print_stdout, reason = "the weights are what it is for")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::many;
use omnicraft_web::{Config, Options, Site};

const SNAPSHOTS: usize = 1000;
const PAGES: [(&str, &str); 3] =
    [("home", "/w/shop"), ("home, the last page of cards", "/w/shop?page=25"), ("settings", "/settings")];
const ASSETS: [&str; 3] = ["/assets/page.css", "/assets/page.js", "/assets/live.js"];

fn benchmark(criterion: &mut Criterion) {
    let home = many::snapshots(SNAPSHOTS);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Config { home: home.path().to_owned(), ports: Box::new(many::ports), start_app: None };
    let site = Site::open(config, port).unwrap();
    let mut browser = Browser::enter(port, &site.link());
    let over = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&over);
    let server = thread::spawn(move || {
        let stop = Box::new(move || ends.load(Ordering::Relaxed));
        omnicraft_web::serve(site, listener, &Options { idle: None, stop }).unwrap();
    });
    let mut group = criterion.benchmark_group(format!("page with {SNAPSHOTS} backups"));
    for (name, path) in PAGES {
        group.bench_function(name, |bencher| bencher.iter(|| browser.get(path)));
    }
    group.finish();
    weigh(&mut browser);
    drop(browser);
    over.store(true, Ordering::Relaxed);
    server.join().unwrap();
}

/// What a browser loads to show a page for the first time.
fn weigh(browser: &mut Browser) {
    let assets: usize = ASSETS.iter().map(|path| browser.get(path)).sum();
    for (name, path) in PAGES {
        let page = browser.get(path);
        println!("{name}: {page} bytes, with style and scripts {} bytes", page + assets);
    }
}

/// One connection that stays open, as a browser's does.
struct Browser {
    port: u16,
    cookie: String,
    stream: Option<BufReader<TcpStream>>,
}

impl Browser {
    /// Prepares to follow the link that the program prints, once the site is served.
    fn enter(port: u16, link: &str) -> Self {
        let path = link.split_once(&port.to_string()).unwrap().1.to_owned();
        Self { port, cookie: path, stream: None }
    }

    /// The size of an answer's body.
    fn get(&mut self, path: &str) -> usize {
        if self.stream.is_none() {
            self.stream = Some(BufReader::new(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap()));
            let entrance = std::mem::take(&mut self.cookie);
            let (head, _) = self.ask(&entrance);
            let cookie = head.iter().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        let (head, size) = self.ask(path);
        assert!(head[0].contains(" 200 "), "{path}: {}", head[0]);
        size
    }

    fn ask(&mut self, path: &str) -> (Vec<String>, usize) {
        let (port, cookie) = (self.port, &self.cookie);
        let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n");
        let stream = self.stream.as_mut().unwrap();
        stream.get_mut().write_all(request.as_bytes()).unwrap();
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            let line = line.trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        let length =
            head.iter().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        (head, length)
    }
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
