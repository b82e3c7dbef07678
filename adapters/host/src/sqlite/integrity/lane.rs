//! One connection's part of a check: SQLite's own checks, foreign keys, rows counted.
//!
//! Only what is wrong with the content is a problem. Trouble with the machine is an error. What this SQLite lacks (an
//! app's own collation, function or virtual-table module) is neither: what can be checked is checked, table by table.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result as SqlResult};

use super::findings::Findings;
use super::pages;
use crate::error::{Result, Stop};
use crate::progress::Watcher;
use crate::sqlite::ffi;
use crate::sqlite::schema::{TableKind, quoted};
use crate::sqlite::trouble::{
    Trouble, breaks_only_a_rule, by_the_disk, is_about_the_disk, is_without_content, trouble,
};

/// Messages of SQLite that are read at most: a ruined file of a gigabyte has millions.
const READ_AT_MOST: u32 = 10_000;

/// The tables of a database.
pub(super) type Tables = [(String, TableKind)];

/// A connection to the file, and what it has found.
pub(super) struct Lane<'a> {
    pub(super) file: &'a Path,
    /// Whether the schema is not one of ours, so that its own rules are its own affair.
    pub(super) adopted: bool,
    pub(super) watcher: &'a mut dyn Watcher,
    pub(super) found: Findings,
}

impl Lane<'_> {
    /// Runs `quick_check` or `integrity_check` over the whole file; or over each table, where it cannot run as a whole.
    pub(super) fn structure(&mut self, connection: &Connection, pragma: &str, tables: &Tables) -> Result<()> {
        if self.messages(connection, &format!("PRAGMA main.{pragma}({READ_AT_MOST})"))? {
            return Ok(());
        }
        let steps = u64::try_from(tables.len()).unwrap_or_default();
        for (done, (name, _)) in (1..).zip(tables) {
            self.table(connection, pragma, name)?;
            self.watcher.at(done, steps)?;
        }
        Ok(())
    }

    /// Runs the check over one table and its indexes; over `sqlite_schema` it is that of the free list too.
    pub(super) fn table(&mut self, connection: &Connection, pragma: &str, name: &str) -> Result<()> {
        self.messages(connection, &of_table(pragma, name)).map(|_| ())
    }

    /// Whether every page of the file has exactly one use.
    pub(super) fn pages(&mut self, connection: &Connection) -> Result<bool> {
        let told = self.uninterrupted(connection, || pages::has_each_one_use(connection));
        Ok(self.learn(told)?.unwrap_or_default())
    }

    /// Takes up what a checking pragma says; `false` where it cannot run because we lack something.
    fn messages(&mut self, connection: &Connection, pragma: &str) -> Result<bool> {
        let (mut problems, mut refused) = (Findings::default(), None);
        let adopted = self.adopted;
        let read = self.uninterrupted(connection, || {
            let mut statement = connection.prepare(pragma)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let message = String::from_utf8_lossy(row.get_ref(0)?.as_bytes().unwrap_or_default()).into_owned();
                if message == "ok" || (adopted && breaks_only_a_rule(&message)) || is_without_content(&message) {
                    continue;
                }
                if is_about_the_disk(&message) {
                    refused = Some(message);
                } else {
                    problems.problem(format!("SQLite's check says: {}", message.trim_end()));
                }
            }
            Ok(())
        });
        if let Some(message) = refused {
            return Err(self.stop(&by_the_disk(message)));
        }
        self.found.absorb(problems);
        let ran = self.learn(read)?.is_some();
        self.found.incomplete |= !ran;
        Ok(ran)
    }

    /// Counts rows whose foreign key points nowhere; whether that matters is the core's to judge.
    pub(super) fn foreign_keys(&mut self, connection: &Connection, tables: &Tables) -> Result<u64> {
        if let Some(all) = self.violations(connection, "PRAGMA main.foreign_key_check")? {
            return Ok(all);
        }
        // One mismatched declaration stops the check of all tables; it says nothing about the rows.
        let mut sum = 0;
        for (name, _) in tables {
            sum += self.violations(connection, &of_table("foreign_key_check", name))?.unwrap_or_default();
        }
        Ok(sum)
    }

    fn violations(&mut self, connection: &Connection, pragma: &str) -> Result<Option<u64>> {
        let counted = self.uninterrupted(connection, || {
            let mut statement = connection.prepare(pragma)?;
            let mut rows = statement.query([])?;
            let mut count = 0;
            while rows.next()?.is_some() {
                count += 1;
            }
            Ok(count)
        });
        self.learn(counted)
    }

    /// Counts in the table itself: an index may disagree with it, or need a collation that we lack.
    pub(super) fn rows(&mut self, connection: &Connection, tables: &Tables) -> Result<BTreeMap<String, u64>> {
        let steps = u64::try_from(tables.len()).unwrap_or_default();
        let mut counts = BTreeMap::new();
        for (done, (name, kind)) in (1..).zip(tables) {
            if matches!(kind, TableKind::Ordinary | TableKind::WithoutRowid) {
                let sql = format!("SELECT count(*) FROM main.{} NOT INDEXED", quoted(name));
                let count =
                    self.uninterrupted(connection, || connection.query_row(&sql, [], |row| row.get::<_, i64>(0)));
                if let Some(count) = self.learn(count)? {
                    counts.insert(name.clone(), u64::try_from(count).unwrap_or_default());
                }
            }
            self.watcher.at(done, steps)?;
        }
        Ok(counts)
    }

    /// The one text that a query gives; `None` where the database has no such table or row.
    pub(super) fn answer(&mut self, connection: &Connection, sql: &str) -> Result<Option<String>> {
        let read = self.uninterrupted(connection, || {
            let mut statement = connection.prepare(sql)?;
            let mut rows = statement.query([])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            Ok(match row.get_ref(0)? {
                ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
                ValueRef::Integer(number) => Some(number.to_string()),
                ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => None,
            })
        });
        Ok(self.learn(read)?.flatten())
    }

    /// Does work that ends when the user asks for a stop.
    fn uninterrupted<T>(&self, connection: &Connection, work: impl FnOnce() -> SqlResult<T>) -> SqlResult<T> {
        ffi::interruptible(connection, &|| self.watcher.cancelled(), work)
    }

    /// Sorts errors: bad content is a problem, what we lack is left out, the rest ends the verification.
    pub(super) fn learn<T>(&mut self, result: SqlResult<T>) -> Result<Option<T>> {
        let error = match result {
            Ok(value) => return Ok(Some(value)),
            Err(error) => error,
        };
        match trouble(&error) {
            Trouble::Machine => return Err(self.stop(&error)),
            Trouble::Content => self.found.problem(in_words(&error)),
            Trouble::Unsupported => {}
        }
        Ok(None)
    }

    pub(super) fn stop(&self, error: &rusqlite::Error) -> Stop {
        Stop::sqlite("check the database file", self.file, error)
    }
}

fn of_table(pragma: &str, name: &str) -> String {
    format!("PRAGMA main.{pragma}({})", quoted(name))
}

pub(super) fn in_words(error: &rusqlite::Error) -> String {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) {
        return "it is not an SQLite database".to_owned();
    }
    format!("it cannot be read: {error}")
}
