//! Databases with many bytes come back as others do, and are refused as others are.

use expect_test::{Expect, expect};

use crate::support::{Trip, report};

/// A shop with 18 MB of pictures.
const SHOP: &str = "
    CREATE TABLE client (id INTEGER PRIMARY KEY, mail TEXT);
    CREATE UNIQUE INDEX one_mail ON client (lower(mail));
    CREATE TABLE picture (id INTEGER PRIMARY KEY, client INTEGER REFERENCES client, name TEXT, bytes BLOB);
    CREATE INDEX picture_by_client ON picture (client);
    CREATE VIEW names AS SELECT name FROM picture;
    INSERT INTO client VALUES (1, 'a@b'), (2, 'c@d'), (3, 'e@f');
    WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n LIMIT 9)
    INSERT INTO picture SELECT i, i % 3 + 1, 'no. ' || i, randomblob(1000000) FROM n";

#[track_caller]
fn check(edits: &[(&str, &str, &str)], expected: &Expect) {
    let mut trip = Trip::of("", SHOP);
    trip.accept_edited = true;
    trip.adopted = false;
    for (member, from, to) in edits {
        trip.edit(member, |text| text.replacen(from, to, 1));
    }
    expected.assert_eq(&report(&trip.load()));
}

#[test]
fn many_bytes_come_back() {
    Trip::of("", SHOP).comes_back();
    Trip::of("PRAGMA auto_vacuum = FULL", SHOP).comes_back();
}

/// They are formed in parts, of which those with gaps between the rowids have fewer.
#[test]
fn many_rows_come_back() {
    let numbers = "WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n LIMIT 30000)";
    Trip::of(
        "",
        &format!(
            "CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT);
             CREATE TABLE note (text TEXT);
             CREATE TABLE stock (article TEXT PRIMARY KEY, pieces INTEGER) WITHOUT ROWID;
             {numbers} INSERT INTO sale SELECT i * i, hex(randomblob(200)) FROM n;
             {numbers} INSERT INTO note SELECT 'no. ' || i FROM n;
             {numbers} INSERT INTO stock SELECT 'no. ' || i, i FROM n;"
        ),
    )
    .comes_back();
}

#[test]
fn what_is_edited_is_taken() {
    check(&[("0002_picture.csv", "no. 5", "no. five")], &expect![""]);
}

#[test]
fn what_is_wrong_is_found() {
    check(
        &[("0001_client.csv", "c@d", "A@B")],
        &expect![[r#"
            0001_client.csv, line 3: breaks the rule UNIQUE of index 'one_mail': another row has the same
        "#]],
    );
    check(
        &[("0002_picture.csv", "9,1,no. 9", "9,7,no. 9")],
        &expect![[r#"
            0002_picture.csv, line 10, column “client”: points to a row of “client” that is not there
        "#]],
    );
}
