//! A schema as a database has it that we hold: its statements, its tables as an archive would hold them, its settings.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::affinity::{Affinity, Stored};
use crate::archive::cell::Value;
use crate::archive::manifest::{ColumnEntry, CsvManifest};
use crate::archive::tables::{self, Archived};
use crate::sqlite::schema::{self, TableKind};

/// The table in which `AUTOINCREMENT` counts.
pub(super) const SEQUENCES: &str = "sqlite_sequence";

/// What a database is built of.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    /// What a statement made, in the order of `sqlite_schema`, without SQLite's own tables.
    pub(super) entries: Vec<Entry>,
    /// The tables with rows, `sqlite_sequence` as the last.
    pub(super) tables: Vec<Shape>,
    /// As verification takes it.
    pub(super) fingerprint: String,
    /// `PRAGMA application_id`.
    pub(super) application_id: i32,
    /// `PRAGMA user_version`.
    pub(super) user_version: i32,
}

/// One entry of `sqlite_schema`.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// `table`, `index`, `view` or `trigger`.
    pub(super) kind: String,
    /// Whether it has pages, and is made by its statement. Virtual tables, views and triggers are text alone.
    pub(super) has_pages: bool,
    pub(super) name: String,
    pub(super) table: String,
    pub(super) sql: String,
}

/// A table with rows.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// As an archive holds it.
    pub(super) archived: Archived,
    /// What SQLite makes of values in each column of its file.
    pub(super) affinities: Vec<Affinity>,
    /// Which column of its file is the rowid.
    pub(super) rowid: Option<usize>,
}

impl Schema {
    /// Reads the schema of a database.
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let pragma = |name: &str| connection.query_row(&format!("PRAGMA main.{name}"), [], |row| row.get(0));
        Ok(Self {
            entries: entries(connection)?,
            tables: shapes(connection)?,
            fingerprint: schema::fingerprint(connection)?,
            application_id: pragma("application_id")?,
            user_version: pragma("user_version")?,
        })
    }

    /// Takes up what the archive knows better. Where it is this very schema, it knows the version too that the app gave
    /// its content; and it may have `sqlite_sequence` although no table counts any more.
    pub(super) fn adapted(mut self, manifest: &CsvManifest) -> Self {
        if self.fingerprint == manifest.facts.fingerprint {
            self.application_id = manifest.facts.application_id;
            self.user_version = manifest.facts.user_version;
        }
        let counts = |name: &str| name == SEQUENCES;
        let counted = manifest.tables.iter().any(|table| counts(&table.name));
        if counted && !self.tables.iter().any(|table| counts(&table.archived.name)) {
            self.tables.push(sequences());
        }
        self
    }

    /// A table by its name.
    pub(super) fn table(&self, name: &str) -> Option<&Shape> {
        self.tables.iter().find(|table| table.archived.name == name)
    }
}

impl Shape {
    /// What a column of its file holds in the end, where that is the value or another form of it.
    pub(super) fn stored(&self, column: usize, value: &Value) -> Option<Value> {
        match self.affinities.get(column)?.store(value) {
            Stored::Same => Some(value.clone()),
            Stored::Number(number) => Some(number),
            Stored::Else(_) => None,
        }
    }
}

fn entries(connection: &Connection) -> rusqlite::Result<Vec<Entry>> {
    let mut statement = connection.prepare(
        "SELECT type, rootpage > 0, name, tbl_name, sql FROM main.sqlite_schema \
         WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_' COLLATE NOCASE ORDER BY rowid",
    )?;
    let entries = statement.query_map([], |row| {
        let (kind, has_pages, name) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Entry { kind, has_pages, name, table: row.get(3)?, sql: row.get(4)? })
    })?;
    entries.collect()
}

fn shapes(connection: &Connection) -> rusqlite::Result<Vec<Shape>> {
    let strict = strict(connection)?;
    let mut keys = BTreeMap::new();
    for table in schema::tables(connection)?.into_iter().filter(|table| table.kind != TableKind::Virtual) {
        if let [key] = table.primary_key.as_slice()
            && table.key_is_rowid
        {
            keys.insert(table.name.clone(), key.clone());
        }
    }
    let shape = |archived: Archived| {
        let strict = strict.contains(&archived.name);
        let own = archived.rowid.map(|_| Affinity::Integer);
        let columns = archived.columns.iter().map(|column| Affinity::of(&column.declared, strict));
        let affinities = own.into_iter().chain(columns).collect();
        let key = keys.get(&archived.name);
        let alias = key.and_then(|key| archived.columns.iter().position(|column| column.name == *key));
        let rowid = if archived.rowid.is_some() { Some(0) } else { alias };
        Shape { archived, affinities, rowid }
    };
    Ok(tables::archived(connection)?.into_iter().map(shape).collect())
}

fn strict(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict")?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.collect()
}

/// As SQLite makes it.
fn sequences() -> Shape {
    let column = |name: &str| ColumnEntry { name: name.to_owned(), declared: String::new() };
    let columns = vec![column("name"), column("seq")];
    let archived = Archived { name: SEQUENCES.to_owned(), rowid: Some("rowid"), ranged: Some("rowid"), columns };
    Shape { archived, affinities: vec![Affinity::Integer, Affinity::Blob, Affinity::Blob], rowid: Some(0) }
}
