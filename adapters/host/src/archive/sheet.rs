//! The rows of one table as the bytes of its CSV file, block by block and perhaps in parts, and their digests on the way.

use std::cell::Cell;
use std::io::{self, Write};
use std::ops::Range;

use csv::{Terminator, WriterBuilder};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::layout::{BYTE_ORDER_MARK, SPREADSHEET_ROWS};
use super::load::affinity::Affinity;
use super::parts::Span;
use super::tables::Archived;
use super::{cell, lines};

/// Bytes that are handed over at a time; more would not stay in the cache of one core.
const BLOCK: usize = 256 << 10;

/// Memory of a large row that is kept for those that follow.
const SHRUNK: usize = 1 << 20;

/// Takes a block, and how many rows are formed. An error ends the reading.
pub(super) type Take<'a> = &'a mut dyn FnMut(&[u8], u64) -> io::Result<()>;

/// What was learnt of a file while it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sheet {
    /// Rows, without the line of column names.
    pub(super) rows: u64,
    /// Bytes.
    pub(super) bytes: u64,
    /// BLAKE3 of the bytes, in hex.
    pub(super) digest: String,
    /// The short digest of each row, `None` where there are more rows than a spreadsheet can hold.
    pub(super) lines: Option<Vec<u8>>,
}

/// What was learnt of rows while they were formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rows {
    /// How many.
    count: u64,
    /// The short digest of each, `None` where there are more rows than a spreadsheet can hold.
    lines: Option<Vec<u8>>,
}

/// Why a file is not complete.
pub(super) enum Trip {
    /// SQLite's trouble with the database.
    Sqlite(rusqlite::Error),
    /// Nobody takes the blocks any more.
    Hung,
    /// A value that would not come back; why, for people.
    Unfit(String),
}

impl From<rusqlite::Error> for Trip {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<csv::Error> for Trip {
    fn from(_: csv::Error) -> Self {
        Self::Hung
    }
}

impl From<io::Error> for Trip {
    fn from(_: io::Error) -> Self {
        Self::Hung
    }
}

/// Reads the rows of a table and forms its CSV file, block by block.
pub(super) fn write(connection: &Connection, table: &Archived, take: Take<'_>) -> Result<Sheet, Trip> {
    let mut binding = Binding::default();
    let mut hand_on = |block: &[u8], rows| {
        binding.add(block);
        take(block, rows)
    };
    hand_on(&header(table)?, 0)?;
    let whole = Part { table, is_strict: is_strict(connection, table)?, span: Span::WHOLE };
    let rows = form(connection, &whole, &mut hand_on)?;
    binding.add_rows(rows);
    Ok(binding.finish())
}

/// The beginning of a table's file: the line of column names, which are written as text, so that no spreadsheet takes
/// one for a formula.
pub(super) fn header(table: &Archived) -> Result<Vec<u8>, Trip> {
    let mut names = Record::new(table, false);
    for name in table.header() {
        names.push(ValueRef::Text(name.as_bytes()), true);
    }
    let mut csv = writer(BYTE_ORDER_MARK.to_vec());
    csv.write_record(names.cells())?;
    csv.into_inner().map_err(|_| Trip::Hung)
}

/// Rows of a table.
pub(super) struct Part<'t> {
    /// The table.
    pub(super) table: &'t Archived,
    /// Whether it is `STRICT`.
    pub(super) is_strict: bool,
    /// Which rows.
    pub(super) span: Span,
}

/// Reads some rows of a table and forms their part of its CSV file, block by block.
pub(super) fn form(
    connection: &Connection,
    &Part { table, is_strict, span }: &Part<'_>,
    take: Take<'_>,
) -> Result<Rows, Trip> {
    let formed = Cell::new(0);
    let mut csv = writer(Blocks { rows: &formed, take });
    let mut record = Record::new(table, is_strict);
    let mut rows = Rows::default();
    let mut statement = connection.prepare(&span.select(table))?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        if let Some(column) = record.take(row)? {
            return Err(Trip::Unfit(would_change(connection, table, span, column, rows.count)));
        }
        csv.write_record(record.cells())?;
        rows.count += 1;
        formed.set(rows.count);
        rows.lines = rows.lines.filter(|_| rows.count <= SPREADSHEET_ROWS);
        if let Some(lines) = &mut rows.lines {
            lines.extend(record.digest());
        }
    }
    csv.into_inner().map_err(|_| Trip::Hung)?;
    Ok(rows)
}

fn writer<W: Write>(to: W) -> csv::Writer<W> {
    WriterBuilder::new().terminator(Terminator::CRLF).buffer_capacity(BLOCK).from_writer(to)
}

/// Learns of a file what its parts tell, which come in their order.
#[derive(Default)]
pub(super) struct Binding {
    hasher: blake3::Hasher,
    bytes: u64,
    rows: Rows,
}

impl Binding {
    /// Adds bytes.
    pub(super) fn add(&mut self, block: &[u8]) {
        self.hasher.update(block);
        self.bytes += block.len() as u64;
    }

    /// Adds what was learnt of rows whose bytes are added.
    pub(super) fn add_rows(&mut self, rows: Rows) {
        self.rows.count += rows.count;
        let both = self.rows.lines.take().zip(rows.lines).filter(|_| self.rows.count <= SPREADSHEET_ROWS);
        self.rows.lines = both.map(|(mut lines, more)| {
            lines.extend(more);
            lines
        });
    }

    /// Rows so far.
    pub(super) const fn rows(&self) -> u64 {
        self.rows.count
    }

    /// Ends the file.
    pub(super) fn finish(self) -> Sheet {
        let Rows { count, lines } = self.rows;
        Sheet { rows: count, bytes: self.bytes, digest: self.hasher.finalize().to_hex().to_string(), lines }
    }
}

impl Default for Rows {
    fn default() -> Self {
        Self { count: 0, lines: Some(Vec::new()) }
    }
}

/// Whether a table is `STRICT`.
pub(super) fn is_strict(connection: &Connection, table: &Archived) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM pragma_table_list(?1) WHERE schema = 'main' AND strict)";
    connection.query_row(sql, [&table.name], |row| row.get(0))
}

/// Says which value of the row behind this many others of the span would become something else when it is stored anew.
fn would_change(connection: &Connection, table: &Archived, span: Span, column: usize, before: u64) -> String {
    let sql = span.nth_rowid(table, before);
    let found = sql.and_then(|sql| connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).ok());
    let row = found.map_or_else(|| format!("row {}", before + 1), |rowid| format!("the row with rowid {rowid}"));
    let column = table.header().nth(column).unwrap_or_default();
    format!(
        "in the table “{}”, {row} has a value in the column “{column}” of a kind that SQLite would change on storing it \
         there, so that it would not come back as it is",
        table.name
    )
}

/// The cells of one row. Its memory is used again for the next, so that a row costs no allocation.
struct Record {
    /// Whether each column has TEXT affinity.
    text_columns: Vec<bool>,
    /// What each column makes of values.
    affinities: Vec<Affinity>,
    /// All cells, each behind its length, as their digest is taken.
    bytes: Vec<u8>,
    /// Where each cell is.
    places: Vec<Range<usize>>,
}

impl Record {
    fn new(table: &Archived, strict: bool) -> Self {
        let own = table.rowid.map(|_| Affinity::Integer);
        let affinities = table.columns.iter().map(|column| Affinity::of(&column.declared, strict));
        let affinities = own.into_iter().chain(affinities).collect();
        let rowid = table.rowid.map(|_| false);
        let columns = table.columns.iter().map(|column| cell::is_text_column(&column.declared));
        let text_columns = rowid.into_iter().chain(columns).collect();
        Self { text_columns, affinities, bytes: Vec::new(), places: Vec::new() }
    }

    /// Takes a row, or says in which column it has a value that the column would change.
    fn take(&mut self, row: &Row<'_>) -> rusqlite::Result<Option<usize>> {
        self.clear();
        for column in 0..self.text_columns.len() {
            let value = row.get_ref(column)?;
            if !self.affinities[column].keeps(value) {
                return Ok(Some(column));
            }
            self.push(value, self.text_columns[column]);
        }
        Ok(None)
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
        // One large row must not hold its memory for all that follow.
        self.bytes.shrink_to(SHRUNK);
    }

    fn push(&mut self, value: ValueRef<'_>, text_column: bool) {
        self.places.push(lines::push(value, text_column, &mut self.bytes));
    }

    fn cells(&self) -> impl Iterator<Item = &[u8]> {
        self.places.iter().map(|place| &self.bytes[place.clone()])
    }

    fn digest(&self) -> [u8; lines::WIDTH] {
        lines::digest_of(&self.bytes)
    }
}

/// Passes on what the CSV writer has put together.
struct Blocks<'a> {
    /// How many rows are formed, which may be one more than are in the blocks.
    rows: &'a Cell<u64>,
    take: Take<'a>,
}

impl Write for Blocks<'_> {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        (self.take)(block, self.rows.get())?;
        Ok(block.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
