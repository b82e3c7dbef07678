//! Which column of a stranger's table says when its rows happened: one that is called so, and holds what looks so.

use super::days::{day, has_column};
use crate::sqlite::ffi;
use crate::sqlite::schema::{Column, quoted};
use crate::sqlite::sides::{Half, Shared, Trip, is_cancelled};

/// So many rows of each side are looked at.
const SAMPLE: usize = 200;

/// The first column that every side has which holds the table, is called like a day, and holds days.
pub(super) fn column(halves: &[Option<Half<'_, '_>>; 2], progress: &Shared<'_, '_>) -> Result<Option<String>, Trip> {
    let halves: Vec<Half<'_, '_>> = halves.iter().flatten().copied().collect();
    let columns = halves.first().map(|(_, table)| table.columns.as_slice()).unwrap_or_default();
    for column in columns.iter().filter(|column| is_called_like_a_day(column)) {
        let (mut days, mut values) = (0, 0);
        for half in &halves {
            let (found, of) = sample(*half, &column.name, progress)?;
            days += found;
            values += of;
        }
        let is_everywhere = halves.iter().all(|(_, table)| has_column(table, &column.name));
        // A few slips of the pen do not hide the rest.
        if is_everywhere && days > 0 && days * 10 >= values * 9 {
            return Ok(Some(column.name.clone()));
        }
    }
    Ok(None)
}

fn is_called_like_a_day(column: &Column) -> bool {
    let (declared, name) = (column.declared.to_ascii_uppercase(), column.name.to_ascii_lowercase());
    let by_type = ["DATE", "TIME"].iter().any(|word| declared.contains(word));
    by_type || ["_on", "_at", "date", "time"].iter().any(|end| name.ends_with(end))
}

/// How many of some values are days, and how many there are that are not NULL.
fn sample((side, table): Half<'_, '_>, column: &str, progress: &Shared<'_, '_>) -> Result<(usize, usize), Trip> {
    if !has_column(table, column) {
        return Ok((0, 0));
    }
    let (column, name) = (quoted(column), quoted(&table.name));
    let few = format!("SELECT {column} AS value FROM main.{name} NOT INDEXED LIMIT {SAMPLE}");
    let count = || -> rusqlite::Result<_> {
        let mut statement = side.connection.prepare(&format!("SELECT value FROM ({few}) WHERE value IS NOT NULL"))?;
        let mut rows = statement.query([])?;
        let (mut days, mut values) = (0, 0);
        while let Some(row) = rows.next()? {
            days += usize::from(day(row.get_ref(0)?).is_some());
            values += 1;
        }
        Ok((days, values))
    };
    ffi::interruptible(side.connection, &|| is_cancelled(progress), count).map_err(side.trip)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::schema::ColumnKind;

    #[track_caller]
    fn check(name: &str, declared: &str, expected: bool) {
        let (name, declared) = (name.to_owned(), declared.to_owned());
        let column = Column { name, declared, kind: ColumnKind::Plain, not_null: false };
        assert_eq!(is_called_like_a_day(&column), expected, "{column:?}");
    }

    #[test]
    fn names_and_types_of_days() {
        check("sold_on", "TEXT", true);
        check("Created_At", "", true);
        check("orderDate", "", true);
        check("x", "datetime", true);
        check("x", "TIMESTAMP", true);
        check("note", "TEXT", false);
        check("once", "TEXT", false);
        check("format", "VARCHAR(10)", false);
    }
}
