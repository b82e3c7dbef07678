//! What a restore would lose and bring back: the live database and a candidate, table by table and row by row.
//!
//! Rows of a table are read from both sides in the order of the primary key and merged, so memory does not grow with
//! the tables. Where there is no key, or one that is NULL in places, whole rows are compared as a multiset.

use std::collections::BTreeSet;
use std::path::Path;

use omnicraft_core::model::SchemaProfile;
use omnicraft_core::outcome::{Differences, TableDifference};

use super::rows::{Counts, merge};
use super::schema::Table;
use super::sides::{self, Half, Shared, Side, Trip, or_nothing};
use super::{Opener, pairing};
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
    let names: BTreeSet<_> = old.tables.keys().chain(new.tables.keys()).collect();
    for name in names {
        match (old.tables.get(name), new.tables.get(name)) {
            (Some(table), Some(candidate)) => {
                found.schema_differs |= !same_shape(table, candidate);
                note(&mut found.tables, table, or_nothing(pair((old, table), (new, candidate), progress))?);
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
fn pair(old: Half<'_, '_>, new: Half<'_, '_>, progress: &Shared<'_, '_>) -> std::result::Result<Counts, Trip> {
    match pairing::of_both(old, new, progress)? {
        Some(by) => merge(old, new, &by, progress, &mut |_, _| Ok(())),
        None => Ok(Counts { removed: old.0.count(old.1, progress)?, added: new.0.count(new.1, progress)?, changed: 0 }),
    }
}
