//! The differences table by table: lost, back and changed, each with a bar, and a way to the rows themselves.

use maud::{Markup, html};
use omnicraft_core::event::Source;
use omnicraft_core::model::SchemaProfile;
use omnicraft_core::outcome::{Differences, TableDifference};

use super::PreviewJob;
use crate::ctx::Ctx;
use crate::lang::Lang;
use crate::pages::jobs;

pub(super) fn show(
    ctx: &Ctx,
    job: &PreviewJob,
    source: &Source,
    found: &Differences,
    profile: Option<&SchemaProfile>,
) -> Markup {
    let lang = ctx.lang;
    let hidden = |table: &str| profile.is_some_and(|profile| profile.hidden_tables.iter().any(|name| name == table));
    let shown: Vec<&TableDifference> = found.tables.iter().filter(|table| !hidden(&table.table)).collect();
    // An archive is compared through a database that is gone when the look is over.
    let has_rows = !matches!(source, Source::Archive { .. });
    let columns = [(0, "lost"), (1, "back"), (2, "changed")];
    html! {
        @if !shown.is_empty() {
            div class="scroll panel" tabindex="0" role="region" aria-label=(lang.say("tables-caption")) {
                table class="differences" {
                    caption { (lang.say("tables-caption")) }
                    thead { tr {
                        th scope="col" { (lang.say("tables-what")) }
                        @for (_, fate) in columns { th scope="col" class="number" { (lang.say(&format!("tables-{fate}"))) } }
                    } }
                    tbody { @for table in shown { tr {
                        th scope="row" { (lang.table(&table.table, profile)) }
                        @for (column, fate) in columns {
                            td class={ "number fate-" (fate) } { (count(lang, job, table, column, fate, has_rows)) }
                        }
                    } } }
                }
            }
        }
    }
}

fn count(lang: Lang, job: &PreviewJob, table: &TableDifference, column: usize, fate: &str, has_rows: bool) -> Markup {
    let count = [table.removed, table.added, table.changed][column];
    let address = format!("/preview/{}/rows/{}?fate={fate}", job.id, jobs::escaped(&table.table).replace('/', "%2F"));
    html! {
        @if count == 0 { span class="none" { "–" } }
        @else if has_rows { a href=(address) { (lang.number(count)) span class="sr" { " " (lang.say(&format!("tables-{fate}"))) } } }
        @else { (lang.number(count)) }
    }
}
