//! What a person agreed to is what he saw: where the books changed since, nothing is done and he is told.

use omnicraft_core::event::EventKind;
use omnicraft_core::model::WorkspaceId;
use rusqlite::Connection;

use crate::pages::sample::{Sample, hidden, words};

fn opened() -> Sample {
    let sample = Sample::business();
    sample.told("2026-11-21T08:00[Europe/Moscow]", vec![EventKind::AppStarted(WorkspaceId("shop".to_owned()))]);
    sample
}

/// The app goes on working.
fn sell(sample: &Sample) {
    let connection = Connection::open(sample.path().join("shop.db")).unwrap();
    connection.execute("INSERT INTO clients (name) VALUES ('Somebody New')", ()).unwrap();
}

fn clients(sample: &Sample) -> i64 {
    let connection = Connection::open(sample.path().join("shop.db")).unwrap();
    let sql = "SELECT count(*) FROM clients WHERE name = 'Somebody New'";
    connection.query_row(sql, (), |row| row.get(0)).unwrap()
}

/// Posts a form that begins a job, and says how the job ended.
fn ended(sample: &mut Sample, address: &str, form: &str) -> String {
    let led = sample.post(address, form);
    let job =
        led.strip_prefix("303 ").and_then(|led| led.split('?').next()).unwrap_or_else(|| panic!("{led}")).to_owned();
    sample.idle();
    words(&sample.get(&job, ""))
}

/// A restore was agreed to and waited until the app was closed in the evening; it took the day's work with it.
#[test]
fn a_restore_does_not_replace_what_was_not_seen() {
    let mut sample = opened();
    sample.get("/w/shop/s/s1", "");
    sample.idle();
    sell(&sample);
    let said = ended(&mut sample, "/preview/1/restore", "name=My+Workshop");
    assert!(said.contains("no longer as they were when you looked"), "{said}");
    assert_eq!(clients(&sample), 1);
    sample.get("/w/shop/s/s1", "");
    sample.idle();
    let said = ended(&mut sample, "/preview/3/restore", "name=My+Workshop");
    assert!(said.contains("Your books are back"), "{said}");
    assert_eq!(clients(&sample), 0);
}

/// A page that told of one restore undid another, which had been done since.
#[test]
fn an_undo_is_of_the_restore_that_was_told() {
    let mut sample = opened();
    let restore = |sample: &mut Sample| {
        let preview = sample.get("/w/shop/s/s1", "").strip_prefix("303 ").unwrap().to_owned();
        sample.idle();
        ended(sample, &format!("{preview}/restore"), "name=My+Workshop")
    };
    sell(&sample);
    restore(&mut sample);
    let first = hidden(&sample.get("/w/shop/undo", ""), "operation");
    sell(&sample);
    restore(&mut sample);
    let said = ended(&mut sample, "/w/shop/undo", &format!("operation={first}"));
    assert!(said.contains("no longer as they were"), "{said}");
    let second = hidden(&sample.get("/w/shop/undo", ""), "operation");
    let said = ended(&mut sample, "/w/shop/undo", &format!("operation={second}"));
    assert!(said.contains("Everything is as it was before the restore"), "{said}");
    assert_eq!(clients(&sample), 1);
    // The same form once more is not the restore before it.
    let said = ended(&mut sample, "/w/shop/undo", &format!("operation={second}"));
    assert!(said.contains("no longer as they were"), "{said}");
    assert_eq!(clients(&sample), 1);
}

/// A factory reset that was sent twice ran twice, and the newest safeguard was of an empty business.
#[test]
fn a_reset_is_done_once() {
    let mut sample = opened();
    let looked = hidden(&sample.get("/w/shop/reset/factory", ""), "looked");
    let form = format!("name=My+Workshop&looked={looked}");
    let said = ended(&mut sample, "/w/shop/reset/factory", &form);
    assert!(said.contains("The reset is done"), "{said}");
    let said = ended(&mut sample, "/w/shop/reset/factory", &form);
    assert!(said.contains("no longer as they were"), "{said}");
}
