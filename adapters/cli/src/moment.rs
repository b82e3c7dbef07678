//! The clock that `--at` sets: a moment as people and programs write it, with or without a zone.

use jiff::Zoned;
use jiff::civil::Time;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use omnicraft_host::ports::clock::{Clock, SystemClock};

const EXAMPLES: &str = "write it as 2026-11-21T18:00, 2026-11-21T18:00[Europe/Moscow] or 2026-11-21T18:00Z";

/// A moment; without a zone or an offset it is this machine's local time.
pub(crate) fn parse(text: &str) -> Result<Zoned, String> {
    parse_in(text, || SystemClock::new().now().time_zone().clone())
}

/// A date alone is its midnight. A local time that the clocks skip or repeat is read as calendars do: the later of a
/// gap, the earlier of a repetition. An offset without a zone's name is kept, so that the date stays the one written.
fn parse_in(text: &str, local: impl FnOnce() -> TimeZone) -> Result<Zoned, String> {
    let explain = |error: jiff::Error| format!("{error}; {EXAMPLES}");
    let pieces = Pieces::parse(text).map_err(explain)?;
    if pieces.time_zone_annotation().is_some() {
        return text.parse().map_err(explain);
    }
    let datetime = pieces.date().to_datetime(pieces.time().unwrap_or_else(Time::midnight));
    let zone = pieces.to_numeric_offset().map_or_else(local, TimeZone::fixed);
    datetime.to_zoned(zone).map_err(explain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let berlin = || TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(parse_in(text, berlin).unwrap().to_string(), expected);
    }

    #[test]
    fn without_a_zone_it_is_local() {
        check("2026-11-21", "2026-11-21T00:00:00+01:00[Europe/Berlin]");
        check("2026-11-21T18:00", "2026-11-21T18:00:00+01:00[Europe/Berlin]");
        check("2026-11-21 18:00:30", "2026-11-21T18:00:30+01:00[Europe/Berlin]");
    }

    #[test]
    fn a_zone_or_an_offset_wins() {
        check("2026-11-21T18:00[America/Sao_Paulo]", "2026-11-21T18:00:00-03:00[America/Sao_Paulo]");
        check("2026-11-21T18:00+03:00[Europe/Moscow]", "2026-11-21T18:00:00+03:00[Europe/Moscow]");
        check("2026-11-21[Europe/Moscow]", "2026-11-21T00:00:00+03:00[Europe/Moscow]");
        check("2026-11-21T18:00Z", "2026-11-21T18:00:00+00:00[UTC]");
        check("2026-11-21T18:00+03:00", "2026-11-21T18:00:00+03:00[+03:00]");
    }

    #[test]
    fn gaps_and_folds_are_read_as_calendars_do() {
        check("2026-03-29T02:30", "2026-03-29T03:30:00+02:00[Europe/Berlin]");
        check("2026-10-25T02:30", "2026-10-25T02:30:00+02:00[Europe/Berlin]");
        check("2018-11-04[America/Sao_Paulo]", "2018-11-04T01:00:00-02:00[America/Sao_Paulo]");
    }

    #[test]
    fn nonsense_is_explained_with_an_example() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "18:00",
            "2026-11-21T18:00[Europe/Atlantis]",
            "2026-11-21T18:00+05:00[Europe/Moscow]",
        ] {
            let error = parse_in(text, || TimeZone::UTC).unwrap_err();
            assert!(error.contains("2026-11-21T18:00[Europe/Moscow]"), "{text}: {error}");
        }
    }
}
