//! The demo's calendar: working days up to yesterday, Sundays off.

use jiff::civil::Weekday;
use jiff::{ToSpan, Zoned};

use super::morning;
use crate::problem::Problem;

/// So many days are shown in full at the beginning and at the end.
const SHOWN: usize = 2;

/// Working mornings, in order.
pub(super) struct Days(Vec<Zoned>);

impl Days {
    /// The working days among the `count` days before today.
    pub(super) fn before(now: &Zoned, count: i64) -> Result<Self, Problem> {
        let mut days = Vec::new();
        for back in (1..=count).rev() {
            let date = now.date().checked_sub(back.days());
            let date =
                date.map_err(|error| Problem::usage(format!("--at is too early: {error}"), "Choose a later day"))?;
            if date.weekday() != Weekday::Sunday {
                days.push(morning(date, now)?);
            }
        }
        Ok(Self(days))
    }

    /// The morning on which the story begins.
    pub(super) fn first(&self) -> &Zoned {
        &self.0[0]
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Zoned] {
        &self.0
    }

    /// The numbers of the days that are shown in full.
    pub(super) fn shown(&self) -> Vec<usize> {
        (0..self.0.len()).filter(|number| *number < SHOWN || *number + SHOWN >= self.0.len()).collect()
    }

    /// The morning after the last one.
    pub(super) fn morning_after(&self) -> Result<Zoned, Problem> {
        let last = &self.0[self.0.len() - 1];
        let next = last.date().tomorrow();
        morning(
            next.map_err(|error| Problem::usage(format!("--at is too late: {error}"), "Choose an earlier day"))?,
            last,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_weeks_without_sundays_end_yesterday() {
        let days = Days::before(&"2026-11-23T12:00[Europe/Moscow]".parse().unwrap(), 24).unwrap();
        assert_eq!(days.all().len(), 20);
        assert_eq!(days.first().to_string(), "2026-10-30T08:30:00+03:00[Europe/Moscow]");
        assert_eq!(days.shown(), [0, 1, 18, 19]);
        assert_eq!(days.morning_after().unwrap().date().to_string(), "2026-11-22");
    }
}
