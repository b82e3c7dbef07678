//! The rows of two databases in one order, merged: how many are on one side only, how many differ.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use omnicraft_core::model::SchemaProfile;
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::{Connection, Row, Rows};

use super::schema::{self, Table, TableKind, quoted};
use super::{ffi, order};
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

type Result<T> = std::result::Result<T, Trip>;

/// The progress of a comparison, which is reported from the middle of a statement that may ask for it.
pub(super) type Shared<'a, 'p> = RefCell<&'a mut Progress<'p>>;

/// Rows of one table by what a restore would do to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// In the live database only.
    pub(super) removed: u64,
    /// In the candidate only.
    pub(super) added: u64,
    /// In both, with different values.
    pub(super) changed: u64,
}

impl Counts {
    /// All rows of a table that only the live database has.
    pub(super) fn removed(rows: u64) -> Self {
        Self { removed: rows, ..Self::default() }
    }

    /// All rows of a table that only the candidate has.
    pub(super) fn added(rows: u64) -> Self {
        Self { added: rows, ..Self::default() }
    }
}

/// One of the two databases.
pub(super) struct Side<'a> {
    connection: &'a Connection,
    /// Whose failure it is.
    trip: fn(rusqlite::Error) -> Trip,
    /// The collation under which text is ordered by its UTF-8 bytes.
    collation: &'static str,
    /// The tables to compare, by name in lower case, as SQLite compares names.
    pub(super) tables: BTreeMap<String, Table>,
}

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
        let number = ffi::interruptible(self.connection, &|| cancelled(progress), || {
            self.connection.query_row(sql, [], |row| row.get::<_, i64>(0))
        });
        number.map(|number| u64::try_from(number).unwrap_or_default()).map_err(self.trip)
    }

    /// Selects columns in the order of the first `key` of them. The table itself is read: an index may disagree with
    /// it, or need a collation that we lack.
    fn select(&self, table: &Table, columns: &[&str], key: usize) -> String {
        let names: Vec<_> = columns.iter().map(|name| quoted(name)).collect();
        let order: Vec<_> = names.iter().take(key).map(|name| format!("{name} COLLATE {}", self.collation)).collect();
        let table = quoted(&table.name);
        format!("SELECT {} FROM main.{table} NOT INDEXED ORDER BY {}", names.join(", "), order.join(", "))
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

/// Walks the rows of a table on both sides in the order of their first `key` columns, and counts.
pub(super) fn merge(
    old: &Side<'_>,
    old_table: &Table,
    new: &Side<'_>,
    new_table: &Table,
    columns: &[&str],
    key: usize,
    progress: &Shared<'_, '_>,
) -> Result<Counts> {
    let mut old_rows = old.connection.prepare(&old.select(old_table, columns, key)).map_err(old.trip)?;
    let mut new_rows = new.connection.prepare(&new.select(new_table, columns, key)).map_err(new.trip)?;
    let mut old_rows = old_rows.query([]).map_err(old.trip)?;
    let mut new_rows = new_rows.query([]).map_err(new.trip)?;
    let stop = || cancelled(progress);
    ffi::interruptible(old.connection, &stop, || {
        ffi::interruptible(new.connection, &stop, || {
            let step = |rows: &mut Rows<'_>, side: &Side<'_>| rows.advance().map_err(side.trip);
            walk(
                &mut old_rows,
                &mut new_rows,
                columns.len(),
                key,
                progress,
                |rows| step(rows, old),
                |rows| step(rows, new),
            )
        })
    })
}

fn walk(
    old: &mut Rows<'_>,
    new: &mut Rows<'_>,
    columns: usize,
    key: usize,
    progress: &Shared<'_, '_>,
    step_old: impl Fn(&mut Rows<'_>) -> Result<()>,
    step_new: impl Fn(&mut Rows<'_>) -> Result<()>,
) -> Result<Counts> {
    let mut counts = Counts::default();
    step_old(old)?;
    step_new(new)?;
    for done in 0_u64.. {
        if done.is_multiple_of(1024) {
            progress.borrow_mut().at(done, 0).map_err(Trip::Stop)?;
        }
        let order = match (old.get(), new.get()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(left), Some(right)) => {
                let order = lexical(left, right, 0..key).map_err(Trip::Candidate)?;
                if order.is_eq() && lexical(left, right, key..columns).map_err(Trip::Candidate)?.is_ne() {
                    counts.changed += 1;
                }
                order
            }
        };
        match order {
            Ordering::Less => counts.removed += 1,
            Ordering::Greater => counts.added += 1,
            Ordering::Equal => {}
        }
        if order.is_le() {
            step_old(old)?;
        }
        if order.is_ge() {
            step_new(new)?;
        }
    }
    Ok(counts)
}

/// The order of two rows by some of their columns.
fn lexical(left: &Row<'_>, right: &Row<'_>, columns: std::ops::Range<usize>) -> rusqlite::Result<Ordering> {
    for column in columns {
        let order = order::compare(left.get_ref(column)?, right.get_ref(column)?);
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

fn cancelled(progress: &Shared<'_, '_>) -> bool {
    progress.try_borrow().is_ok_and(|progress| progress.cancelled())
}
