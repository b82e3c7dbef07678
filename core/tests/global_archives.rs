//! Global archives as text: all workspaces of a pretend home come back together, and go back together.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test stops at the first surprise")]

#[path = "support/driver.rs"]
#[allow(dead_code, reason = "shared with the plan tests")]
mod driver;
#[path = "support/home.rs"]
#[allow(dead_code, reason = "shared by the tests of both kinds of archives")]
mod home;

use driver::{Driver, at, failure, named, shop};
use expect_test::expect;
use home::{check, check_refused, id};
use omnicraft_core::effect::Effect;
use omnicraft_core::event::{EventKind, Export};
use omnicraft_core::model::{LiveState, Workspace};
use omnicraft_core::outcome::FailureKind;
use omnicraft_core::state::State;

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
            require verify      backups/.staged-7-import-0.db (Proven)
            require verify      backups/.staged-7-import-2.db (Proven)
            require verify      backups/.staged-7-import-1.db (Proven)
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
            require verify      backups/.staged-7-import-0.db (Proven)
            require verify      backups/.staged-7-import-2.db (Proven)
            require verify      backups/.staged-7-import-1.db (Proven)
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
            require verify      backups/.staged-1-import-0.db (Proven)
            require verify      backups/.staged-1-import-1.db (Proven)
            require verify      backups/.staged-1-import-2.db (Proven)
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
            require verify      backups/.staged-7-import-0.db (Proven)
            require verify      backups/.staged-7-import-2.db (Proven)
            require verify      backups/.staged-7-import-1.db (Proven)
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
            require verify      backups/.staged-8-import-0.db (Proven)
            require verify      backups/.staged-8-import-2.db (Proven)
            require verify      backups/.staged-8-import-1.db (Proven)
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
            require verify      backups/.staged-5-import-0.db (Proven)
            require verify      backups/.staged-5-import-1.db (Proven)
            require verify      backups/.staged-5-import-2.db (Proven)
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
            require verify      backups/.staged-5-import-0.db (Proven)
            require verify      backups/.staged-5-import-2.db (Proven)
            require verify      backups/.staged-5-import-1.db (Proven)
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
            require verify      backups/auto_before_restore.db (Digest)
            require verify      backups/purse/auto_before_restore.db (Digest)
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
    driver.state.snapshots.amend(&kept.unwrap(), |snapshot| snapshot.facts.page_size = 0);
    let ended = driver.event(EventKind::UndoRequested(id("purse"))).unwrap();
    assert!(ended.failure.is_none(), "{ended:?}");
    assert_eq!(driver.live_at("purse.db"), before);
    assert_eq!(driver.live_at("shop.db"), restored);
    assert!(ended.warnings.iter().any(|warning| warning.starts_with("“Shop” stays as it is")), "{:?}", ended.warnings);
}

/// The copies are compared with what was read when they were taken, as every other one is; an export of everything took
/// whatever lay there for its content.
#[test]
fn a_copy_that_reads_back_otherwise_is_not_exported() {
    let mut driver = Driver::street();
    driver.tells_digest = true;
    for (spoils, told) in [(true, "the copy reads back otherwise than it was written"), (false, "= export: Applied")] {
        driver.spoils = spoils;
        driver.export(Export::All { with_csv: false }, "/stick/all.zip");
        assert!(driver.log.lines().last().unwrap_or_default().contains(told), "{}", driver.log);
    }
}
