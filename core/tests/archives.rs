//! Exports and imports as text: what a pretend home asks for when it is carried away, and when it comes back.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test stops at the first surprise")]

#[path = "support/driver.rs"]
#[expect(dead_code, reason = "shared with the plan tests")]
mod driver;

use driver::{Driver, at, failure, named, shop};
use expect_test::{Expect, expect};
use omnicraft_core::effect::Effect;
use omnicraft_core::event::{EventKind, Export, Source};
use omnicraft_core::model::{
    Finding, Imported, Inspection, LiveState, SchemaSource, Snapshot, SnapshotId, Workspace, WorkspaceId,
};
use omnicraft_core::outcome::{FailureKind, Outcome, Yield};
use omnicraft_core::state::State;
use omnicraft_core::transition::Conclusion;

fn check(live: impl FnOnce(&mut Driver), expected: Expect) {
    let mut driver = Driver::new();
    live(&mut driver);
    expected.assert_eq(&driver.log);
}

fn csv() -> Source {
    Source::Archive { path: "/stick/shop.zip".into(), accept_edited: false, trust_schema: false }
}

fn id(name: &str) -> WorkspaceId {
    WorkspaceId(name.to_owned())
}

impl Driver {
    /// A second shop, and the owner's purse.
    fn street() -> Self {
        let mut driver = Self::new();
        driver.add(Workspace { identity: Some("them".to_owned()), ..named("second", "second.db") });
        driver.add(Workspace {
            schema: Some("purse".to_owned()),
            identity: Some("me".to_owned()),
            ..named("purse", "purse.db")
        });
        driver.state.workspaces[0].identity = Some("us".to_owned());
        driver.registry.clone_from(&driver.state.workspaces);
        driver.log.clear();
        driver
    }

    fn add(&mut self, workspace: Workspace) {
        let identity = workspace.identity.clone().unwrap_or_default();
        self.change_in(workspace.database.as_str(), &identity);
        self.event(EventKind::WorkspaceAdded(Box::new(workspace)));
    }

    fn forget(&mut self, name: &str) {
        self.event(EventKind::WorkspaceRemoved(id(name)));
        self.others.remove(&format!("{name}.db"));
        self.log.clear();
    }

    /// Only what was carried away is left.
    fn move_out(&mut self) {
        self.state = State::default();
        self.registry.clear();
        self.files.clear();
        self.others.clear();
        self.live = LiveState::Missing;
    }

    fn export(&mut self, export: Export, to: &str) -> Option<Conclusion> {
        self.event(EventKind::ExportRequested { export, to: to.into(), replace: false })
    }

    fn export_csv(&mut self) {
        self.export(Export::Csv(shop()), "/stick/shop.zip");
        self.log.clear();
    }

    fn export_all(&mut self) {
        self.export(Export::All { with_csv: false }, "/stick/all.zip");
        self.log.clear();
    }

    fn restore(&mut self, source: Source) -> Option<Conclusion> {
        self.event(EventKind::RestoreRequested(shop(), source))
    }

    fn restore_all(&mut self) -> Option<Conclusion> {
        self.event(EventKind::RestoreAllRequested("/stick/all.zip".into()))
    }

    /// Until the power goes in the middle of a swap, when so many databases are in their place.
    fn restore_all_until(&mut self, renames: usize) {
        self.renames = renames;
        let gone = std::cell::Cell::new(false);
        self.event_until(
            EventKind::RestoreAllRequested("/stick/all.zip".into()),
            |_, step| {
                gone.set(matches!(step.effect, Effect::Swap { .. }));
                None
            },
            || gone.get(),
        );
        self.renames = usize::MAX;
        self.log.clear();
    }

    fn say(&mut self, text: &str) {
        self.log.push_str(text);
        self.log.push('\n');
    }

    fn say_world(&mut self) {
        let world = self.world();
        self.say(&world);
    }
}

#[test]
fn a_csv_archive_is_read_back_before_it_is_exported() {
    check(
        |driver| drop(driver.export(Export::Csv(shop()), "/stick/shop.zip")),
        expect![[r#"
            require copy        shop.db -> backups/.staged-2-copy.db
            require verify      backups/.staged-2-copy.db (Sound)
            require pack        backups/.staged-2-copy.db -> backups/.staged-2-csv.zip
            require inspect     backups/.staged-2-csv.zip
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
            require inspect     backups/.staged-4-all.zip
            require export      backups/.staged-4-all.zip -> /stick/all.zip
            always  discard     backups/.staged-4-copy.db
            always  discard     backups/.staged-4-csv.zip
            always  discard     backups/second/.staged-4-copy.db
            always  discard     backups/second/.staged-4-csv.zip
            always  discard     backups/purse/.staged-4-copy.db
            always  discard     backups/purse/.staged-4-csv.zip
            always  discard     backups/.staged-4-all.zip
            = export: Applied
            require look        shop.db
            require look        second.db
            require look        purse.db
            require copy all    shop.db -> backups/.staged-5-copy.db, second.db -> backups/second/.staged-5-copy.db, purse.db -> backups/purse/.staged-5-copy.db
            require verify      backups/.staged-5-copy.db (Sound)
            require verify      backups/second/.staged-5-copy.db (Sound)
            require verify      backups/purse/.staged-5-copy.db (Sound)
            require bundle      backups/.staged-5-copy.db, backups/second/.staged-5-copy.db, backups/purse/.staged-5-copy.db -> backups/.staged-5-all.zip
            require inspect     backups/.staged-5-all.zip
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
            require look        shop.db
            require look        second.db
            always  discard     backups/.staged-4-copy.db
            always  discard     backups/second/.staged-4-copy.db
            always  discard     backups/purse/.staged-4-copy.db
            always  discard     backups/.staged-4-all.zip
            = export: NotApplied
            ! cannot export “second” (second.db): there is no file. Nothing was exported; restore “second” first, or remove it from the list
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
            require copy        shop.db -> backups/.staged-2-copy.db
            require verify      backups/.staged-2-copy.db (Sound)
            require pack        backups/.staged-2-copy.db -> backups/.staged-2-csv.zip
            require inspect     backups/.staged-2-csv.zip
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
            require verify      backups/auto_before_restore.db (Sound)
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

/// What is refused leaves the state as it was, the journal included.
#[track_caller]
fn check_refused(driver: &mut Driver, kind: EventKind) {
    let before = State { next_operation: 0, ..driver.state.clone() };
    let (files, world) = (driver.files.len(), driver.world());
    let ended = driver.event(kind);
    assert!(ended.is_none_or(|ended| ended.failure.is_some()));
    assert_eq!(State { next_operation: 0, ..driver.state.clone() }, before);
    assert_eq!((driver.files.len(), driver.world()), (files, world));
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
    let of_till = |snapshot: &&mut Snapshot| snapshot.workspace == id("till");
    driver.state.snapshots.values_mut().find(of_till).unwrap().facts.fingerprint = "old".to_owned();
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

/// The archive has a second shop that is gone here, and lacks a third that came later.
fn later() -> Driver {
    let mut driver = Driver::street();
    driver.export_all();
    driver.forget("second");
    driver.add(Workspace { identity: Some("third".to_owned()), ..named("third", "third.db") });
    driver.change();
    driver.change_in("purse.db", "me");
    driver.log.clear();
    driver
}

#[test]
fn a_preview_of_a_global_archive_compares_what_is_here() {
    check(
        |driver| {
            *driver = later();
            let ended = driver.event(EventKind::PreviewAllRequested("/stick/all.zip".into()));
            let overview = ended.unwrap().overview.unwrap();
            let replaced: Vec<String> = overview.replaced.iter().map(|(id, _)| id.to_string()).collect();
            let added: Vec<String> = overview.added.iter().map(|workspace| workspace.id.to_string()).collect();
            driver.say(&format!("replaced {replaced:?}, added {added:?}, kept {:?}", overview.kept));
        },
        expect![[r#"
            require inspect     /stick/all.zip
            require unpack      /stick/all.zip/0.db -> backups/.staged-7-import-0.db
            require unpack      /stick/all.zip/1.db -> backups/.staged-7-import-1.db
            require unpack      /stick/all.zip/2.db -> backups/.staged-7-import-2.db
            require verify      backups/.staged-7-import-0.db (Sound)
            require verify      backups/.staged-7-import-2.db (Sound)
            require verify      backups/.staged-7-import-1.db (Sound)
            require compare     shop.db with backups/.staged-7-import-0.db
            require compare     purse.db with backups/.staged-7-import-2.db
            require look        second.db
            always  discard     backups/.staged-7-import-0.db
            always  discard     backups/.staged-7-import-1.db
            always  discard     backups/.staged-7-import-2.db
            = preview: Applied
            replaced ["shop", "purse"], added ["second"], kept [WorkspaceId("third")]
        "#]],
    );
}

#[test]
fn a_global_archive_replaces_adds_and_safeguards() {
    check(
        |driver| {
            *driver = later();
            driver.restore_all();
            driver.say_world();
        },
        expect![[r#"
            require inspect     /stick/all.zip
            require unpack      /stick/all.zip/0.db -> backups/.staged-7-import-0.db
            require unpack      /stick/all.zip/1.db -> backups/.staged-7-import-1.db
            require unpack      /stick/all.zip/2.db -> backups/.staged-7-import-2.db
            require verify      backups/.staged-7-import-0.db (Sound)
            require verify      backups/.staged-7-import-2.db (Sound)
            require verify      backups/.staged-7-import-1.db (Sound)
            require look        shop.db
            require look        purse.db
            require look        second.db
            require look        third.db
            require stage       backups/.staged-7-import-0.db -> .shop.db.omnicraft-staged-7 (wal)
            require verify      .shop.db.omnicraft-staged-7 (Sound)
            require stage       backups/.staged-7-import-2.db -> .purse.db.omnicraft-staged-7 (wal)
            require verify      .purse.db.omnicraft-staged-7 (Sound)
            require stage       backups/.staged-7-import-1.db -> .second.db.omnicraft-staged-7 (wal)
            require verify      .second.db.omnicraft-staged-7 (Sound)
            require quiesce     shop shop.db
            require quiesce     purse purse.db
            require look        shop.db
            require look        purse.db
            require look        second.db
            require copy        shop.db -> backups/.staged-7-copy.db
            require verify      backups/.staged-7-copy.db (Sound)
            require publish     backups/.staged-7-copy.db -> backups/auto_before_restore.db as s1
            require copy        purse.db -> backups/purse/.staged-7-copy.db
            require verify      backups/purse/.staged-7-copy.db (Sound)
            require publish     backups/purse/.staged-7-copy.db -> backups/purse/auto_before_restore.db as s2
            require copy        third.db -> backups/third/.staged-7-copy.db
            require verify      backups/third/.staged-7-copy.db (Sound)
            require publish     backups/third/.staged-7-copy.db -> backups/third/auto_before_restore.db as s3
            require look        shop.db
            require look        purse.db
            require look        second.db
            require commit      .shop.db.omnicraft-staged-7 -> shop.db, .purse.db.omnicraft-staged-7 -> purse.db, .second.db.omnicraft-staged-7 -> second.db
            require swap        .shop.db.omnicraft-staged-7 -> shop.db, .purse.db.omnicraft-staged-7 -> purse.db, .second.db.omnicraft-staged-7 -> second.db
            require verify live .shop.db.omnicraft-staged-7 -> shop.db, .purse.db.omnicraft-staged-7 -> purse.db, .second.db.omnicraft-staged-7 -> second.db
            require finish
            always  relaunch    shop
            always  relaunch    purse
            always  discard     backups/.staged-7-copy.db
            always  discard     backups/purse/.staged-7-copy.db
            always  discard     backups/third/.staged-7-copy.db
            always  discard     .shop.db.omnicraft-staged-7
            always  discard     .purse.db.omnicraft-staged-7
            always  discard     .second.db.omnicraft-staged-7
            always  discard     backups/.staged-7-import-0.db
            always  discard     backups/.staged-7-import-1.db
            always  discard     backups/.staged-7-import-2.db
            = restore: Applied
            shop 1, purse 3, third 4, second 2
        "#]],
    );
}

#[test]
fn a_global_archive_fills_an_empty_home() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export_all();
            driver.move_out();
            driver.restore_all();
            driver.say_world();
            let places = driver.state.workspaces.iter().map(|w| format!("{} in “{}”", w.database, w.folder));
            let places = places.collect::<Vec<_>>().join(", ");
            driver.say(&places);
        },
        expect![[r#"
            require inspect     /stick/all.zip
            require unpack      /stick/all.zip/0.db -> backups/.staged-1-import-0.db
            require unpack      /stick/all.zip/1.db -> backups/.staged-1-import-1.db
            require unpack      /stick/all.zip/2.db -> backups/.staged-1-import-2.db
            require verify      backups/.staged-1-import-0.db (Sound)
            require verify      backups/.staged-1-import-1.db (Sound)
            require verify      backups/.staged-1-import-2.db (Sound)
            require look        shop.db
            require look        second.db
            require look        purse.db
            require stage       backups/.staged-1-import-0.db -> .shop.db.omnicraft-staged-1 (wal)
            require verify      .shop.db.omnicraft-staged-1 (Sound)
            require stage       backups/.staged-1-import-1.db -> .second.db.omnicraft-staged-1 (wal)
            require verify      .second.db.omnicraft-staged-1 (Sound)
            require stage       backups/.staged-1-import-2.db -> .purse.db.omnicraft-staged-1 (wal)
            require verify      .purse.db.omnicraft-staged-1 (Sound)
            require look        shop.db
            require look        second.db
            require look        purse.db
            require look        shop.db
            require look        second.db
            require look        purse.db
            require commit      .shop.db.omnicraft-staged-1 -> shop.db, .second.db.omnicraft-staged-1 -> second.db, .purse.db.omnicraft-staged-1 -> purse.db
            require swap        .shop.db.omnicraft-staged-1 -> shop.db, .second.db.omnicraft-staged-1 -> second.db, .purse.db.omnicraft-staged-1 -> purse.db
            require verify live .shop.db.omnicraft-staged-1 -> shop.db, .second.db.omnicraft-staged-1 -> second.db, .purse.db.omnicraft-staged-1 -> purse.db
            require finish
            always  discard     .shop.db.omnicraft-staged-1
            always  discard     .second.db.omnicraft-staged-1
            always  discard     .purse.db.omnicraft-staged-1
            always  discard     backups/.staged-1-import-0.db
            always  discard     backups/.staged-1-import-1.db
            always  discard     backups/.staged-1-import-2.db
            = restore: Applied
            shop 1, second 2, purse 3
            shop.db in “”, second.db in “second”, purse.db in “purse”
        "#]],
    );
}

#[test]
fn what_is_taken_or_unsafe_gets_another_name() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.add(Workspace { schema: None, ..named("till", "/srv/till.db") });
            driver.export_all();
            driver.forget("second");
            driver.event(EventKind::WorkspaceRemoved(id("till")));
            driver.add(Workspace { identity: Some("third".to_owned()), ..named("second", "second.db") });
            driver.log.clear();
            let archived = &mut driver.archives.get_mut("/stick/all.zip").unwrap().facts.workspaces;
            let mut evil = archived[1].clone();
            evil.id = id("../evil");
            evil.facts.identity = Some("us too".to_owned());
            evil.folder = "manifests".into();
            evil.database = "../../evil.db".into();
            archived[0] = evil;
            let ended = driver.event(EventKind::PreviewAllRequested("/stick/all.zip".into())).unwrap();
            driver.log.clear();
            for added in ended.overview.unwrap().added {
                driver.say(&format!("{} “{}” {} in “{}”", added.id, added.name, added.database, added.folder));
            }
        },
        expect![[r#"
            workspace “second 2” workspace.db in “workspace”
            second-2 “second 3” second-2.db in “second-2”
            till “till” till.db in “till”
        "#]],
    );
}

#[test]
fn a_second_purse_and_a_place_that_is_taken_are_refused() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export_all();
            driver.state.workspaces[2].identity = Some("somebody".to_owned());
            check_refused(driver, EventKind::RestoreAllRequested("/stick/all.zip".into()));
            driver.state.workspaces[2].identity = Some("me".to_owned());
            driver.event(EventKind::WorkspaceRemoved(id("second")));
            check_refused(driver, EventKind::PreviewAllRequested("/stick/all.zip".into()));
            check_refused(driver, EventKind::RestoreAllRequested("/stick/all.zip".into()));
        },
        expect![[r#"
            require inspect     /stick/all.zip
            = restore: NotApplied
            ! cannot restore this archive (/stick/all.zip): its “purse” and “purse” here are two different databases of purse, and a home has one of them; restore it into a new home, or remove “purse” from this one first. Nothing was changed
            require registry    2 workspaces
            = register: Applied
            require inspect     /stick/all.zip
            require unpack      /stick/all.zip/0.db -> backups/.staged-7-import-0.db
            require unpack      /stick/all.zip/1.db -> backups/.staged-7-import-1.db
            require unpack      /stick/all.zip/2.db -> backups/.staged-7-import-2.db
            require verify      backups/.staged-7-import-0.db (Sound)
            require verify      backups/.staged-7-import-2.db (Sound)
            require verify      backups/.staged-7-import-1.db (Sound)
            require compare     shop.db with backups/.staged-7-import-0.db
            require compare     purse.db with backups/.staged-7-import-2.db
            require look        second.db
            always  discard     backups/.staged-7-import-0.db
            always  discard     backups/.staged-7-import-1.db
            always  discard     backups/.staged-7-import-2.db
            = preview: NotApplied
            ! cannot put “second” here (second.db): a file lies there already that belongs to no workspace. Nothing was changed; move that file to another folder and try again
            require inspect     /stick/all.zip
            require unpack      /stick/all.zip/0.db -> backups/.staged-8-import-0.db
            require unpack      /stick/all.zip/1.db -> backups/.staged-8-import-1.db
            require unpack      /stick/all.zip/2.db -> backups/.staged-8-import-2.db
            require verify      backups/.staged-8-import-0.db (Sound)
            require verify      backups/.staged-8-import-2.db (Sound)
            require verify      backups/.staged-8-import-1.db (Sound)
            require look        shop.db
            require look        purse.db
            require look        second.db
            always  discard     backups/.staged-8-import-0.db
            always  discard     backups/.staged-8-import-1.db
            always  discard     backups/.staged-8-import-2.db
            = restore: NotApplied
            ! cannot put “second” here (second.db): a file lies there already that belongs to no workspace. Nothing was changed; move that file to another folder and try again
        "#]],
    );
}

#[test]
fn a_global_archive_comes_back_over_damage_and_absence() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export_all();
            driver.live = LiveState::Damaged("it has 0 bytes".to_owned());
            driver.others.remove("second.db");
            driver.change_in("purse.db", "me");
            driver.others.get_mut("purse.db").unwrap().rows = 7;
            let mut first = true;
            driver.event_with(EventKind::RestoreAllRequested("/stick/all.zip".into()), |_, step| {
                let is_copy = matches!(step.effect, Effect::Copy { .. });
                (is_copy && std::mem::take(&mut first)).then(|| failure(FailureKind::Damaged))
            });
            driver.say_world();
        },
        expect![[r#"
            require inspect     /stick/all.zip
            require unpack      /stick/all.zip/0.db -> backups/.staged-5-import-0.db
            require unpack      /stick/all.zip/1.db -> backups/.staged-5-import-1.db
            require unpack      /stick/all.zip/2.db -> backups/.staged-5-import-2.db
            require verify      backups/.staged-5-import-0.db (Sound)
            require verify      backups/.staged-5-import-1.db (Sound)
            require verify      backups/.staged-5-import-2.db (Sound)
            require look        shop.db
            require look        second.db
            require look        purse.db
            require stage       backups/.staged-5-import-0.db -> .shop.db.omnicraft-staged-5 (wal)
            require verify      .shop.db.omnicraft-staged-5 (Sound)
            require stage       backups/.staged-5-import-1.db -> .second.db.omnicraft-staged-5 (wal)
            require verify      .second.db.omnicraft-staged-5 (Sound)
            require stage       backups/.staged-5-import-2.db -> .purse.db.omnicraft-staged-5 (wal)
            require verify      .purse.db.omnicraft-staged-5 (Sound)
            require quiesce     shop shop.db
            require quiesce     second second.db
            require quiesce     purse purse.db
            require look        shop.db
            require look        second.db
            require look        purse.db
            require keep bad    shop.db -> backups/damaged_2026-11-21.db
            require copy        purse.db -> backups/purse/.staged-5-copy.db
            require keep bad    purse.db -> backups/purse/damaged_2026-11-21.db
            require look        shop.db
            require look        second.db
            require look        purse.db
            require commit      .shop.db.omnicraft-staged-5 -> shop.db, .second.db.omnicraft-staged-5 -> second.db, .purse.db.omnicraft-staged-5 -> purse.db
            require swap        .shop.db.omnicraft-staged-5 -> shop.db, .second.db.omnicraft-staged-5 -> second.db, .purse.db.omnicraft-staged-5 -> purse.db
            require verify live .shop.db.omnicraft-staged-5 -> shop.db, .second.db.omnicraft-staged-5 -> second.db, .purse.db.omnicraft-staged-5 -> purse.db
            require finish
            always  relaunch    shop
            always  relaunch    second
            always  relaunch    purse
            always  discard     backups/.staged-5-copy.db
            always  discard     backups/second/.staged-5-copy.db
            always  discard     backups/purse/.staged-5-copy.db
            always  discard     .shop.db.omnicraft-staged-5
            always  discard     .second.db.omnicraft-staged-5
            always  discard     .purse.db.omnicraft-staged-5
            always  discard     backups/.staged-5-import-0.db
            always  discard     backups/.staged-5-import-1.db
            always  discard     backups/.staged-5-import-2.db
            = restore: AppliedWithWarnings
            ! the live database is kept as it was: cannot do it (somewhere): it broke
            shop 1, second 2, purse 3
        "#]],
    );
}

#[test]
fn one_bad_part_refuses_the_whole() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export_all();
            driver.archives.get_mut("/stick/all.zip").unwrap().facts.workspaces[1].facts.identity =
                Some("us".to_owned());
            check_refused(driver, EventKind::RestoreAllRequested("/stick/all.zip".into()));
        },
        expect![[r#"
            require inspect     /stick/all.zip
            require unpack      /stick/all.zip/0.db -> backups/.staged-5-import-0.db
            require unpack      /stick/all.zip/1.db -> backups/.staged-5-import-1.db
            require unpack      /stick/all.zip/2.db -> backups/.staged-5-import-2.db
            require verify      backups/.staged-5-import-0.db (Sound)
            require verify      backups/.staged-5-import-2.db (Sound)
            require verify      backups/.staged-5-import-1.db (Sound)
            always  discard     backups/.staged-5-import-0.db
            always  discard     backups/.staged-5-import-1.db
            always  discard     backups/.staged-5-import-2.db
            = restore: NotApplied
            ! cannot restore this archive (/stick/all.zip): “second 2”: it belongs to another workspace (them, this one is us). Nothing was changed
        "#]],
    );
}

#[test]
fn what_was_restored_together_is_undone_together() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export_all();
            driver.forget("second");
            driver.change();
            driver.change_in("purse.db", "me");
            driver.say_world();
            driver.restore_all();
            driver.log.clear();
            driver.say_world();
            driver.event(EventKind::UndoRequested(id("second")));
            driver.say_world();
            driver.event(EventKind::UndoRequested(shop()));
            driver.event(EventKind::UndoRequested(id("second")));
        },
        expect![[r#"
            shop 1, purse 3, second 2
            require verify      backups/auto_before_restore.db (Sound)
            require verify      backups/purse/auto_before_restore.db (Sound)
            require look        shop.db
            require look        purse.db
            require stage       backups/auto_before_restore.db -> .shop.db.omnicraft-staged-7 (wal)
            require verify      .shop.db.omnicraft-staged-7 (Sound)
            require stage       backups/purse/auto_before_restore.db -> .purse.db.omnicraft-staged-7 (wal)
            require verify      .purse.db.omnicraft-staged-7 (Sound)
            require quiesce     shop shop.db
            require quiesce     purse purse.db
            require look        shop.db
            require look        purse.db
            require copy        shop.db -> backups/.staged-7-copy.db
            require verify      backups/.staged-7-copy.db (Sound)
            require keep        s1 backups/auto_before_restore.db -> backups/auto_before_restore_2026-11-21.db
            require publish     backups/.staged-7-copy.db -> backups/auto_before_restore.db as s3
            require copy        purse.db -> backups/purse/.staged-7-copy.db
            require verify      backups/purse/.staged-7-copy.db (Sound)
            require keep        s2 backups/purse/auto_before_restore.db -> backups/purse/auto_before_restore_2026-11-21.db
            require publish     backups/purse/.staged-7-copy.db -> backups/purse/auto_before_restore.db as s4
            require look        shop.db
            require look        purse.db
            require commit      .shop.db.omnicraft-staged-7 -> shop.db, .purse.db.omnicraft-staged-7 -> purse.db
            require swap        .shop.db.omnicraft-staged-7 -> shop.db, .purse.db.omnicraft-staged-7 -> purse.db
            require verify live .shop.db.omnicraft-staged-7 -> shop.db, .purse.db.omnicraft-staged-7 -> purse.db
            require finish
            always  relaunch    shop
            always  relaunch    purse
            always  discard     backups/.staged-7-copy.db
            always  discard     backups/purse/.staged-7-copy.db
            always  discard     .shop.db.omnicraft-staged-7
            always  discard     .purse.db.omnicraft-staged-7
            = undo: AppliedWithWarnings
            ! there was no database of “second” before /stick/all.zip was restored, so it stays as it is
            shop 4, purse 5, second 2
            refused: there is no restore to undo
            refused: there is no restore to undo
        "#]],
    );
}

#[test]
fn an_undo_that_lacks_one_safeguard_is_refused() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export_all();
            driver.restore_all();
            driver.log.clear();
            let lost = driver.state.undo[1].safeguard.unwrap();
            driver.state.snapshots.remove(&lost);
            driver.event(EventKind::UndoRequested(shop()));
        },
        expect![[r#"
            refused: the safeguard s2 of “second” is no longer there
        "#]],
    );
}

#[test]
fn a_workspace_that_was_only_added_has_nothing_to_undo() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export_all();
            driver.forget("second");
            let archived = &mut driver.archives.get_mut("/stick/all.zip").unwrap().facts;
            archived.workspaces.remove(2);
            archived.workspaces.remove(0);
            driver.restore_all();
            driver.log.clear();
            driver.event(EventKind::UndoRequested(id("second")));
        },
        expect![[r#"
            refused: before /stick/all.zip was restored there was no database, so there is nothing to go back to
        "#]],
    );
}

/// A shop was swapped and the purse was not when the power went, and somebody put money into the purse before the next
/// start: giving up would leave a mixture, going on blindly would lose the money.
#[test]
fn work_in_a_half_swapped_home_is_safeguarded_before_the_swap_goes_on() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export_all();
            driver.change_in("purse.db", "me");
            driver.restore_all_until(1);
            driver.change_in("purse.db", "me");
            driver.say_world();
            driver.event(EventKind::EngineOpened);
            driver.say_world();
            let recovered = std::mem::take(&mut driver.log);
            driver.event(EventKind::UndoRequested(id("purse")));
            driver.log = recovered;
            driver.say_world();
        },
        expect![[r#"
            shop 1, second 2, purse 5
            require scan
            require quiesce     second second.db
            require quiesce     purse purse.db
            require look        second.db
            require look        purse.db
            require copy        purse.db -> backups/purse/.staged-6-copy.db
            require verify      backups/purse/.staged-6-copy.db (Sound)
            require keep        s3 backups/purse/auto_before_restore.db -> backups/purse/auto_before_restore_2026-11-21.db
            require publish     backups/purse/.staged-6-copy.db -> backups/purse/auto_before_restore.db as s4
            require look        purse.db
            require commit      .shop.db.omnicraft-staged-5 -> shop.db, .second.db.omnicraft-staged-5 -> second.db, .purse.db.omnicraft-staged-5 -> purse.db
            require swap        .shop.db.omnicraft-staged-5 -> shop.db, .second.db.omnicraft-staged-5 -> second.db, .purse.db.omnicraft-staged-5 -> purse.db
            require verify live .shop.db.omnicraft-staged-5 -> shop.db, .second.db.omnicraft-staged-5 -> second.db, .purse.db.omnicraft-staged-5 -> purse.db
            require finish
            attempt discard     .purse.db.omnicraft-staged-5
            attempt discard     .second.db.omnicraft-staged-5
            attempt discard     backups/.staged-5-import-0.db
            attempt discard     backups/.staged-5-import-1.db
            attempt discard     backups/.staged-5-import-2.db
            = recovery: AppliedWithWarnings
            ! the last restore was interrupted; it has been cleaned up
            ! somebody has worked in “purse” while a restore was interrupted; what it held then is kept as a snapshot
            ! the restore of /stick/all.zip was interrupted and has been finished
            shop 1, second 2, purse 3
            shop 1, second 2, purse 5
        "#]],
    );
}

#[test]
fn work_before_the_first_rename_ends_an_interrupted_global_restore() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export_all();
            driver.forget("second");
            driver.restore_all_until(0);
            driver.change_in("purse.db", "me");
            driver.event(EventKind::EngineOpened);
            driver.say_world();
            assert!(driver.files.keys().all(|path| !path.contains("staged")), "{:?}", driver.files.keys());
        },
        expect![[r#"
            require scan
            require quiesce     shop shop.db
            require quiesce     purse purse.db
            require swap        .shop.db.omnicraft-staged-6 -> shop.db, .purse.db.omnicraft-staged-6 -> purse.db, .second.db.omnicraft-staged-6 -> second.db
            require withdraw
            always  discard     .shop.db.omnicraft-staged-6
            always  discard     .purse.db.omnicraft-staged-6
            always  discard     .second.db.omnicraft-staged-6
            attempt discard     .purse.db.omnicraft-staged-6
            attempt discard     .shop.db.omnicraft-staged-6
            attempt discard     backups/.staged-6-import-0.db
            attempt discard     backups/.staged-6-import-1.db
            attempt discard     backups/.staged-6-import-2.db
            attempt discard     .second.db.omnicraft-staged-6
            attempt discard     .second.db.omnicraft-staged-6-back
            = recovery: AppliedWithWarnings
            ! the last restore was interrupted; it has been cleaned up
            ! the interrupted restore of /stick/all.zip was given up, and the databases are as they were: it broke. Restore again if you want to
            shop 1, purse 4
        "#]],
    );
}

#[test]
fn a_swap_that_fails_half_way_goes_on_at_the_next_start() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export_all();
            driver.renames = 1;
            driver.event_with(EventKind::RestoreAllRequested("/stick/all.zip".into()), |_, step| {
                matches!(step.effect, Effect::VerifyLive { .. }).then(|| failure(FailureKind::Io))
            });
            driver.renames = usize::MAX;
            driver.log.clear();
            driver.event(EventKind::EngineOpened);
            driver.say_world();
        },
        expect![[r#"
            require scan
            require quiesce     second second.db
            require quiesce     purse purse.db
            require look        second.db
            require look        purse.db
            require swap        .shop.db.omnicraft-staged-5 -> shop.db, .second.db.omnicraft-staged-5 -> second.db, .purse.db.omnicraft-staged-5 -> purse.db
            require verify live .shop.db.omnicraft-staged-5 -> shop.db, .second.db.omnicraft-staged-5 -> second.db, .purse.db.omnicraft-staged-5 -> purse.db
            require finish
            attempt discard     .purse.db.omnicraft-staged-5
            attempt discard     .second.db.omnicraft-staged-5
            attempt discard     backups/.staged-5-import-0.db
            attempt discard     backups/.staged-5-import-1.db
            attempt discard     backups/.staged-5-import-2.db
            = recovery: AppliedWithWarnings
            ! the last restore was interrupted; it has been cleaned up
            ! the restore of /stick/all.zip was interrupted and has been finished
            shop 1, second 2, purse 3
        "#]],
    );
}

#[test]
fn a_bad_disk_brings_all_databases_back() {
    check(
        |driver| {
            *driver = Driver::street();
            driver.export_all();
            driver.forget("second");
            driver.change();
            driver.change_in("purse.db", "me");
            driver.say_world();
            let mut first = true;
            driver.event_with(EventKind::RestoreAllRequested("/stick/all.zip".into()), |_, step| {
                let is_check = matches!(step.effect, Effect::VerifyLive { .. });
                (is_check && std::mem::take(&mut first)).then(|| failure(FailureKind::Damaged))
            });
            let swapped = driver.log.find("require swap").unwrap();
            driver.log.drain(..swapped);
            driver.say_world();
        },
        expect![[r#"
            require swap        .shop.db.omnicraft-staged-6 -> shop.db, .purse.db.omnicraft-staged-6 -> purse.db, .second.db.omnicraft-staged-6 -> second.db
            require verify live .shop.db.omnicraft-staged-6 -> shop.db, .purse.db.omnicraft-staged-6 -> purse.db, .second.db.omnicraft-staged-6 -> second.db
            require stage       backups/auto_before_restore.db -> .shop.db.omnicraft-staged-6-back (wal)
            require verify      .shop.db.omnicraft-staged-6-back (Sound)
            require stage       backups/purse/auto_before_restore.db -> .purse.db.omnicraft-staged-6-back (wal)
            require verify      .purse.db.omnicraft-staged-6-back (Sound)
            require look        shop.db
            require look        purse.db
            require commit      .shop.db.omnicraft-staged-6-back -> shop.db, .purse.db.omnicraft-staged-6-back -> purse.db
            require swap        .shop.db.omnicraft-staged-6-back -> shop.db, .purse.db.omnicraft-staged-6-back -> purse.db
            require verify live .shop.db.omnicraft-staged-6-back -> shop.db, .purse.db.omnicraft-staged-6-back -> purse.db
            require finish
            always  set aside   second.db -> .second.db.omnicraft-staged-6-back
            always  discard     .second.db.omnicraft-staged-6-back
            always  relaunch    shop
            always  relaunch    purse
            always  discard     backups/.staged-6-copy.db
            always  discard     backups/purse/.staged-6-copy.db
            always  discard     .shop.db.omnicraft-staged-6
            always  discard     .purse.db.omnicraft-staged-6
            always  discard     .second.db.omnicraft-staged-6
            always  discard     backups/.staged-6-import-0.db
            always  discard     backups/.staged-6-import-1.db
            always  discard     backups/.staged-6-import-2.db
            = restore: NotApplied
            ! cannot do it (somewhere): it broke
            shop 4, purse 5
        "#]],
    );
}

/// Everything old or everything new after a power cut at any step, the registry included; and what is new can be undone.
#[test]
fn a_global_restore_is_all_or_nothing_at_every_step() {
    let mut world = Driver::street();
    world.export_all();
    world.forget("second");
    world.change();
    world.change_in("purse.db", "me");
    world.now = at("2026-11-22T10:00");
    let (mut were_old, mut were_new) = (0, 0);
    for cut in 0.. {
        let mut driver = world.clone();
        let old = driver.world();
        let gone = std::cell::Cell::new(false);
        let ended = driver.event_until(
            EventKind::RestoreAllRequested("/stick/all.zip".into()),
            |index, _| {
                gone.set(index == cut);
                None
            },
            || gone.get(),
        );
        if ended.is_some() {
            break;
        }
        driver.event(EventKind::EngineOpened);
        let found = driver.world();
        assert_eq!(driver.registry.len(), driver.state.workspaces.len(), "{}", driver.log);
        assert!(driver.files.keys().all(|path| !path.contains("staged")), "{:?}", driver.files.keys());
        assert!(driver.intent.is_none() && driver.state.operation.is_none());
        if found == old {
            were_old += 1;
        } else {
            assert_eq!(found, "shop 1, purse 3, second 2", "{}", driver.log);
            driver.event(EventKind::UndoRequested(shop()));
            assert_eq!(driver.world(), format!("{old}, second 2"), "{}", driver.log);
            were_new += 1;
        }
        driver.log.clear();
        driver.event(EventKind::EngineOpened);
        assert_eq!(driver.log, "require scan\n= recovery: Applied\n");
    }
    assert!(were_old > 10 && were_new > 3, "{were_old} {were_new}");
}

/// The catalog is lost as well: the intent and the folder still know everything.
#[test]
fn a_decided_global_restore_needs_no_catalog() {
    for renames in 0..=4 {
        let mut driver = Driver::street();
        driver.export_all();
        driver.forget("second");
        driver.change();
        let old = driver.world();
        driver.restore_all_until(renames);
        driver.state = State::default();
        driver.event(EventKind::EngineOpened);
        assert_eq!(driver.world(), "shop 1, purse 3, second 2", "{renames}: {}", driver.log);
        assert_eq!(driver.state.workspaces.len(), 3, "{renames}: {}", driver.log);
        driver.event(EventKind::EngineOpened);
        driver.event(EventKind::UndoRequested(shop()));
        assert_eq!(driver.world(), format!("{old}, second 2"), "{renames}: {}", driver.log);
    }
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

/// One database of a home was beyond reading when all were restored, and none of the others could be brought back.
#[test]
fn what_was_beyond_reading_keeps_none_of_the_others_from_going_back() {
    let mut driver = Driver::street();
    driver.export_all();
    driver.live = LiveState::Damaged("it has 0 bytes".to_owned());
    driver.change_in("purse.db", "me");
    let before = driver.live_at("purse.db");
    driver.restore_all();
    let restored = driver.live_at("shop.db");
    assert_ne!(driver.live_at("purse.db"), before);
    // SQLite itself could not copy it: what is kept are raw bytes.
    let kept = driver.state.undo.iter().find(|point| point.workspace == shop()).and_then(|point| point.safeguard);
    driver.state.snapshots.get_mut(&kept.unwrap()).unwrap().facts.page_size = 0;
    let ended = driver.event(EventKind::UndoRequested(id("purse"))).unwrap();
    assert!(ended.failure.is_none(), "{ended:?}");
    assert_eq!(driver.live_at("purse.db"), before);
    assert_eq!(driver.live_at("shop.db"), restored);
    assert!(ended.warnings.iter().any(|warning| warning.starts_with("“Shop” stays as it is")), "{:?}", ended.warnings);
}
