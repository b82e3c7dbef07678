//! Puts the rows of one table into the new database. A row that breaks a rule is reported with its line, and the next
//! one follows, so that a person sees all that is wrong at once.

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

/// A table that is being filled.
pub(super) struct Loader<'c, 't> {
    statement: Statement<'c>,
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
        let columns: Vec<_> = shape.archived.header().map(quoted).collect();
        let values = vec!["?"; columns.len()].join(", ");
        let table = quoted(&shape.archived.name);
        let sql = format!("INSERT OR ABORT INTO main.{table} ({}) VALUES ({values})", columns.join(", "));
        let sum = summing.then(Sum::default);
        Ok(Self { statement: connection.prepare(&sql)?, entry, shape, sum, refused: false })
    }

    /// Inserts a row, or says what is wrong with it. Trouble that has nothing to do with the row is an error.
    pub(super) fn insert(&mut self, row: &Row, findings: &mut Findings) -> rusqlite::Result<()> {
        if !self.is_welcome(row, findings) {
            self.refused = true;
            return Ok(());
        }
        for (place, value) in (1..).zip(&row.values) {
            self.statement.raw_bind_parameter::<usize, _>(place, ToSqlOutput::Borrowed(value.as_ref()))?;
        }
        if let Err(error) = self.statement.raw_execute() {
            let Some(Violation { column, text }) = Violation::of(&error, &self.entry.name) else { return Err(error) };
            self.refused = true;
            findings.line(&self.entry.file, row.line, column.as_deref(), text);
            return Ok(());
        }
        if let Some(sum) = &mut self.sum {
            let stored: Vec<_> =
                (0..).zip(&row.values).filter_map(|(column, value)| self.shape.stored(column, value)).collect();
            sum.add(stored.iter().map(Value::as_ref));
        }
        Ok(())
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

fn is_whole(value: &Value) -> bool {
    matches!(value, Value::Integer(_)) || matches!(Affinity::Integer.store(value), Stored::Number(_))
}
