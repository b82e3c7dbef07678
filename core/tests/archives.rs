//! CSV archives that are read back and that come back, as text: what a pretend home asks for.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test stops at the first surprise")]

#[path = "support/driver.rs"]
#[allow(dead_code, reason = "shared with the plan tests")]
mod driver;
#[path = "support/home.rs"]
#[allow(dead_code, reason = "shared by the tests of both kinds of archives")]
mod home;

use driver::{Driver, named, shop};
use expect_test::expect;
use home::{check, check_refused, csv, id};
use omnicraft_core::effect::Effect;
use omnicraft_core::event::{EventKind, Export, Source};
use omnicraft_core::model::{Finding, Imported, Inspection, LiveState, SchemaSource, SnapshotId, Workspace};
use omnicraft_core::outcome::{Outcome, Yield};

#[test]
fn an_archive_that_reads_back_differently_is_not_exported() {
    check(
        |driver| {
            let kind = EventKind::ExportRequested {
                export: Export::Csv(shop()),
                to: "/stick/shop.zip".into(),
                replace: false,
            };
            let ended = driver.event_with(kind, |_, step| read_with_findings(&step.effect, 5));
            assert_eq!(ended.unwrap().findings.len(), 5);
            assert!(!driver.archives.contains_key("/stick/shop.zip"));
        },
        expect![[r#"
            require target      /stick/shop.zip
            require look        shop.db
            require copy        shop.db -> backups/.staged-2-copy.db
            require verify      backups/.staged-2-copy.db (Sound)
            require pack        backups/.staged-2-copy.db -> backups/.staged-2-csv.zip
            require inspect     backups/.staged-2-csv.zip (all rows)
            always  discard     backups/.staged-2-copy.db
            always  discard     backups/.staged-2-csv.zip
            = export: NotApplied
            ! cannot export to this file (/stick/shop.zip): what was read back differs from what was exported: 0001_sales.csv, line 2: it has 2 cells instead of 3; 0001_sales.csv, line 3: it has 2 cells instead of 3; 0001_sales.csv, line 4: it has 2 cells instead of 3; and 6 more. Nothing was exported; check the disk and try again
        "#]],
    );
}

fn read_with_findings(effect: &Effect, number: u64) -> Option<Outcome> {
    let finding = |line| Finding {
        member: "0001_sales.csv".to_owned(),
        line: Some(line),
        column: None,
        text: "it has 2 cells instead of 3".to_owned(),
    };
    let findings = (2..number + 2).map(finding).collect();
    let found = Inspection { findings, unlisted: 4, ..Inspection::default() };
    matches!(effect, Effect::Inspect { .. }).then(|| Outcome::Done(Yield::Inspected(Box::new(found))))
}

#[test]
fn a_csv_archive_is_restored_like_any_other_file() {
    check(
        |driver| {
            driver.export_csv();
            driver.change();
            driver.event(EventKind::PreviewRequested(shop(), csv()));
            driver.restore(csv());
            driver.say_world();
            driver.event(EventKind::UndoRequested(shop()));
            driver.say_world();
        },
        expect![[r#"
            require inspect     /stick/shop.zip
            require import      /stick/shop.zip -> backups/.staged-3-import-0.db
            require verify      backups/.staged-3-import-0.db (Sound)
            require compare     shop.db with backups/.staged-3-import-0.db
            always  discard     backups/.staged-3-import-0.db
            = preview: Applied
            require inspect     /stick/shop.zip
            require import      /stick/shop.zip -> backups/.staged-4-import-0.db
            require verify      backups/.staged-4-import-0.db (Sound)
            require look        shop.db
            require stage       backups/.staged-4-import-0.db -> .shop.db.omnicraft-staged-4 (wal)
            require verify      .shop.db.omnicraft-staged-4 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require copy        shop.db -> backups/.staged-4-copy.db
            require verify      backups/.staged-4-copy.db (Sound)
            require publish     backups/.staged-4-copy.db -> backups/auto_before_restore.db as s1
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-4 -> shop.db
            require swap        .shop.db.omnicraft-staged-4 -> shop.db
            require verify live .shop.db.omnicraft-staged-4 -> shop.db
            require finish
            always  relaunch    shop
            always  discard     backups/.staged-4-copy.db
            always  discard     .shop.db.omnicraft-staged-4
            always  discard     backups/.staged-4-import-0.db
            = restore: Applied
            shop 1
            require verify      backups/auto_before_restore.db (Digest)
            require look        shop.db
            require stage       backups/auto_before_restore.db -> .shop.db.omnicraft-staged-5 (wal)
            require verify      .shop.db.omnicraft-staged-5 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require copy        shop.db -> backups/.staged-5-copy.db
            require verify      backups/.staged-5-copy.db (Sound)
            require keep        s1 backups/auto_before_restore.db -> backups/auto_before_restore_2026-11-21.db
            require publish     backups/.staged-5-copy.db -> backups/auto_before_restore.db as s2
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-5 -> shop.db
            require swap        .shop.db.omnicraft-staged-5 -> shop.db
            require verify live .shop.db.omnicraft-staged-5 -> shop.db
            require finish
            always  relaunch    shop
            always  discard     backups/.staged-5-copy.db
            always  discard     .shop.db.omnicraft-staged-5
            = undo: Applied
            shop 2
        "#]],
    );
}

#[test]
fn a_csv_archive_brings_back_a_database_that_is_damaged_or_gone() {
    check(
        |driver| {
            driver.export_csv();
            driver.change();
            driver.live = LiveState::Damaged("it has 0 bytes".to_owned());
            driver.restore(csv());
            driver.say_world();
            driver.live = LiveState::Missing;
            driver.restore(csv());
            driver.say_world();
        },
        expect![[r#"
            require inspect     /stick/shop.zip
            require import      /stick/shop.zip -> backups/.staged-3-import-0.db
            require verify      backups/.staged-3-import-0.db (Sound)
            require look        shop.db
            require stage       backups/.staged-3-import-0.db -> .shop.db.omnicraft-staged-3 (wal)
            require verify      .shop.db.omnicraft-staged-3 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require keep bad    shop.db -> backups/damaged_2026-11-21.db
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-3 -> shop.db
            require swap        .shop.db.omnicraft-staged-3 -> shop.db
            require verify live .shop.db.omnicraft-staged-3 -> shop.db
            require finish
            always  relaunch    shop
            always  discard     backups/.staged-3-copy.db
            always  discard     .shop.db.omnicraft-staged-3
            always  discard     backups/.staged-3-import-0.db
            = restore: Applied
            shop 1
            require inspect     /stick/shop.zip
            require import      /stick/shop.zip -> backups/.staged-4-import-0.db
            require verify      backups/.staged-4-import-0.db (Sound)
            require look        shop.db
            require stage       backups/.staged-4-import-0.db -> .shop.db.omnicraft-staged-4 (wal)
            require verify      .shop.db.omnicraft-staged-4 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-4 -> shop.db
            require swap        .shop.db.omnicraft-staged-4 -> shop.db
            require verify live .shop.db.omnicraft-staged-4 -> shop.db
            require finish
            always  relaunch    shop
            always  discard     backups/.staged-4-copy.db
            always  discard     .shop.db.omnicraft-staged-4
            always  discard     backups/.staged-4-import-0.db
            = restore: Applied
            shop 1
        "#]],
    );
}

#[test]
fn an_archive_that_does_not_fit_is_refused_and_nothing_is_changed() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export_csv();
            driver.export_all();
            let restore = |name: &str, source: Source| EventKind::RestoreRequested(id(name), source);
            check_refused(driver, restore("second", csv()));
            check_refused(driver, restore("purse", csv()));
            check_refused(driver, EventKind::PreviewRequested(id("purse"), csv()));
            let all = Source::Archive { path: "/stick/all.zip".into(), accept_edited: false, trust_schema: false };
            check_refused(driver, restore("shop", all));
            check_refused(driver, EventKind::RestoreAllRequested("/stick/shop.zip".into()));
            driver.archives.get_mut("/stick/shop.zip").unwrap().facts.workspaces[0].facts.schema_version =
                Some("3".to_owned());
            check_refused(driver, restore("shop", csv()));
            let finding = Finding { text: "it was changed since it was exported".to_owned(), ..Finding::default() };
            driver.archives.get_mut("/stick/shop.zip").unwrap().findings = vec![finding; 5];
            check_refused(driver, restore("shop", csv()));
        },
        expect![[r#"
            require inspect     /stick/shop.zip
            always  discard     backups/.staged-6-import-0.db
            = restore: NotApplied
            ! cannot restore this archive (/stick/shop.zip): it belongs to another workspace (us, this one is them). Nothing was changed
            require inspect     /stick/shop.zip
            always  discard     backups/.staged-7-import-0.db
            = restore: NotApplied
            ! cannot restore this archive (/stick/shop.zip): it is of another app: its tables follow the schema test, those of “purse” follow the schema purse. Nothing was changed
            require inspect     /stick/shop.zip
            always  discard     backups/.staged-8-import-0.db
            = preview: NotApplied
            ! cannot restore this archive (/stick/shop.zip): it is of another app: its tables follow the schema test, those of “purse” follow the schema purse. Nothing was changed
            require inspect     /stick/all.zip
            always  discard     backups/.staged-9-import-0.db
            = restore: NotApplied
            ! cannot restore this archive (/stick/all.zip): it holds all workspaces of a home together, not one alone. Nothing was changed; restore it without naming a workspace, and all come back together
            require inspect     /stick/shop.zip
            = restore: NotApplied
            ! cannot restore this archive (/stick/shop.zip): it holds the workspace “Shop” alone, not all of a home. Nothing was changed; restore it into the workspace that it shall replace
            require inspect     /stick/shop.zip
            always  discard     backups/.staged-11-import-0.db
            = restore: NotApplied
            ! cannot restore this archive (/stick/shop.zip): it was written by a newer version of the app (schema 3, this one knows up to 2). Nothing was changed
            require inspect     /stick/shop.zip
            always  discard     backups/.staged-12-import-0.db
            = restore: NotApplied
            ! cannot restore this archive (/stick/shop.zip): it was changed since it was exported; it was changed since it was exported; it was changed since it was exported; and 2 more. Nothing was changed
        "#]],
    );
}

#[test]
fn content_that_breaks_the_rules_of_the_schema_is_refused_with_its_places() {
    check(
        |driver| {
            driver.export_csv();
            let broken = || {
                let finding = |line| Finding {
                    member: "0001_sales.csv".to_owned(),
                    line: Some(line),
                    column: Some("total".to_owned()),
                    text: "it is empty".to_owned(),
                };
                let findings = (1..=4).map(finding).collect();
                Outcome::Done(Yield::Imported(Box::new(Imported { findings, unlisted: 0 })))
            };
            let journal = driver.state.journal.clone();
            let ended = driver.event_with(EventKind::RestoreRequested(shop(), csv()), |_, step| {
                matches!(step.effect, Effect::Import { .. }).then(broken)
            });
            assert_eq!(ended.unwrap().findings.len(), 4);
            assert_eq!(driver.state.journal, journal);
        },
        expect![[r#"
            require inspect     /stick/shop.zip
            require import      /stick/shop.zip -> backups/.staged-3-import-0.db
            always  discard     backups/.staged-3-import-0.db
            = restore: NotApplied
            ! cannot restore this archive (/stick/shop.zip): 0001_sales.csv, line 1, column “total”: it is empty; 0001_sales.csv, line 2, column “total”: it is empty; 0001_sales.csv, line 3, column “total”: it is empty; and 1 more. Nothing was changed
        "#]],
    );
}

#[test]
fn an_adopted_databases_schema_comes_from_where_it_is_known_best() {
    let mut driver = Driver::new();
    driver.add(Workspace { schema: None, ..named("till", "/srv/till.db") });
    for _ in 0..7 {
        driver.change_in("/srv/till.db", "");
        driver.event(EventKind::AppClosing(id("till")));
    }
    driver.export(Export::Csv(id("till")), "/stick/till.zip");
    // The fingerprint of the archive is that of an old one.
    let archived = &mut driver.archives.get_mut("/stick/till.zip").unwrap().facts.workspaces[0].facts;
    archived.fingerprint = "old".to_owned();
    let oldest = driver.state.snapshots_of(&id("till")).last().unwrap().id;
    driver.state.snapshots.amend(&oldest, |snapshot| snapshot.facts.fingerprint = "old".to_owned());
    let source = Source::Archive { path: "/stick/till.zip".into(), accept_edited: false, trust_schema: true };
    let mut schema = Vec::new();
    driver.event_with(EventKind::PreviewRequested(id("till"), source), |_, step| {
        if let Effect::Import { schema: sources, .. } = &step.effect {
            schema.clone_from(sources);
        }
        None
    });
    let slot = |name: &str| SchemaSource::Snapshot(format!("backups/till/{name}.db").into());
    let expected = [
        SchemaSource::Live("/srv/till.db".into()),
        slot("auto_close_3"),
        slot("auto_close_1"),
        slot("auto_close_2"),
        SchemaSource::Archive,
    ];
    assert_eq!(schema, expected, "{}", driver.log);
}

#[test]
fn snapshots_of_the_shop_are_untouched_by_its_export() {
    let mut driver = Driver::new();
    driver.event(EventKind::AppStarted(shop()));
    let before = driver.state.snapshots.clone();
    driver.export(Export::All { with_csv: true }, "/stick/all.zip");
    assert_eq!(driver.state.snapshots, before);
    assert_eq!(driver.state.snapshots.keys().max(), Some(&SnapshotId(4)));
}

/// The archive of one shop's database was restored into another's, because nothing but the tables was compared.
#[test]
fn an_adopted_archive_goes_to_its_own_workspace_alone() {
    let mut driver = Driver::new();
    driver.add(Workspace { schema: None, ..named("till", "/srv/till.db") });
    driver.add(Workspace { schema: None, ..named("other", "/srv/other.db") });
    driver.export(Export::Csv(id("till")), "/stick/till.zip");
    let source = || Source::Archive { path: "/stick/till.zip".into(), accept_edited: false, trust_schema: false };
    let ended = driver.event(EventKind::RestoreRequested(id("other"), source())).unwrap();
    let reason = ended.failure.unwrap().reason;
    assert_eq!(reason, "it is of another workspace, “till” (till), not of “other”");
    let ended = driver.event(EventKind::RestoreRequested(id("till"), source())).unwrap();
    assert!(ended.failure.is_none() && ended.warnings.is_empty(), "{ended:?}");
}

/// A manifest said another number of rows than the database had, and nobody noticed.
#[test]
fn a_manifest_that_lies_about_its_database_is_refused() {
    let mut driver = Driver::new();
    driver.export_csv();
    driver.export_all();
    for path in ["/stick/shop.zip", "/stick/all.zip"] {
        let facts = &mut driver.archives.get_mut(path).unwrap().facts.workspaces[0].facts;
        facts.rows.insert("sales".to_owned(), 7_000_000);
    }
    let csv = driver.restore(csv()).unwrap();
    let all = driver.restore_all().unwrap();
    for ended in [csv, all] {
        assert!(
            ended.failure.unwrap().reason.ends_with("its manifest does not say the truth about the number of its rows")
        );
    }
}
