//! Serves the site until somebody ends it or nobody needs it any more. Connections come in here, with hyper's limits on
//! slow and huge heads; what they ask for is decided behind the guard.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use omnicraft_host::ports::clock::Clock;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::routes::routes;
use crate::site::Site;

/// When to end.
pub struct Options {
    /// After so long without a connection and without a job; `None` never.
    pub idle: Option<Duration>,
    /// Asked several times a second: whether it is time.
    pub stop: Box<dyn Fn() -> bool>,
}

/// Between two looks whether to end.
const LOOK: Duration = Duration::from_millis(200);
/// A head that takes longer, and a connection that asks for nothing for so long, are given up.
const HEAD: Duration = Duration::from_secs(10);
/// A browser sends some twenty fields.
const MOST_FIELDS: usize = 64;
/// Line, fields and all of a head.
const LARGEST_HEAD: usize = 32 << 10;
/// A browser holds six. Whoever comes beyond this waits.
const MOST_CONNECTIONS: usize = 128;
/// What is being sent when the server ends may take so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves the site, on threads of its own, until `options` say that it is over, and waits for what is under way: a job
/// is asked to stop first, and one that may not stop any more is finished. Let `listener` be bound to the loopback.
///
/// # Errors
/// A listener that cannot be waited on, and an operating system that gives no threads.
pub fn serve(site: Arc<Site>, listener: TcpListener, options: &Options) -> io::Result<()> {
    let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("page").enable_all().build()?;
    let served = runtime.block_on(accept(&site, listener, options));
    // Ends whoever still holds the site, so that it is this thread which waits for the engine.
    drop(runtime);
    drop(site);
    served
}

async fn accept(site: &Arc<Site>, listener: TcpListener, options: &Options) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let (app, http) = (routes(Arc::clone(site)), http());
    let (mut connections, graceful) = (JoinSet::new(), GracefulShutdown::new());
    let mut rest = Rest::new(site.desk.ports().clock, options.idle);
    while !(options.stop)() {
        while connections.try_join_next().is_some() {}
        if rest.is_over(connections.is_empty() && site.desk.is_idle()) {
            break;
        }
        if connections.len() >= MOST_CONNECTIONS {
            tokio::time::sleep(LOOK).await;
            continue;
        }
        match timeout(LOOK, listener.accept()).await {
            Ok(Ok((stream, _))) => {
                connections.spawn(one(http.clone(), stream, app.clone(), graceful.watcher()));
            }
            // One that went away before it was taken, or too many open files: others may do better.
            Ok(Err(_)) => tokio::time::sleep(LOOK).await,
            Err(_) => {}
        }
    }
    drop(listener);
    finish(site, connections, graceful).await;
    Ok(())
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_headers(MOST_FIELDS).max_buf_size(LARGEST_HEAD);
    http
}

/// One connection, with all its requests. How it ended concerns nobody: a browser that went away is no error.
async fn one(http: http1::Builder, stream: TcpStream, app: Router, watcher: Watcher) {
    drop(stream.set_nodelay(true));
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    drop(watcher.watch(connection).await);
}

/// Lets answers be sent to their end; a stream of events has none and is cut.
async fn finish(site: &Site, mut connections: JoinSet<()>, graceful: GracefulShutdown) {
    let all_said = async {
        drop(timeout(LOOK, graceful.shutdown()).await);
        while connections.len() > site.news.receiver_count() {
            drop(timeout(LOOK, connections.join_next()).await);
        }
    };
    drop(timeout(PATIENCE, all_said).await);
}

/// How long nobody has needed the server.
struct Rest {
    clock: Box<dyn Clock>,
    since: Duration,
    most: Option<Duration>,
}

impl Rest {
    fn new(clock: Box<dyn Clock>, most: Option<Duration>) -> Self {
        Self { since: clock.monotonic(), clock, most }
    }

    fn is_over(&mut self, nobody: bool) -> bool {
        let now = self.clock.monotonic();
        if !nobody {
            self.since = now;
        }
        self.most.is_some_and(|most| now.saturating_sub(self.since) >= most)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::{self, JoinHandle};

    use omnicraft_host::engine::Engine;
    use omnicraft_host::ports::Ports;
    use omnicraft_host::ports::app::NoApp;
    use omnicraft_host::ports::clock::SystemClock;
    use omnicraft_host::progress::Unobserved;
    use tempfile::TempDir;

    use super::*;
    use crate::site::Config;

    /// A server of an empty home in this process.
    struct Served {
        _place: TempDir,
        site: Arc<Site>,
        port: u16,
        stop: Arc<AtomicBool>,
        thread: JoinHandle<io::Result<()>>,
    }

    impl Served {
        fn start(idle: Option<Duration>) -> Self {
            let place = TempDir::new().unwrap();
            let home = place.path().join("home");
            let ports = || Ports::of_this_machine(Box::new(NoApp));
            drop(Engine::create(&home, ports(), Box::new(Unobserved)).unwrap());
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            let site = Site::open(Config { home, ports: Box::new(ports), start_app: None }, port).unwrap();
            let stop = Arc::new(AtomicBool::new(false));
            let (asked, served) = (Arc::clone(&stop), Arc::clone(&site));
            let thread = thread::spawn(move || {
                let stop = Box::new(move || asked.load(Ordering::SeqCst));
                serve(served, listener, &Options { idle, stop })
            });
            Self { _place: place, site, port, stop, thread }
        }

        /// A page that is open, with the beginning of what it is told.
        fn follow(&self) -> std::net::TcpStream {
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).unwrap();
            let cookie = self.site.gate.set_cookie();
            let cookie = cookie.split(';').next().unwrap();
            let head = format!("GET /events HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nCookie: {cookie}\r\n\r\n", self.port);
            stream.write_all(head.as_bytes()).unwrap();
            let mut said = [0; 12];
            stream.read_exact(&mut said).unwrap();
            assert_eq!(&said, b"HTTP/1.1 200");
            stream
        }

        fn has_ended(&self) -> bool {
            self.thread.is_finished()
        }

        /// How long the end takes from now on.
        fn end(self) -> Duration {
            let clock = SystemClock::new();
            self.thread.join().unwrap().unwrap();
            clock.monotonic()
        }
    }

    fn wait(milliseconds: u64) {
        SystemClock::new().wait(Duration::from_millis(milliseconds));
    }

    #[test]
    fn nobody_needs_it_and_it_ends() {
        let served = Served::start(Some(Duration::from_millis(500)));
        assert!(served.end() < Duration::from_secs(20));
    }

    #[test]
    fn an_open_page_keeps_it_alive_and_a_closed_one_does_not() {
        let served = Served::start(Some(Duration::from_millis(500)));
        let page = served.follow();
        wait(2000);
        assert!(!served.has_ended(), "a page was open");
        drop(page);
        assert!(served.end() < Duration::from_secs(20));
    }

    #[test]
    fn without_a_limit_it_goes_on_until_it_is_told_and_then_waits_for_no_open_page() {
        let served = Served::start(None);
        let mut page = served.follow();
        wait(1000);
        assert!(!served.has_ended());
        served.stop.store(true, Ordering::SeqCst);
        assert!(served.end() < PATIENCE, "an open page is cut");
        let mut rest = Vec::new();
        drop(page.read_to_end(&mut rest));
    }
}
