//! By what the rows of a table are told apart: by its primary key where every row has one, else by all they hold.

use super::schema::{ColumnKind, Table, TableKind};
use super::sides::{Half, Result, Shared, Side};

/// Which columns are read, and which of them say which row it is.
#[derive(Debug)]
pub(super) struct Pairing<'t> {
    /// The key's columns first, if there is a key.
    pub(super) columns: Vec<&'t str>,
    /// So many columns are the key; 0 where whole rows are told apart.
    pub(super) key: usize,
}

impl Pairing<'_> {
    /// So many columns decide the order in which both sides are read.
    pub(super) const fn ordered(&self) -> usize {
        if self.key == 0 { self.columns.len() } else { self.key }
    }
}

/// How a table's rows are matched with those of the other side; `None` where nothing relates them.
pub(super) fn of_both<'t>(
    (old, table): Half<'t, '_>,
    (new, candidate): Half<'t, '_>,
    progress: &Shared<'_, '_>,
) -> Result<Option<Pairing<'t>>> {
    let (ours, theirs) = (stored(table), stored(candidate));
    let common: Vec<&str> = ours.iter().copied().filter(|name| has(&theirs, name)).collect();
    let same_columns = common.len() == ours.len() && common.len() == theirs.len();
    let key = key(table);
    let same_key = key.len() == candidate.primary_key.len()
        && key.iter().zip(&candidate.primary_key).all(|(left, right)| left.eq_ignore_ascii_case(right));
    if same_key && is_usable(old, table, &key, progress)? && is_usable(new, candidate, &key, progress)? {
        return Ok(Some(keyed(key, common)));
    }
    Ok(same_columns.then_some(Pairing { columns: common, key: 0 }))
}

/// How the rows of a table are told apart that has no other to be compared with.
pub(super) fn of_one<'t>((side, table): Half<'t, '_>, progress: &Shared<'_, '_>) -> Result<Pairing<'t>> {
    let key = key(table);
    let is_usable = is_usable(side, table, &key, progress)?;
    Ok(if is_usable { keyed(key, stored(table)) } else { Pairing { columns: stored(table), key: 0 } })
}

/// The columns that hold data; what is generated follows from them.
pub(super) fn stored(table: &Table) -> Vec<&str> {
    let plain = table.columns.iter().filter(|column| column.kind == ColumnKind::Plain);
    plain.map(|column| column.name.as_str()).collect()
}

/// Whether a name is among some, as SQLite compares names.
pub(super) fn has(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn keyed<'t>(key: Vec<&'t str>, columns: Vec<&'t str>) -> Pairing<'t> {
    let values = columns.into_iter().filter(|name| !has(&key, name));
    Pairing { key: key.len(), columns: key.iter().copied().chain(values).collect() }
}

fn key(table: &Table) -> Vec<&str> {
    table.primary_key.iter().map(String::as_str).collect()
}

/// Whether there is a key, and every row has it.
fn is_usable(side: &Side<'_>, table: &Table, key: &[&str], progress: &Shared<'_, '_>) -> Result<bool> {
    if key.is_empty() {
        return Ok(false);
    }
    Ok(!is_nullable(table) || !side.has_null_in(table, key, progress)?)
}

/// Whether SQLite lets NULL pass in the primary key.
fn is_nullable(table: &Table) -> bool {
    let may_be_null = |name: &String| table.columns.iter().any(|column| column.name == *name && !column.not_null);
    table.kind == TableKind::Ordinary && !table.key_is_rowid && table.primary_key.iter().any(may_be_null)
}
