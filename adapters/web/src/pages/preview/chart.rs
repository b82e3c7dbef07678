//! Rows per day, today and after the restore, as bars: one sees where the hole is. The same numbers stand in a table.

use std::collections::BTreeMap;

use jiff::civil::Date;
use maud::{Markup, html};
use omnicraft_host::sqlite::browse::Day;

use crate::ctx::Ctx;
use crate::lang::Lang;

/// So many days are shown.
pub(crate) const DAYS: usize = 60;
/// The picture, in its own units.
const HEIGHT: u64 = 120;
const STEP: u64 = 10;
const BAR: u64 = 8;

/// Rows of one day, of all tables that know their days.
#[derive(Clone, Copy, Default)]
struct Rows {
    now: u64,
    after: u64,
}

pub(super) fn show(ctx: &Ctx, days: &[Day]) -> Markup {
    let lang = ctx.lang;
    let days = by_date(days);
    html! {
        @if !days.is_empty() {
            section class="panel" aria-labelledby="chart" {
                h2 id="chart" { (lang.say("chart-heading")) }
                @if days.values().all(|rows| rows.now == rows.after) {
                    p { (lang.tell("chart-nothing", &[("days", (days.len() as u64).into())])) }
                } @else {
                    (picture(lang, &days))
                    (numbers(lang, &days))
                }
            }
        }
    }
}

/// Every day from the first to the last, also those without a row.
fn by_date(days: &[Day]) -> BTreeMap<Date, Rows> {
    let mut rows: BTreeMap<Date, Rows> = BTreeMap::new();
    for day in days {
        let of_date = rows.entry(day.date).or_default();
        of_date.now += day.now;
        of_date.after += day.after;
    }
    let (Some(first), Some(last)) = (rows.keys().next().copied(), rows.keys().next_back().copied()) else {
        return rows;
    };
    let mut date = first;
    while date < last {
        rows.entry(date).or_default();
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    rows
}

/// What both have is grey; what would be lost or come back stands on top of it.
fn picture(lang: Lang, days: &BTreeMap<Date, Rows>) -> Markup {
    let most = days.values().map(|rows| rows.now.max(rows.after)).max().unwrap_or(1).max(1);
    let scale = |rows: u64| (rows * HEIGHT).div_ceil(most);
    let width = days.len() as u64 * STEP;
    let bar = |x: u64, from: u64, to: u64, class: &str| {
        let (low, high) = (scale(from), scale(to));
        html! { @if high > low { rect class=(class) x=(x) y=(HEIGHT - high) width=(BAR) height=(high - low) {} } }
    };
    html! {
        figure class="chart" {
            figcaption { (lang.say("chart-caption")) }
            div class="scroll" tabindex="0" role="region" aria-label=(lang.say("chart-caption")) {
                svg viewBox={ "0 0 " (width) " " (HEIGHT + 2) } role="img" aria-label=(lang.say("chart-caption")) {
                    @for (place, (date, rows)) in days.iter().enumerate() {
                        @let x = place as u64 * STEP;
                        g {
                            title { (sentence(lang, *date, *rows)) }
                            (bar(x, 0, rows.now.min(rows.after), "both"))
                            (bar(x, rows.after, rows.now, "fate-lost"))
                            (bar(x, rows.now, rows.after, "fate-back"))
                        }
                    }
                    line class="ground" x1="0" x2=(width) y1=(HEIGHT + 1) y2=(HEIGHT + 1) {}
                }
            }
            p class="quiet ends" aria-hidden="true" {
                @for date in ends(days) { span { (lang.date(date)) } }
            }
            p class="legend" aria-hidden="true" {
                span class="fate-lost" { (lang.say("tables-lost")) } " "
                span class="fate-back" { (lang.say("tables-back")) }
            }
        }
    }
}

/// The first day and the last.
fn ends(days: &BTreeMap<Date, Rows>) -> impl Iterator<Item = Date> {
    days.keys().next().into_iter().chain(days.keys().next_back()).copied()
}

fn sentence(lang: Lang, date: Date, rows: Rows) -> String {
    let given = [
        ("day", lang.date(date).into()),
        ("now", lang.number(rows.now).into()),
        ("after", lang.number(rows.after).into()),
    ];
    lang.tell("chart-day", &given)
}

/// The days on which both differ, the newest first.
fn numbers(lang: Lang, days: &BTreeMap<Date, Rows>) -> Markup {
    html! {
        details {
            summary { (lang.say("chart-table")) }
            table {
                caption { (lang.say("chart-caption")) }
                thead { tr {
                    th scope="col" { (lang.say("chart-date")) }
                    th scope="col" class="number" { (lang.say("chart-now")) }
                    th scope="col" class="number" { (lang.say("chart-after")) }
                } }
                tbody { @for (date, rows) in days.iter().rev().filter(|(_, rows)| rows.now != rows.after) { tr {
                    th scope="row" { (lang.date(*date)) }
                    td class="number" { (lang.number(rows.now)) }
                    td class="number" { (lang.number(rows.after)) }
                } } }
            }
        }
    }
}
