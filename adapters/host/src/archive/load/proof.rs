//! Proves that the new database holds what the archive says, value by value and type by type: each table is written
//! once more as its CSV file, whose digest must be the manifest's, and so are the short digests of its rows.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::schema::Shape;
use crate::archive::sheet::{self, Sheet, Trip};
use crate::archive::tables::Archived;
use crate::archive::{cell, forming};
use crate::error::Result;
use crate::progress::Watcher;

/// Rows added up, in whatever order they come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    rows: u64,
    digests: u128,
}

impl Sum {
    /// Takes up a row.
    pub(super) fn add<'v>(&mut self, values: impl Iterator<Item = ValueRef<'v>>) {
        let (mut hasher, mut bytes) = (blake3::Hasher::new(), Vec::new());
        for value in values {
            bytes.clear();
            cell::encode(value, false, &mut bytes);
            hasher.update(&(bytes.len() as u64).to_le_bytes()).update(&bytes);
        }
        let mut half = [0; 16];
        half.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        self.rows += 1;
        self.digests = self.digests.wrapping_add(u128::from_le_bytes(half));
    }
}

/// What an archive would say of a table.
#[derive(Default)]
pub(super) struct Told {
    /// The digest of its CSV file.
    pub(super) file: String,
    /// The digest of the file with the short digests of its rows, where it has one.
    pub(super) lines: Option<String>,
}

impl From<Sheet> for Told {
    fn from(sheet: Sheet) -> Self {
        let lines = sheet.lines.map(|lines| blake3::hash(&lines).to_hex().to_string());
        Self { file: sheet.digest, lines }
    }
}

/// What an archive of the new database would say of a table.
pub(super) fn told(connection: &Connection, shape: &Shape) -> rusqlite::Result<Told> {
    match sheet::write(connection, &shape.archived, &mut |_, _| Ok(())) {
        Ok(sheet) => Ok(sheet.into()),
        Err(Trip::Sqlite(error)) => Err(error),
        // Nobody hangs up, and what was loaded stays as it is; if not, an empty digest is nobody's.
        Err(Trip::Hung | Trip::Unfit(_)) => Ok(Told::default()),
    }
}

/// The same of several tables of about so many rows, read on a thread for each of the connections.
pub(super) fn all_told(
    connections: &mut [Connection],
    tables: &[(&Archived, u64)],
    watcher: &mut dyn Watcher,
) -> Result<std::result::Result<Vec<Told>, Trip>> {
    let total = tables.len() as u64;
    let formed = forming::form(connections, tables, |formed| {
        let told = (0..).zip(tables).map(|(done, (table, _))| {
            let sheet = formed.sheet(table, &mut |_, _| watcher.at(done, total))?;
            Ok(sheet.map(Told::from))
        });
        // Ends at the first trip: behind it the parts of other tables follow.
        told.collect::<Result<std::result::Result<Vec<_>, _>>>()
    });
    formed.unwrap_or_else(|error| Ok(Err(Trip::Sqlite(error))))
}

/// The rows that a table holds now.
pub(super) fn sum(connection: &Connection, shape: &Shape) -> rusqlite::Result<Sum> {
    let mut statement = connection.prepare(&shape.archived.select())?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut sum = Sum::default();
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|column| row.get_ref(column)).collect::<rusqlite::Result<Vec<_>>>()?;
        sum.add(values.into_iter());
    }
    Ok(sum)
}
