//! The effect itself: what it leaves where it succeeds, where the archive is refused, and where it is stopped.

use omnicraft_core::effect::Effect;
use omnicraft_core::model::{Imported, SchemaSource};
use omnicraft_core::outcome::{Outcome, Yield};

use crate::perform_home::{Home, STAGED, shop};
use crate::support::Trip;

const BOOKS: &str =
    "CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT); INSERT INTO sale (what) VALUES ('lamp'), ('sofa')";

fn import(archive: &str, schema: Vec<SchemaSource>) -> Effect {
    Effect::Import { workspace: shop(), archive: archive.into(), to: STAGED.into(), schema, accept_edited: false }
}

/// A home with an archive in it.
fn home() -> Home {
    let home = Home::new();
    home.put("books.zip", std::fs::read(Trip::of("", BOOKS).archive()).unwrap());
    home
}

fn imported(yielded: Yield) -> Imported {
    let Yield::Imported(imported) = yielded else { panic!("{yielded:?}") };
    *imported
}

#[test]
fn a_sealed_database_is_staged() {
    let home = home();
    let before = home.files();
    let learnt = home.done(import("books.zip", vec![SchemaSource::Live("books.db".into())]));
    assert_eq!(imported(learnt), Imported::default());
    assert_eq!(home.sales(STAGED), "lamp,sofa");
    assert_eq!(home.files(), [&[STAGED.to_owned()], before.as_slice()].concat());
}

/// Whatever is left of an attempt that was interrupted is in nobody's way.
#[test]
fn again_from_the_beginning() {
    let home = home();
    for suffix in ["", "-journal", "-wal", "-schema", "-schema-journal"] {
        home.put(&format!("{STAGED}{suffix}"), "half a page");
    }
    home.done(import("books.zip", vec![SchemaSource::Archive]));
    assert_eq!(home.sales(STAGED), "lamp,sofa");
    assert!(!home.exists(&format!("{STAGED}-schema")));
    assert!(!home.exists(&format!("{STAGED}-journal")));
}

#[test]
fn nothing_is_left_of_an_archive_that_is_refused() {
    let home = home();
    home.put("other.db", std::fs::read(Trip::of("", "CREATE TABLE sale (id INTEGER PRIMARY KEY)").original()).unwrap());
    home.put("letter.zip", "a letter");
    let before = home.files();
    let found = imported(home.done(import("books.zip", vec![SchemaSource::Snapshot("other.db".into())])));
    let text: Vec<_> = found.findings.iter().map(ToString::to_string).collect();
    assert_eq!(text, ["0001_sale.csv, column “what”: the schema's table “sale” has no such column"]);
    assert!(!imported(home.done(import("letter.zip", vec![SchemaSource::Archive]))).findings.is_empty());
    assert_eq!(home.files(), before);
}

#[test]
fn the_live_database_is_no_archive() {
    let failure = home().fails(import("books.db", vec![SchemaSource::Archive]));
    assert!(failure.reason.contains("live database"), "{failure}");
    let failure = home().fails(import("missing.zip", vec![SchemaSource::Archive]));
    assert!(failure.reason.contains("no such file"), "{failure}");
}

#[test]
fn a_stop_leaves_nothing() {
    let mut home = home();
    home.stop = true;
    let before = home.files();
    assert_eq!(home.run(import("books.zip", vec![SchemaSource::Archive])), Outcome::Cancelled);
    assert_eq!(home.files(), before);
}

/// Wherever the disk gives out, there is a whole database and no error, or an error and no database.
#[test]
fn a_disk_that_fails_leaves_nothing() {
    let home = home();
    let before = home.files();
    for fail_at in 1.. {
        home.faults.arm(fail_at, false);
        let outcome = home.run(import("books.zip", vec![SchemaSource::Archive]));
        let reached = home.faults.count.load(std::sync::atomic::Ordering::Relaxed);
        home.faults.arm(0, false);
        match outcome {
            Outcome::Failed(_) => assert_eq!(home.files(), before, "failed at {fail_at}"),
            Outcome::Done(_) => {
                assert_eq!(home.sales(STAGED), "lamp,sofa");
                std::fs::remove_file(home.path(STAGED)).unwrap();
            }
            Outcome::Cancelled => panic!("nobody stopped it"),
        }
        if reached < fail_at {
            assert!(fail_at > 10, "only {fail_at} operations");
            return;
        }
    }
}
