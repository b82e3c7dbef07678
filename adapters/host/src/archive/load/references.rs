//! Foreign keys, checked when everything is in. SQLite says which keys of which tables point nowhere; the rows are then
//! found on a second reading of those tables alone, so that no memory of all rows is needed for the lines.

use std::collections::BTreeSet;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Statement};

use super::build::{Build, is_lacking};
use super::feed;
use super::schema::Shape;
use crate::archive::cell::Value;
use crate::archive::findings::Findings;
use crate::archive::manifest::TableEntry;
use crate::archive::rows::Row;
use crate::error::Result;
use crate::sqlite::schema::quoted;

/// A foreign key with rows that point nowhere.
struct Broken<'c> {
    /// The child's columns, and their places in its file; `None` for one that is computed.
    columns: Vec<(String, Option<usize>)>,
    parent: String,
    /// Looks for the row of the parent; `None` where there is no such table or column.
    find: Option<Statement<'c>>,
}

/// Reports rows that point to rows that are not there. In an adopted database as many as there were at the export are
/// the app's own affair.
pub(super) fn check(build: &mut Build<'_, '_, '_>) -> Result<()> {
    let (load, schema, connection) = (build.load, build.schema, build.connection);
    let (mut violations, mut broken) = (0, Vec::new());
    for entry in &load.manifest.tables {
        let checked = build.uninterrupted(|connection| Ok(violated(connection, &entry.name)))?;
        match checked {
            Ok((_, keys)) if keys.is_empty() => {}
            Ok((count, keys)) => {
                violations += count;
                broken.push((entry, keys));
            }
            // A declaration that does not fit its parent says nothing about rows.
            Err(error) if is_lacking(&error) => {}
            Err(error) => return Err(build.failed(&error)),
        }
    }
    if load.adopted && violations <= load.manifest.facts.foreign_key_violations {
        return Ok(());
    }
    for (entry, keys) in broken {
        if build.findings.is_full() {
            // Each table means reading the archive once more, for lines that nobody would get to see.
            break;
        }
        let Some(shape) = schema.table(&entry.name) else { continue };
        let found = Broken::of(connection, shape, &keys).map_err(|error| build.failed(&error))?;
        // What points to a row that was refused itself is not wrong on its own.
        let own = found.into_iter().filter(|broken| !build.refused.contains(&broken.parent));
        lines(build, entry, shape, own.collect())?;
    }
    Ok(())
}

/// How many rows of a table point nowhere, and by which of its keys.
fn violated(connection: &Connection, table: &str) -> rusqlite::Result<(u64, BTreeSet<i64>)> {
    let mut statement = connection.prepare(&format!("PRAGMA main.foreign_key_check({})", quoted(table)))?;
    let mut rows = statement.query([])?;
    let (mut count, mut keys) = (0, BTreeSet::new());
    while let Some(row) = rows.next()? {
        count += 1;
        keys.insert(row.get(3)?);
    }
    Ok((count, keys))
}

fn lines(build: &mut Build<'_, '_, '_>, entry: &TableEntry, shape: &Shape, mut broken: Vec<Broken<'_>>) -> Result<()> {
    if broken.is_empty() {
        return Ok(());
    }
    let load = build.load;
    let mut findings = std::mem::take(&mut build.findings);
    let read = feed::feed(load, &[entry], &mut Findings::default(), &mut |_, rows| {
        build.progress.at(0, 0)?;
        for row in &rows {
            for key in &mut broken {
                if key.points_nowhere(shape, row).map_err(|error| build.failed(&error))? {
                    key.report(entry, row, &mut findings);
                }
            }
        }
        Ok(())
    });
    build.findings = findings;
    for key in broken.iter().filter(|key| key.is_computed()) {
        let text = format!("has rows that point to rows of “{}” that are not there", key.parent);
        build.findings.member(&entry.file, text);
    }
    read
}

impl<'c> Broken<'c> {
    /// The keys of a table with these numbers.
    fn of(connection: &'c Connection, shape: &Shape, numbers: &BTreeSet<i64>) -> rusqlite::Result<Vec<Self>> {
        let table = &shape.archived.name;
        numbers.iter().map(|number| Self::numbered(connection, shape, table, *number)).collect()
    }

    fn numbered(connection: &'c Connection, shape: &Shape, table: &str, number: i64) -> rusqlite::Result<Self> {
        let sql =
            "SELECT \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1, 'main') WHERE id = ?2 ORDER BY seq";
        let mut statement = connection.prepare(sql)?;
        let parts = statement.query_map((table, number), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let parts: Vec<(String, String, Option<String>)> = parts.collect::<rusqlite::Result<_>>()?;
        let parent = parts.first().map(|(parent, ..)| parent.clone()).unwrap_or_default();
        let place = |name: &str| shape.archived.header().position(|known| known.eq_ignore_ascii_case(name));
        let columns = parts.iter().map(|(_, from, _)| (from.clone(), place(from))).collect();
        let to: Option<Vec<String>> = parts.into_iter().map(|(_, _, to)| to).collect();
        let to = to.map_or_else(|| primary_key(connection, &parent), Ok)?;
        // The parent's column lends its affinity and its collation, as it does to SQLite's own check.
        let conditions: Vec<_> = to.iter().map(|column| format!("{} = ?", quoted(column))).collect();
        let sql = format!("SELECT 1 FROM main.{} WHERE {}", quoted(&parent), conditions.join(" AND "));
        let find = match connection.prepare(&sql) {
            Err(error) if is_lacking(&error) => None,
            prepared => Some(prepared?),
        };
        Ok(Self { columns, parent, find })
    }

    fn points_nowhere(&mut self, shape: &Shape, row: &Row) -> rusqlite::Result<bool> {
        let values = self.columns.iter().map(|(_, place)| {
            let place = (*place)?;
            shape.stored(place, row.values.get(place)?).filter(|value| *value != Value::Null)
        });
        // A key with a part that is NULL points to nothing on purpose.
        let Some(values) = values.collect::<Option<Vec<Value>>>() else { return Ok(false) };
        let Some(find) = &mut self.find else { return Ok(true) };
        for (place, value) in (1..).zip(&values) {
            find.raw_bind_parameter::<usize, _>(place, ToSqlOutput::Borrowed(value.as_ref()))?;
        }
        Ok(find.raw_query().next()?.is_none())
    }

    fn report(&self, entry: &TableEntry, row: &Row, findings: &mut Findings) {
        let parent = &self.parent;
        match self.columns.as_slice() {
            [(column, _)] => {
                let text = format!("points to a row of “{parent}” that is not there");
                findings.line(&entry.file, row.line, Some(column), text);
            }
            columns => {
                let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
                let text = format!("points with ({}) to a row of “{parent}” that is not there", names.join(", "));
                findings.line(&entry.file, row.line, None, text);
            }
        }
    }

    fn is_computed(&self) -> bool {
        self.columns.iter().any(|(_, place)| place.is_none())
    }
}

fn primary_key(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        connection.prepare("SELECT name FROM pragma_table_info(?1, 'main') WHERE pk > 0 ORDER BY pk")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    names.collect()
}
