//! Staging, migration and the swap on a real disk: all old before the commit, all new after it, and again.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]
#![allow(clippy::panic, clippy::wildcard_enum_match_arm, reason = "what a test does not expect is a failure")]

mod perform_home;

use std::fs;

use omnicraft_core::effect::Effect;
use omnicraft_core::model::{Intent, Purpose, ReadIntent};
use omnicraft_core::outcome::{FailureKind, Outcome, Yield};
use perform_home::{BESIDE, DAILY, Home, INTENT, shop, sql_in, workspace};

fn stage(from: &str, journal_mode: &str) -> Effect {
    Effect::Stage { from: from.into(), to: BESIDE.into(), journal_mode: journal_mode.to_owned() }
}

/// A home in which the restore of `auto_daily.db` is staged.
fn staged() -> (Home, Intent) {
    let home = Home::new();
    home.sealed(DAILY, &["yesterday"]);
    home.done(stage(DAILY, "wal"));
    let intent = home.intent();
    (home, intent)
}

fn scanned_intent(home: &Home) -> ReadIntent {
    let Yield::Scanned(inventory) = home.done(Effect::Scan) else { panic!() };
    inventory.intent
}

fn journal_mode(home: &Home, file: &str) -> String {
    let connection = rusqlite::Connection::open(home.path(file)).unwrap();
    connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap()
}

#[test]
fn staging_copies_the_candidate_and_sets_the_journal_mode() {
    for (asked, set) in [("wal", "wal"), ("delete", "delete"), ("truncate", "delete"), ("memory", "delete")] {
        let home = Home::new();
        home.sealed(DAILY, &["yesterday"]);
        let before = home.digest(DAILY);
        home.put(BESIDE, "left over");
        home.put(&format!("{BESIDE}-wal"), "left over");
        for _ in 0..2 {
            home.done(stage(DAILY, asked));
        }
        for suffix in ["-wal", "-shm", "-journal"] {
            assert!(!home.exists(&format!("{BESIDE}{suffix}")), "{asked}: {suffix}");
        }
        assert_eq!(home.digest(DAILY), before);
        assert_eq!(journal_mode(&home, BESIDE), set, "{asked}");
        assert_eq!(home.sales(BESIDE), "yesterday");
    }
}

#[test]
fn a_failed_staging_leaves_nothing() {
    let home = Home::new();
    home.put("letter.db", "a letter to the tax office, saved under the wrong name");
    assert!(matches!(home.run(stage("letter.db", "wal")), Outcome::Failed(_)));
    assert_eq!(home.fails(stage("missing.db", "wal")).kind, FailureKind::Missing);
    assert!(!home.exists(BESIDE));
}

#[test]
fn staging_brings_a_lost_folder_of_the_home_back() {
    let mut home = Home::new();
    home.state.workspaces.push(workspace("two", "data/two.db", "two"));
    home.sealed(DAILY, &["yesterday"]);
    let to = "data/.two.db.omnicraft-staged-7";
    home.done(Effect::Stage { from: DAILY.into(), to: to.into(), journal_mode: "wal".to_owned() });
    assert_eq!(home.sales(to), "yesterday");
}

#[test]
fn a_staged_database_is_migrated_and_keeps_its_journal_mode() {
    let (mut home, _) = staged();
    home.state.workspaces[0].schema = Some("till".to_owned());
    let migrate = || Effect::Migrate { workspace: shop(), database: BESIDE.into() };
    for _ in 0..2 {
        home.done(migrate());
        assert!(!home.exists(&format!("{BESIDE}-wal")));
    }
    let connection = rusqlite::Connection::open(home.path(BESIDE)).unwrap();
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 2);
    assert_eq!(journal_mode(&home, BESIDE), "wal");
    fs::remove_file(home.path(BESIDE)).unwrap();
    assert_eq!(home.fails(migrate()).kind, FailureKind::Missing);
}

#[test]
fn a_missing_database_is_held_by_nobody() {
    let quiesce = Effect::Quiesce { workspace: shop(), database: "books.db".into() };
    Home::empty().done(quiesce.clone());
    Home::new().done(quiesce);
}

#[test]
fn the_whole_swap_puts_the_candidate_in_place() {
    let (home, _) = staged();
    home.put("books.db-wal", "stale");
    home.put("books.db-shm", "stale");
    home.put("books.db-journal", "stale");
    let intent = home.intent();
    for effect in [
        Effect::Commit { intent: intent.clone() },
        Effect::Swap { intent: intent.clone() },
        Effect::VerifyLive { intent: intent.clone() },
    ] {
        // Each can be done again while the intent is there.
        for _ in 0..2 {
            home.done(effect.clone());
        }
    }
    assert_eq!(scanned_intent(&home), ReadIntent::Committed(intent.clone()));
    assert!(!home.exists("books.db-wal") && !home.exists("books.db-shm") && !home.exists("books.db-journal"));
    for _ in 0..2 {
        home.done(Effect::Finish { intent: intent.clone() });
    }
    assert_eq!(home.sales("books.db"), "yesterday");
    assert_eq!(scanned_intent(&home), ReadIntent::None);
    assert!(!home.exists(BESIDE));
}

/// A restore was killed between its rename and its end; the app was started and committed; then the swap was continued
/// and took the app's WAL for a stale one. Stale ones are gone for good before the rename.
#[test]
fn a_swap_that_is_continued_leaves_the_wal_of_the_new_database_alone() {
    let (home, intent) = staged();
    home.done(Effect::Commit { intent: intent.clone() });
    home.done(Effect::Swap { intent: intent.clone() });
    let app = rusqlite::Connection::open(home.path("books.db")).unwrap();
    app.execute_batch("INSERT INTO sale (what) VALUES ('after')").unwrap();
    home.done(Effect::Swap { intent: intent.clone() });
    home.done(Effect::VerifyLive { intent: intent.clone() });
    home.done(Effect::Finish { intent });
    drop(app);
    assert!(home.sales("books.db").ends_with("after"), "{}", home.sales("books.db"));
}

/// A restore was killed between its commit and its rename; the app was started and committed a day's work; then the swap
/// was finished, and that work was in no file any more.
#[test]
fn a_swap_is_refused_when_somebody_has_worked_in_the_old_database_since() {
    let (home, intent) = staged();
    home.done(Effect::Commit { intent: intent.clone() });
    sql_in(&home.path("books.db"), "INSERT INTO sale (what) VALUES ('wednesday')");
    assert_eq!(home.fails(Effect::Swap { intent: intent.clone() }).kind, FailureKind::Foreign);
    home.done(Effect::Withdraw { intent });
    assert_eq!(scanned_intent(&home), ReadIntent::None);
    assert!(home.sales("books.db").ends_with("wednesday"));
}

/// A restored database was readable by its owner alone, and an app under another user could no longer open it.
#[cfg(unix)]
#[test]
fn the_restored_database_keeps_the_mode_of_the_old_one() {
    use std::os::unix::fs::PermissionsExt;
    let (home, intent) = staged();
    fs::set_permissions(home.path("books.db"), fs::Permissions::from_mode(0o664)).unwrap();
    home.done(Effect::Commit { intent: intent.clone() });
    home.done(Effect::Swap { intent: intent.clone() });
    home.done(Effect::VerifyLive { intent });
    assert_eq!(fs::metadata(home.path("books.db")).unwrap().permissions().mode() & 0o777, 0o664);
}

#[test]
fn a_staged_file_that_an_intent_needs_is_not_swept() {
    let (home, intent) = staged();
    home.done(Effect::Commit { intent });
    assert_eq!(home.fails(Effect::Discard { path: BESIDE.into() }).kind, FailureKind::Foreign);
    assert!(home.exists(BESIDE));
}

/// A finished swap was performed again and took the app's new WAL for a stale one.
#[test]
fn a_swap_that_is_over_leaves_the_sidecars_of_the_app_alone() {
    let (home, intent) = staged();
    home.done(Effect::Commit { intent: intent.clone() });
    home.done(Effect::Swap { intent: intent.clone() });
    home.done(Effect::Finish { intent: intent.clone() });
    home.put("books.db-wal", "the app's");
    home.done(Effect::Swap { intent: intent.clone() });
    home.done(Effect::Finish { intent });
    assert_eq!(home.content("books.db-wal"), b"the app's");
}

#[test]
fn nothing_is_committed_that_is_not_what_was_verified() {
    let (home, intent) = staged();
    home.sealed(BESIDE, &["something else"]);
    assert_eq!(home.fails(Effect::Commit { intent: intent.clone() }).kind, FailureKind::Damaged);
    fs::remove_file(home.path(BESIDE)).unwrap();
    assert_eq!(home.fails(Effect::Commit { intent: intent.clone() }).kind, FailureKind::Missing);
    assert_eq!(scanned_intent(&home), ReadIntent::None);
    assert_eq!(home.sales("books.db"), "lamp");
}

#[test]
fn nothing_is_swapped_without_a_commitment() {
    let (home, intent) = staged();
    assert_eq!(home.fails(Effect::Swap { intent: intent.clone() }).kind, FailureKind::Missing);
    home.put(INTENT, r#"{"format":1,"checksum":"00","intent":"{}"}"#);
    assert!(matches!(scanned_intent(&home), ReadIntent::Invalid(_)));
    assert_eq!(home.fails(Effect::Swap { intent }).kind, FailureKind::Missing);
    assert_eq!(home.sales("books.db"), "lamp");
}

#[test]
fn a_torn_intent_is_no_commitment_wherever_it_is_torn() {
    let (home, intent) = staged();
    home.done(Effect::Commit { intent: intent.clone() });
    let whole = home.content(INTENT);
    for length in 0..whole.len() {
        home.put(INTENT, &whole[..length]);
        assert!(matches!(scanned_intent(&home), ReadIntent::Invalid(_)), "{length}");
    }
    for place in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        home.put(INTENT, &flipped);
        if let Outcome::Done(Yield::Scanned(inventory)) = home.run(Effect::Scan) {
            let same = ReadIntent::Committed(intent.clone());
            assert!(matches!(inventory.intent, ReadIntent::Invalid(_)) || inventory.intent == same, "{place}");
        }
    }
}

/// An older program met the intent of a newer one, could not read it, and swept the staged file as a leftover.
#[test]
fn a_commitment_of_a_newer_version_stops_everything() {
    let (home, _) = staged();
    let inner = r#"{"steps":[]}"#;
    let checksum = blake3::hash(inner.as_bytes()).to_hex().to_string();
    let newer = serde_json::json!({ "format": 2, "checksum": checksum, "intent": inner });
    home.put(INTENT, newer.to_string());
    let failure = home.fails(Effect::Scan);
    assert!(failure.reason.contains("newer version"), "{failure}");
}

#[test]
fn an_unfinished_swap_is_not_replaced_by_another() {
    let (home, intent) = staged();
    home.done(Effect::Commit { intent: intent.clone() });
    let other = Intent { source: "auto_weekly".to_owned(), ..intent.clone() };
    for effect in [
        Effect::Commit { intent: other.clone() },
        Effect::Swap { intent: other.clone() },
        Effect::Finish { intent: other },
    ] {
        assert_eq!(home.fails(effect).kind, FailureKind::Busy);
    }
    assert_eq!(scanned_intent(&home), ReadIntent::Committed(intent));
}

#[test]
fn a_swap_that_is_done_can_be_rolled_back_under_a_new_intent() {
    let (home, intent) = staged();
    home.sealed("backups/auto_before_restore.db", &["lamp"]);
    home.done(Effect::Commit { intent: intent.clone() });
    home.done(Effect::Swap { intent });
    let staged_back = format!("{BESIDE}-back");
    let Effect::Stage { from, journal_mode, .. } = stage("backups/auto_before_restore.db", "wal") else { panic!() };
    home.done(Effect::Stage { from, to: staged_back.as_str().into(), journal_mode });
    let target = home.target(shop(), &staged_back, "books.db");
    let back = Intent { purpose: Purpose::RollBack, targets: vec![target], ..home.intent() };
    home.done(Effect::Commit { intent: back.clone() });
    home.done(Effect::Swap { intent: back.clone() });
    home.done(Effect::VerifyLive { intent: back.clone() });
    home.done(Effect::Finish { intent: back });
    assert_eq!(home.sales("books.db"), "lamp");
}

#[test]
fn a_commitment_can_be_withdrawn_before_anything_is_swapped() {
    let (home, intent) = staged();
    home.done(Effect::Commit { intent: intent.clone() });
    assert_eq!(home.fails(Effect::Finish { intent: intent.clone() }).kind, FailureKind::Busy);
    home.done(Effect::Withdraw { intent: intent.clone() });
    assert_eq!(scanned_intent(&home), ReadIntent::None);
    assert!(home.exists(BESIDE));
    assert_eq!(home.sales("books.db"), "lamp");
    // Also one that never became durable.
    home.done(Effect::Withdraw { intent });
}

#[test]
fn a_swap_that_is_done_is_not_withdrawn() {
    let (home, intent) = staged();
    home.done(Effect::Commit { intent: intent.clone() });
    home.done(Effect::Swap { intent: intent.clone() });
    assert_eq!(home.fails(Effect::Withdraw { intent: intent.clone() }).kind, FailureKind::Busy);
    assert_eq!(scanned_intent(&home), ReadIntent::Committed(intent));
}

#[test]
fn two_databases_are_swapped_together_or_their_intent_stays() {
    let (mut home, mut intent) = staged();
    home.state.workspaces.push(workspace("two", "two.db", "two"));
    sql_in(&home.path("two.db"), "CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT)");
    let second = ".two.db.omnicraft-staged-7";
    home.sealed(second, &["second"]);
    intent.targets.push(home.target(home.state.workspaces[1].id.clone(), second, "two.db"));
    home.done(Effect::Commit { intent: intent.clone() });
    // A crash after the first rename.
    fs::rename(home.path(BESIDE), home.path("books.db")).unwrap();
    assert_eq!(home.fails(Effect::Finish { intent: intent.clone() }).kind, FailureKind::Busy);
    home.done(Effect::Swap { intent: intent.clone() });
    home.done(Effect::VerifyLive { intent: intent.clone() });
    home.done(Effect::Finish { intent });
    assert_eq!((home.sales("books.db"), home.sales("two.db")), ("yesterday".to_owned(), "second".to_owned()));
}

#[test]
fn a_live_database_that_is_not_what_was_staged_is_found() {
    let (home, intent) = staged();
    home.done(Effect::Commit { intent: intent.clone() });
    home.done(Effect::Swap { intent: intent.clone() });
    let mut content = home.content("books.db");
    content[5000] ^= 1;
    // A disk that decays tells nobody: the file's time stays.
    let written = fs::metadata(home.path("books.db")).unwrap().modified().unwrap();
    home.put("books.db", content);
    fs::File::options().write(true).open(home.path("books.db")).unwrap().set_modified(written).unwrap();
    assert_eq!(home.fails(Effect::VerifyLive { intent: intent.clone() }).kind, FailureKind::Damaged);
    fs::remove_file(home.path("books.db")).unwrap();
    assert_eq!(home.fails(Effect::VerifyLive { intent: intent.clone() }).kind, FailureKind::Missing);
    assert_eq!(home.fails(Effect::Swap { intent }).kind, FailureKind::Foreign);
}
