//! A home with a small business that lived for some days, and the `omnicraft serve` that shows it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Mornings and evenings before the day on which the page is looked at.
const DAYS: [&str; 4] = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"];
/// The day on which it is looked at.
pub(crate) const TODAY: &str = "2026-11-21T09:00[UTC]";

/// A server in a home of its own.
pub(crate) struct Server {
    folder: TempDir,
    process: Child,
    /// What opens the page.
    pub(crate) link: String,
    pub(crate) port: u16,
}

impl Server {
    /// Of a business with backups of some days.
    pub(crate) fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let home = folder.path().join("home");
        call(&home, "2026-11-16T18:00[UTC]", &["init", "--sample", "small"]);
        for day in DAYS {
            call(&home, &format!("{day}T08:00[UTC]"), &["open"]);
            call(&home, &format!("{day}T18:00[UTC]"), &["close"]);
        }
        let (process, document) = serve(&home, &[]);
        let link = document["url"].as_str().unwrap().to_owned();
        let port = document["port"].as_u64().unwrap().try_into().unwrap();
        Self { folder, process, link, port }
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// What the home holds as far as anybody can see: its backups, its policy and what passes through the page's folder.
    pub(crate) fn everything(&self) -> String {
        let home = self.home();
        let listed = omnicraft(&home, TODAY).args(["--json", "list"]).output().unwrap();
        let passing = std::fs::read_dir(home.join(".page")).unwrap().map(|entry| entry.unwrap().file_name());
        let (mut passing, listed): (Vec<_>, _) = (passing.collect(), String::from_utf8(listed.stdout).unwrap());
        passing.sort();
        format!("{listed}\n{passing:?}")
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// The secret in the link.
    pub(crate) fn token(&self) -> &str {
        self.link.rsplit_once("token=").unwrap().1
    }

    /// Ctrl-C, and how it ended.
    pub(crate) fn interrupt(&mut self) -> ExitStatus {
        let sent = Command::new("kill").args(["-INT", &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let start = now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "it does not end");
            pause(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// `omnicraft serve` with its one document.
pub(crate) fn serve(home: &Path, more: &[&str]) -> (Child, Value) {
    let mut command = omnicraft(home, TODAY);
    command.args(["serve", "--no-open", "--json"]).args(more).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(process.stdout.take().unwrap());
    while !said.ends_with("}\n") {
        assert!(lines.read_line(&mut said).unwrap() > 0, "it ended after {said:?}: {:?}", process.wait());
    }
    // Whatever comes after the document is read to its end, so that the server never waits for a reader.
    std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
    let document = serde_json::from_str(&said).unwrap();
    (process, document)
}

/// A call to its end, which must be a good one.
pub(crate) fn call(home: &Path, at: &str, arguments: &[&str]) {
    let output = omnicraft(home, at).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?} ended with {}: {said}", output.status);
}

fn omnicraft(home: &Path, at: &str) -> Command {
    let mut command = Command::new(binary());
    command.env_clear().env("TZ", "UTC").env("PATH", "/usr/bin:/bin").stdin(Stdio::null()).stderr(Stdio::piped());
    command.arg("--home").arg(home).args(["--at", at]);
    command
}

/// Where the binary lies: beside the tests that cargo built, which stand in `deps`.
pub(crate) fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let binary = folder.join(format!("omnicraft{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.is_file(), "{} is missing: run `cargo build -p omnicraft-cli`", binary.display());
    binary
}

pub(crate) fn now() -> Instant {
    Instant::now()
}

pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}
