//! The pretend app as a process of its own, which commits while the engine works, closes, or is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// A running app.
pub struct Running {
    child: Child,
    first: Receiver<()>,
    reader: JoinHandle<Vec<String>>,
}

/// What an app said before it ended.
#[derive(Debug)]
pub struct Ended {
    /// The entries that it had committed, in order.
    pub acknowledged: Vec<i64>,
    /// Why it gave up, if it did: `SQLITE_BUSY`, for example.
    pub trouble: Option<String>,
}

impl Running {
    /// Starts the app (`program` is the built `pretend_app`) and waits for its first commit. It commits entries from
    /// `number` on, `pause` apart, and waits `patience` for somebody else's lock.
    pub fn start(program: &str, database: &Path, number: i64, patience: Duration, pause: Duration) -> Self {
        let mut command = Command::new(program);
        command.arg(database).arg(number.to_string());
        command.arg(patience.as_millis().to_string()).arg(pause.as_millis().to_string());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (told, first) = channel();
        let reader = std::thread::spawn(move || {
            // Nobody waits any more after the first.
            read(stdout, || told.send(()).unwrap_or_default())
        });
        let running = Self { child, first, reader };
        // An error means that the app ended without a commit; it is told when it is stopped.
        running.first.recv().unwrap_or_default();
        running
    }

    /// Asks the app to close.
    pub fn close(mut self) -> Ended {
        drop(self.child.stdin.take());
        self.end()
    }

    /// Kills the app.
    pub fn kill(mut self) -> Ended {
        self.child.kill().unwrap();
        self.end()
    }

    fn end(mut self) -> Ended {
        let lines = self.reader.join().unwrap();
        self.child.wait().unwrap();
        let trouble = lines.iter().find(|line| line.starts_with("failed")).cloned();
        // A kill may cut the last line short only if nothing of it was written: it is one write.
        let acknowledged = lines.iter().filter_map(|line| line.parse().ok()).collect();
        Ended { acknowledged, trouble }
    }
}

fn read(stdout: ChildStdout, mut each: impl FnMut()) -> Vec<String> {
    let mut lines = Vec::new();
    for line in BufReader::new(stdout).lines() {
        lines.push(line.unwrap());
        if lines.len() == 1 {
            each();
        }
    }
    lines
}
