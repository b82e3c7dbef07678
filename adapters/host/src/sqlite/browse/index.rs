//! One pass over both sides of a table, after which any of the rows that a restore would change is found at once.

use std::path::Path;

use omnicraft_core::model::SchemaProfile;
use rusqlite::Row;

use super::Fate;
use super::packed::{Packed, put, put_shown};
use crate::error::Result;
use crate::progress::Progress;
use crate::sqlite::pairing::{self, Pairing, has, stored};
use crate::sqlite::rows::{each, merge};
use crate::sqlite::schema::Table;
use crate::sqlite::sides::{self, Half, Shared, Trip, or_nothing};
use crate::sqlite::{Opener, schema};

/// What is remembered of one table takes so many bytes at most; rows beyond are counted, and not listed.
const ROOM: usize = 48 << 20;

/// The rows of one table that a restore would change, in the order of the table's key.
///
/// **Invariant:** it counts what [`crate::sqlite::compare::differences`] counts.
#[derive(Debug, Default)]
pub struct TableIndex {
    pub(super) columns: Vec<String>,
    /// Where the live rows are found; `None` where there is no such table.
    pub(super) live: Option<Place>,
    /// Where the candidate's rows are found.
    pub(super) candidate: Option<Place>,
    lost: List,
    back: List,
    changed: List,
}

/// How a row of one side is shown again.
#[derive(Debug)]
pub(super) struct Place {
    /// The table's name on this side.
    pub(super) table: String,
    /// For each column that is shown, the place in a row of this side.
    pub(super) shown: Vec<Option<usize>>,
    /// The columns by which a row is looked up. Where there are none, rows are kept as they are shown.
    pub(super) key: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct List {
    count: u64,
    pub(super) rows: Packed,
}

/// Compares a table of the live database with that of a candidate (which nobody writes), as
/// [`crate::sqlite::compare::differences`] does, and remembers which rows differ. A table that neither has, or that
/// nobody should hear of, has no rows.
pub fn index(
    opener: &Opener,
    live: &Path,
    candidate: &Path,
    table: &str,
    profile: Option<&SchemaProfile>,
    progress: &mut Progress<'_>,
) -> Result<TableIndex> {
    let attempted = "look for the rows that differ";
    let name = table.to_ascii_lowercase();
    let (found, _) = sides::beside(opener, attempted, (live, candidate), profile, progress, |old, new, progress| {
        or_nothing(gather(old.and_then(|side| side.table(&name)), new.table(&name), progress))
    })?;
    Ok(found)
}

impl TableIndex {
    /// The columns of both sides that hold data: the live database's as it declares them, then what only the candidate
    /// has.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How many rows have this fate.
    pub const fn count(&self, fate: Fate) -> u64 {
        self.list(fate).count
    }

    /// How many of them can be shown.
    pub const fn listed(&self, fate: Fate) -> u64 {
        self.list(fate).rows.len() as u64
    }

    pub(super) const fn list(&self, fate: Fate) -> &List {
        match fate {
            Fate::Lost => &self.lost,
            Fate::Back => &self.back,
            Fate::Changed => &self.changed,
        }
    }

    fn add(&mut self, fate: Fate, entry: &[u8]) {
        let list = match fate {
            Fate::Lost => &mut self.lost,
            Fate::Back => &mut self.back,
            Fate::Changed => &mut self.changed,
        };
        list.count += 1;
        list.rows.push(entry);
    }
}

fn gather(
    old: Option<Half<'_, '_>>,
    new: Option<Half<'_, '_>>,
    progress: &Shared<'_, '_>,
) -> std::result::Result<TableIndex, Trip> {
    if let (Some(old), Some(new)) = (old, new)
        && let Some(by) = pairing::of_both(old, new, progress)?
    {
        let mut found = TableIndex::new(columns(Some(old), Some(new)), if by.key == 0 { 2 } else { 3 });
        found.live = Some(Place::of(old.1, &by, &found.columns));
        found.candidate = Some(Place::of(new.1, &by, &found.columns));
        merge(old, new, &by, None, progress, &mut |fate, row| found.note(fate, row, &by))?;
        return Ok(found);
    }
    let mut found = TableIndex::new(columns(old, new), [old, new].iter().flatten().count().max(1));
    if let Some(old) = old {
        let by = pairing::of_one(old, progress)?;
        found.live = Some(Place::of(old.1, &by, &found.columns));
        each(old, &by, Fate::Lost, progress, &mut |fate, row| found.note(fate, row, &by))?;
    }
    if let Some(new) = new {
        let by = pairing::of_one(new, progress)?;
        found.candidate = Some(Place::of(new.1, &by, &found.columns));
        each(new, &by, Fate::Back, progress, &mut |fate, row| found.note(fate, row, &by))?;
    }
    Ok(found)
}

impl TableIndex {
    /// The fates that its rows can have share the room; none takes that of another.
    fn new(columns: Vec<String>, fates: usize) -> Self {
        let list = || List { count: 0, rows: Packed::within(ROOM / fates) };
        Self { columns, live: None, candidate: None, lost: list(), back: list(), changed: list() }
    }

    fn note(&mut self, fate: Fate, row: &Row<'_>, by: &Pairing<'_>) -> rusqlite::Result<()> {
        let mut entry = Vec::new();
        for column in 0..by.ordered() {
            let value = row.get_ref(column)?;
            if by.key == 0 { put_shown(&mut entry, value) } else { put(&mut entry, value) }
        }
        self.add(fate, &entry);
        Ok(())
    }
}

impl Place {
    fn of(table: &Table, by: &Pairing<'_>, columns: &[String]) -> Self {
        let held = if by.key == 0 { by.columns.clone() } else { stored(table) };
        let place = |column: &String| held.iter().position(|name| name.eq_ignore_ascii_case(column));
        Self {
            table: schema::quoted(&table.name),
            shown: columns.iter().map(place).collect(),
            key: by.columns.iter().take(by.key).map(|name| schema::quoted(name)).collect(),
        }
    }
}

fn columns(old: Option<Half<'_, '_>>, new: Option<Half<'_, '_>>) -> Vec<String> {
    let mut columns = old.map(|(_, table)| stored(table)).unwrap_or_default();
    for name in new.map(|(_, table)| stored(table)).unwrap_or_default() {
        if !has(&columns, name) {
            columns.push(name);
        }
    }
    columns.into_iter().map(str::to_owned).collect()
}
