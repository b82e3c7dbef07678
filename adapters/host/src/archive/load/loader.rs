//! Puts the rows of one table into the new database. A row that breaks a rule is reported with its line, and the next
//! one follows, so that a person sees all that is wrong at once.
//!
//! One statement takes many rows, which costs half as much as a statement for each: SQLite makes what a rule like
//! `kind IN ('cash', 'card', 'bank')` looks into once per statement. Where one of the rows breaks a rule, nothing of the
//! statement stays, and its rows follow one by one.

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Statement};

use super::affinity::{Affinity, Stored};
use super::proof::Sum;
use super::schema::Shape;
use super::violation::Violation;
use crate::archive::cell::Value;
use crate::archive::findings::Findings;
use crate::archive::manifest::TableEntry;
use crate::archive::rows::Row;
use crate::sqlite::schema::quoted;

/// Rows that one statement takes.
const MANY: usize = 64;

/// Values that one statement takes at most; SQLite's own limit is a little higher.
const MOST_VALUES: usize = 32_000;

/// Bytes from which rows go in one by one.
const LARGE: usize = 1 << 20;

/// A table that is being filled.
pub(super) struct Loader<'c, 't> {
    connection: &'c Connection,
    /// Takes a row.
    statement: Statement<'c>,
    /// Takes many rows, from the first time that there are so many.
    many: Option<Statement<'c>>,
    entry: &'t TableEntry,
    shape: &'t Shape,
    /// What the table should hold in the end, where nothing else tells.
    pub(super) sum: Option<Sum>,
    /// Whether a row was left out.
    pub(super) refused: bool,
}

impl<'c, 't> Loader<'c, 't> {
    /// Whatever a table says about conflicts, a row that breaks a rule is refused and changes nothing.
    pub(super) fn new(
        connection: &'c Connection,
        entry: &'t TableEntry,
        shape: &'t Shape,
        summing: bool,
    ) -> rusqlite::Result<Self> {
        let statement = connection.prepare(&insertion(shape, 1))?;
        let sum = summing.then(Sum::default);
        Ok(Self { connection, statement, many: None, entry, shape, sum, refused: false })
    }

    /// Inserts rows, or says what is wrong with them. Trouble that has nothing to do with the rows is an error.
    pub(super) fn insert_all(&mut self, rows: &[Row], findings: &mut Findings) -> rusqlite::Result<()> {
        let columns = self.shape.affinities.len().max(1);
        let at_a_time = (MOST_VALUES / columns).clamp(1, MANY);
        for rows in rows.chunks(at_a_time) {
            let are_in = at_a_time > 1 && rows.len() == at_a_time && self.insert_at_once(rows)?;
            if !are_in {
                rows.iter().try_for_each(|row| self.insert(row, findings))?;
            }
        }
        Ok(())
    }

    /// Inserts a row, or says what is wrong with it. Trouble that has nothing to do with the row is an error.
    pub(super) fn insert(&mut self, row: &Row, findings: &mut Findings) -> rusqlite::Result<()> {
        if !self.is_welcome(row, findings) {
            self.refused = true;
            return Ok(());
        }
        bind(&mut self.statement, std::slice::from_ref(row))?;
        if let Err(error) = self.statement.raw_execute() {
            let Some(Violation { column, text }) = Violation::of(&error, &self.entry.name) else { return Err(error) };
            self.refused = true;
            findings.line(&self.entry.file, row.line, column.as_deref(), text);
            return Ok(());
        }
        self.add(row);
        Ok(())
    }

    /// Gives back the memory of the statement for many rows, when those of other tables follow.
    pub(super) fn rest(&mut self) {
        self.many = None;
    }

    /// Inserts all of these rows, or none because something is wrong with some of them.
    fn insert_at_once(&mut self, rows: &[Row]) -> rusqlite::Result<bool> {
        let mut unheard = Findings::default();
        let are_welcome = rows.iter().all(|row| self.is_welcome(row, &mut unheard));
        if !are_welcome || rows.iter().map(Row::size).sum::<usize>() >= LARGE {
            return Ok(false);
        }
        let many = match &mut self.many {
            Some(many) => many,
            None => self.many.insert(self.connection.prepare(&insertion(self.shape, rows.len()))?),
        };
        bind(many, rows)?;
        match many.raw_execute() {
            Ok(_) => rows.iter().for_each(|row| self.add(row)),
            Err(error) if Violation::of(&error, &self.entry.name).is_some() => return Ok(false),
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// Adds up what is in.
    fn add(&mut self, row: &Row) {
        if let Some(sum) = &mut self.sum {
            let stored: Vec<_> =
                (0..).zip(&row.values).filter_map(|(column, value)| self.shape.stored(column, value)).collect();
            sum.add(stored.iter().map(Value::as_ref));
        }
    }

    /// Whether SQLite would store each value as what it is.
    fn is_welcome(&self, row: &Row, findings: &mut Findings) -> bool {
        let mut welcome = true;
        let columns = self.shape.archived.header().zip(&self.shape.affinities).zip(&row.values);
        for (place, ((column, affinity), value)) in columns.enumerate() {
            let wrong = match affinity.store(value) {
                // For an empty one SQLite would make up a number.
                _ if self.shape.rowid == Some(place) && !is_whole(value) => {
                    "is no whole number, by which the database numbers this row"
                }
                Stored::Same | Stored::Number(_) => continue,
                Stored::Else(wrong) => wrong,
            };
            welcome = false;
            findings.line(&self.entry.file, row.line, Some(column), wrong);
        }
        welcome
    }
}

/// The statement for so many rows.
fn insertion(shape: &Shape, rows: usize) -> String {
    let columns: Vec<_> = shape.archived.header().map(quoted).collect();
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    let (table, columns, rows) = (quoted(&shape.archived.name), columns.join(", "), vec![row; rows].join(", "));
    format!("INSERT OR ABORT INTO main.{table} ({columns}) VALUES {rows}")
}

fn bind(statement: &mut Statement<'_>, rows: &[Row]) -> rusqlite::Result<()> {
    let values = rows.iter().flat_map(|row| &row.values);
    (1..).zip(values).try_for_each(|(place, value)| {
        statement.raw_bind_parameter::<usize, _>(place, ToSqlOutput::Borrowed(value.as_ref()))
    })
}

fn is_whole(value: &Value) -> bool {
    matches!(value, Value::Integer(_)) || matches!(Affinity::Integer.store(value), Stored::Number(_))
}
