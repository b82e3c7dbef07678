//! Which tables and columns an archive holds, and how their rows are selected: all that cannot be computed again.

use rusqlite::Connection;

use super::manifest::{ColumnEntry, SchemaEntry};
use crate::sqlite::schema::{self, ColumnKind, Table, TableKind, quoted};

/// A table as an archive holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// Its name.
    pub name: String,
    /// The name under which its rowid is the first column; `None` where another column is the rowid, where there is
    /// none, and where all of its names are taken.
    pub rowid: Option<&'static str>,
    /// A name by which a range of its rowids can be selected; `None` where there is none, as above.
    pub ranged: Option<&'static str>,
    /// Its stored columns, in the order of declaration.
    pub columns: Vec<ColumnEntry>,
}

/// The tables of a database whose rows go into an archive, by name, and `sqlite_sequence` as the last. Virtual tables
/// keep their rows in their shadow tables; statistics are gathered anew.
pub fn archived(connection: &Connection) -> rusqlite::Result<Vec<Archived>> {
    let mut tables = schema::tables(connection)?;
    tables.retain(|table| table.kind != TableKind::Virtual);
    tables.extend(schema::sequences(connection)?);
    Ok(tables.into_iter().map(Archived::new).collect())
}

/// Everything in `sqlite_schema` that a `CREATE` statement makes, in the order in which it can be made. A virtual table
/// makes its shadow tables itself. Names and statements that are not UTF-8 are an error without a code of SQLite's.
pub fn creations(connection: &Connection) -> rusqlite::Result<Vec<SchemaEntry>> {
    let tables = schema::tables(connection)?;
    let shadows = || tables.iter().filter(|table| table.kind == TableKind::Shadow);
    let mut statement = connection.prepare(
        "SELECT type, name, tbl_name, sql FROM main.sqlite_schema \
         WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_' COLLATE NOCASE \
         ORDER BY CASE type WHEN 'table' THEN rootpage = 0 WHEN 'index' THEN 2 WHEN 'view' THEN 3 ELSE 4 END, rowid",
    )?;
    let mut rows = statement.query([])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let entry = SchemaEntry { kind: row.get(0)?, name: row.get(1)?, table: row.get(2)?, sql: row.get(3)? };
        if entry.kind != "table" || !shadows().any(|shadow| shadow.name.eq_ignore_ascii_case(&entry.name)) {
            entries.push(entry);
        }
    }
    Ok(entries)
}

impl Archived {
    fn new(table: Table) -> Self {
        let is_taken = |name: &str| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        let ranged = ["rowid", "_rowid_", "oid"].into_iter().find(|name| table.has_rowid && !is_taken(name));
        let rowid = ranged.filter(|_| !table.key_is_rowid);
        let stored = table.columns.into_iter().filter(|column| column.kind == ColumnKind::Plain);
        let columns = stored.map(|column| ColumnEntry { name: column.name, declared: column.declared }).collect();
        Self { name: table.name, rowid, ranged, columns }
    }

    /// The names of all columns of its file.
    pub fn header(&self) -> impl Iterator<Item = &str> {
        self.rowid.into_iter().chain(self.columns.iter().map(|column| column.name.as_str()))
    }

    /// Selects its rows in the order in which they are stored, which is the order of rowids or of the primary key:
    /// nothing is sorted, and no index is read, which might disagree or need a collation that we lack.
    pub fn select(&self) -> String {
        // Only a qualified name is never taken for a text.
        let columns: Vec<_> = self.header().map(|name| format!("t.{}", quoted(name))).collect();
        format!("SELECT {} FROM main.{} AS t NOT INDEXED", columns.join(", "), quoted(&self.name))
    }
}
