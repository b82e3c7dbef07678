//! What a restore would lose and bring back: the live database and a candidate, table by table and row by row.
//!
//! Rows of a table are read from both sides in the order of the primary key and merged, so memory does not grow with
//! the tables. Where there is no key, or one that is NULL in places, whole rows are compared as a multiset. Rows that lie
//! in pages which are the same on both sides are not read.

use std::collections::BTreeSet;
use std::path::Path;

use omnicraft_core::model::SchemaProfile;
use omnicraft_core::outcome::{Differences, TableDifference};

use super::alike::Pages;
use super::rows::{Both, Counts, merge};
use super::schema::Table;
use super::sides::{self, Half, Shared, Side, Trip, Within, or_nothing};
use super::{Opener, backup, pairing};
use crate::error::Result;
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
    let (found, live_unreadable) =
        sides::beside(opener, ATTEMPTED, (live, candidate), profile, progress, |old, new, progress| match old {
            Some(old) => both(old, new, progress),
            None => alone(new, progress),
        })?;
    Ok(Differences { live_unreadable, ..found })
}

fn both(old: &Side<'_>, new: &Side<'_>, progress: &Shared<'_, '_>) -> std::result::Result<Differences, Trip> {
    // Triggers and views count too: a file from elsewhere is looked at before it is used.
    let schema_differs = old.programs()? != new.programs()?;
    let mut found = Differences { schema_differs, ..Differences::default() };
    let mark = backup::mark(old.connection).ok();
    let mut pages = match &mark {
        Some(mark) if can_read_ranges(old, new) => Pages::of((old.connection, mark), new.connection, progress)?,
        _ => None,
    };
    let names: BTreeSet<_> = old.tables.keys().chain(new.tables.keys()).collect();
    for name in names {
        match (old.tables.get(name), new.tables.get(name)) {
            (Some(table), Some(candidate)) => {
                found.schema_differs |= !same_shape(table, candidate);
                note(
                    &mut found.tables,
                    table,
                    or_nothing(pair((old, table), (new, candidate), pages.as_mut(), progress))?,
                );
            }
            (Some(table), None) => {
                found.schema_differs = true;
                note(&mut found.tables, table, or_nothing(old.count(table, progress).map(Counts::removed))?);
            }
            (None, Some(candidate)) => {
                found.schema_differs = true;
                note(&mut found.tables, candidate, or_nothing(new.count(candidate, progress).map(Counts::added))?);
            }
            (None, None) => {}
        }
    }
    Ok(found)
}

fn alone(new: &Side<'_>, progress: &Shared<'_, '_>) -> std::result::Result<Differences, Trip> {
    let mut found = Differences::default();
    for table in new.tables.values() {
        note(&mut found.tables, table, or_nothing(new.count(table, progress).map(Counts::added))?);
    }
    Ok(found)
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
    old: Half<'_, '_>,
    new: Half<'_, '_>,
    pages: Option<&mut Pages<'_>>,
    progress: &Shared<'_, '_>,
) -> std::result::Result<Counts, Trip> {
    let within = pages.and_then(|pages| within(pages, old, new));
    match pairing::of_both(old, new, progress)? {
        Some(by) => merge(old, new, &by, within.as_ref(), progress, &mut |_, _| Ok(())),
        None => Ok(Counts { removed: old.0.count(old.1, progress)?, added: new.0.count(new.1, progress)?, changed: 0 }),
    }
}

/// The rows that may differ, where pages tell.
fn within(pages: &mut Pages<'_>, old: Half<'_, '_>, new: Half<'_, '_>) -> Option<Both> {
    let unlike = pages.unlike(old, new)?;
    Within::new(old.1, unlike.old).zip(Within::new(new.1, unlike.new))
}

/// Whether this SQLite can read rows in ranges: the app may have built one without JSON.
fn can_read_ranges(old: &Side<'_>, new: &Side<'_>) -> bool {
    let can = |side: &Side<'_>| side.connection.prepare("SELECT value ->> 0 FROM json_each('[[1]]')").is_ok();
    can(old) && can(new)
}
