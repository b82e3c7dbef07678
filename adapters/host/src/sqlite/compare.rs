//! What a restore would lose and bring back: the live database and a candidate, table by table and row by row.
//!
//! Rows of a table are read from both sides in the order of the primary key and merged, so memory does not grow with
//! the tables. Where there is no key, or one that is NULL in places, whole rows are compared as a multiset.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use omnicraft_core::model::SchemaProfile;
use omnicraft_core::outcome::{Differences, FailureKind, TableDifference};
use rusqlite::{Connection, ErrorCode};

use super::rows::{Counts, Shared, Side, Trip, merge};
use super::schema::{Table, TableKind};
use super::trouble::{Trouble, trouble};
use super::{Opener, open};
use crate::error::{Result, Stop};
use crate::progress::Progress;

const ATTEMPTED: &str = "compare the databases";

/// Counts, per table, what a restore of `candidate` (which nobody writes) would do to the live database, as it is at
/// one moment. With a rollback journal the app's commits wait meanwhile.
///
/// The shadows of virtual tables, SQLite's own tables and the profile's hidden ones are left out, and so is a table
/// that this SQLite cannot read for want of a collation or function. Where the live database is missing or damaged,
/// everything in the candidate counts as brought back.
pub fn differences(
    opener: &Opener,
    live: &Path,
    candidate: &Path,
    profile: Option<&SchemaProfile>,
    progress: &mut Progress<'_>,
) -> Result<Differences> {
    let sealed = open::sealed(opener, candidate)?;
    let held = hold(opener, live, progress);
    let progress = RefCell::new(progress);
    let of_candidate = |error: rusqlite::Error| Stop::sqlite(ATTEMPTED, candidate, &error);
    let new = Side::new(&sealed, profile, Trip::Candidate).map_err(|trip| trip.stop(&of_candidate))?;
    let reason = match held {
        Ok(connection) => match Side::new(&connection, profile, Trip::Live).and_then(|old| both(&old, &new, &progress))
        {
            Ok(differences) => return Ok(differences),
            Err(Trip::Live(error)) if is_unreadable(&error) => error.to_string(),
            Err(Trip::Live(error)) => return Err(Stop::sqlite(ATTEMPTED, live, &error)),
            Err(trip) => return Err(trip.stop(&of_candidate)),
        },
        Err(Stop::Failed(failure))
            if matches!(failure.kind, FailureKind::Damaged | FailureKind::Missing | FailureKind::Io) =>
        {
            failure.reason
        }
        Err(stop) => return Err(stop),
    };
    let mut tables = Vec::new();
    for table in new.tables.values() {
        let added = counted(new.count(table, &progress).map(Counts::added)).map_err(|trip| trip.stop(&of_candidate))?;
        note(&mut tables, table, added);
    }
    Ok(Differences { tables, schema_differs: false, live_unreadable: Some(reason) })
}

fn hold(opener: &Opener, live: &Path, progress: &mut Progress<'_>) -> Result<Connection> {
    let connection = open::reader(opener, live)?;
    open::hold(&connection, ATTEMPTED, live, progress)?;
    open::limit_memory(&connection).map_err(|error| Stop::sqlite(ATTEMPTED, live, &error))?;
    Ok(connection)
}

/// A bad sector counts as damage here: the preview is what leads to a restore.
fn is_unreadable(error: &rusqlite::Error) -> bool {
    trouble(error) == Trouble::Content || error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
}

fn both(old: &Side<'_>, new: &Side<'_>, progress: &Shared<'_, '_>) -> std::result::Result<Differences, Trip> {
    // Triggers and views count too: a file from elsewhere is looked at before it is used.
    let schema_differs = old.programs()? != new.programs()?;
    let mut found = Differences { schema_differs, ..Differences::default() };
    let names: BTreeSet<_> = old.tables.keys().chain(new.tables.keys()).collect();
    for name in names {
        match (old.tables.get(name), new.tables.get(name)) {
            (Some(table), Some(candidate)) => {
                found.schema_differs |= !same_shape(table, candidate);
                note(&mut found.tables, table, counted(pair(old, table, new, candidate, progress))?);
            }
            (Some(table), None) => {
                found.schema_differs = true;
                note(&mut found.tables, table, counted(old.count(table, progress).map(Counts::removed))?);
            }
            (None, Some(candidate)) => {
                found.schema_differs = true;
                note(&mut found.tables, candidate, counted(new.count(candidate, progress).map(Counts::added))?);
            }
            (None, None) => {}
        }
    }
    Ok(found)
}

/// A table that lacks something which only its app has is left out.
fn counted(counts: std::result::Result<Counts, Trip>) -> std::result::Result<Counts, Trip> {
    match counts {
        Err(Trip::Live(error) | Trip::Candidate(error)) if trouble(&error) == Trouble::Unsupported => {
            Ok(Counts::default())
        }
        counts => counts,
    }
}

fn note(tables: &mut Vec<TableDifference>, table: &Table, counts: Counts) {
    let Counts { removed, added, changed } = counts;
    if removed + added + changed > 0 {
        tables.push(TableDifference { table: table.name.clone(), removed, added, changed });
    }
}

fn same_shape(left: &Table, right: &Table) -> bool {
    left.columns == right.columns && left.primary_key == right.primary_key && left.kind == right.kind
}

/// Compares one table that both sides have.
fn pair(
    old: &Side<'_>,
    table: &Table,
    new: &Side<'_>,
    candidate: &Table,
    progress: &Shared<'_, '_>,
) -> std::result::Result<Counts, Trip> {
    let (ours, theirs) = (stored(table), stored(candidate));
    let common: Vec<&str> = ours.iter().copied().filter(|name| has(&theirs, name)).collect();
    let same_columns = common.len() == ours.len() && common.len() == theirs.len();
    let key: Vec<&str> = table.primary_key.iter().map(String::as_str).collect();
    let same_key = !key.is_empty()
        && key.len() == candidate.primary_key.len()
        && key.iter().zip(&candidate.primary_key).all(|(left, right)| left.eq_ignore_ascii_case(right));
    let keyed = same_key
        && !(nullable(table) && old.has_null_in(table, &key, progress)?)
        && !(nullable(candidate) && new.has_null_in(candidate, &key, progress)?);
    if keyed {
        let values = common.into_iter().filter(|name| !has(&key, name));
        let columns: Vec<&str> = key.iter().copied().chain(values).collect();
        return merge(old, table, new, candidate, &columns, key.len(), progress);
    }
    if same_columns {
        return merge(old, table, new, candidate, &common, common.len(), progress);
    }
    Ok(Counts { removed: old.count(table, progress)?, added: new.count(candidate, progress)?, changed: 0 })
}

/// The columns that hold data; what is generated follows from them.
fn stored(table: &Table) -> Vec<&str> {
    let plain = table.columns.iter().filter(|column| column.kind == super::schema::ColumnKind::Plain);
    plain.map(|column| column.name.as_str()).collect()
}

fn has(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether SQLite lets NULL pass in the primary key.
fn nullable(table: &Table) -> bool {
    let may_be_null = |name: &String| table.columns.iter().any(|column| column.name == *name && !column.not_null);
    table.kind == TableKind::Ordinary && !table.key_is_rowid && table.primary_key.iter().any(may_be_null)
}
