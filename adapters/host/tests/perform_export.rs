//! Export on a real disk: the user's path holds what it held, or the complete file; nobody's database is overwritten.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]
#![allow(clippy::panic, clippy::wildcard_enum_match_arm, reason = "what a test does not expect is a failure")]

mod perform_home;

use std::fs;
use std::sync::atomic::Ordering;

use omnicraft_core::effect::Effect;
use omnicraft_core::outcome::{FailureKind, Outcome, Verification};
use perform_home::{DAILY, Home, STAGED, workspace};

fn export(home: &Home, to: &str, replace: bool) -> Effect {
    let verified = home.state.operation.as_ref().and_then(|operation| operation.copy.as_ref());
    Effect::Export { staged: STAGED.into(), digest: verified.unwrap().digest.clone(), to: to.into(), replace }
}

/// What the look before an export says.
fn target(to: &str, replace: bool) -> Effect {
    Effect::CheckTarget { to: to.into(), replace }
}

/// A home with a verified staged copy, and a folder of the user's.
fn staged() -> Home {
    let mut home = Home::new();
    home.sealed(STAGED, &["lamp"]);
    let digest = home.digest(STAGED);
    home.state.operation.as_mut().unwrap().copy = Some(Verification { digest, ..Verification::default() });
    fs::create_dir(home.path("desk")).unwrap();
    home
}

#[test]
fn an_export_is_the_verified_file() {
    for no_links in [false, true] {
        let home = staged();
        home.faults.no_links.store(no_links, Ordering::Relaxed);
        home.put("desk/.staged-7-to-mine.db", "left over");
        // Again, as after a crash before the outcome was recorded.
        for _ in 0..2 {
            home.done(export(&home, "desk/mine.db", false));
        }
        assert_eq!(home.digest("desk/mine.db"), home.digest(STAGED));
        assert_eq!(fs::read_dir(home.path("desk")).unwrap().count(), 1);
    }
}

#[test]
fn an_absolute_path_is_taken_as_it_is() {
    let home = staged();
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("mine.db");
    home.done(export(&home, target.to_str().unwrap(), false));
    assert_eq!(fs::read(&target).unwrap(), home.content(STAGED));
}

#[test]
fn a_file_is_replaced_only_when_that_was_asked_for() {
    let home = staged();
    home.put("desk/mine.db", "a letter");
    let failure = home.fails(export(&home, "desk/mine.db", false));
    assert_eq!(failure.kind, FailureKind::Foreign);
    assert_eq!(home.fails(target("desk/mine.db", false)), failure);
    assert_eq!(home.content("desk/mine.db"), b"a letter");
    home.done(target("desk/mine.db", true));
    home.done(target("desk/other.db", false));
    home.done(export(&home, "desk/mine.db", true));
    assert_eq!(home.sales("desk/mine.db"), "lamp");
}

#[test]
fn no_live_database_and_no_file_of_the_engine_is_overwritten() {
    let mut home = staged();
    home.state.workspaces.push(workspace("two", "two.db", "two"));
    home.sealed("two.db", &["other"]);
    home.sealed(DAILY, &["yesterday"]);
    fs::hard_link(home.path("two.db"), home.path("desk/same.db")).unwrap();
    #[cfg(unix)]
    for (target, link) in [("books.db", "desk/link.db"), ("backups", "desk/folder"), ("two.db-wal", "desk/wal")] {
        std::os::unix::fs::symlink(home.path(target), home.path(link)).unwrap();
    }
    let before = home.files();
    for path in [
        "books.db",
        "./desk/../books.db",
        "books.db-journal",
        "two.db",
        "two.db-wal",
        "desk/same.db",
        DAILY,
        "backups/mine.db",
        "backups/new/mine.db",
        "workspaces.json",
    ] {
        let failure = home.fails(export(&home, path, true));
        assert_eq!(failure.kind, FailureKind::Foreign, "{path}");
        assert_eq!(home.fails(target(path, true)), failure, "{path}");
    }
    #[cfg(unix)]
    for path in ["desk/link.db", "desk/folder/mine.db"] {
        let failure = home.fails(export(&home, path, true));
        assert_eq!(failure.kind, FailureKind::Foreign, "{path}");
        assert_eq!(home.fails(target(path, true)), failure, "{path}");
    }
    assert_eq!(home.files(), before);
    assert_eq!((home.sales("books.db"), home.sales("two.db")), ("lamp".to_owned(), "other".to_owned()));
}

#[test]
fn a_folder_that_is_not_there_is_not_made() {
    let home = staged();
    let failure = home.fails(export(&home, "shelf/mine.db", false));
    assert_eq!(failure.kind, FailureKind::Missing);
    assert_eq!(home.fails(target("shelf/mine.db", false)), failure);
    assert!(!home.exists("shelf"));
}

#[test]
fn what_is_no_longer_what_was_verified_is_not_handed_out() {
    let home = staged();
    home.sealed(STAGED, &["decayed"]);
    assert_eq!(home.fails(export(&home, "desk/mine.db", false)).kind, FailureKind::Damaged);
    assert_eq!(fs::read_dir(home.path("desk")).unwrap().count(), 0);
}

#[test]
fn a_stopped_export_leaves_the_path_as_it_was() {
    let mut home = staged();
    home.put("desk/mine.db", "a letter");
    home.stop = true;
    assert_eq!(home.run(export(&home, "desk/mine.db", true)), Outcome::Cancelled);
    assert_eq!(home.content("desk/mine.db"), b"a letter");
    assert_eq!(fs::read_dir(home.path("desk")).unwrap().count(), 1);
}
