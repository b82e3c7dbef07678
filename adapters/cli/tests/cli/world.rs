//! A home for one test, commands in, transcript out. Sizes, durations and paths of the machine are masked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use expect_test::Expect;
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

/// A Saturday in a month and a year in which nothing else begins.
pub(crate) const SATURDAY: &str = "2026-11-21T08:30[UTC]";

/// A home and a clock.
pub(crate) struct World {
    folder: TempDir,
    at: String,
}

/// What one call said.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    /// Fails the test unless the call ended so.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

impl World {
    /// No home yet.
    pub(crate) fn nothing() -> Self {
        Self::at(SATURDAY)
    }

    /// No home yet, at this time.
    pub(crate) fn at(at: &str) -> Self {
        Self { folder: TempDir::new().unwrap(), at: at.to_owned() }
    }

    /// A home that looks after one database of 100 rows, whose app the engine does not know.
    pub(crate) fn shop() -> Self {
        let world = Self::nothing();
        world.run("init").ends(0);
        world.run("--yes workspace remove my-workshop").ends(0);
        world.sql("shop.db", "PRAGMA journal_mode = WAL; CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT)");
        world.add_goods(100);
        world.run(&format!("workspace add Shop --db {}", world.path("shop.db").display())).ends(0);
        world
    }

    /// A home with the small sample business, made once and copied.
    pub(crate) fn business() -> Self {
        static SAMPLE: OnceLock<World> = OnceLock::new();
        let sample = SAMPLE.get_or_init(|| {
            let world = Self::nothing();
            world.run("init --sample small").ends(0);
            world
        });
        let world = Self::nothing();
        copy_folder(&sample.home(), &world.home());
        world
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A path beside the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn backup(&self, name: &str) -> PathBuf {
        self.home().join("backups").join(name)
    }

    /// Moves the clock.
    pub(crate) fn clock(&mut self, at: &str) -> &mut Self {
        at.clone_into(&mut self.at);
        self
    }

    /// A call that has not started yet.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_omnicraft"));
        command.env_clear().env("TZ", "UTC").env("OMNICRAFT_HOME", self.home()).env("PATH", "/usr/bin:/bin");
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command.arg("--at").arg(&self.at).args(split(line));
        command
    }

    /// One call, to its end.
    pub(crate) fn run(&self, line: &str) -> Ran {
        finish(&mut self.command(line))
    }

    /// One call's JSON document.
    #[track_caller]
    pub(crate) fn json(&self, line: &str) -> Value {
        self.run(&format!("--json {line}")).ends(0).json()
    }

    /// Several calls and what each said: stdout as it is, stderr behind `!`, an exit code that is not 0. A line
    /// `at …` moves the clock, a line `goods …` adds rows.
    #[track_caller]
    pub(crate) fn check(&mut self, script: &str, expected: &Expect) {
        let mut transcript = String::new();
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(at) = line.strip_prefix("at ") {
                self.clock(at);
                continue;
            }
            if let Some(count) = line.strip_prefix("goods ") {
                self.add_goods(count.parse().unwrap());
                continue;
            }
            let ran = self.run(line);
            transcript += &format!("$ {line}\n");
            transcript += &ran.stdout;
            for line in ran.stderr.lines() {
                transcript += &format!("! {line}\n");
            }
            if ran.code != 0 {
                transcript += &format!("exit {}\n", ran.code);
            }
        }
        expected.assert_eq(&self.mask(&transcript));
    }

    /// What differs from machine to machine.
    pub(crate) fn mask(&self, text: &str) -> String {
        let real = self.folder.path().canonicalize().unwrap();
        let text = text.replace(real.to_str().unwrap(), "TMP").replace(self.folder.path().to_str().unwrap(), "TMP");
        mask_numbers(&text)
    }

    /// Runs SQL on a file beside the home.
    pub(crate) fn sql(&self, name: &str, sql: &str) {
        Connection::open(self.path(name)).unwrap().execute_batch(sql).unwrap();
    }

    /// Adds rows to the shop's database.
    pub(crate) fn add_goods(&self, count: u32) {
        let series = format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})");
        self.sql("shop.db", &format!("{series} INSERT INTO goods (name) SELECT 'thing ' || i FROM n"));
    }

    /// Rows in the shop's database.
    pub(crate) fn goods(&self) -> i64 {
        count(&self.path("shop.db"), "goods")
    }

    /// Every byte that must not be lost: live databases, snapshots and manifests.
    pub(crate) fn treasure(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut treasure = BTreeMap::new();
        collect(self.folder.path(), &mut treasure);
        treasure
    }

    /// Does something that must change no byte of the treasure.
    #[track_caller]
    pub(crate) fn nothing_lost<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = self.treasure();
        let done = work();
        let after = self.treasure();
        let changed: Vec<_> = before.iter().filter(|(path, bytes)| after.get(*path) != Some(bytes)).collect();
        let changed: Vec<_> = changed.into_iter().map(|(path, _)| path).collect();
        assert!(changed.is_empty(), "lost or changed: {changed:?}");
        done
    }

    /// Does something that must change no byte, no name and no folder in the home.
    #[track_caller]
    pub(crate) fn nothing_changed<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = tree(&self.home());
        let done = work();
        let after = tree(&self.home());
        let paths: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        let changed: Vec<_> = paths.into_iter().filter(|path| before.get(*path) != after.get(*path)).collect();
        assert!(changed.is_empty(), "changed: {changed:?}");
        done
    }

    /// Ids, slots and standing of all snapshots, the newest first.
    pub(crate) fn slots(&self) -> Vec<String> {
        let word = |snapshot: &Value, key: &str| snapshot[key].as_str().unwrap().to_owned();
        let list = self.json("list");
        list.as_array().unwrap().iter().map(|s| format!("{} {}", word(s, "id"), word(s, "slot"))).collect()
    }
}

/// A process's answer.
pub(crate) fn finish(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Rows in a table.
pub(crate) fn count(path: &Path, table: &str) -> i64 {
    let connection = Connection::open(path).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0)).unwrap()
}

/// Every row of every table, value by value and type by type, rowids included.
pub(crate) fn content(path: &Path) -> BTreeMap<String, Vec<String>> {
    let connection = Connection::open(path).unwrap();
    let sql = "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') \
               AND name NOT LIKE 'sqlite_s%' OR name = 'sqlite_sequence'";
    let mut tables = connection.prepare(sql).unwrap();
    let tables = tables.query_map((), |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))).unwrap();
    let rows = |(table, keyed): (String, bool)| {
        let rowid = if keyed { "" } else { "rowid, " };
        let sql = format!("SELECT {rowid}* FROM \"{}\"", table.replace('"', "\"\""));
        let mut statement = connection.prepare(&sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map((), |row| {
            (0..columns).map(|column| Ok(format!("{:?}", row.get_ref(column)?))).collect::<Result<String, _>>()
        });
        let mut rows: Vec<String> = rows.unwrap().map(Result::unwrap).collect();
        rows.sort();
        (table, rows)
    };
    tables.map(Result::unwrap).map(rows).collect()
}

/// Every file and folder, with its bytes.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut tree = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            tree.extend(self::tree(&path));
            tree.insert(path, None);
        } else {
            let bytes = fs::read(&path).unwrap();
            tree.insert(path, Some(bytes));
        }
    }
    tree
}

/// A copy of a closed home or folder.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Words of a line; double quotes keep several together.
fn split(line: &str) -> Vec<String> {
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

/// The catalog, the registry and SQLite's own files beside a database change on their own.
fn collect(folder: &Path, into: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap();
        let treasure = name.ends_with(".db") || name.ends_with(".json");
        if path.is_dir() {
            collect(&path, into);
        } else if treasure && name != "catalog.db" && name != "workspaces.json" {
            into.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

/// `4.2 MB` becomes `SIZE`, `0.3 s` becomes `TIME`.
fn mask_numbers(text: &str) -> String {
    let mut masked = String::new();
    let mut words = text.split_inclusive([' ', '\n']).peekable();
    while let Some(word) = words.next() {
        let number = word.trim_start_matches('(').trim_end();
        let decimal = number.split_once('.').is_some_and(|(a, b)| is_number(a) && is_number(b));
        let is_letter = |letter: char| letter.is_ascii_alphabetic();
        let unit = words.peek().map(|unit| &unit[..unit.find(|c| !is_letter(c)).unwrap_or(unit.len())]);
        let mask = match unit.unwrap_or_default() {
            "KB" | "MB" | "GB" | "TB" if decimal => "SIZE",
            "s" if decimal => "TIME",
            _ => "",
        };
        if mask.is_empty() {
            masked += word;
            continue;
        }
        let unit = words.next().unwrap_or_default();
        masked += if word.starts_with('(') { "(" } else { "" };
        masked += mask;
        masked += unit.trim_start_matches(is_letter);
    }
    // The columns of a table are as wide as what was masked.
    let squeeze = |line: &str| {
        let indent = line.len() - line.trim_start().len();
        let words: Vec<&str> = line.split("  ").map(str::trim).filter(|word| !word.is_empty()).collect();
        format!("{}{}\n", &line[..indent], words.join("  "))
    };
    masked.lines().map(squeeze).collect()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
