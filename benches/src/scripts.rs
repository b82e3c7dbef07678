//! Short programs in other languages that do a part of the same work with libraries of theirs. They measure themselves, so
//! that the start of their language does not count; those whose library the machine lacks are left out.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A language with the library that a peer needs.
#[derive(Clone, Copy)]
pub enum Language {
    /// Python with a module.
    Python(&'static str),
    /// Node with a package.
    Node(&'static str),
}

impl Language {
    /// Whether this machine has both.
    pub fn is_here(self) -> bool {
        let look = match self {
            Self::Python(module) => format!("import {module}"),
            Self::Node(package) => format!("require('{package}')"),
        };
        self.command(&look).output().is_ok_and(|output| output.status.success())
    }

    /// Runs a script with some files and words, and returns the seconds that it prints.
    pub fn run<'a>(self, script: &str, paths: &[&Path], words: impl Iterator<Item = &'a str>) -> Duration {
        let output = self.command(script).args(paths).args(words).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Duration::from_secs_f64(String::from_utf8_lossy(&output.stdout).trim().parse().unwrap())
    }

    fn command(self, script: &str) -> Command {
        let (program, flag) = match self {
            Self::Python(_) => ("python3", "-c"),
            Self::Node(_) => ("node", "-e"),
        };
        let mut command = Command::new(program);
        command.args([flag, script]);
        command
    }
}

/// A library that copies a database through SQLite's backup API.
#[derive(Clone, Copy)]
pub struct Backup {
    /// What it is called.
    pub name: &'static str,
    language: Language,
    script: &'static str,
}

/// Those that are here: Python's own, and what PyPI and npm have.
pub fn backups() -> impl Iterator<Item = Backup> {
    [PYTHON, APSW, BETTER_SQLITE3].into_iter().filter(|backup| backup.language.is_here())
}

const PYTHON: Backup = Backup {
    name: "Python's Connection.backup + fsync",
    language: Language::Python("sqlite3"),
    script: "
import os, sqlite3, sys, time
start = time.perf_counter()
source, target = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[2])
source.backup(target)
target.close()
file = os.open(sys.argv[2], os.O_RDONLY)
os.fsync(file)
print(time.perf_counter() - start)
",
};

const APSW: Backup = Backup {
    name: "apsw's backup + fsync",
    language: Language::Python("apsw"),
    script: "
import apsw, os, sys, time
start = time.perf_counter()
source, target = apsw.Connection(sys.argv[1]), apsw.Connection(sys.argv[2])
with target.backup('main', source, 'main') as backup:
    while not backup.done:
        try:
            backup.step()
        except apsw.BusyError:
            time.sleep(0.001)
target.close()
file = os.open(sys.argv[2], os.O_RDONLY)
os.fsync(file)
print(time.perf_counter() - start)
",
};

const BETTER_SQLITE3: Backup = Backup {
    name: "better-sqlite3's backup + fsync",
    language: Language::Node("better-sqlite3"),
    script: "
const fs = require('fs'), Database = require('better-sqlite3');
const [from, to] = process.argv.slice(1), start = process.hrtime.bigint();
// All pages in one go: in pieces, a writer beside it would have it begin again and again.
new Database(from).backup(to, { progress: () => 2 ** 30 }).then(() => {
    fs.fsyncSync(fs.openSync(to));
    console.log(Number(process.hrtime.bigint() - start) / 1e9);
});
",
};

impl Backup {
    /// Copies a database, which Python and Node open by themselves, and makes the copy durable.
    pub fn copy(self, from: &Path, to: &Path) -> Duration {
        self.language.run(self.script, &[from, to], std::iter::empty())
    }
}
