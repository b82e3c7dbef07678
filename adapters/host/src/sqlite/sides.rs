//! The two databases of a comparison, opened so that neither is touched and each is seen as it is at one moment.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use omnicraft_core::model::SchemaProfile;
use omnicraft_core::outcome::FailureKind;
use rusqlite::{Connection, ErrorCode};

use super::alike::Ranges;
use super::schema::{self, Table, TableKind, quoted};
use super::trouble::{Trouble, trouble};
use super::{Opener, ffi, open};
use crate::error::Stop;
use crate::progress::Progress;

/// A failure, and on which side.
#[derive(Debug)]
pub(super) enum Trip {
    /// In the live database.
    Live(rusqlite::Error),
    /// In the candidate.
    Candidate(rusqlite::Error),
    /// The user's stop.
    Stop(Stop),
}

impl Trip {
    /// The error for people, of a failure in the candidate.
    pub(super) fn stop(self, said: &dyn Fn(rusqlite::Error) -> Stop) -> Stop {
        match self {
            Self::Live(error) | Self::Candidate(error) => said(error),
            Self::Stop(stop) => stop,
        }
    }
}

/// The result of work on the two of them.
pub(super) type Result<T> = std::result::Result<T, Trip>;

/// The progress of a comparison, which is reported from the middle of a statement that may ask for it.
pub(super) type Shared<'a, 'p> = RefCell<&'a mut Progress<'p>>;

/// Opens a live database and a candidate (which nobody writes) and does some work on them. Where the live database is
/// missing or damaged, also when that shows in the middle, the work is done on the candidate alone; the reason is
/// returned beside its result.
pub(super) fn beside<T>(
    opener: &Opener,
    attempted: &str,
    (live, candidate): (&Path, &Path),
    profile: Option<&SchemaProfile>,
    progress: &mut Progress<'_>,
    work: impl Fn(Option<&Side<'_>>, &Side<'_>, &Shared<'_, '_>) -> Result<T>,
) -> crate::error::Result<(T, Option<String>)> {
    let sealed = open::sealed(opener, candidate)?;
    let held = hold(opener, attempted, live, progress);
    let progress = RefCell::new(progress);
    let of_candidate = |error: rusqlite::Error| Stop::sqlite(attempted, candidate, &error);
    let new = Side::new(&sealed, profile, Trip::Candidate).map_err(|trip| trip.stop(&of_candidate))?;
    let reason = match held {
        Ok(connection) => {
            let old = Side::new(&connection, profile, Trip::Live);
            match old.and_then(|old| work(Some(&old), &new, &progress)) {
                Ok(done) => return Ok((done, None)),
                Err(Trip::Live(error)) if is_unreadable(&error) => error.to_string(),
                Err(Trip::Live(error)) => return Err(Stop::sqlite(attempted, live, &error)),
                Err(trip) => return Err(trip.stop(&of_candidate)),
            }
        }
        Err(Stop::Failed(failure))
            if matches!(failure.kind, FailureKind::Damaged | FailureKind::Missing | FailureKind::Io) =>
        {
            failure.reason
        }
        Err(stop) => return Err(stop),
    };
    let done = work(None, &new, &progress).map_err(|trip| trip.stop(&of_candidate))?;
    Ok((done, Some(reason)))
}

fn hold(
    opener: &Opener,
    attempted: &str,
    live: &Path,
    progress: &mut Progress<'_>,
) -> crate::error::Result<Connection> {
    let connection = open::reader(opener, live)?;
    open::hold(&connection, attempted, live, progress)?;
    open::limit_memory(&connection).map_err(|error| Stop::sqlite(attempted, live, &error))?;
    Ok(connection)
}

/// A bad sector counts as damage here: the preview is what leads to a restore.
fn is_unreadable(error: &rusqlite::Error) -> bool {
    trouble(error) == Trouble::Content || error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
}

/// A table that lacks something which only its app has is left out.
pub(super) fn or_nothing<T: Default>(found: Result<T>) -> Result<T> {
    match found {
        Err(Trip::Live(error) | Trip::Candidate(error)) if trouble(&error) == Trouble::Unsupported => Ok(T::default()),
        found => found,
    }
}

/// One of the two databases.
pub(super) struct Side<'a> {
    /// Where it is read.
    pub(super) connection: &'a Connection,
    /// Whose failure it is.
    pub(super) trip: fn(rusqlite::Error) -> Trip,
    /// The collation under which text is ordered by its UTF-8 bytes.
    collation: &'static str,
    /// The tables to compare, by name in lower case, as SQLite compares names.
    pub(super) tables: BTreeMap<String, Table>,
}

/// A table of one side.
pub(super) type Half<'s, 'c> = (&'s Side<'c>, &'s Table);

impl<'a> Side<'a> {
    /// A database with the tables that a person should hear of.
    pub(super) fn new(
        connection: &'a Connection,
        profile: Option<&SchemaProfile>,
        trip: fn(rusqlite::Error) -> Trip,
    ) -> Result<Self> {
        let hidden = |name: &str| {
            profile.is_some_and(|profile| profile.hidden_tables.iter().any(|hidden| hidden.eq_ignore_ascii_case(name)))
        };
        let mut tables = schema::tables(connection).map_err(trip)?;
        // What a virtual table shows counts; where it keeps that is its own affair.
        tables.retain(|table| table.kind != TableKind::Shadow && !table.columns.is_empty());
        tables.retain(|table| !hidden(&table.name));
        let collation = collation(connection).map_err(trip)?;
        let tables = tables.into_iter().map(|table| (table.name.to_ascii_lowercase(), table)).collect();
        Ok(Self { connection, trip, collation, tables })
    }

    /// One of its tables, by its name in lower case.
    pub(super) fn table(&self, name: &str) -> Option<Half<'_, 'a>> {
        self.tables.get(name).map(|table| (self, table))
    }

    /// Its triggers and views, but for triggers of tables that nobody should hear of.
    pub(super) fn programs(&self) -> Result<Vec<(String, String)>> {
        let sql = "SELECT type, tbl_name, name || char(10) || sql FROM sqlite_schema \
                   WHERE type IN ('trigger', 'view') ORDER BY type, name";
        let read = || -> rusqlite::Result<Vec<(String, String, String)>> {
            let mut statement = self.connection.prepare(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect()
        };
        let mut programs = read().map_err(self.trip)?;
        let views: BTreeSet<String> =
            programs.iter().filter(|(kind, ..)| kind == "view").map(|(_, view, _)| view.clone()).collect();
        let shown = |table: &str| views.contains(table) || self.tables.contains_key(&table.to_ascii_lowercase());
        programs.retain(|(_, table, _)| shown(table));
        Ok(programs.into_iter().map(|(kind, _, program)| (kind, program)).collect())
    }

    /// The rows of a table.
    pub(super) fn count(&self, table: &Table, progress: &Shared<'_, '_>) -> Result<u64> {
        self.number(&format!("SELECT count(*) FROM main.{} NOT INDEXED", quoted(&table.name)), progress)
    }

    /// Whether a row has NULL in one of these columns.
    pub(super) fn has_null_in(&self, table: &Table, columns: &[&str], progress: &Shared<'_, '_>) -> Result<bool> {
        let tests: Vec<_> = columns.iter().map(|name| format!("{} IS NULL", quoted(name))).collect();
        let (name, tests) = (quoted(&table.name), tests.join(" OR "));
        let sql = format!("SELECT EXISTS (SELECT 1 FROM main.{name} NOT INDEXED WHERE {tests})");
        Ok(self.number(&sql, progress)? > 0)
    }

    fn number(&self, sql: &str, progress: &Shared<'_, '_>) -> Result<u64> {
        progress.borrow_mut().at(0, 0).map_err(Trip::Stop)?;
        let number = ffi::interruptible(self.connection, &|| is_cancelled(progress), || {
            self.connection.query_row(sql, [], |row| row.get::<_, i64>(0))
        });
        number.map(|number| u64::try_from(number).unwrap_or_default()).map_err(self.trip)
    }

    /// Selects columns, in the order of the first `key` of them; of all rows, or of those in some ranges of rowids. The
    /// table itself is read: an index may disagree with it, or need a collation that we lack.
    pub(super) fn select(&self, table: &Table, columns: &[&str], key: usize, within: Option<&Within>) -> String {
        let names: Vec<_> = columns.iter().map(|name| format!("shown.{}", quoted(name))).collect();
        let (columns, table) = (names.join(", "), quoted(&table.name));
        let mut sql = match within {
            None => format!("SELECT {columns} FROM main.{table} AS shown NOT INDEXED"),
            Some(within) => format!(
                "SELECT {columns} FROM json_each('{}') AS range CROSS JOIN main.{table} AS shown NOT INDEXED \
                 WHERE shown.{} BETWEEN range.value ->> 0 AND range.value ->> 1",
                within.as_json(),
                within.rowid,
            ),
        };
        if key > 0 {
            let order = names.iter().take(key).map(|name| format!("{name} COLLATE {}", self.collation));
            sql = format!("{sql} ORDER BY {}", order.collect::<Vec<_>>().join(", "));
        }
        sql
    }
}

/// Some of a table's rows.
pub(super) struct Within {
    /// By what name SQLite knows the rowid where no column has it.
    rowid: &'static str,
    ranges: Ranges,
}

impl Within {
    /// Rows in ranges of rowids; `None` where the rowid of the table has no name.
    pub(super) fn new(table: &Table, ranges: Ranges) -> Option<Self> {
        let is_free = |name: &&str| !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        Some(Self { rowid: ["rowid", "_rowid_", "oid"].into_iter().find(is_free)?, ranges })
    }

    fn as_json(&self) -> String {
        let ranges: Vec<_> = self.ranges.iter().map(|(first, last)| format!("[{first},{last}]")).collect();
        format!("[{}]", ranges.join(","))
    }
}

/// `BINARY` compares text in the database's own encoding, which orders a UTF-16 database in another way.
fn collation(connection: &Connection) -> rusqlite::Result<&'static str> {
    let encoding: String = connection.query_row("PRAGMA main.encoding", [], |row| row.get(0))?;
    if encoding == "UTF-8" {
        return Ok("BINARY");
    }
    ffi::order_by_utf8(connection)?;
    Ok(ffi::UTF8_ORDER)
}

/// Whether the user asked for a stop; for the middle of a statement.
pub(super) fn is_cancelled(progress: &Shared<'_, '_>) -> bool {
    progress.try_borrow().is_ok_and(|progress| progress.cancelled())
}
