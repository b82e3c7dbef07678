//! The calendar: which days are covered, and by what. Each covered day leads to its cards.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use maud::{Markup, html};
use omnicraft_core::model::{Base, Snapshot, Tier};

use super::icons::icon;
use crate::ctx::Ctx;
use crate::lang::Lang;

/// So many months are shown.
const MONTHS: i32 = 3;
/// So many letters fit into a day.
const LETTERS: usize = 3;

/// What covers a day; what is kept longest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Yearly,
    Monthly,
    Weekly,
    Daily,
    Close,
    Manual,
    Before,
    Bad,
}

const ALL: [Mark; 8] =
    [Mark::Daily, Mark::Weekly, Mark::Monthly, Mark::Yearly, Mark::Close, Mark::Manual, Mark::Before, Mark::Bad];

impl Mark {
    fn of(snapshot: &Snapshot) -> Self {
        match snapshot.slot.base {
            _ if !snapshot.is_good() => Self::Bad,
            Base::Tier(Tier::Daily) => Self::Daily,
            Base::Tier(Tier::Weekly) => Self::Weekly,
            Base::Tier(Tier::Monthly) => Self::Monthly,
            Base::Tier(Tier::Yearly) => Self::Yearly,
            Base::Close(_) => Self::Close,
            Base::Before(_) => Self::Before,
            Base::Manual | Base::Kept | Base::Damaged => Self::Manual,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Yearly => "yearly",
            Self::Monthly => "monthly",
            Self::Weekly => "weekly",
            Self::Daily => "daily",
            Self::Close => "close",
            Self::Manual => "manual",
            Self::Before => "before",
            Self::Bad => "bad",
        }
    }

    fn letter(self, lang: Lang) -> String {
        lang.say(&format!("mark-letter-{}", self.word()))
    }

    fn name(self, lang: Lang) -> String {
        lang.say(&format!("mark-{}", self.word()))
    }
}

type Days = BTreeMap<Date, BTreeSet<Mark>>;

/// What is looked at: the last month shown, and the day whose cards are shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct View {
    pub(crate) month: Option<Date>,
    pub(crate) day: Option<Date>,
}

/// The day on which a backup was taken, by the calendar of whoever looks.
pub(crate) fn day(ctx: &Ctx, snapshot: &Snapshot) -> Date {
    snapshot.taken_at.with_time_zone(ctx.now.time_zone().clone()).date()
}

pub(crate) fn show(ctx: &Ctx, snapshots: &[&Snapshot], view: View) -> Markup {
    let lang = ctx.lang;
    let mut days = Days::new();
    for snapshot in snapshots.iter().filter(|snapshot| !snapshot.is_from_the_future(&ctx.now)) {
        days.entry(day(ctx, snapshot)).or_default().insert(Mark::of(snapshot));
    }
    let last = last_month(ctx.now.date(), view);
    html! {
        section.calendar #calendar aria-labelledby="calendar-title" {
            div.turn {
                h2 #calendar-title { (lang.say("calendar")) }
                nav aria-label=(lang.say("calendar-months")) {
                    (turn(ctx, last, -1, "previous"))
                    (turn(ctx, last, 1, "next"))
                }
            }
            div.months { @for back in 0..MONTHS { (month(ctx, &days, months_on(last, -back), view)) } }
            (legend(lang, &days, last))
        }
    }
}

/// Shows the month of the chosen day where nothing else was asked for.
fn last_month(today: Date, view: View) -> Date {
    let this = today.first_of_month();
    let wanted = view.month.or_else(|| view.day.filter(|day| *day < months_on(this, 1 - MONTHS)));
    wanted.map_or(this, Date::first_of_month).min(this)
}

fn months_on(first: Date, months: i32) -> Date {
    first.checked_add(months.months()).unwrap_or(first)
}

fn turn(ctx: &Ctx, last: Date, months: i32, drawing: &str) -> Markup {
    let to = months_on(last, months);
    let label = ctx.lang.tell(&format!("calendar-{drawing}"), &[("month", ctx.lang.month(to).into())]);
    html! {
        @if to <= ctx.now.date().first_of_month() && to != last {
            a.button.square rel="nofollow" href={ "?month=" (to.strftime("%Y-%m")) "#calendar" } { (icon(drawing)) span.sr { (label) } }
        } @else {
            span.button.square.off aria-hidden="true" { (icon(drawing)) }
        }
    }
}

fn month(ctx: &Ctx, days: &Days, first: Date, view: View) -> Markup {
    let lang = ctx.lang;
    let before = usize::from(first.weekday().to_monday_zero_offset().unsigned_abs());
    let length = usize::from(first.days_in_month().unsigned_abs());
    let weekdays = Weekday::Monday.cycle_forward().take(7).map(|day| lang.weekday(day));
    html! {
        table.month {
            caption { (lang.month(first)) }
            thead { tr { @for (short, full) in weekdays { th scope="col" abbr=(full) { (short) } } } }
            tbody {
                @for week in 0..(before + length).div_ceil(7) {
                    tr {
                        @for weekday in 0..7 {
                            @match (week * 7 + weekday).checked_sub(before).filter(|day| *day < length) {
                                Some(day) => (cell(ctx, days, months_day(first, day), view)),
                                None => td {},
                            }
                        }
                    }
                }
            }
        }
    }
}

fn months_day(first: Date, day: usize) -> Date {
    first.checked_add(i64::try_from(day).unwrap_or_default().days()).unwrap_or(first)
}

fn cell(ctx: &Ctx, days: &Days, date: Date, view: View) -> Markup {
    let lang = ctx.lang;
    let today = (date == ctx.now.date()).then_some("date");
    let Some(marks) = days.get(&date) else {
        return html! { td aria-current=[today] { (date.day()) } };
    };
    let names: Vec<String> = marks.iter().map(|mark| mark.name(lang)).collect();
    let letters: String = marks.iter().take(LETTERS).map(|mark| mark.letter(lang)).collect();
    let more = if marks.len() > LETTERS { "+" } else { "" };
    let first = marks.first().map_or("daily", |mark| mark.word());
    let month = view.month.map(|month| format!("&month={}", month.strftime("%Y-%m"))).unwrap_or_default();
    html! {
        td aria-current=[today] {
            a class={ "day " (first) } href={ "?day=" (date) (month) "#backups" } aria-current=[(view.day == Some(date)).then_some("true")] {
                span aria-hidden="true" { (date.day()) } small aria-hidden="true" { (letters) (more) }
                span.sr { (lang.date(date)) ": " (names.join(", ")) }
            }
        }
    }
}

/// What the letters mean, of those that can be seen.
fn legend(lang: Lang, days: &Days, last: Date) -> Markup {
    let shown = days.range(months_on(last, 1 - MONTHS)..months_on(last, 1));
    let used: BTreeSet<Mark> = shown.flat_map(|(_, marks)| marks.iter().copied()).collect();
    html! {
        @if used.is_empty() {
            p.quiet { (lang.say("calendar-empty")) }
        } @else {
            ul.marks aria-label=(lang.say("calendar-legend")) {
                @for mark in ALL.into_iter().filter(|mark| used.contains(mark)) {
                    li { b class={ "day " (mark.word()) } { (mark.letter(lang)) } " " (mark.name(lang)) }
                }
            }
        }
    }
}
