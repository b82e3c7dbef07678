//! A moment in files: RFC 9557 text, read leniently. Rules of time zones change and machines lack zones; neither may
//! make a manifest unreadable, because the instant is what counts.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub(crate) fn serialize<S: Serializer>(moment: &Zoned, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(moment)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zoned, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().or_else(|_| by_instant(&text)).map_err(D::Error::custom)
}

/// The instant as written, in its zone as far as this machine knows it.
fn by_instant(text: &str) -> Result<Zoned, jiff::Error> {
    let (instant, zone) = text.split_once('[').unwrap_or((text, ""));
    let zone = TimeZone::get(zone.trim_end_matches(']')).unwrap_or(TimeZone::UTC);
    Ok(instant.parse::<Timestamp>()?.to_zoned(zone))
}

#[cfg(test)]
mod tests {
    use jiff::Zoned;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Holder(#[serde(with = "super")] Zoned);

    /// Text in, the instant and the zone that were read out.
    fn check(text: &str, instant: &str, zone: &str) {
        let Holder(read) = serde_json::from_str(&format!("{text:?}")).unwrap();
        assert_eq!(read.timestamp().to_string(), instant);
        assert_eq!(read.time_zone().iana_name(), Some(zone));
    }

    #[test]
    fn what_was_written_is_read() {
        check("2026-11-22T09:00:00.5+01:00[Europe/Berlin]", "2026-11-22T08:00:00.5Z", "Europe/Berlin");
    }

    #[test]
    fn a_zone_whose_rules_have_changed_keeps_the_instant() {
        check("2026-11-22T09:00:00+05:00[Europe/Berlin]", "2026-11-22T04:00:00Z", "Europe/Berlin");
    }

    #[test]
    fn a_zone_that_this_machine_lacks_keeps_the_instant() {
        check("2026-11-22T09:00:00+01:00[Mars/Olympus]", "2026-11-22T08:00:00Z", "UTC");
    }
}
