//! Proving a sealed database file good, and learning its facts on the way.
//!
//! Only what is wrong with the content is a problem. Trouble with the machine is an error. What this SQLite lacks (an
//! app's own collation, function or virtual-table module) is neither: what can be checked is checked, table by table.

use std::path::Path;

use omnicraft_core::effect::Depth;
use omnicraft_core::model::{FileStamp, Level, SchemaProfile};
use omnicraft_core::outcome::Verification;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::schema::{self, TableKind, quoted};
use super::trouble::{Trouble, by_the_disk, is_about_the_disk, trouble};
use super::{Opener, ffi, header, open};
use crate::error::{Result, Stop};
use crate::progress::Progress;

/// Problems that are spelt out; the rest is counted.
const SPELT_OUT: usize = 20;

/// Messages of SQLite that are read at most: a ruined file of a gigabyte has millions.
const READ_AT_MOST: u32 = 10_000;

/// Checks a database file that nobody writes. `digest` and `stamp` are the caller's, of the same file. Problems with
/// the content are in the result, without a level then; trouble with the machine and a stop by the user are errors.
/// `facts.journal_mode` stays empty: a sealed file does not know it.
pub fn verify(
    opener: &Opener,
    file: &Path,
    depth: Depth,
    profile: Option<&SchemaProfile>,
    digest: String,
    stamp: FileStamp,
    progress: &mut Progress<'_>,
) -> Result<Verification> {
    let found = Verification { digest, stamp, ..Verification::default() };
    if depth == Depth::Digest {
        return Ok(found);
    }
    if !open::present(opener, file) {
        return Err(open::missing("check the database file", file));
    }
    let mut check = Check { file, profile, depth, progress, found, unlisted: 0, complete: true };
    for suffix in open::SIDECARS.iter().filter(|suffix| open::has_content(opener, file, suffix)) {
        check.problem(format!(
            "changes that are not in the file yet lie beside it, in the file that ends in {suffix}; \
             open and close it once with the program that made it"
        ));
    }
    if let Some(connection) = check.learn(open::open_sealed(opener, file))? {
        check.all(&connection)?;
    }
    Ok(check.conclusion())
}

/// A verification under way.
struct Check<'a, 'p> {
    file: &'a Path,
    profile: Option<&'a SchemaProfile>,
    depth: Depth,
    progress: &'a mut Progress<'p>,
    found: Verification,
    /// Problems beyond those that are spelt out.
    unlisted: usize,
    /// Whether nothing had to be left out.
    complete: bool,
}

impl Check<'_, '_> {
    fn all(&mut self, connection: &Connection) -> Result<()> {
        let (size, header) = (self.learn(ffi::size(connection))?, self.learn(ffi::header(connection))?);
        if size == Some(0) {
            self.problem("the file is empty (0 bytes)".to_owned());
            return Ok(());
        }
        // SQLite fills up a last page that is cut off with zeros, and says nothing.
        if let (Some(size), Some(header)) = (size, header)
            && let Some(problem) = header::judge(&header, size)
        {
            self.problem(problem);
        }
        let read = connection.query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()));
        if let Err(error) = read {
            // Whatever the reason, nothing of it can be read by us or by an app with the same SQLite.
            if trouble(&error) == Trouble::Machine {
                return Err(self.stop(&error));
            }
            self.problem(in_words(&error));
            return Ok(());
        }
        self.facts(connection)?;
        let tables = self.learn(schema::names(connection))?.unwrap_or_default();
        self.structure(connection, &tables)?;
        self.foreign_keys(connection, &tables)?;
        self.rows(connection, &tables)
    }

    fn facts(&mut self, connection: &Connection) -> Result<()> {
        let number = |pragma: &str| connection.query_row(&format!("PRAGMA main.{pragma}"), [], |row| row.get(0));
        self.found.facts.application_id = self.learn(number("application_id"))?.unwrap_or_default();
        self.found.facts.user_version = self.learn(number("user_version"))?.unwrap_or_default();
        let page_size = connection.query_row("PRAGMA main.page_size", [], |row| row.get(0));
        self.found.facts.page_size = self.learn(page_size)?.unwrap_or_default();
        self.found.facts.fingerprint = self.learn(schema::fingerprint(connection))?.unwrap_or_default();
        if let Some(profile) = self.profile {
            self.found.facts.schema_version = self.answer(connection, &profile.version_sql)?;
            self.found.facts.identity = self.answer(connection, &profile.identity_sql)?;
        }
        Ok(())
    }

    /// The one text that a profile's query gives; `None` where the database has no such table or row.
    fn answer(&mut self, connection: &Connection, sql: &str) -> Result<Option<String>> {
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

    /// `integrity_check` does everything that `quick_check` does, and compares indexes with their tables.
    fn structure(&mut self, connection: &Connection, tables: &[(String, TableKind)]) -> Result<()> {
        let pragma = if self.depth == Depth::Proven { "integrity_check" } else { "quick_check" };
        if self.messages(connection, &format!("PRAGMA main.{pragma}({READ_AT_MOST})"))? {
            return Ok(());
        }
        self.complete = false;
        let steps = u64::try_from(tables.len()).unwrap_or_default();
        for (done, (name, _)) in (1..).zip(tables) {
            self.messages(connection, &format!("PRAGMA main.{pragma}({})", quoted(name)))?;
            self.progress.at(done, steps)?;
        }
        Ok(())
    }

    /// Takes up what a checking pragma says; `false` where it cannot run because we lack something.
    fn messages(&mut self, connection: &Connection, pragma: &str) -> Result<bool> {
        let adopted = self.profile.is_none();
        let mut problems = Vec::new();
        let mut unlisted = 0;
        let mut refused = None;
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
                } else if problems.len() < SPELT_OUT {
                    problems.push(message);
                } else {
                    unlisted += 1;
                }
            }
            Ok(())
        });
        if let Some(message) = refused {
            return Err(self.stop(&by_the_disk(message)));
        }
        for message in problems {
            self.problem(format!("SQLite's check says: {}", message.trim_end()));
        }
        self.unlisted += unlisted;
        Ok(self.learn(read)?.is_some())
    }

    /// Counts rows whose foreign key points nowhere; whether that matters is the core's to judge.
    fn foreign_keys(&mut self, connection: &Connection, tables: &[(String, TableKind)]) -> Result<()> {
        self.progress.at(0, 0)?;
        let (all, complete) = (self.violations(connection, "PRAGMA main.foreign_key_check")?, self.complete);
        let mut sum = all.unwrap_or_default();
        if all.is_none() {
            // One mismatched declaration stops the check of all tables; it says nothing about the rows.
            for (name, _) in tables {
                let pragma = format!("PRAGMA main.foreign_key_check({})", quoted(name));
                sum += self.violations(connection, &pragma)?.unwrap_or_default();
            }
        }
        self.complete = complete;
        self.found.facts.foreign_key_violations = sum;
        Ok(())
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
    fn rows(&mut self, connection: &Connection, tables: &[(String, TableKind)]) -> Result<()> {
        let steps = u64::try_from(tables.len()).unwrap_or_default();
        for (done, (name, kind)) in (1..).zip(tables) {
            if matches!(kind, TableKind::Ordinary | TableKind::WithoutRowid) {
                let sql = format!("SELECT count(*) FROM main.{} NOT INDEXED", quoted(name));
                let count =
                    self.uninterrupted(connection, || connection.query_row(&sql, [], |row| row.get::<_, i64>(0)));
                if let Some(count) = self.learn(count)? {
                    self.found.facts.rows.insert(name.clone(), u64::try_from(count).unwrap_or_default());
                }
            }
            self.progress.at(done, steps)?;
        }
        Ok(())
    }

    /// Does work that ends when the user asks for a stop.
    fn uninterrupted<T>(
        &self,
        connection: &Connection,
        work: impl FnOnce() -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        ffi::interruptible(connection, &|| self.progress.cancelled(), work)
    }

    /// Sorts errors: bad content is a problem, what we lack is left out, the rest ends the verification.
    fn learn<T>(&mut self, result: rusqlite::Result<T>) -> Result<Option<T>> {
        let error = match result {
            Ok(value) => return Ok(Some(value)),
            Err(error) => error,
        };
        match trouble(&error) {
            Trouble::Machine => return Err(self.stop(&error)),
            Trouble::Content => self.problem(in_words(&error)),
            Trouble::Unsupported => {}
        }
        Ok(None)
    }

    fn problem(&mut self, sentence: String) {
        if self.found.problems.contains(&sentence) {
            return;
        }
        if self.found.problems.len() < SPELT_OUT { self.found.problems.push(sentence) } else { self.unlisted += 1 }
    }

    fn stop(&self, error: &rusqlite::Error) -> Stop {
        Stop::sqlite("check the database file", self.file, error)
    }

    fn conclusion(mut self) -> Verification {
        if self.unlisted > 0 {
            self.found.problems.push(format!("and {} more problems like these", self.unlisted));
        }
        if self.found.problems.is_empty() {
            let proven = self.depth == Depth::Proven && self.complete;
            self.found.level = Some(if proven { Level::Proven } else { Level::Sound });
        }
        self.found
    }
}

/// Whether a message is about a value that breaks a rule of its own schema. In an adopted database that is the app's
/// affair, as a foreign key that points nowhere is: the file is whole, and refusing to back it up would help nobody.
/// (CHECK constraints never come up: SQLite leaves them out of a file that it opened read-only.)
fn breaks_only_a_rule(message: &str) -> bool {
    ["NULL value in ", "NUMERIC value in ", "TEXT value in "].iter().any(|start| message.starts_with(start))
}

/// Whether SQLite says no more than that an FTS4 table without content of its own has nothing to be compared with.
fn is_without_content(message: &str) -> bool {
    message.starts_with("unable to validate the inverted index for FTS4 table")
        && message.trim_end().ends_with("SQL logic error")
}

fn in_words(error: &rusqlite::Error) -> String {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) {
        return "it is not an SQLite database".to_owned();
    }
    format!("it cannot be read: {error}")
}
