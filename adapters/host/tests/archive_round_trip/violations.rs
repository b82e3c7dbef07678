//! What is wrong with the rows of an edited archive is said all at once, with file, line and column.

use expect_test::{Expect, expect};

use crate::support::{Trip, report};

/// The findings of an archive of a shop in which some lines are replaced.
#[track_caller]
fn check(sql: &str, edits: &[(&str, &str, &str)], expected: &Expect) {
    let mut trip = Trip::of("", sql);
    trip.accept_edited = true;
    trip.adopted = false;
    for (member, from, to) in edits {
        trip.edit(member, |text| text.replacen(from, to, 1));
    }
    expected.assert_eq(&report(&trip.load()));
}

const SHOP: &str = "
    CREATE TABLE client (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, mail TEXT);
    CREATE UNIQUE INDEX one_mail ON client (lower(mail)) WHERE mail IS NOT NULL;
    CREATE UNIQUE INDEX one_pair ON client (mail, name);
    CREATE TABLE sale (id INTEGER PRIMARY KEY, client INTEGER REFERENCES client, price REAL NOT NULL CHECK (price >= 0),
                       what TEXT, CONSTRAINT has_a_name CHECK (what <> ''));
    CREATE TABLE tag (sale INT REFERENCES sale, word TEXT, PRIMARY KEY (sale, word)) WITHOUT ROWID;
    CREATE TABLE safe (n INTEGER, t TEXT) STRICT;
    INSERT INTO client VALUES (1, 'Anna', 'a@b'), (2, 'Boris', NULL), (3, 'Clara', 'c@d');
    INSERT INTO sale VALUES (1, 1, 10.5, 'lamp'), (2, 2, 20.0, 'chair'), (3, NULL, 5.0, 'candle'), (4, 3, 1.0, 'soap');
    INSERT INTO tag VALUES (1, 'new'), (2, 'old');
    INSERT INTO safe VALUES (1, 'one'), (2, 'two')";

#[test]
fn rules_of_single_rows() {
    check(
        SHOP,
        &[
            ("0003_sale.csv", "1,1,10.5,lamp", "1,1,-10.5,lamp"),
            ("0003_sale.csv", "2,2,20.0,chair", "2,2,,chair"),
            ("0003_sale.csv", "3,,5.0,candle", "3,,5.0,'"),
            ("0003_sale.csv", "4,3,1.0,soap", "four,3,1.0,soap"),
        ],
        &expect![[r#"
            0003_sale.csv, line 2: breaks the rule CHECK (price >= 0)
            0003_sale.csv, line 3, column “price”: breaks the rule NOT NULL
            0003_sale.csv, line 4: breaks the rule CHECK has_a_name
            0003_sale.csv, line 5, column “id”: is no whole number, by which the database numbers this row
        "#]],
    );
}

#[test]
fn the_same_twice() {
    check(
        SHOP,
        &[
            ("0001_client.csv", "2,Boris", "1,Boris"),
            ("0001_client.csv", "3,Clara", "3,Anna"),
            ("0004_tag.csv", "2,old", "1,new"),
        ],
        &expect![[r#"
            0001_client.csv, line 3, column “id”: breaks the rule PRIMARY KEY: another row has the same
            0001_client.csv, line 4, column “name”: breaks the rule UNIQUE: another row has the same
            0004_tag.csv, line 3: breaks the rule PRIMARY KEY (sale, word): another row has the same
        "#]],
    );
}

/// Such an index is built after the rows, when nobody knows lines any more.
#[test]
fn the_same_twice_for_an_index() {
    check(
        SHOP,
        &[("0001_client.csv", "2,Boris,", "2,Boris,A@B"), ("0001_client.csv", "3,Clara,c@d", "3,Clara,A@b")],
        &expect![[r#"
            0001_client.csv, line 3: breaks the rule UNIQUE of index 'one_mail': another row has the same
            0001_client.csv, line 4: breaks the rule UNIQUE of index 'one_mail': another row has the same
        "#]],
    );
}

#[test]
fn references_to_nothing() {
    check(
        SHOP,
        &[
            ("0003_sale.csv", "2,2,20.0", "2,77,20.0"),
            ("0003_sale.csv", "4,3,1.0", "4,-1,1.0"),
            ("0004_tag.csv", "1,new", "99,new"),
        ],
        &expect![[r#"
            0003_sale.csv, line 3, column “client”: points to a row of “client” that is not there
            0003_sale.csv, line 5, column “client”: points to a row of “client” that is not there
            0004_tag.csv, line 2, column “sale”: points to a row of “sale” that is not there
        "#]],
    );
}

/// Sales of a client whose own row is refused are not wrong on their own.
#[test]
fn what_follows_from_another_finding_is_not_repeated() {
    check(
        SHOP,
        &[("0001_client.csv", "1,Anna", "1,")],
        &expect![[r#"
        0001_client.csv, line 2, column “name”: breaks the rule NOT NULL
    "#]],
    );
}

#[test]
fn values_that_would_become_something_else() {
    check(
        SHOP,
        &[
            ("0002_safe.csv", "1,1,one", "1,'12,one"),
            ("0002_safe.csv", "2,2,two", "2,x'00',i'5'"),
            ("0003_sale.csv", "1,1,10.5,lamp", "1,1,9007199254740993,lamp"),
            ("0003_sale.csv", "2,2,20.0,chair", "2,2, 20 ,chair"),
            ("0003_sale.csv", "3,,5.0,candle", ",,5.0,candle"),
        ],
        &expect![[r#"
            0002_safe.csv, line 2, column “n”: is text that a column of numbers would turn into a number
            0002_safe.csv, line 3, column “t”: is a number, which a column of text would turn into text
            0003_sale.csv, line 2, column “price”: is a whole number with more digits than a column of floating point holds
            0003_sale.csv, line 3, column “price”: is text that a column of numbers would turn into a number
            0003_sale.csv, line 4, column “id”: is no whole number, by which the database numbers this row
        "#]],
    );
    check(
        SHOP,
        &[("0002_safe.csv", "1,1,one", "1,half,one"), ("0002_safe.csv", "2,2,two", "2,2.5,two")],
        &expect![[r#"
        0002_safe.csv, line 2, column “n”: breaks the rule STRICT: it is a TEXT value in a column of type INTEGER
        0002_safe.csv, line 3, column “n”: breaks the rule STRICT: it is a REAL value in a column of type INTEGER
    "#]],
    );
}

/// Many rows share a statement, of which nothing stays when one of them is wrong.
#[test]
fn a_few_wrong_rows_among_many() {
    const MANY: &str = "
        CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE CHECK (text NOT IN ('a', 'b', 'c')));
        WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n LIMIT 300)
        INSERT INTO note SELECT i, 'no. ' || i FROM n";
    check(
        MANY,
        &[
            ("0001_note.csv", "100,no. 100", "99,no. 100"),
            ("0001_note.csv", "150,no. 150", "150,no. 1"),
            ("0001_note.csv", "299,no. 299", "299,b"),
        ],
        &expect![[r#"
            0001_note.csv, line 101, column “id”: breaks the rule PRIMARY KEY: another row has the same
            0001_note.csv, line 151, column “text”: breaks the rule UNIQUE: another row has the same
            0001_note.csv, line 300: breaks the rule CHECK (text NOT IN ('a', 'b', 'c'))
        "#]],
    );
    check(MANY, &[("0001_note.csv", "100,no. 100", "100,no. one hundred")], &expect![""]);
}

#[test]
fn no_more_than_a_hundred_are_listed() {
    let mut rows =
        String::from("CREATE TABLE t (id INTEGER PRIMARY KEY, a INT CHECK (a > 0)); INSERT INTO t VALUES (0, 1)");
    (1..=250).for_each(|id| rows.push_str(&format!(", ({id}, 1)")));
    let mut trip = Trip::of("", &rows);
    trip.accept_edited = true;
    trip.edit("0001_t.csv", |text| text.replace(",1\r\n", ",0\r\n"));
    let text = report(&trip.load());
    assert!(text.starts_with("0001_t.csv, line 2: breaks the rule CHECK (a > 0)\n"), "{text}");
    assert!(text.ends_with("line 101: breaks the rule CHECK (a > 0)\nand 151 more\n"), "{text}");
}

/// An adopted database may have had rows that point nowhere: they come back as they were, and no more than those.
#[test]
fn references_that_pointed_nowhere_before() {
    let sql =
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INT REFERENCES p); INSERT INTO c VALUES (1), (2)";
    let mut trip = Trip::of("", sql);
    trip.comes_back();
    trip.adopted = false;
    assert_eq!(trip.load().listed.len(), 2);
    (trip.adopted, trip.accept_edited) = (true, true);
    trip.edit("0001_c.csv", |text| format!("{text}3,3\r\n"));
    assert_eq!(trip.load().listed.len(), 3);
}
