//! A moment in two columns: the UTC instant, to the nanosecond, and the zone. Kept apart because a zone's rules
//! change: a local time that was written under the old rules could not be read under the new ones.

use jiff::fmt::temporal::{DateTimeParser, DateTimePrinter};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::error::CatalogError;

/// The instant and the zone's name. A zone without a name becomes the offset that it had at that instant.
pub(super) fn split(moment: &Zoned) -> (String, String) {
    let printer = DateTimePrinter::new();
    let named = printer.time_zone_to_string(moment.time_zone());
    let zone = named.unwrap_or_else(|_| moment.offset().to_string());
    (moment.timestamp().to_string(), zone)
}

/// The moment again. A zone that this machine does not know becomes UTC: the home may have come from another machine,
/// which is no damage.
pub(super) fn join(instant: &str, zone: &str) -> Result<Zoned, CatalogError> {
    let zone = DateTimeParser::new().parse_time_zone(zone).unwrap_or(TimeZone::UTC);
    Ok(self::instant(instant)?.to_zoned(zone))
}

/// An instant alone.
pub(super) fn instant(instant: &str) -> Result<Timestamp, CatalogError> {
    instant.parse().map_err(|error| CatalogError::Damaged(format!("`{instant}` is not a time: {error}")))
}
