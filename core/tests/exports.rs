//! Exports as text: what a pretend home asks for, from the look at the user's path to the file.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test stops at the first surprise")]

#[path = "support/driver.rs"]
#[allow(dead_code, reason = "shared with the plan tests")]
mod driver;
#[path = "support/home.rs"]
#[allow(dead_code, reason = "shared by the tests of both kinds of archives")]
mod home;

use driver::{Driver, failure, shop};
use expect_test::expect;
use home::check;
use omnicraft_core::effect::Effect;
use omnicraft_core::event::{EventKind, Export};
use omnicraft_core::outcome::FailureKind;

#[test]
fn a_csv_archive_is_read_back_before_it_is_exported() {
    check(
        |driver| drop(driver.export(Export::Csv(shop()), "/stick/shop.zip")),
        expect![[r#"
            require target      /stick/shop.zip
            require look        shop.db
            require copy        shop.db -> backups/.staged-2-copy.db
            require verify      backups/.staged-2-copy.db (Sound)
            require pack        backups/.staged-2-copy.db -> backups/.staged-2-csv.zip
            require inspect     backups/.staged-2-csv.zip (all rows)
            require export      backups/.staged-2-csv.zip -> /stick/shop.zip
            always  discard     backups/.staged-2-copy.db
            always  discard     backups/.staged-2-csv.zip
            = export: Applied
        "#]],
    );
}

#[test]
fn everything_is_copied_at_one_moment() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export(Export::All { with_csv: true }, "/stick/all.zip");
            driver.export(Export::All { with_csv: false }, "/stick/all.zip");
            let facts = &driver.archives["/stick/all.zip"].facts;
            let modes: Vec<_> = facts.workspaces.iter().map(|w| format!("{} {}", w.id, w.facts.journal_mode)).collect();
            driver.say(&modes.join(", "));
        },
        expect![[r#"
            require target      /stick/all.zip
            require look        shop.db
            require look        second.db
            require look        purse.db
            require copy all    shop.db -> backups/.staged-4-copy.db, second.db -> backups/second/.staged-4-copy.db, purse.db -> backups/purse/.staged-4-copy.db
            require verify      backups/.staged-4-copy.db (Sound)
            require pack        backups/.staged-4-copy.db -> backups/.staged-4-csv.zip
            require verify      backups/second/.staged-4-copy.db (Sound)
            require pack        backups/second/.staged-4-copy.db -> backups/second/.staged-4-csv.zip
            require verify      backups/purse/.staged-4-copy.db (Sound)
            require pack        backups/purse/.staged-4-copy.db -> backups/purse/.staged-4-csv.zip
            require bundle      backups/.staged-4-copy.db, backups/second/.staged-4-copy.db, backups/purse/.staged-4-copy.db -> backups/.staged-4-all.zip
            require inspect     backups/.staged-4-all.zip (all rows)
            require export      backups/.staged-4-all.zip -> /stick/all.zip
            always  discard     backups/.staged-4-copy.db
            always  discard     backups/.staged-4-csv.zip
            always  discard     backups/second/.staged-4-copy.db
            always  discard     backups/second/.staged-4-csv.zip
            always  discard     backups/purse/.staged-4-copy.db
            always  discard     backups/purse/.staged-4-csv.zip
            always  discard     backups/.staged-4-all.zip
            = export: Applied
            require target      /stick/all.zip
            require look        shop.db
            require look        second.db
            require look        purse.db
            require copy all    shop.db -> backups/.staged-5-copy.db, second.db -> backups/second/.staged-5-copy.db, purse.db -> backups/purse/.staged-5-copy.db
            require verify      backups/.staged-5-copy.db (Sound)
            require verify      backups/second/.staged-5-copy.db (Sound)
            require verify      backups/purse/.staged-5-copy.db (Sound)
            require bundle      backups/.staged-5-copy.db, backups/second/.staged-5-copy.db, backups/purse/.staged-5-copy.db -> backups/.staged-5-all.zip
            require inspect     backups/.staged-5-all.zip (all rows)
            require export      backups/.staged-5-all.zip -> /stick/all.zip
            always  discard     backups/.staged-5-copy.db
            always  discard     backups/second/.staged-5-copy.db
            always  discard     backups/purse/.staged-5-copy.db
            always  discard     backups/.staged-5-all.zip
            = export: Applied
            shop wal, second wal, purse wal
        "#]],
    );
}

#[test]
fn nothing_is_exported_while_one_workspace_is_missing_or_damaged() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.others.remove("second.db");
            driver.export(Export::All { with_csv: false }, "/stick/all.zip");
            driver.change_in("second.db", "somebody else");
            driver.export(Export::All { with_csv: false }, "/stick/all.zip");
            assert!(driver.archives.is_empty());
            driver.move_out();
            driver.export(Export::All { with_csv: false }, "/stick/all.zip");
        },
        expect![[r#"
            require target      /stick/all.zip
            require look        shop.db
            require look        second.db
            always  discard     backups/.staged-4-copy.db
            always  discard     backups/second/.staged-4-copy.db
            always  discard     backups/purse/.staged-4-copy.db
            always  discard     backups/.staged-4-all.zip
            = export: NotApplied
            ! cannot export “second” (second.db): there is no file. Nothing was exported; restore “second” first, or remove it from the list
            require target      /stick/all.zip
            require look        shop.db
            require look        second.db
            require look        purse.db
            require copy all    shop.db -> backups/.staged-5-copy.db, second.db -> backups/second/.staged-5-copy.db, purse.db -> backups/purse/.staged-5-copy.db
            require verify      backups/.staged-5-copy.db (Sound)
            require verify      backups/second/.staged-5-copy.db (Sound)
            always  discard     backups/.staged-5-copy.db
            always  discard     backups/second/.staged-5-copy.db
            always  discard     backups/purse/.staged-5-copy.db
            always  discard     backups/.staged-5-all.zip
            = export: NotApplied
            ! cannot export “second” (second.db): the database is not sound: it belongs to another workspace (somebody else, this one is them). Nothing was exported; restore “second” first, or remove it from the list
            refused: there is no workspace to export
        "#]],
    );
}

/// Once, a gigabyte was copied, checked and packed before anybody said that the name was taken.
#[test]
fn a_name_that_is_taken_ends_an_export_before_anything_is_copied() {
    check(
        |driver| {
            let kind = EventKind::ExportRequested {
                export: Export::Csv(shop()),
                to: "/stick/shop.zip".into(),
                replace: false,
            };
            driver.event_with(kind, |_, step| {
                matches!(step.effect, Effect::CheckTarget { .. }).then(|| failure(FailureKind::Foreign))
            });
        },
        expect![[r#"
            require target      /stick/shop.zip
            always  discard     backups/.staged-2-copy.db
            always  discard     backups/.staged-2-csv.zip
            = export: NotApplied
            ! cannot do it (somewhere): it broke
        "#]],
    );
}

/// Once, nothing could be exported of such a database, and its owner lost what was newer than the last good backup.
#[test]
fn what_only_indexes_are_damaged_of_is_exported_with_new_ones() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.tells_digest = true;
            driver.spoil_within("row 1 missing from index");
            driver.state.workspaces[0].frozen = Some("row 1 missing from index".to_owned());
            driver.export(Export::Database(shop()), "/stick/shop.db");
            driver.export(Export::All { with_csv: true }, "/stick/all.zip");
            driver.spoil("page 12 is not readable");
            driver.export(Export::Csv(shop()), "/stick/shop.zip");
        },
        expect![[r#"
            require target      /stick/shop.db
            require look        shop.db
            require copy        shop.db -> backups/.staged-4-copy.db
            require verify      backups/.staged-4-copy.db (Proven)
            require reindex     backups/.staged-4-copy.db
            require export      backups/.staged-4-copy.db -> /stick/shop.db
            always  discard     backups/.staged-4-copy.db
            = export: AppliedWithWarnings
            ! the database is not sound: row 1 missing from index; what is exported of “Shop” is what its tables hold, with indexes that were built anew: if one of them knew rows that its table has lost, they are not in it
            require target      /stick/all.zip
            require look        shop.db
            require look        second.db
            require look        purse.db
            require copy all    shop.db -> backups/.staged-5-copy.db, second.db -> backups/second/.staged-5-copy.db, purse.db -> backups/purse/.staged-5-copy.db
            require verify      backups/.staged-5-copy.db (Proven)
            require reindex     backups/.staged-5-copy.db
            require pack        backups/.staged-5-copy.db -> backups/.staged-5-csv.zip
            require verify      backups/second/.staged-5-copy.db (Sound)
            require pack        backups/second/.staged-5-copy.db -> backups/second/.staged-5-csv.zip
            require verify      backups/purse/.staged-5-copy.db (Sound)
            require pack        backups/purse/.staged-5-copy.db -> backups/purse/.staged-5-csv.zip
            require bundle      backups/.staged-5-copy.db, backups/second/.staged-5-copy.db, backups/purse/.staged-5-copy.db -> backups/.staged-5-all.zip
            require inspect     backups/.staged-5-all.zip (all rows)
            require export      backups/.staged-5-all.zip -> /stick/all.zip
            always  discard     backups/.staged-5-copy.db
            always  discard     backups/.staged-5-csv.zip
            always  discard     backups/second/.staged-5-copy.db
            always  discard     backups/second/.staged-5-csv.zip
            always  discard     backups/purse/.staged-5-copy.db
            always  discard     backups/purse/.staged-5-csv.zip
            always  discard     backups/.staged-5-all.zip
            = export: AppliedWithWarnings
            ! the database is not sound: row 1 missing from index; what is exported of “Shop” is what its tables hold, with indexes that were built anew: if one of them knew rows that its table has lost, they are not in it
            require target      /stick/shop.zip
            require look        shop.db
            require copy        shop.db -> backups/.staged-6-copy.db
            require verify      backups/.staged-6-copy.db (Proven)
            require reindex     backups/.staged-6-copy.db
            always  discard     backups/.staged-6-copy.db
            always  discard     backups/.staged-6-csv.zip
            = export: NotApplied
            ! cannot export “Shop” (shop.db): the database is not sound: page 12 is not readable. Nothing was exported; restore “Shop” first
        "#]],
    );
}
