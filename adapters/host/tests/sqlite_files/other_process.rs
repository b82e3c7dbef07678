//! A second process with SQLite connections of its own: within one process SQLite shares its locks, so nothing that is
//! about other programs can be shown there. The process is this test binary, run again for [`role`] alone.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use rusqlite::Connection;

const ROLE: &str = "OMNICRAFT_TEST_ROLE";
const DATABASE: &str = "OMNICRAFT_TEST_DATABASE";

/// The other process; it ends when this is dropped.
pub(crate) struct Other {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Other {
    /// Starts a process in a role, and waits until it plays it.
    pub(crate) fn start(role: &str, database: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", "other_process::role", "--nocapture", "--test-threads=1"])
            .env(ROLE, role)
            .env(DATABASE, database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start the other process");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("output"));
        let mut other = Self { child, input, output };
        other.line("ready");
        other
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Tells it to end, and returns what it has to say.
    pub(crate) fn end(mut self) -> String {
        drop(self.input.take());
        let line = self.line("done");
        self.child.wait().expect("end");
        line
    }

    /// The rest of the line that begins with a word; the test harness of the child prints other lines.
    fn line(&mut self, word: &str) -> String {
        let mut line = String::new();
        while self.output.read_line(&mut line).expect("a line") > 0 {
            if let Some(at) = line.find(word) {
                return line[at + word.len()..].trim().to_owned();
            }
            line.clear();
        }
        panic!("the other process ended before it said {word}");
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// What the other process does. In the test run itself there is no role to play, only its names to check.
#[test]
fn role() {
    let Ok(role) = std::env::var(ROLE) else {
        assert!(std::env::var_os(DATABASE).is_none(), "a database without a role");
        return;
    };
    let path = std::env::var_os(DATABASE).expect("a database");
    let connection = Connection::open(path).expect("open");
    connection.busy_timeout(Duration::ZERO).expect("timeout");
    match role.as_str() {
        "writer" => write_at_full_speed(&connection),
        "reader" => {
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).expect("read");
            until_told_to_end();
        }
        "checkpointer" => checkpoint_at_full_speed(&connection),
        // Begins the log anew and checkpoints that.
        "thief" => {
            for mode in ["TRUNCATE", "PASSIVE"] {
                connection.execute_batch("UPDATE goods SET price = price + 1").expect("commit");
                let sql = format!("PRAGMA wal_checkpoint({mode})");
                connection.query_row(&sql, [], |_| Ok(())).expect("checkpoint");
            }
            until_told_to_end();
        }
        "locker" => {
            connection.execute_batch("BEGIN EXCLUSIVE").expect("lock");
            until_told_to_end();
        }
        // A kill in the middle of work: the log stays.
        "victim" => {
            connection
                .execute_batch("PRAGMA wal_autocheckpoint = 0; INSERT INTO t (v) VALUES ('in the log')")
                .expect("commit");
            println!("ready");
            std::process::abort();
        }
        other => panic!("no role {other}"),
    }
    println!("done");
}

fn until_told_to_end() {
    println!("ready");
    std::io::stdout().flush().expect("flush");
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

/// Whether it is time to end.
fn asked_to_end() -> impl Fn() -> bool {
    let (told, end) = std::sync::mpsc::channel::<()>();
    std::thread::spawn(move || {
        until_told_to_end();
        drop(told);
    });
    move || end.try_recv() == Err(std::sync::mpsc::TryRecvError::Disconnected)
}

/// In every mode, one after the other.
fn checkpoint_at_full_speed(connection: &Connection) {
    let (is_over, mut whole) = (asked_to_end(), 0);
    for mode in ["PASSIVE", "FULL", "RESTART", "TRUNCATE"].into_iter().cycle().take_while(|_| !is_over()) {
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        let busy = connection.query_row(&sql, [], |row| row.get::<_, i64>(0));
        whole += i32::from(busy == Ok(0));
        std::thread::sleep(Duration::from_micros(300));
    }
    println!("done {whole} of all were done in whole");
}

/// Each commit adds a row and counts it, so that any committed state can be told from a mixture.
fn write_at_full_speed(connection: &Connection) {
    let is_over = asked_to_end();
    let (mut commits, mut busy) = (0, 0);
    while !is_over() {
        let sql = "BEGIN IMMEDIATE; INSERT INTO t (v) VALUES (hex(randomblob(200))); \
                   UPDATE total SET n = n + 1; COMMIT";
        match connection.execute_batch(sql) {
            Ok(()) => commits += 1,
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
                busy += 1;
                let _ = connection.execute_batch("ROLLBACK");
            }
            Err(error) => panic!("{error}"),
        }
    }
    println!("done {commits} commits, {busy} busy");
}
