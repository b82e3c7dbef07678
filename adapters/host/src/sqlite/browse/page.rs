//! A page of the rows that a restore would change, however far down the list it lies.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, Statement, ToSql};

use super::index::{Place, TableIndex};
use super::packed::{Held, values};
use super::{Cell, Fate};
use crate::error::{Result, Stop};
use crate::sqlite::schema::quoted;
use crate::sqlite::trouble::{Trouble, trouble};
use crate::sqlite::{Opener, open};

/// A row that a restore would change. Cells are in the order of [`TableIndex::columns`].
#[derive(Clone, Debug, PartialEq)]
pub struct RowChange {
    /// What would happen to it.
    pub fate: Fate,
    /// As it is live; `None` for one that comes back, and for one that the app has removed since it was listed.
    pub now: Option<Vec<Cell>>,
    /// As it would be after the restore; `None` for one that is lost.
    pub after: Option<Vec<Cell>>,
}

impl TableIndex {
    /// At most `most` rows of a fate, from the row `first` of the list on. Live rows are shown as they are by now.
    pub fn page(
        &self,
        opener: &Opener,
        live: &Path,
        candidate: &Path,
        fate: Fate,
        first: u64,
        most: usize,
    ) -> Result<Vec<RowChange>> {
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let entries: Vec<&[u8]> = self.list(fate).rows.from(first).take(most).collect();
        let rows_of = |place: &Option<Place>, is_there, file, connect: fn(&Opener, &Path) -> Result<Connection>| {
            let place = place.as_ref().filter(|_| is_there && !entries.is_empty());
            place.map_or_else(
                || Ok(vec![None; entries.len()]),
                |place| self.rows(place, &entries, file, || connect(opener, file)),
            )
        };
        let now = rows_of(&self.live, fate != Fate::Back, live, reader)?;
        let after = rows_of(&self.candidate, fate != Fate::Lost, candidate, open::sealed)?;
        Ok(now.into_iter().zip(after).map(|(now, after)| RowChange { fate, now, after }).collect())
    }

    fn rows(
        &self,
        place: &Place,
        entries: &[&[u8]],
        file: &Path,
        connect: impl FnOnce() -> Result<Connection>,
    ) -> Result<Vec<Option<Vec<Cell>>>> {
        if place.key.is_empty() {
            return Ok(entries.iter().map(|entry| Some(place.kept(entry))).collect());
        }
        let connection = connect()?;
        let look_up = || -> rusqlite::Result<_> {
            let mut statement = place.statement(&connection, &self.columns)?;
            entries.iter().map(|entry| look_up(&mut statement, entry)).collect()
        };
        look_up().map_err(|error| Stop::sqlite("look at the rows", file, &error))
    }
}

/// The live database, as it is at one moment.
fn reader(opener: &Opener, live: &Path) -> Result<Connection> {
    let connection = open::reader(opener, live)?;
    let begun = open::limit_memory(&connection).and_then(|()| connection.execute_batch("BEGIN"));
    begun.map_err(|error| Stop::sqlite("look at the rows", live, &error))?;
    Ok(connection)
}

impl Place {
    /// A row that was kept as it is shown.
    fn kept(&self, entry: &[u8]) -> Vec<Cell> {
        let cells: Vec<Cell> = values(entry).map(Held::cell).collect();
        let cell = |at: &Option<usize>| at.and_then(|at| cells.get(at)).cloned().unwrap_or(Cell::Null);
        self.shown.iter().map(cell).collect()
    }

    /// Finds one row by its key, and says of each column its value (of a blob its size, which SQLite knows without
    /// reading it) and whether it is a blob. A name with its table before it is never taken for a text, also where an
    /// app has renamed the column since.
    fn statement<'c>(&self, connection: &'c Connection, columns: &[String]) -> rusqlite::Result<Statement<'c>> {
        let shown = columns.iter().zip(&self.shown).map(|(name, at)| match (quoted(name), at) {
            (name, Some(_)) => format!(
                "CASE typeof(t.{name}) WHEN 'blob' THEN length(t.{name}) ELSE t.{name} END, typeof(t.{name}) = 'blob'"
            ),
            (_, None) => "NULL, FALSE".to_owned(),
        });
        let shown = shown.collect::<Vec<_>>().join(", ");
        let by = |term: &dyn Fn(usize, &String) -> String| {
            let terms = self.key.iter().enumerate().map(|(at, name)| term(at + 1, name));
            terms.collect::<Vec<_>>().join(" AND ")
        };
        // The declared collation finds the index, and the bytes decide.
        let fast = by(&|at, name| format!("t.{name} = ?{at} AND t.{name} = ?{at} COLLATE BINARY"));
        match connection.prepare(&format!("SELECT {shown} FROM main.{} AS t WHERE {fast}", self.table)) {
            // The index needs a collation that only its app has.
            Err(error) if trouble(&error) == Trouble::Unsupported => {
                let slow = by(&|at, name| format!("t.{name} COLLATE BINARY = ?{at}"));
                connection.prepare(&format!("SELECT {shown} FROM main.{} AS t NOT INDEXED WHERE {slow}", self.table))
            }
            prepared => prepared,
        }
    }
}

fn look_up(statement: &mut Statement<'_>, entry: &[u8]) -> rusqlite::Result<Option<Vec<Cell>>> {
    let columns = statement.column_count() / 2;
    let key: Vec<Bound<'_>> = values(entry).map(Bound).collect();
    let mut rows = statement.query(rusqlite::params_from_iter(key))?;
    rows.next()?.map(|row| (0..columns).map(|column| cell(row, column)).collect()).transpose()
}

fn cell(row: &Row<'_>, column: usize) -> rusqlite::Result<Cell> {
    let (value, is_blob) = (row.get_ref(2 * column)?, row.get(2 * column + 1)?);
    Ok(match (value, is_blob) {
        (ValueRef::Integer(bytes), true) => Cell::Blob { bytes: bytes.unsigned_abs() },
        (value, _) => Cell::of(value),
    })
}

/// A value of a key, byte for byte as it was read.
struct Bound<'a>(Held<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self.0 {
            Held::Value(value) => Ok(ToSqlOutput::Borrowed(value)),
            // A key is never cut down to what is shown.
            Held::BlobOf(_) => Ok(ToSqlOutput::Borrowed(ValueRef::Null)),
        }
    }
}
