//! An archive that somebody edited in a spreadsheet: refused, or taken as it is now after every other check.

use omnicraft_host::archive::load::Source;
use rusqlite::Connection;

use crate::support::{Trip, report, rows};

const BOOKS: &str = "
    CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT, body TEXT, price REAL, n INTEGER);
    CREATE VIRTUAL TABLE search USING fts5(title, body, content = 'note', content_rowid = 'id');
    CREATE VIRTUAL TABLE bare USING fts5(words, content = '');
    CREATE TRIGGER noted AFTER INSERT ON note BEGIN
        INSERT INTO search (rowid, title, body) VALUES (new.id, new.title, new.body);
    END;
    INSERT INTO note VALUES (1, 'bread', 'flour', 1.0, 1), (2, 'soap', 'oil', 2.5, 2), (3, 'wax', 'bees', -0.0, 3);
    INSERT INTO bare (rowid, words) VALUES (1, 'kept as they are')";

fn query(trip: &Trip, sql: &str) -> String {
    rows(&Connection::open(trip.built()).unwrap(), sql)
}

#[test]
fn it_is_refused_unless_it_is_accepted() {
    let mut trip = Trip::of("", BOOKS);
    trip.edit("0005_note.csv", |text| text.replace("flour", "rye"));
    assert!(report(&trip.load()).contains("--accept-edited"), "{}", report(&trip.load()));
    trip.accept_edited = true;
    assert_eq!(report(&trip.load()), "");
    assert_eq!(query(&trip, "SELECT body FROM note WHERE id = 1"), "'rye' \n");
}

/// The search index lies in tables that nobody edits; it found what was not there any more.
#[test]
fn search_finds_what_was_edited() {
    let mut trip = Trip::of("", BOOKS);
    trip.accept_edited = true;
    trip.edit("0005_note.csv", |text| text.replace("flour", "rye"));
    assert_eq!(report(&trip.load()), "");
    assert_eq!(query(&trip, "SELECT rowid FROM search('rye')"), "1 \n");
    assert_eq!(query(&trip, "SELECT rowid FROM search('flour')"), "");
    assert_eq!(query(&trip, "SELECT rowid FROM bare('kept')"), "1 \n");
    assert_eq!(query(&trip, "PRAGMA integrity_check"), "'ok' \n");
}

/// A spreadsheet writes 1 for 1.0, and rows in the order in which somebody sorted them.
#[test]
fn what_a_spreadsheet_does_by_itself_changes_nothing() {
    let mut trip = Trip::of("", BOOKS);
    trip.accept_edited = true;
    trip.edit("0005_note.csv", |text| {
        let text = text.replace(",1.0,1\r\n", ",1,1.0\r\n");
        let mut lines: Vec<_> = text.split_inclusive("\r\n").collect();
        lines[1..].reverse();
        lines.concat()
    });
    assert_eq!(report(&trip.load()), "");
    let all = "SELECT id, typeof(price), price, typeof(n), n FROM note";
    assert_eq!(query(&trip, all), rows(&Connection::open(trip.original()).unwrap(), all));
}

/// Nothing was edited, so nothing is made again: what is accepted is the same to the last byte of the search index.
#[test]
fn an_archive_that_was_not_edited_is_not_touched() {
    let mut trip = Trip::of("", BOOKS);
    trip.accept_edited = true;
    trip.comes_back();
}

#[test]
fn a_search_index_that_does_not_fit_is_found() {
    let mut trip = Trip::of("", BOOKS);
    trip.accept_edited = true;
    let member = trip.manifest().tables.iter().find(|table| table.name == "bare_data").unwrap().file.clone();
    trip.edit(&member, |text| text.replacen("x'", "x'FF", 3));
    let text = report(&trip.load());
    assert!(text.starts_with("the search index “bare” does not fit its text"), "{text}");
}

/// Indexes that have no text of their own, or whose text is elsewhere or nowhere, come back as they were.
#[test]
fn search_indexes_that_cannot_be_made_again_stay() {
    let mut trip = Trip::of(
        "",
        "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO note VALUES (1, 'flour'), (2, 'oil');
         CREATE VIRTUAL TABLE of_note USING fts4(body, content='note'); INSERT INTO of_note (of_note) VALUES ('rebuild');
         CREATE VIRTUAL TABLE bare5 USING fts5(words, content='', contentless_delete=1);
         INSERT INTO bare5 (rowid, words) VALUES (1, 'other words'); CREATE VIRTUAL TABLE vocabulary USING fts5vocab(bare5, 'row');
         CREATE VIRTUAL TABLE lost USING fts5(words, content='gone', content_rowid='id');
         INSERT INTO lost (rowid, words) VALUES (7, 'nobody knows')",
    );
    trip.accept_edited = true;
    let member = trip.manifest().tables.iter().find(|table| table.name == "note").unwrap().file.clone();
    trip.edit(&member, |text| text.replace("flour", "rye"));
    assert_eq!(report(&trip.load()), "");
    assert_eq!(query(&trip, "SELECT docid FROM of_note WHERE of_note MATCH 'rye'"), "1 \n");
    assert_eq!(query(&trip, "SELECT term FROM vocabulary"), "'other' \n'words' \n");
    assert_eq!(query(&trip, "SELECT rowid FROM lost('nobody')"), "7 \n");
}

/// A restore hung for ever: an index whose text is a view was made again by running the view, which somebody else wrote.
#[test]
fn no_view_is_run_to_make_an_index_again() {
    let mut trip = Trip::of(
        "",
        "CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT); INSERT INTO sale VALUES (1, 'lamp');
         CREATE VIEW text AS WITH RECURSIVE n (rowid, what) AS (SELECT 1, 'x' UNION ALL SELECT 1, 'x' FROM n)
             SELECT rowid, what FROM n;
         CREATE VIRTUAL TABLE search USING fts5(what, content = 'text');
         CREATE VIRTUAL TABLE own USING fts5(what); INSERT INTO own VALUES ('lamp')",
    );
    trip.accept_edited = true;
    trip.edit("0002_own_content.csv", |text| text.replace("lamp", "sofa"));
    assert_eq!(report(&trip.load_with(&[Source::Archive])), "");
    let built = Connection::open(trip.built()).unwrap();
    assert_eq!(rows(&built, "SELECT what FROM own WHERE own MATCH 'sofa'"), "'sofa' \n");
}
