//! The `omnicraft` binary as a user starts it, and how a call of it ended.

use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use serde_json::Value;

/// How a call ended.
#[derive(Debug)]
pub struct Ran {
    /// With a code, or by a signal.
    pub status: ExitStatus,
    /// What it said.
    pub stdout: String,
    /// Messages.
    pub stderr: String,
}

impl Ran {
    /// The exit code; `None` after a kill.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Whether it was applied, with warnings or without.
    pub fn is_applied(&self) -> bool {
        matches!(self.code(), Some(0 | 3))
    }

    /// Fails the test unless it was applied.
    #[track_caller]
    pub fn applied(self) -> Self {
        assert!(self.is_applied(), "{self}");
        self
    }

    /// The JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "it ended with {}\nstdout:\n{}\nstderr:\n{}", self.status, self.stdout, self.stderr)
    }
}

/// Where the binary lies: beside the tests that cargo built, which stand in `deps`.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(std::path::Path::parent).unwrap();
    let binary = folder.join(format!("omnicraft{}", std::env::consts::EXE_SUFFIX));
    assert!(
        binary.is_file(),
        "{} is missing: run `cargo build -p omnicraft-cli` (`cargo xtask test` does)",
        binary.display()
    );
    binary
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ran {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Words of a line; double quotes keep several together.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
