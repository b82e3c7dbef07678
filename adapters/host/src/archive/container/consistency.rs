//! Whether a manifest can be true: the files it names are those in the archive, its sizes fit, and its names are names
//! that a database and a list of workspaces can have.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, Zoned};
use omnicraft_core::model::Facts;

use crate::archive::directory::Directory;
use crate::archive::findings::Findings;
use crate::archive::manifest::{
    ColumnEntry, CsvManifest, FileEntry, GlobalManifest, Manifest, TableEntry, WorkspaceRecord,
};
use crate::archive::{layout, lines};
use crate::perform::registry;

/// More columns than SQLite can be built for.
const MOST_COLUMNS: usize = 32_767;
/// The names of a rowid.
const ROWID: [&str; 3] = ["rowid", "_rowid_", "oid"];

pub(super) fn check(manifest: &Manifest, directory: &Directory, findings: &mut Findings) {
    let mut check = Check { directory, findings, named: BTreeSet::new() };
    check.named.extend([layout::README.to_owned(), layout::MANIFEST.to_owned()]);
    match manifest {
        Manifest::Csv(csv) => check.csv(csv),
        Manifest::Global(global) => check.global(global),
    }
    check.members();
}

struct Check<'a> {
    directory: &'a Directory,
    findings: &'a mut Findings,
    /// The files that there should be.
    named: BTreeSet<String>,
}

impl Check<'_> {
    fn say(&mut self, text: impl Into<String>) {
        self.findings.member(layout::MANIFEST, text);
    }

    fn require(&mut self, holds: bool, text: impl FnOnce() -> String) {
        if !holds {
            self.say(text());
        }
    }

    /// Exactly the files that the manifest names; each that is missing and each that is too many is listed.
    fn members(&mut self) {
        for name in &self.named {
            if self.directory.get(name).is_none() {
                self.findings.member(name, "it is missing from the archive");
            }
        }
        for entry in self.directory.entries() {
            if !self.named.contains(&entry.name) {
                self.findings.member(&entry.name, "the manifest does not know this file");
            }
        }
    }

    fn csv(&mut self, manifest: &CsvManifest) {
        self.origin(&manifest.app, &manifest.taken_at);
        self.workspace(&manifest.workspace);
        self.facts(&manifest.workspace, &manifest.facts);
        let encoding = &manifest.encoding;
        self.require(matches!(encoding.as_str(), "UTF-8" | "UTF-16le" | "UTF-16be"), || {
            format!("`{}` is no encoding of a database", encoding.escape_debug())
        });
        self.require(manifest.auto_vacuum <= 2, || format!("auto_vacuum cannot be {}", manifest.auto_vacuum));
        for entry in &manifest.schema {
            self.require(matches!(entry.kind.as_str(), "table" | "index" | "view" | "trigger"), || {
                format!("`{}` is nothing that a schema holds", entry.kind.escape_debug())
            });
        }
        let mut names = BTreeMap::new();
        for table in &manifest.tables {
            // As SQLite compares names.
            if names.insert(table.name.to_ascii_lowercase(), ()).is_some() {
                self.say(format!("it has the table `{}` twice", table.name.escape_debug()));
            }
            self.table(table, &manifest.facts);
        }
    }

    fn table(&mut self, table: &TableEntry, facts: &Facts) {
        let name = table.name.escape_debug().to_string();
        let of = |what: &str| format!("of the table `{name}`, {what}");
        let is_own = table.name.len() >= 7 && table.name.as_bytes()[..7].eq_ignore_ascii_case(b"sqlite_");
        self.require(!is_own || table.name == "sqlite_sequence", || {
            format!("`{name}` is a table that SQLite keeps for itself")
        });
        self.require(!table.name.contains('\0'), || of("the name holds a NUL character"));
        self.file(&table.file, "csv");
        self.digest(&table.file, &table.digest);
        if table.bytes > layout::MOST_BYTES || table.rows > layout::MOST_BYTES {
            let text =
                format!("the manifest says more of it than the {} bytes that a file may have", layout::MOST_BYTES);
            self.findings.member(&table.file, text);
        }
        self.require(table.rows <= table.bytes, || of("it says more rows than bytes"));
        let counted = facts.rows.get(&table.name);
        self.require(counted.is_none_or(|rows| *rows == table.rows), || of("it says two different numbers of rows"));
        self.require(table.lines.is_some() == (table.rows <= layout::SPREADSHEET_ROWS), || {
            of("the digests of the rows are there although it is too large, or missing although it is not")
        });
        if let Some(lines) = &table.lines {
            self.file(lines, "lines");
            let bytes = table.rows.checked_mul(lines::WIDTH as u64);
            let there = self.directory.get(lines).map(|entry| entry.size);
            if there.is_some() && there != bytes {
                self.findings.member(
                    lines,
                    format!(
                        "it has not the size of the digests of {} rows of {}",
                        table.rows,
                        table.file.escape_debug()
                    ),
                );
            }
        }
        self.columns(table, &name);
    }

    fn columns(&mut self, table: &TableEntry, name: &str) {
        let columns = &table.columns;
        self.require(!columns.is_empty(), || format!("the table `{name}` has no columns"));
        self.require(columns.len() <= MOST_COLUMNS, || {
            format!("the table `{name}` has more columns than a table can have")
        });
        let mut seen = BTreeSet::new();
        for ColumnEntry { name: column, declared } in columns {
            let shown = column.escape_debug();
            if !seen.insert(column.to_ascii_lowercase()) {
                self.say(format!("the table `{name}` has the column `{shown}` twice"));
            }
            if column.contains('\0') || declared.contains('\0') {
                self.say(format!("the column `{shown}` of the table `{name}` holds a NUL character"));
            }
        }
        if let Some(rowid) = &table.rowid {
            let free = ROWID.contains(&rowid.as_str()) && !seen.contains(rowid);
            self.require(free, || format!("`{}` cannot name the rowid of the table `{name}`", rowid.escape_debug()));
        }
    }

    fn global(&mut self, manifest: &GlobalManifest) {
        self.origin(&manifest.app, &manifest.taken_at);
        self.named.insert(layout::REGISTRY.to_owned());
        self.digest(layout::REGISTRY, &manifest.registry_digest);
        self.require(!manifest.workspaces.is_empty(), || "it has no workspace".to_owned());
        let mut ids = BTreeSet::new();
        for entry in &manifest.workspaces {
            let id = &entry.workspace.id;
            if !ids.insert(id.0.to_lowercase()) {
                self.say(format!("it has the workspace `{}` twice", id.0.escape_debug()));
            }
            self.workspace(&entry.workspace);
            self.facts(&entry.workspace, &entry.facts);
            self.sized(&entry.database, "db");
            if let Some(csv) = &entry.csv {
                self.sized(csv, "zip");
            }
        }
    }

    /// A file whose size the manifest says; nobody may have edited it.
    fn sized(&mut self, entry: &FileEntry, kind: &str) {
        self.file(&entry.file, kind);
        self.digest(&entry.file, &entry.digest);
        let there = self.directory.get(&entry.file).map(|there| there.size);
        if let Some(size) = there.filter(|size| *size != entry.bytes) {
            let text = format!("it has {size} bytes, and the manifest says {}", entry.bytes);
            self.findings.member(&entry.file, text);
        }
    }

    /// A file of a certain kind that nothing else in the manifest names. Whatever is in the archive has an allowed name.
    fn file(&mut self, name: &str, kind: &str) {
        let shown = name.escape_debug();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        self.require(ending == Some(kind), || format!("the file `{shown}` should be named `….{kind}`"));
        if !self.named.insert(name.to_owned()) {
            self.say(format!("it names the file `{}` twice", name.escape_debug()));
        }
    }

    fn digest(&mut self, file: &str, digest: &str) {
        let is_hex = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        self.require(digest.len() == 64 && digest.bytes().all(is_hex), || {
            format!("the digest of `{}` is none", file.escape_debug())
        });
    }

    fn origin(&mut self, app: &str, taken_at: &str) {
        self.require(!app.is_empty(), || "it does not say of which app it is".to_owned());
        // A zone that this machine does not know makes nothing unreadable: the instant counts.
        let instant = taken_at.split('[').next().unwrap_or_default();
        let is_time = taken_at.parse::<Zoned>().is_ok() || instant.parse::<Timestamp>().is_ok();
        self.require(is_time, || format!("taken_at is no time with a zone, but `{}`", taken_at.escape_debug()));
    }

    fn workspace(&mut self, record: &WorkspaceRecord) {
        if let Err(reason) = registry::check_place(&record.id, &record.folder, &record.database) {
            self.say(reason);
        }
    }

    fn facts(&mut self, workspace: &WorkspaceRecord, facts: &Facts) {
        let of = |what: &str| format!("of the workspace `{}`, {what}", workspace.id.0.escape_debug());
        let size = facts.page_size;
        self.require(size.is_power_of_two() && (512..=65_536).contains(&size), || {
            of(&format!("{size} is no size of a page"))
        });
        let modes = ["delete", "truncate", "persist", "memory", "wal", "off", ""];
        let mode = facts.journal_mode.as_str();
        self.require(modes.contains(&mode), || of(&format!("`{}` is no journal mode", mode.escape_debug())));
    }
}
