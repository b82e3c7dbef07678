//! A pretend app: commits entries to its books as fast as it may, tells each one on stdout when it is committed, and
//! closes its database when stdin ends. Arguments: the database, the first entry's number, milliseconds to wait for
//! somebody else's lock, milliseconds between two commits.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "its acknowledgements")]

use std::io::{self, Read};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use omnicraft_harness::books;
use omnicraft_host::ports::clock::{Clock, SystemClock};
use rusqlite::{Connection, OpenFlags};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match parse(&arguments) {
        None => {
            println!("usage: pretend_app DATABASE FIRST PATIENCE PAUSE");
            ExitCode::from(2)
        }
        Some(job) => match work(&job) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                println!("failed: {error}");
                ExitCode::FAILURE
            }
        },
    }
}

struct Job<'a> {
    database: &'a str,
    first: i64,
    patience: Duration,
    pause: Duration,
}

fn parse(arguments: &[String]) -> Option<Job<'_>> {
    let [database, first, patience, pause] = arguments else {
        return None;
    };
    let milliseconds = |text: &str| text.parse().ok().map(Duration::from_millis);
    Some(Job { database, first: first.parse().ok()?, patience: milliseconds(patience)?, pause: milliseconds(pause)? })
}

fn work(job: &Job<'_>) -> rusqlite::Result<()> {
    let mut connection = Connection::open_with_flags(job.database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(job.patience)?;
    let closing = until_stdin_ends();
    let clock = SystemClock::new();
    for number in job.first.. {
        if closing.load(Ordering::Relaxed) {
            break;
        }
        books::commit(&mut connection, number)?;
        println!("{number}");
        if !job.pause.is_zero() {
            clock.wait(job.pause);
        }
    }
    connection.close().map_err(|(_, error)| error)
}

fn until_stdin_ends() -> Arc<AtomicBool> {
    let closing = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&closing);
    std::thread::spawn(move || {
        let ended = io::stdin().read_to_end(&mut Vec::new());
        told.store(true, Ordering::Relaxed);
        ended
    });
    closing
}
