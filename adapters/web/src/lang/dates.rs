//! Dates as each language writes them; the names of months and the order of the parts stand with the other texts.

use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Zoned};
use omnicraft_core::card::Age;

use super::Lang;

impl Lang {
    /// `21 Nov 2026` or `21 нояб. 2026`.
    pub(crate) fn date(self, date: Date) -> String {
        let month = self.say(&format!("month-short-{}", date.month()));
        let (day, year) = (date.day().to_string(), date.year().to_string());
        self.tell("date", &[("day", day.into()), ("month", month.into()), ("year", year.into())])
    }

    /// A date with the time of day.
    pub(crate) fn moment(self, moment: &Zoned) -> String {
        self.tell("date-time", &[("date", self.date(moment.date()).into()), ("time", clock(moment.time()).into())])
    }

    /// A month as a heading: `November 2026` or `Ноябрь 2026`.
    pub(crate) fn month(self, first: Date) -> String {
        let month = self.say(&format!("month-{}", first.month()));
        self.tell("month-year", &[("month", month.into()), ("year", first.year().to_string().into())])
    }

    /// A day of the week in two letters or three, and in full.
    pub(crate) fn weekday(self, day: Weekday) -> (String, String) {
        let number = day.to_monday_one_offset();
        (self.say(&format!("weekday-short-{number}")), self.say(&format!("weekday-{number}")))
    }

    /// The age of a backup, perhaps with the time of day: `Yesterday 18:05` or `Вчера 18:05`.
    pub(crate) fn age(self, age: Age, time: Option<Time>) -> String {
        let day = match age {
            Age::Today => self.say("age-today"),
            Age::Yesterday => self.say("age-yesterday"),
            Age::DaysAgo(days) => self.tell("age-days", &[("count", days.unsigned_abs().into())]),
            Age::On(date) => self.date(date),
            Age::ClockWasAhead(date) => self.tell("age-ahead", &[("date", self.date(date).into())]),
        };
        match time {
            Some(time) => self.tell("age-time", &[("day", day.into()), ("time", clock(time).into())]),
            None => day,
        }
    }

    /// How long ago something was: `5 minutes ago` or `5 минут назад`.
    pub(crate) fn ago(self, time: SignedDuration) -> String {
        // A clock that was set right by seconds makes a time below nothing.
        let minutes = u64::try_from(time.as_mins()).unwrap_or_default();
        match minutes {
            0 => self.say("ago-now"),
            1..60 => self.tell("ago-minutes", &[("count", minutes.into())]),
            60..2880 => self.tell("ago-hours", &[("count", (minutes / 60).into())]),
            _ => self.tell("ago-days", &[("count", (minutes / 1440).into())]),
        }
    }
}

fn clock(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_counted_in_each_languages_way() {
        let days = |lang: Lang| [2, 5, 13].map(|days| lang.age(Age::DaysAgo(days), None));
        assert_eq!(days(Lang::En), ["2 days ago", "5 days ago", "13 days ago"]);
        assert_eq!(days(Lang::Ru), ["2 дня назад", "5 дней назад", "13 дней назад"]);
        let time = Some(Time::constant(18, 5, 0, 0));
        assert_eq!(Lang::Ru.age(Age::Yesterday, time), "Вчера 18:05");
        assert_eq!(Lang::Ru.age(Age::On(date(2026, 11, 2)), None), "2 нояб. 2026");
    }

    #[test]
    fn what_was_just_now_is_told_in_minutes_and_later_in_days() {
        let ago = |lang: Lang| [0, 1, 22, 180, 3000].map(|minutes| lang.ago(SignedDuration::from_mins(minutes)));
        assert_eq!(ago(Lang::En), ["just now", "1 minute ago", "22 minutes ago", "3 hours ago", "2 days ago"]);
        assert_eq!(ago(Lang::Ru), ["только что", "1 минуту назад", "22 минуты назад", "3 часа назад", "2 дня назад"]);
        assert_eq!(Lang::En.ago(SignedDuration::from_secs(-20)), "just now");
    }

    #[test]
    fn months_and_weekdays_have_names() {
        assert_eq!(Lang::En.month(date(2026, 11, 1)), "November 2026");
        assert_eq!(Lang::Ru.month(date(2026, 5, 1)), "Май 2026");
        assert_eq!(Lang::Ru.weekday(Weekday::Monday), ("пн".to_owned(), "понедельник".to_owned()));
    }
}
