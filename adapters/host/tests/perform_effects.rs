//! Every effect on a real disk: done, done twice, with files that are missing and files that are somebody else's.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]
#![allow(clippy::panic, clippy::wildcard_enum_match_arm, reason = "what a test does not expect is a failure")]

mod perform_home;

use std::fs;
use std::sync::atomic::Ordering;

use expect_test::{Expect, expect};
use omnicraft_core::effect::{Depth, Effect};
use omnicraft_core::model::{FileStamp, Level, LiveState, SnapshotId};
use omnicraft_core::outcome::{Copied, FailureKind, Outcome, Yield};
use perform_home::{BESIDE, DAILY, Home, INTENT, STAGED, shop, snapshot, sql_in};

fn check_files(home: &Home, expected: &Expect) {
    let files: Vec<String> = home.files().into_iter().map(|file| file + "\n").collect();
    expected.assert_eq(&files.concat());
}

fn copy(to: &str) -> Effect {
    Effect::Copy { database: "books.db".into(), to: to.into() }
}

fn publish(id: u64, keep_staged: bool) -> Effect {
    Effect::Publish {
        snapshot: SnapshotId(id),
        staged: STAGED.into(),
        to: DAILY.into(),
        manifest: format!("backups/manifests/s{id}.json").into(),
        keep_staged,
    }
}

fn placed(learnt: &Yield) -> FileStamp {
    let Yield::Placed(stamp) = learnt else { panic!("{learnt:?}") };
    *stamp
}

// Look.

#[test]
fn look_adds_the_wal_to_the_database() {
    let home = Home::new();
    let app = rusqlite::Connection::open(home.path("books.db")).unwrap();
    app.execute_batch("INSERT INTO sale (what) VALUES ('chair')").unwrap();
    let Yield::Looked(live) = home.done(Effect::Look { database: "books.db".into() }) else { panic!() };
    let (main, wal) = (home.stamp("books.db"), home.stamp("books.db-wal"));
    assert_eq!(live.state, LiveState::Plausible);
    let stamp = live.stamp.unwrap();
    assert_eq!(stamp.size, main.size + wal.size);
    assert_eq!(stamp.modified, main.modified.max(wal.modified));
    assert!(stamp.same_file(&main));
}

#[test]
fn look_says_what_is_missing_or_no_database() {
    let home = Home::empty();
    let look = || match home.done(Effect::Look { database: "books.db".into() }) {
        Yield::Looked(live) => live,
        other => panic!("{other:?}"),
    };
    assert_eq!(look().state, LiveState::Missing);
    assert_eq!(look().stamp, None);
    home.put("books.db", "");
    assert!(matches!(look().state, LiveState::Damaged(_)));
    home.put("books.db", "a letter to the tax office, saved under the wrong name");
    assert!(matches!(look().state, LiveState::Damaged(_)));
}

/// The database was a link to another disk. Its WAL lies beside the file itself, so sales that were still in the WAL
/// looked like no change at all, and the exit took no snapshot of them.
#[cfg(unix)]
#[test]
fn look_finds_the_wal_of_a_linked_database() {
    let home = Home::new();
    fs::create_dir(home.path("disk")).unwrap();
    fs::rename(home.path("books.db"), home.path("disk/real.db")).unwrap();
    std::os::unix::fs::symlink(home.path("disk/real.db"), home.path("books.db")).unwrap();
    let app = rusqlite::Connection::open(home.path("books.db")).unwrap();
    app.execute_batch("INSERT INTO sale (what) VALUES ('chair')").unwrap();
    let Yield::Looked(live) = home.done(Effect::Look { database: "books.db".into() }) else { panic!() };
    assert_eq!(live.stamp.unwrap().size, home.stamp("disk/real.db").size + home.stamp("disk/real.db-wal").size);
}

// Copy and verify.

#[test]
fn copy_takes_a_sealed_copy_and_can_be_repeated() {
    let home = Home::new();
    home.put(STAGED, "left over");
    home.put(&format!("{STAGED}-journal"), "left over");
    for _ in 0..2 {
        let Yield::Copied(copied) = home.done(copy(STAGED)) else { panic!() };
        let digest = blake3::hash(&fs::read(home.path(STAGED)).unwrap()).to_hex().to_string();
        assert!(Copied::is_fast(&copied.way), "{}", copied.way);
        assert_eq!((&*copied.journal_mode, copied.digest), ("wal", Some(digest)));
    }
    assert_eq!(home.sales(STAGED), "lamp");
    check_files(
        &home,
        &expect![[r#"
            backups/.staged-7-copy.db
            books.db
        "#]],
    );
}

#[test]
fn copy_makes_the_folder_of_a_new_workspace() {
    let home = Home::new();
    home.done(copy("backups/shop-2/.staged-7-copy.db"));
    assert_eq!(home.sales("backups/shop-2/.staged-7-copy.db"), "lamp");
}

#[test]
fn copy_of_a_missing_database_fails_and_makes_none() {
    let home = Home::empty();
    assert_eq!(home.fails(copy(STAGED)).kind, FailureKind::Missing);
    check_files(&home, &expect![""]);
}

#[test]
fn a_stopped_copy_is_cancelled_and_leaves_nothing() {
    let mut home = Home::new();
    home.stop = true;
    assert_eq!(home.run(copy(STAGED)), Outcome::Cancelled);
    check_files(
        &home,
        &expect![[r#"
            books.db
        "#]],
    );
}

fn verify(file: &str) -> Effect {
    Effect::Verify { workspace: shop(), file: file.into(), depth: Depth::Sound }
}

#[test]
fn verify_learns_digest_and_facts_and_changes_nothing() {
    let home = Home::new();
    home.sealed(STAGED, &["lamp"]);
    let before = home.content(STAGED);
    let Yield::Verified(found) = home.done(verify(STAGED)) else { panic!() };
    assert_eq!(found.problems, Vec::<String>::new());
    assert_eq!(found.level, Some(Level::Sound));
    assert_eq!(found.digest, home.digest(STAGED));
    assert_eq!(found.stamp, home.stamp(STAGED));
    assert_eq!(home.content(STAGED), before);
    assert!(!home.exists(&format!("{STAGED}-wal")));
}

#[test]
fn bad_content_is_an_outcome_and_a_missing_file_a_failure() {
    let home = Home::new();
    home.put(STAGED, "");
    let Yield::Verified(found) = home.done(verify(STAGED)) else { panic!() };
    assert!(!found.problems.is_empty());
    assert_eq!(home.fails(verify("backups/auto_weekly.db")).kind, FailureKind::Missing);
}

/// A user copied his database together with its WAL. Only the main file was restored, and the last day was lost.
#[test]
fn verify_finds_changes_that_lie_beside_the_file() {
    let home = Home::new();
    home.sealed("mine.db", &["lamp"]);
    home.put("mine.db-wal", "frames");
    let Yield::Verified(found) = home.done(verify("mine.db")) else { panic!() };
    assert_eq!(found.level, None);
    assert!(found.problems.iter().any(|problem| problem.contains("beside it")), "{:?}", found.problems);
}

#[test]
fn a_live_database_is_never_read_like_a_file() {
    let home = Home::new();
    fs::hard_link(home.path("books.db"), home.path("same.db")).unwrap();
    for live in ["books.db", "./backups/../books.db", "same.db"] {
        let failure = home.fails(verify(live));
        assert_eq!(failure.kind, FailureKind::Foreign, "{live}");
        assert!(failure.reason.contains("live database of shop"), "{failure}");
        let stage = Effect::Stage { from: live.into(), to: BESIDE.into(), journal_mode: "wal".to_owned() };
        assert_eq!(home.fails(stage).kind, FailureKind::Foreign, "{live}");
    }
}

// Publish.

#[test]
fn publish_writes_the_manifest_and_takes_the_name() {
    let mut home = Home::new();
    home.sealed(STAGED, &["lamp"]);
    home.sealed(DAILY, &["yesterday"]);
    home.put("backups/auto_daily.db-wal", "left by a tool that looked into yesterday's file");
    home.draft(3, STAGED);
    let first = placed(&home.done(publish(3, false)));
    assert_eq!(first, home.stamp(DAILY));
    // Again, as after a crash before the outcome was recorded.
    assert_eq!(placed(&home.done(publish(3, false))), first);
    assert_eq!(home.sales(DAILY), "lamp");
    let manifest: serde_json::Value = serde_json::from_slice(&home.content("backups/manifests/s3.json")).unwrap();
    assert_eq!(manifest["snapshot"]["id"], "s3");
    assert_eq!(manifest["snapshot"]["digest"], home.digest(DAILY));
    check_files(
        &home,
        &expect![[r#"
            backups/auto_daily.db
            backups/manifests/s3.json
            books.db
        "#]],
    );
}

#[test]
fn publish_of_a_copy_keeps_the_staged_file_and_shares_nothing_with_it() {
    let mut home = Home::new();
    home.sealed(STAGED, &["lamp"]);
    home.draft(3, STAGED);
    home.put("backups/.staged-7-to-auto_daily.db", "left over");
    for _ in 0..2 {
        home.done(publish(3, true));
    }
    assert_eq!(home.digest(DAILY), home.digest(STAGED));
    assert!(!home.stamp(DAILY).same_file(&home.stamp(STAGED)));
    check_files(
        &home,
        &expect![[r#"
            backups/.staged-7-copy.db
            backups/auto_daily.db
            backups/manifests/s3.json
            books.db
        "#]],
    );
}

#[test]
fn publish_refuses_a_copy_that_is_not_what_was_verified() {
    let mut home = Home::new();
    home.sealed(STAGED, &["lamp"]);
    home.sealed(DAILY, &["yesterday"]);
    home.draft(3, STAGED);
    home.sealed(STAGED, &["another lamp"]);
    assert_eq!(home.fails(publish(3, true)).kind, FailureKind::Damaged);
    assert_eq!(home.sales(DAILY), "yesterday");
    assert!(!home.exists("backups/.staged-7-to-auto_daily.db"));
}

#[test]
fn publish_without_a_staged_file_believes_no_other_file() {
    let mut home = Home::new();
    home.sealed(STAGED, &["lamp"]);
    home.draft(3, STAGED);
    fs::remove_file(home.path(STAGED)).unwrap();
    home.sealed(DAILY, &["yesterday"]);
    assert_eq!(home.fails(publish(3, false)).kind, FailureKind::Missing);
    assert_eq!(home.sales(DAILY), "yesterday");
}

#[test]
fn a_manifest_is_written_again_when_a_pin_changes() {
    let mut home = Home::new();
    home.sealed(STAGED, &["lamp"]);
    home.draft(3, STAGED);
    let effect = Effect::WriteManifest { snapshot: SnapshotId(3), manifest: "backups/manifests/s3.json".into() };
    home.done(effect.clone());
    home.state.operation.as_mut().unwrap().drafts[0].pin = Some("before the fair".to_owned());
    home.done(effect);
    let manifest = String::from_utf8(home.content("backups/manifests/s3.json")).unwrap();
    assert!(manifest.contains("before the fair"));
}

// Names of published snapshots.

const DATED: &str = "backups/auto_daily_2026-11-21.db";

fn keep() -> Effect {
    Effect::KeepGeneration { snapshot: SnapshotId(1), from: DAILY.into(), to: DATED.into() }
}

#[test]
fn a_generation_is_kept_under_both_names_until_the_slot_is_overwritten() {
    let mut home = Home::new();
    home.sealed(DAILY, &["yesterday"]);
    home.remember(1, DAILY);
    for _ in 0..2 {
        assert!(placed(&home.done(keep())).same_file(&home.stamp(DAILY)));
    }
    home.sealed(STAGED, &["lamp"]);
    home.draft(3, STAGED);
    home.done(publish(3, false));
    assert_eq!((home.sales(DAILY), home.sales(DATED)), ("lamp".to_owned(), "yesterday".to_owned()));
}

#[test]
fn a_generation_is_kept_where_there_are_no_links() {
    let mut home = Home::new();
    home.sealed(DAILY, &["yesterday"]);
    home.remember(1, DAILY);
    home.faults.no_links.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        assert_eq!(placed(&home.done(keep())), home.stamp(DATED));
    }
    assert_eq!(home.digest(DATED), home.digest(DAILY));
    check_files(
        &home,
        &expect![[r#"
            backups/auto_daily.db
            backups/auto_daily_2026-11-21.db
            books.db
        "#]],
    );
}

#[test]
fn a_generation_never_replaces_another_file() {
    let mut home = Home::new();
    home.sealed(DAILY, &["yesterday"]);
    home.remember(1, DAILY);
    home.put(DATED, "mine");
    home.put(&format!("{DATED}-wal"), "mine too");
    assert_eq!(home.fails(keep()).kind, FailureKind::Foreign);
    assert_eq!(home.content(DATED), b"mine");
    assert_eq!(home.content(&format!("{DATED}-wal")), b"mine too");
}

#[test]
fn a_generation_of_a_missing_file_is_a_failure() {
    assert_eq!(Home::new().fails(keep()).kind, FailureKind::Missing);
}

fn shift() -> Effect {
    Effect::Shift {
        snapshot: SnapshotId(2),
        from: "backups/auto_close_1.db".into(),
        to: "backups/auto_close_2.db".into(),
    }
}

#[test]
fn a_shift_overwrites_the_next_place_and_can_be_repeated() {
    let mut home = Home::new();
    home.sealed("backups/auto_close_1.db", &["newer"]);
    home.sealed("backups/auto_close_2.db", &["older"]);
    home.put("backups/auto_close_2.db-wal", "of the older one");
    home.remember(2, "backups/auto_close_1.db");
    let first = placed(&home.done(shift()));
    assert_eq!(placed(&home.done(shift())), first);
    assert_eq!(home.sales("backups/auto_close_2.db"), "newer");
    check_files(
        &home,
        &expect![[r#"
            backups/auto_close_2.db
            books.db
        "#]],
    );
}

/// A rename between two names of one file does nothing and reports success: the place stayed occupied.
#[test]
fn a_shift_between_two_names_of_one_file_leaves_one() {
    let mut home = Home::new();
    home.sealed("backups/auto_close_1.db", &["newer"]);
    home.remember(2, "backups/auto_close_1.db");
    fs::hard_link(home.path("backups/auto_close_1.db"), home.path("backups/auto_close_2.db")).unwrap();
    home.done(shift());
    check_files(
        &home,
        &expect![[r#"
            backups/auto_close_2.db
            books.db
        "#]],
    );
}

#[test]
fn a_shift_of_nothing_is_a_failure_and_moves_nothing() {
    let home = Home::new();
    assert_eq!(home.fails(shift()).kind, FailureKind::Missing);
}

#[test]
fn a_foreign_file_is_set_aside_with_its_last_changes() {
    let home = Home::new();
    home.put(DAILY, "mine");
    home.put(&format!("{DAILY}-wal"), "my last changes");
    let aside = "backups/damaged_2026-11-22.db";
    let effect = Effect::SetAside { from: DAILY.into(), to: aside.into() };
    for _ in 0..2 {
        assert_eq!(placed(&home.done(effect.clone())), home.stamp(aside));
    }
    assert_eq!(home.content(&format!("{aside}-wal")), b"my last changes");
    home.put(DAILY, "mine again");
    assert_eq!(home.fails(effect).kind, FailureKind::Foreign);
    assert_eq!((home.content(DAILY), home.content(aside)), (b"mine again".to_vec(), b"mine".to_vec()));
}

// Removal.

fn remove(home: &Home) -> Effect {
    let snapshot = &home.state.snapshots[&SnapshotId(1)];
    Effect::Remove {
        snapshot: SnapshotId(1),
        path: DAILY.into(),
        manifest: "backups/manifests/s1.json".into(),
        stamp: snapshot.stamp,
    }
}

#[test]
fn a_snapshot_is_removed_with_its_manifest() {
    let mut home = Home::new();
    home.sealed(DAILY, &["yesterday"]);
    home.put("backups/manifests/s1.json", "{}");
    home.remember(1, DAILY);
    for _ in 0..2 {
        assert_eq!(home.done(remove(&home)), Yield::Nothing);
    }
    check_files(
        &home,
        &expect![[r#"
            books.db
        "#]],
    );
}

#[test]
fn a_snapshot_that_was_changed_by_hand_is_left_alone() {
    let mut home = Home::new();
    home.sealed(DAILY, &["yesterday"]);
    home.put("backups/manifests/s1.json", "{}");
    home.remember(1, DAILY);
    home.put(DAILY, "mine");
    assert_eq!(home.fails(remove(&home)).kind, FailureKind::Foreign);
    assert!(home.exists(DAILY) && home.exists("backups/manifests/s1.json"));
}

fn discard(path: &str) -> Effect {
    Effect::Discard { path: path.into() }
}

#[test]
fn discard_takes_unpublished_files_with_their_sidecars() {
    let home = Home::new();
    for name in [STAGED, BESIDE] {
        home.put(name, "staged");
        home.put(&format!("{name}-wal"), "staged");
        home.put(&format!("{name}-shm"), "staged");
        for _ in 0..2 {
            home.done(discard(name));
        }
    }
    check_files(
        &home,
        &expect![[r#"
            books.db
        "#]],
    );
}

#[test]
fn discard_takes_nothing_that_is_in_use_or_not_ours() {
    let mut home = Home::new();
    home.sealed(DAILY, &["yesterday"]);
    home.sealed(DATED, &["the day before"]);
    home.remember(1, DAILY);
    home.put("backups/manifests/s1.json", "{}");
    home.put("backups/holiday.jpg", "mine");
    home.put("backups/.staged-by-me.db", "mine");
    home.put(BESIDE, "staged");
    home.done(Effect::Commit { intent: home.intent() });
    let before = home.files();
    for path in [
        "books.db",
        DAILY,
        DATED,
        INTENT,
        "backups/manifests/s1.json",
        "backups/holiday.jpg",
        "backups/.staged-by-me.db",
    ] {
        assert_eq!(home.fails(discard(path)).kind, FailureKind::Foreign, "{path}");
    }
    assert_eq!(home.files(), before);
}

#[test]
fn discard_takes_what_an_interrupted_publication_left() {
    let mut home = Home::new();
    home.sealed(DAILY, &["yesterday"]);
    home.remember(1, DAILY);
    home.done(keep());
    home.put(INTENT, "torn");
    home.put("backups/manifests/s9.json", "{}");
    for path in [DATED, INTENT, "backups/manifests/s9.json"] {
        for _ in 0..2 {
            home.done(discard(path));
        }
    }
    check_files(
        &home,
        &expect![[r#"
            backups/auto_daily.db
            books.db
        "#]],
    );
}

// A damaged live database.

const BAD: &str = "backups/damaged_2026-11-22.db";

fn keep_damaged() -> Effect {
    Effect::KeepDamaged { database: "books.db".into(), to: BAD.into() }
}

#[test]
fn a_database_that_sqlite_can_copy_is_kept_in_one_file() {
    let home = Home::new();
    for _ in 0..2 {
        let Yield::KeptDamaged(found) = home.done(keep_damaged()) else { panic!() };
        assert_eq!(found.digest, home.digest(BAD));
    }
    assert_eq!(home.sales(BAD), "lamp");
    check_files(
        &home,
        &expect![[r#"
            backups/damaged_2026-11-22.db
            books.db
        "#]],
    );
}

#[test]
fn a_database_that_sqlite_cannot_copy_is_kept_byte_by_byte() {
    let home = Home::empty();
    home.put("books.db", vec![0x55; 8192]);
    home.put("books.db-wal", "what is left of the log");
    home.put(&format!("{BAD}-journal"), "of an attempt that was cut short");
    let Yield::KeptDamaged(found) = home.done(keep_damaged()) else { panic!() };
    assert_eq!(found.level, None);
    assert!(found.problems[0].starts_with("SQLite cannot copy it"), "{:?}", found.problems);
    assert_eq!(found.digest, home.digest(BAD));
    assert_eq!(home.content(BAD), home.content("books.db"));
    assert_eq!(home.content(&format!("{BAD}-wal")), b"what is left of the log");
    assert!(!home.exists(&format!("{BAD}-journal")));
    assert_eq!(home.content("books.db-wal"), b"what is left of the log");
}

/// The main file was emptied, and the last days were in the WAL alone. Opening the file was enough to make SQLite
/// throw that WAL away, before anybody could have rescued it.
#[test]
fn the_wal_of_an_emptied_database_is_kept() {
    let home = Home::empty();
    home.put("books.db", "");
    home.put("books.db-wal", "the last days");
    home.done(keep_damaged());
    assert_eq!(home.content(&format!("{BAD}-wal")), b"the last days");
    assert_eq!(home.content("books.db-wal"), b"the last days");
}

#[test]
fn a_missing_database_cannot_be_kept() {
    let home = Home::empty();
    assert_eq!(home.fails(keep_damaged()).kind, FailureKind::Missing);
    check_files(&home, &expect![""]);
}

// Maintenance.

#[test]
fn maintenance_reports_how_the_live_files_look_afterwards() {
    let home = Home::new();
    let compact = Effect::Compact { database: "books.db".into(), may_renumber_rowids: true };
    for effect in [Effect::Optimize { database: "books.db".into() }, compact] {
        let Yield::Maintained { stamp, note } = home.done(effect) else { panic!() };
        assert!(stamp.is_some());
        assert!(!note.is_empty());
    }
    let gone = Home::empty();
    assert_eq!(gone.fails(Effect::Optimize { database: "books.db".into() }).kind, FailureKind::Missing);
    assert!(!gone.exists("books.db"));
}

// Drills and comparisons.

#[test]
fn a_rehearsal_migrates_its_own_copy_and_throws_it_away() {
    let mut home = Home::new();
    home.state.workspaces[0].schema = Some("till".to_owned());
    home.sealed(DAILY, &["lamp"]);
    sql_in(&home.path(DAILY), "PRAGMA user_version = 1");
    let before = home.digest(DAILY);
    let effect = Effect::Rehearse { workspace: shop(), file: DAILY.into(), to: "backups/.staged-7-drill-s1.db".into() };
    let Yield::Verified(found) = home.done(effect) else { panic!() };
    assert_eq!((found.problems.as_slice(), found.level), ([].as_slice(), Some(Level::Drilled)));
    assert_eq!((found.digest, found.stamp), (before.clone(), home.stamp(DAILY)));
    assert_eq!(home.digest(DAILY), before);
    check_files(
        &home,
        &expect![[r#"
            backups/auto_daily.db
            books.db
        "#]],
    );
}

#[test]
fn a_rehearsal_of_a_damaged_snapshot_says_so() {
    let home = Home::new();
    home.put(DAILY, "");
    let effect = Effect::Rehearse { workspace: shop(), file: DAILY.into(), to: "backups/.staged-7-drill-s1.db".into() };
    let Yield::Verified(found) = home.done(effect) else { panic!() };
    assert!(!found.problems.is_empty());
    assert_eq!(found.level, None);
    assert!(!home.exists("backups/.staged-7-drill-s1.db"));
}

#[test]
fn a_comparison_counts_what_a_restore_would_do() {
    let home = Home::new();
    home.sealed(DAILY, &["lamp", "chair"]);
    let effect = Effect::Compare { workspace: shop(), database: "books.db".into(), candidate: DAILY.into() };
    let Yield::Compared(differences) = home.done(effect) else { panic!() };
    assert_eq!(differences.tables.len(), 1);
    assert_eq!((differences.tables[0].added, differences.tables[0].removed), (1, 0));
}

// Identification.

fn identify(home: &Home, file: &str) -> Option<SnapshotId> {
    let Yield::Identified(found) = home.done(Effect::Identify { workspace: shop(), file: file.into() }) else {
        panic!()
    };
    assert_eq!(found.verification.digest, home.digest(file));
    found.manifest.map(|manifest| manifest.snapshot.id)
}

#[test]
fn a_file_is_identified_by_its_digest_whatever_its_name() {
    let mut home = Home::new();
    home.sealed(STAGED, &["lamp"]);
    home.draft(3, STAGED);
    home.done(publish(3, false));
    home.put("backups/manifests/s2.json", "not a manifest");
    assert_eq!(identify(&home, DAILY), Some(SnapshotId(3)));
    fs::rename(home.path(DAILY), home.path("backups/auto_weekly.db")).unwrap();
    assert_eq!(identify(&home, "backups/auto_weekly.db"), Some(SnapshotId(3)));
    home.sealed("backups/auto_monthly.db", &["unknown"]);
    assert_eq!(identify(&home, "backups/auto_monthly.db"), None);
}

#[test]
fn of_several_snapshots_with_one_content_the_one_of_this_name_is_meant() {
    let mut home = Home::new();
    home.sealed(STAGED, &["lamp"]);
    home.draft(3, STAGED);
    home.done(publish(3, true));
    // The same content, published later under another name.
    let weekly = snapshot(4, omnicraft_core::model::Slot::parse("auto_weekly.db").unwrap());
    let digest = home.digest(STAGED);
    let weekly = omnicraft_core::model::Snapshot { digest, ..weekly };
    let manifest = omnicraft_core::model::Manifest::new(weekly, None);
    home.put("backups/manifests/s4.json", serde_json::to_vec(&manifest).unwrap());
    fs::copy(home.path(DAILY), home.path("backups/auto_weekly.db")).unwrap();
    assert_eq!(identify(&home, DAILY), Some(SnapshotId(3)));
    assert_eq!(identify(&home, "backups/auto_weekly.db"), Some(SnapshotId(4)));
}

/// A daily backup had been kept under its date, and its weekly twin, published later with the same bytes, stayed where it
/// was. With the catalog lost the dated file took the weekly's identity, and what was known of the daily, its pin too,
/// was gone.
#[test]
fn a_dated_file_is_the_snapshot_that_was_kept_under_its_date() {
    let mut home = Home::new();
    home.sealed(STAGED, &["lamp"]);
    home.draft(3, STAGED);
    home.done(publish(3, true));
    let weekly = snapshot(4, omnicraft_core::model::Slot::parse("auto_weekly.db").unwrap());
    let digest = home.digest(STAGED);
    let weekly = omnicraft_core::model::Snapshot { digest, ..weekly };
    let date = weekly.taken_at.date();
    let manifest = omnicraft_core::model::Manifest::new(weekly, None);
    home.put("backups/manifests/s4.json", serde_json::to_vec(&manifest).unwrap());
    let dated = format!("backups/auto_daily_{date}.db");
    fs::rename(home.path(DAILY), home.path(&dated)).unwrap();
    assert_eq!(identify(&home, &dated), Some(SnapshotId(3)));
}

/// Somebody edited a snapshot, and the catalog was lost: the edited file was offered as a good backup, although the
/// manifest said that something else had been published under its name.
#[test]
fn a_file_that_is_not_what_was_published_under_its_name_says_so() {
    let mut home = Home::new();
    home.sealed(STAGED, &["lamp"]);
    home.draft(3, STAGED);
    home.done(publish(3, false));
    fs::remove_file(home.path(DAILY)).unwrap();
    home.sealed(DAILY, &["edited"]);
    let replaces = |file: &str| match home.done(Effect::Identify { workspace: shop(), file: file.into() }) {
        Yield::Identified(found) => found.replaces,
        other => panic!("{other:?}"),
    };
    assert_eq!(replaces(DAILY), Some(SnapshotId(3)));
    home.sealed("backups/auto_monthly.db", &["a stranger"]);
    assert_eq!(replaces("backups/auto_monthly.db"), None);
}
