//! Rows per day, live and after a restore.

use std::fmt::Write as _;
use std::path::Path;

use expect_test::{Expect, expect};
use jiff::civil::Date;
use omnicraft_core::model::SchemaProfile;
use omnicraft_host::error::Stop;
use omnicraft_host::sqlite::browse::days;

use crate::support::{Folder, PLAIN, Watch, quietly, run, watched};

const SALES: &str = "CREATE TABLE sales (id INTEGER PRIMARY KEY, note TEXT, sold_on TEXT);
    INSERT INTO sales (sold_on) VALUES ('2026-11-20'), ('2026-11-20'), ('2026-11-21'), ('2026-11-22'), ('2026-11-22'),
        (NULL), ('soon'), ('2099-01-01'), (20261122), ('2026-02-31');";

fn profile(days: &[(&str, &str)]) -> SchemaProfile {
    let days = days.iter().map(|(table, column)| ((*table).to_owned(), (*column).to_owned())).collect();
    SchemaProfile { days, ..SchemaProfile::default() }
}

fn printed(live: &Path, candidate: &Path, profile: Option<&SchemaProfile>, last: usize) -> String {
    let today = Date::constant(2026, 11, 23);
    let days = quietly(|progress| days(&PLAIN, live, candidate, profile, today, last, progress)).expect("days");
    days.iter().fold(String::new(), |mut text, day| {
        let _ = writeln!(text, "{} {}: {} -> {}", day.date, day.table, day.now, day.after);
        text
    })
}

#[track_caller]
fn check(beginning: &str, live: &str, profile: Option<&SchemaProfile>, last: usize, expected: &Expect) {
    let folder = Folder::new();
    let (today, then) = (folder.database("live.db", beginning), folder.database("then.db", beginning));
    run(&today, live);
    expected.assert_eq(&printed(&today, &then, profile, last));
}

#[test]
fn one_sees_where_the_hole_is() {
    let profile = profile(&[("sales", "sold_on")]);
    let hole =
        "DELETE FROM sales WHERE sold_on = '2026-11-21'; INSERT INTO sales (sold_on) VALUES ('2026-11-23T09:30')";
    check(
        SALES,
        hole,
        Some(&profile),
        100,
        &expect![[r"
            2026-11-20 sales: 2 -> 2
            2026-11-21 sales: 0 -> 1
            2026-11-22 sales: 2 -> 2
            2026-11-23 sales: 1 -> 0
        "]],
    );
    check(
        SALES,
        hole,
        Some(&profile),
        2,
        &expect![[r"
            2026-11-22 sales: 2 -> 2
            2026-11-23 sales: 1 -> 0
        "]],
    );
    check(SALES, hole, Some(&profile), 0, &expect![[""]]);
}

#[test]
fn the_day_of_a_strangers_rows_is_guessed() {
    let tables = "CREATE TABLE orders (id, paid_at, created DATETIME); INSERT INTO orders VALUES
            (1, NULL, '2026-11-20 10:00:00'), (2, NULL, '2026-11-21 23:59:59');
        CREATE TABLE notes (id, text TEXT, date TEXT); INSERT INTO notes VALUES (1, '2026-11-20', 'next week');
        CREATE TABLE plain (id, day TEXT); INSERT INTO plain VALUES (1, '2026-11-20');
        CREATE TABLE empty (id, made_on TEXT);";
    check(
        tables,
        "DELETE FROM orders WHERE id = 1",
        None,
        9,
        &expect![[r"
            2026-11-20 orders: 0 -> 1
            2026-11-21 orders: 1 -> 1
        "]],
    );
    check(
        &format!("PRAGMA encoding = 'UTF-16le'; {tables}"),
        "DELETE FROM orders WHERE id = 1",
        None,
        9,
        &expect![[r"
            2026-11-20 orders: 0 -> 1
            2026-11-21 orders: 1 -> 1
        "]],
    );
}

/// A version whose table had no such column yet would look like one big hole.
#[test]
fn a_table_that_lacks_its_day_on_one_side_is_left_out() {
    let profile = profile(&[("Sales", "SOLD_ON"), ("jobs", "finished_on"), ("gone", "day")]);
    let jobs = format!("{SALES} CREATE TABLE jobs (id, finished_on TEXT); INSERT INTO jobs VALUES (1, '2026-11-22')");
    check(
        &jobs,
        "ALTER TABLE jobs DROP COLUMN finished_on",
        Some(&profile),
        1,
        &expect![[r"
            2026-11-22 sales: 2 -> 2
        "]],
    );
    check(
        &jobs,
        "DROP TABLE jobs",
        Some(&profile),
        1,
        &expect![[r"
            2026-11-22 jobs: 0 -> 1
            2026-11-22 sales: 2 -> 2
        "]],
    );
}

#[test]
fn where_the_live_database_is_ruined_it_has_no_rows() {
    let folder = Folder::new();
    let (live, then) = (folder.path("live.db"), folder.database("then.db", SALES));
    let profile = profile(&[("sales", "sold_on")]);
    let expected = expect![[r"
        2026-11-21 sales: 0 -> 1
        2026-11-22 sales: 0 -> 2
    "]];
    expected.assert_eq(&printed(&live, &then, Some(&profile), 2));
    std::fs::write(&live, "Dear diary, ".repeat(1000)).expect("write");
    expected.assert_eq(&printed(&live, &then, Some(&profile), 2));
}

#[test]
fn counting_can_be_cancelled() {
    let folder = Folder::new();
    let (live, then) = (folder.database("live.db", SALES), folder.database("then.db", SALES));
    let profile = profile(&[("sales", "sold_on")]);
    for stop_after in 0..3 {
        let watch = Watch { stop_after: Some(stop_after), ..Watch::default() };
        let today = Date::constant(2026, 11, 23);
        let stopped = watched(&watch, |progress| days(&PLAIN, &live, &then, Some(&profile), today, 9, progress));
        assert!(matches!(stopped, Err(Stop::Cancelled)), "{stop_after}: {stopped:?}");
    }
}
