//! Builds the database step by step: tables, rows, indexes, then what has no pages. The file is worthless until it is
//! whole, so nothing before its end is durable, whatever is committed.

use std::collections::{BTreeMap, BTreeSet};

use omnicraft_core::outcome::FailureKind;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};

use super::loader::Loader;
use super::proof::{self, Sum, Told};
use super::schema::{Entry, SEQUENCES, Schema, Shape};
use super::{Load, authorizer, feed, references, search, unique};
use crate::archive::container::Container;
use crate::archive::findings::Findings;
use crate::archive::manifest::TableEntry;
use crate::archive::sheet::Trip;
use crate::error::{Result, Stop};
use crate::progress::Progress;
use crate::sqlite::{interruptible, open};
use crate::two_cores;

const ATTEMPTED: &str = "build the database of the archive";

/// A database that is being built.
pub(super) struct Build<'a, 'p, 'o> {
    pub(super) load: &'a Load<'a>,
    pub(super) schema: &'a Schema,
    pub(super) connection: &'a Connection,
    pub(super) progress: &'p mut Progress<'o>,
    pub(super) findings: Findings,
    /// What each table should hold, where an edited archive is accepted.
    sums: BTreeMap<String, Option<Sum>>,
    /// Tables that lack rows of the archive.
    pub(super) refused: BTreeSet<String>,
}

/// Builds the database of a schema that fits the archive, seals and closes it.
pub(super) fn build(load: &Load<'_>, schema: &Schema, progress: &mut Progress<'_>) -> Result<Findings> {
    let failed = |error: rusqlite::Error| failed(load, &error);
    let connection = open::target(load.opener, load.to).map_err(failed)?;
    prepare(&connection, load, schema).map_err(failed)?;
    let mut build = Build {
        load,
        schema,
        connection: &connection,
        progress,
        findings: Findings::default(),
        sums: BTreeMap::new(),
        refused: BTreeSet::new(),
    };
    build.all()?;
    let findings = build.findings;
    if findings.is_empty() {
        connection.execute_batch("COMMIT").map_err(failed)?;
        seal(connection, load)?;
    }
    Ok(findings)
}

/// What must be settled before the first page is written, and what makes loading fast. Rules are SQLite's to check, but
/// foreign keys come last. A row that is refused needs its statement undone, hence a journal, which is memory.
fn prepare(connection: &Connection, load: &Load<'_>, schema: &Schema) -> rusqlite::Result<()> {
    let manifest = load.manifest;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.execute_batch(&format!(
        "PRAGMA main.page_size = {}; PRAGMA main.auto_vacuum = {}; PRAGMA main.encoding = '{}';",
        manifest.facts.page_size,
        manifest.auto_vacuum,
        manifest.encoding.replace('\'', ""),
    ))?;
    connection.execute_batch(&format!(
        "PRAGMA main.locking_mode = EXCLUSIVE; PRAGMA main.journal_mode = MEMORY; PRAGMA main.synchronous = OFF;
         PRAGMA foreign_keys = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -32768;
         PRAGMA main.application_id = {}; PRAGMA main.user_version = {}; BEGIN IMMEDIATE",
        schema.application_id, schema.user_version,
    ))
}

fn seal(connection: Connection, load: &Load<'_>) -> Result<()> {
    let failed = |error: rusqlite::Error| failed(load, &error);
    let sealed = connection.query_row("PRAGMA main.journal_mode = DELETE", [], |row| row.get::<_, String>(0));
    let mode = sealed.map_err(failed)?;
    if mode != "delete" {
        let reason = format!("its journal mode stays {mode}");
        return Err(Stop::new(FailureKind::Io, ATTEMPTED, load.to, reason, "Check the disk and try again"));
    }
    connection.close().map_err(|(_, error)| failed(error))
}

impl<'a> Build<'a, '_, '_> {
    /// Each step finds all that it can; but what follows from a table that is not there is no news.
    fn all(&mut self) -> Result<()> {
        self.tables()?;
        if !self.findings.is_empty() {
            return Ok(());
        }
        self.rows()?;
        let schema = self.schema;
        let entries = self.load.manifest.tables.iter();
        let tables: Vec<_> = entries.filter_map(|entry| Some((entry, schema.table(&entry.name)?))).collect();
        let told = self.rules_and_tables(&tables)?;
        if self.findings.is_empty() {
            let edited = self.prove(&tables, &told)?;
            self.texts()?;
            if edited {
                search::refresh(self)?;
            }
        }
        Ok(())
    }

    /// Makes the tables. A virtual table is only entered: SQLite looks at the entry when the file is opened again, so
    /// that until then its shadow tables are tables like others.
    fn tables(&mut self) -> Result<()> {
        for entry in self.schema.entries.iter().filter(|entry| entry.kind == "table") {
            let made = if entry.has_pages { self.create(entry) } else { self.enter(entry) };
            if let Err(error) = made {
                self.lacking(&format!("the table “{}”", entry.name), &error)?;
            }
        }
        let counted = self.connection.table_exists(Some("main"), SEQUENCES).map_err(|error| self.failed(&error))?;
        if !counted && self.schema.table(SEQUENCES).is_some() {
            // Some table counted once; SQLite keeps the table of counts for good.
            let sql =
                "CREATE TABLE omnicraft_counts (id INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE omnicraft_counts";
            self.connection.execute_batch(sql).map_err(|error| self.failed(&error))?;
        }
        Ok(())
    }

    /// Loads every table; the counts last, because loading counts.
    fn rows(&mut self) -> Result<()> {
        let load = self.load;
        let (counts, tables): (Vec<&TableEntry>, Vec<&TableEntry>) =
            load.manifest.tables.iter().partition(|table| table.name == SEQUENCES);
        let total = load.manifest.tables.iter().map(|table| table.rows).fold(0, u64::saturating_add);
        let done = self.fill(&tables, 0, total)?;
        if !counts.is_empty() {
            self.connection.execute_batch("DELETE FROM main.sqlite_sequence").map_err(|error| self.failed(&error))?;
            self.fill(&counts, done, total)?;
        }
        Ok(())
    }

    /// Fills tables side by side with the reading, and returns how many rows are done.
    fn fill(&mut self, tables: &[&'a TableEntry], mut done: u64, total: u64) -> Result<u64> {
        let mut loaders = Vec::new();
        for table in tables {
            loaders.push(self.loader(table)?);
        }
        let (load, connection_failed) = (self.load, |error: rusqlite::Error| failed(self.load, &error));
        let (findings, progress) = (&mut self.findings, &mut *self.progress);
        let (mut read, mut last) = (Findings::default(), 0);
        feed::feed(load, tables, &mut read, &mut |place, rows| {
            progress.at(done, total)?;
            done = done.saturating_add(rows.len() as u64);
            if let Some(loader) = loaders[last].as_mut().filter(|_| last != place) {
                loader.rest();
            }
            last = place;
            let Some(loader) = &mut loaders[place] else { return Ok(()) };
            loader.insert_all(&rows, findings).map_err(connection_failed)
        })?;
        findings.append(read);
        for (table, loader) in tables.iter().zip(loaders) {
            match loader {
                Some(loader) if !loader.refused => drop(self.sums.insert(table.name.clone(), loader.sum)),
                _ => drop(self.refused.insert(table.name.clone())),
            }
        }
        Ok(done)
    }

    /// What fills a table, unless this SQLite lacks what the rules of the table need.
    pub(super) fn loader(&mut self, entry: &'a TableEntry) -> Result<Option<Loader<'a, 'a>>> {
        let Some(shape) = self.schema.table(&entry.name) else { return Ok(None) };
        match Loader::new(self.connection, entry, shape, self.load.accept_edited) {
            Ok(loader) => Ok(Some(loader)),
            Err(error) if is_lacking(&error) => {
                self.findings.member(&entry.file, format!("its table cannot be filled by this program: {error}"));
                Ok(None)
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Completes the rules, and learns what an archive would say of the tables now, if nothing is wrong.
    ///
    /// Where it pays, both are done at the same time. What is learnt is then of what is in the file: its tables are
    /// committed, and making indexes leaves their pages alone. Not so with `auto_vacuum`, which moves pages to make room for
    /// the root of an index; and an edited archive may say any number of rows, by which the reading is split.
    fn rules_and_tables(&mut self, tables: &[(&TableEntry, &Shape)]) -> Result<Vec<Told>> {
        let load = self.load;
        let bytes = tables.iter().map(|(entry, _)| entry.bytes).fold(0, u64::saturating_add);
        let is_fit = self.findings.is_empty() && load.manifest.auto_vacuum == 0 && !load.accept_edited;
        if !is_fit || !open::two_cores_pay(load.opener, bytes, self.progress) {
            self.rules()?;
            return if self.findings.is_empty() { self.told(tables) } else { Ok(Vec::new()) };
        }
        self.connection.execute_batch("COMMIT; BEGIN IMMEDIATE").map_err(|error| self.failed(&error))?;
        let mut readers = open::sealed_for_cores(load.opener, load.to, bytes, self.progress)?;
        for reader in &readers {
            // It relies on nobody writing what it reads: the tables stay as they are, and with this the schema does for it.
            reader.execute_batch("BEGIN; SELECT 1 FROM main.sqlite_schema").map_err(|error| self.failed(&error))?;
        }
        let counted: Vec<_> = tables.iter().map(|(entry, shape)| (&shape.archived, entry.rows)).collect();
        let (told, ()) = two_cores::both_with(
            self,
            |build| build.progress.cancelled(),
            |watcher| proof::all_told(&mut readers, &counted, watcher),
            Self::rules,
        )?;
        if !self.findings.is_empty() {
            // What cannot be read where a rule is broken is no news.
            return Ok(Vec::new());
        }
        told.map_err(|trip| match trip {
            Trip::Sqlite(error) => self.failed(&error),
            Trip::Hung | Trip::Unfit(_) => {
                Stop::new(FailureKind::Io, ATTEMPTED, load.to, "reading it back broke off", "Try again")
            }
        })
    }

    fn rules(&mut self) -> Result<()> {
        unique::indexes(self)?;
        references::check(self)
    }

    fn told(&mut self, tables: &[(&TableEntry, &Shape)]) -> Result<Vec<Told>> {
        let mut told = Vec::new();
        for (done, (_, shape)) in (0..).zip(tables) {
            self.progress.at(done, tables.len() as u64)?;
            told.push(self.uninterrupted(|connection| proof::told(connection, shape))?);
        }
        Ok(told)
    }

    /// Compares what the tables hold with what the archive says, and returns whether anything was edited.
    fn prove(&mut self, tables: &[(&TableEntry, &Shape)], told: &[Told]) -> Result<bool> {
        let mut container = match Container::open(self.load.files, self.load.archive)? {
            Ok(container) => container,
            Err(findings) => {
                self.findings.append(findings);
                return Ok(false);
            }
        };
        let mut edited = false;
        for ((entry, shape), told) in tables.iter().zip(told) {
            if told.file == entry.digest {
                self.prove_lines(&mut container, entry, told)?;
                continue;
            }
            edited = true;
            let expected = self.sums.get(&entry.name).copied().flatten();
            let held = self.uninterrupted(|connection| proof::sum(connection, shape))?;
            if expected != Some(held) {
                self.findings.member(&entry.file, "its rows do not come out of the new database as they went in");
            }
        }
        Ok(edited)
    }

    /// Compares the short digests of a table's rows with those that came with it.
    fn prove_lines(&mut self, container: &mut Container, entry: &TableEntry, told: &Told) -> Result<()> {
        let Some(lines) = &entry.lines else { return Ok(()) };
        let digest = container.read(lines, &mut self.findings, &mut |_| Ok(()))?;
        if digest.is_some_and(|digest| told.lines.as_ref() != Some(&digest)) {
            self.findings.member(lines, "its digests are not those of the rows of its table");
        }
        Ok(())
    }

    /// Enters the views and triggers, in the words of the schema; then SQLite reads the whole schema again.
    fn texts(&mut self) -> Result<()> {
        let mut texts = self.schema.entries.iter().filter(|entry| matches!(entry.kind.as_str(), "view" | "trigger"));
        let entered = texts.try_for_each(|entry| self.enter(entry));
        let read = entered.and_then(|()| self.connection.execute_batch("PRAGMA writable_schema = RESET"));
        read.or_else(|error| self.lacking("the views and triggers", &error))
    }

    pub(super) fn create(&self, entry: &Entry) -> rusqlite::Result<()> {
        authorizer::create(self.connection, &entry.name, &entry.sql)
    }

    fn enter(&self, entry: &Entry) -> rusqlite::Result<()> {
        self.connection.execute_batch("PRAGMA writable_schema = ON")?;
        let sql = "INSERT INTO main.sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (?1, ?2, ?3, 0, ?4)";
        let entered = self.connection.execute(sql, (&entry.kind, &entry.name, &entry.table, &entry.sql));
        self.connection.execute_batch("PRAGMA writable_schema = OFF")?;
        entered.map(drop)
    }

    /// What this SQLite cannot make is a finding; other trouble is an error.
    pub(super) fn lacking(&mut self, what: &str, error: &rusqlite::Error) -> Result<()> {
        if !is_lacking(error) {
            return Err(self.failed(error));
        }
        self.findings.archive(format!("{what} cannot be made by this program: {error}"));
        Ok(())
    }

    /// Does work that ends when the user asks for a stop.
    pub(super) fn uninterrupted<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let done = interruptible(self.connection, &|| self.progress.cancelled(), || work(self.connection));
        done.map_err(|error| self.failed(&error))
    }

    pub(super) fn failed(&self, error: &rusqlite::Error) -> Stop {
        failed(self.load, error)
    }
}

/// Whether a statement does not fit, needs a module, collation or function that only the app has, or does more than a
/// schema's statement may.
pub(super) fn is_lacking(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::Unknown | ErrorCode::AuthorizationForStatementDenied))
        || matches!(error, rusqlite::Error::MultipleStatement)
}

fn failed(load: &Load<'_>, error: &rusqlite::Error) -> Stop {
    Stop::sqlite(ATTEMPTED, load.to, error)
}
