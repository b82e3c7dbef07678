//! The rows of two databases in one order, merged: what a restore would do to each, as a number and, for whoever wants
//! it, row by row.

use std::cmp::Ordering;

use rusqlite::Row;
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;

use super::pairing::Pairing;
use super::sides::{Half, Result, Shared, Trip, Within, is_cancelled};
use super::{ffi, order};

/// What a restore would do to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in the live database only.
    Lost,
    /// It is in the candidate only.
    Back,
    /// It is in both, with other values.
    Changed,
}

/// Is handed each row that differs, with the columns of the pairing: the live one, or the candidate's where that has it
/// alone.
pub(super) type Sink<'a> = dyn FnMut(Fate, &Row<'_>) -> rusqlite::Result<()> + 'a;

/// Rows of one table by what a restore would do to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// In the live database only.
    pub(super) removed: u64,
    /// In the candidate only.
    pub(super) added: u64,
    /// In both, with different values.
    pub(super) changed: u64,
}

impl Counts {
    /// All rows of a table that only the live database has.
    pub(super) fn removed(rows: u64) -> Self {
        Self { removed: rows, ..Self::default() }
    }

    /// All rows of a table that only the candidate has.
    pub(super) fn added(rows: u64) -> Self {
        Self { added: rows, ..Self::default() }
    }

    const fn count(&mut self, fate: Fate) {
        match fate {
            Fate::Lost => self.removed += 1,
            Fate::Back => self.added += 1,
            Fate::Changed => self.changed += 1,
        }
    }
}

/// The rows of a table that may differ, on each side.
pub(super) type Both = (Within, Within);

/// Walks the rows of a table on both sides in the order of their key, counts those that differ, and hands them on. All
/// rows, or those alone that may differ.
pub(super) fn merge(
    (old, old_table): Half<'_, '_>,
    (new, new_table): Half<'_, '_>,
    by: &Pairing<'_>,
    within: Option<&Both>,
    progress: &Shared<'_, '_>,
    sink: &mut Sink<'_>,
) -> Result<Counts> {
    let stop = || is_cancelled(progress);
    let old_rows = old.select(old_table, &by.columns, by.ordered(), within.map(|(old, _)| old));
    let new_rows = new.select(new_table, &by.columns, by.ordered(), within.map(|(_, new)| new));
    let mut old_rows = old.connection.prepare(&old_rows).map_err(old.trip)?;
    let mut new_rows = new.connection.prepare(&new_rows).map_err(new.trip)?;
    let mut old_rows = old_rows.query([]).map_err(old.trip)?;
    let mut new_rows = new_rows.query([]).map_err(new.trip)?;
    let mut counts = Counts::default();
    ffi::interruptible(old.connection, &stop, || {
        ffi::interruptible(new.connection, &stop, || {
            old_rows.advance().map_err(old.trip)?;
            new_rows.advance().map_err(new.trip)?;
            for done in 0_u64.. {
                report(progress, done)?;
                let (left, right) = (old_rows.get(), new_rows.get());
                let Some((order, fate)) = judge(left, right, by).map_err(Trip::Candidate)? else { break };
                if let Some(fate) = fate {
                    counts.count(fate);
                    let row = left.filter(|_| order.is_le()).or(right);
                    row.map_or(Ok(()), |row| sink(fate, row)).map_err(Trip::Candidate)?;
                }
                if order.is_le() {
                    old_rows.advance().map_err(old.trip)?;
                }
                if order.is_ge() {
                    new_rows.advance().map_err(new.trip)?;
                }
            }
            Ok(counts)
        })
    })
}

/// Hands on the rows of a table that only one side has, or can be matched with none of the other's.
pub(super) fn each(
    (side, table): Half<'_, '_>,
    by: &Pairing<'_>,
    fate: Fate,
    progress: &Shared<'_, '_>,
    sink: &mut Sink<'_>,
) -> Result<()> {
    let mut rows = side.connection.prepare(&side.select(table, &by.columns, by.key, None)).map_err(side.trip)?;
    let mut rows = rows.query([]).map_err(side.trip)?;
    ffi::interruptible(side.connection, &|| is_cancelled(progress), || {
        for done in 0_u64.. {
            report(progress, done)?;
            let Some(row) = rows.next().map_err(side.trip)? else { break };
            sink(fate, row).map_err(side.trip)?;
        }
        Ok(())
    })
}

/// Says now and then how many rows have been walked.
pub(super) fn report(progress: &Shared<'_, '_>, done: u64) -> Result<()> {
    if done.is_multiple_of(1024) {
        progress.borrow_mut().at(done, 0).map_err(Trip::Stop)?;
    }
    Ok(())
}

/// Which of two rows comes first, and what happens to it; `None` at the end.
fn judge(
    left: Option<&Row<'_>>,
    right: Option<&Row<'_>>,
    by: &Pairing<'_>,
) -> rusqlite::Result<Option<(Ordering, Option<Fate>)>> {
    let order = match (left, right) {
        (None, None) => return Ok(None),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(left), Some(right)) => lexical(left, right, 0..by.ordered())?,
    };
    let fate = match (order, left, right) {
        (Ordering::Less, ..) => Some(Fate::Lost),
        (Ordering::Greater, ..) => Some(Fate::Back),
        (Ordering::Equal, Some(left), Some(right)) => {
            lexical(left, right, by.ordered()..by.columns.len())?.is_ne().then_some(Fate::Changed)
        }
        (Ordering::Equal, ..) => None,
    };
    Ok(Some((order, fate)))
}

/// The order of two rows by some of their columns.
fn lexical(left: &Row<'_>, right: &Row<'_>, columns: std::ops::Range<usize>) -> rusqlite::Result<Ordering> {
    for column in columns {
        let order = order::compare(left.get_ref(column)?, right.get_ref(column)?);
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}
