//! Dates as each language writes them; the names of months and the order of the parts stand with the other texts.

use jiff::Zoned;
use jiff::civil::Date;

use super::Lang;

impl Lang {
    /// `21 Nov 2026` or `21 ноя. 2026`.
    pub(crate) fn date(self, date: Date) -> String {
        let month = self.say(&format!("month-short-{}", date.month()));
        let (day, year) = (date.day().to_string(), date.year().to_string());
        self.tell("date", &[("day", day.into()), ("month", month.into()), ("year", year.into())])
    }

    /// A date with the time of day.
    pub(crate) fn moment(self, moment: &Zoned) -> String {
        let time = moment.strftime("%H:%M").to_string();
        self.tell("date-time", &[("date", self.date(moment.date()).into()), ("time", time.into())])
    }
}
