//! Rows per civil day, live and after a restore: a picture in which one sees where the hole is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::ToSpan as _;
use jiff::civil::Date;
use omnicraft_core::model::SchemaProfile;
use rusqlite::types::ValueRef;

use super::guess;
use crate::error::Result;
use crate::progress::Progress;
use crate::sqlite::rows::report;
use crate::sqlite::schema::Table;
use crate::sqlite::sides::{self, Half, Shared, Side, Trip, is_cancelled, or_nothing};
use crate::sqlite::{Opener, ffi};

/// The rows of a table that happened on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day, as the rows say it.
    pub date: Date,
    /// The table.
    pub table: String,
    /// Rows in the live database; 0 where it cannot be read.
    pub now: u64,
    /// Rows after a restore.
    pub after: u64,
}

/// Counts the rows per day in the live database and in a candidate (which nobody writes), by day and table: the `last`
/// days up to the newest one that either side has and that is not after `today`. A day on which neither has any rows is
/// left out.
///
/// The profile says which column holds the day; in a database without one it is guessed. A table without such a column
/// on a side that has the table is left out: nothing there says when its rows happened.
pub fn days(
    opener: &Opener,
    live: &Path,
    candidate: &Path,
    profile: Option<&SchemaProfile>,
    today: Date,
    last: usize,
    progress: &mut Progress<'_>,
) -> Result<Vec<Day>> {
    let attempted = "count the rows per day";
    let (mut counted, _) =
        sides::beside(opener, attempted, (live, candidate), profile, progress, |old, new, progress| {
            count(old, new, profile, today, progress)
        })?;
    let newest = counted.keys().map(|(date, _)| *date).max();
    let before = newest.and_then(|newest| newest.checked_sub(i64::try_from(last).ok()?.days()).ok());
    counted.retain(|(date, _), _| before.is_none_or(|before| *date > before));
    Ok(counted.into_iter().map(|((date, table), [now, after])| Day { date, table, now, after }).collect())
}

/// Rows by day and table: live, and after.
type Counted = BTreeMap<(Date, String), [u64; 2]>;

fn count(
    old: Option<&Side<'_>>,
    new: &Side<'_>,
    profile: Option<&SchemaProfile>,
    today: Date,
    progress: &Shared<'_, '_>,
) -> std::result::Result<Counted, Trip> {
    let mut counted = Counted::new();
    let names: BTreeSet<_> = old.into_iter().flat_map(|side| side.tables.keys()).chain(new.tables.keys()).collect();
    for name in names {
        let halves = [old.and_then(|side| side.table(name)), new.table(name)];
        let Some((_, table)) = halves.iter().flatten().next() else { continue };
        for (date, rows) in or_nothing(of_table(&halves, profile, today, progress))? {
            counted.insert((date, table.name.clone()), rows);
        }
    }
    Ok(counted)
}

fn of_table(
    halves: &[Option<Half<'_, '_>>; 2],
    profile: Option<&SchemaProfile>,
    today: Date,
    progress: &Shared<'_, '_>,
) -> std::result::Result<BTreeMap<Date, [u64; 2]>, Trip> {
    let mut counted = BTreeMap::<Date, [u64; 2]>::new();
    let Some(column) = column(halves, profile, progress)? else { return Ok(counted) };
    for (at, (side, table)) in halves.iter().enumerate().filter_map(|(at, half)| half.map(|half| (at, half))) {
        let mut rows = side.connection.prepare(&side.select(table, &[&column], 0, None)).map_err(side.trip)?;
        let mut rows = rows.query([]).map_err(side.trip)?;
        ffi::interruptible(side.connection, &|| is_cancelled(progress), || {
            for done in 0_u64.. {
                report(progress, done)?;
                let Some(row) = rows.next().map_err(side.trip)? else { break };
                let date = day(row.get_ref(0).map_err(side.trip)?).filter(|date| *date <= today);
                if let Some(rows) = date.and_then(|date| counted.entry(date).or_default().get_mut(at)) {
                    *rows += 1;
                }
            }
            Ok(())
        })?;
    }
    Ok(counted)
}

/// The column that holds the day, if every side that has the table has it.
fn column(
    halves: &[Option<Half<'_, '_>>; 2],
    profile: Option<&SchemaProfile>,
    progress: &Shared<'_, '_>,
) -> std::result::Result<Option<String>, Trip> {
    let Some(profile) = profile else { return guess::column(halves, progress) };
    let mut tables = halves.iter().flatten().map(|(_, table)| table);
    let named = |table: &str| profile.days.iter().find(|(known, _)| known.eq_ignore_ascii_case(table));
    let column = tables.clone().next().and_then(|table| named(&table.name)).map(|(_, column)| column.clone());
    Ok(column.filter(|column| tables.all(|table| has_column(table, column))))
}

/// Whether a table has a column of this name.
pub(super) fn has_column(table: &Table, name: &str) -> bool {
    table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name))
}

/// The day of an ISO 8601 date or date-time.
pub(super) fn day(value: ValueRef<'_>) -> Option<Date> {
    let ValueRef::Text(text) = value else { return None };
    let (date, rest) = text.split_at_checked(10)?;
    if !matches!(rest.first(), None | Some(b'T' | b't' | b' ')) {
        return None;
    }
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = date else { return None };
    let number = |digits: &[u8]| {
        let add = |number: i16, digit: &u8| digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0'));
        digits.iter().try_fold(0, add)
    };
    let (month, day) = (i8::try_from(number(&[m0, m1])?).ok()?, i8::try_from(number(&[d0, d1])?).ok()?);
    Date::new(number(&[y0, y1, y2, y3])?, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(day(ValueRef::Text(text.as_bytes())).map(|date| date.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn days_of_iso_dates_and_times() {
        check("2026-11-22", Some("2026-11-22"));
        check("2026-11-22T23:59:59.5+03:00", Some("2026-11-22"));
        check("2026-11-22 08:00", Some("2026-11-22"));
        check("2024-02-29", Some("2024-02-29"));
        for strange in ["2023-02-29", "2026-13-01", "2026-11-2", "22.11.2026", "2026-11-221", "+026-11-22", "", "9999"]
        {
            check(strange, None);
        }
        assert_eq!(day(ValueRef::Integer(20_261_122)), None);
    }
}
