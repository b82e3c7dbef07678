//! Parts of a table by ranges of its rowids, so that two cores can form one file: each part is a piece of the file, and
//! together they are all of it, in the order in which the rows are stored.

use rusqlite::Connection;

use super::tables::Archived;
use crate::sqlite::schema::quoted;

/// Rows of a part, where the rowids have no gaps: about as many as fill a block or two, so that little waits in memory.
const ROWS: u64 = 2048;

/// Parts of a table at most, whoever says how many rows it has.
const MOST: u64 = 1 << 16;

/// A range of rowids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// The last one before it; `None` for all up to its end.
    after: Option<i64>,
    /// Its last one; `None` for all that follow.
    to: Option<i64>,
}

impl Span {
    /// All rows, also of a table without rowids.
    pub(super) const WHOLE: Self = Self { after: None, to: None };

    /// Selects its rows as [`Archived::select`] does.
    pub(super) fn select(self, table: &Archived) -> String {
        format!("{}{}", table.select(), self.condition(table))
    }

    /// Selects the rowid of its row behind this many others; `None` where rowids have no name.
    pub(super) fn nth_rowid(self, table: &Archived, before: u64) -> Option<String> {
        let (rowid, name, condition) = (table.ranged?, quoted(&table.name), self.condition(table));
        Some(format!("SELECT t.{rowid} FROM main.{name} AS t NOT INDEXED{condition} LIMIT 1 OFFSET {before}"))
    }

    fn condition(self, table: &Archived) -> String {
        let rowid = table.ranged.unwrap_or_default();
        match (self.after, self.to) {
            (None, None) => String::new(),
            (Some(after), None) => format!(" WHERE t.{rowid} > {after}"),
            (None, Some(to)) => format!(" WHERE t.{rowid} <= {to}"),
            (Some(after), Some(to)) => format!(" WHERE t.{rowid} > {after} AND t.{rowid} <= {to}"),
        }
    }
}

/// Splits a table of about so many rows into parts of one length each. Where rowids lie unevenly, some parts have many
/// rows, and other cores wait for them.
pub(super) fn split(connection: &Connection, table: &Archived, rows: u64) -> rusqlite::Result<Vec<Span>> {
    let Some(rowid) = table.ranged.filter(|_| rows > ROWS) else { return Ok(vec![Span::WHOLE]) };
    let name = quoted(&table.name);
    let end = |which: &str| format!("(SELECT {which}(t.{rowid}) FROM main.{name} AS t NOT INDEXED)");
    let ends = format!("SELECT {}, {}", end("min"), end("max"));
    let (first, last): (Option<i64>, Option<i64>) =
        connection.query_row(&ends, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(first.zip(last).map_or_else(|| vec![Span::WHOLE], |(first, last)| between(first, last, rows.div_ceil(ROWS))))
}

/// So many spans of about one length, or fewer where there are fewer rowids.
fn between(first: i64, last: i64, parts: u64) -> Vec<Span> {
    let length = i128::from(last) - i128::from(first) + 1;
    let parts = i128::from(parts.min(MOST)).min(length);
    // Behind the first rowid lie less than 2^64, so what is added to it fits where it ends up.
    let end_of = |part: i128| i64::try_from(i128::from(first) + length * part / parts - 1).unwrap_or(last);
    let inner = |part: i128| (0 < part && part < parts).then(|| end_of(part));
    (0..parts).map(|part| Span { after: inner(part), to: inner(part + 1) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: i64, last: i64, parts: u64, expected: &str) {
        let table = Archived { name: "a".to_owned(), rowid: None, ranged: Some("rowid"), columns: Vec::new() };
        let conditions = between(first, last, parts).into_iter().map(|span| span.condition(&table));
        assert_eq!(conditions.collect::<Vec<_>>().join(","), expected);
    }

    #[test]
    fn the_parts_are_all_rowids_in_their_order() {
        check(1, 10, 1, "");
        check(1, 10, 2, " WHERE t.rowid <= 5, WHERE t.rowid > 5");
        check(1, 10, 3, " WHERE t.rowid <= 3, WHERE t.rowid > 3 AND t.rowid <= 6, WHERE t.rowid > 6");
    }

    #[test]
    fn there_are_no_more_parts_than_rowids() {
        check(7, 7, 9, "");
        check(7, 8, 9, " WHERE t.rowid <= 7, WHERE t.rowid > 7");
    }

    #[test]
    fn the_furthest_rowids_are_no_trouble() {
        check(i64::MIN, i64::MAX, 2, " WHERE t.rowid <= -1, WHERE t.rowid > -1");
        check(
            i64::MIN,
            i64::MIN + 1,
            2,
            " WHERE t.rowid <= -9223372036854775808, WHERE t.rowid > -9223372036854775808",
        );
        check(i64::MAX - 1, i64::MAX, 2, " WHERE t.rowid <= 9223372036854775806, WHERE t.rowid > 9223372036854775806");
    }
}
