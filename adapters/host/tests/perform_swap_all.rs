//! The swap of several databases with their list of workspaces: all or nothing, wherever it is interrupted, and nobody's
//! work is swapped away.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]
#![allow(clippy::panic, clippy::wildcard_enum_match_arm, reason = "what a test does not expect is a failure")]

mod perform_home;

use std::fs;
use std::sync::atomic::Ordering;

use omnicraft_core::effect::Effect;
use omnicraft_core::model::{Intent, Inventory, Purpose, ReadIntent, Registry, SnapshotId, Workspace};
use omnicraft_core::outcome::{FailureKind, Outcome, Yield};
use perform_home::{BESIDE, Home, sql_in, workspace};

const TWO: &str = ".two.db.omnicraft-staged-7";
const THREE: &str = "data/.three.db.omnicraft-staged-7";

fn commit(intent: &Intent) -> Effect {
    Effect::Commit { intent: intent.clone() }
}

fn swap(intent: &Intent) -> Effect {
    Effect::Swap { intent: intent.clone() }
}

fn verify(intent: &Intent) -> Effect {
    Effect::VerifyLive { intent: intent.clone() }
}

fn finish(intent: &Intent) -> Effect {
    Effect::Finish { intent: intent.clone() }
}

fn withdraw(intent: &Intent) -> Effect {
    Effect::Withdraw { intent: intent.clone() }
}

fn scan(home: &Home) -> Inventory {
    let Yield::Scanned(inventory) = home.done(Effect::Scan) else { panic!() };
    *inventory
}

fn listed(home: &Home) -> Vec<Workspace> {
    match scan(home).registry {
        Registry::Read(workspaces) => workspaces,
        other => panic!("{other:?}"),
    }
}

/// Which of the three databases, and whether the list, are the archive's.
fn swapped(home: &Home) -> ([bool; 3], bool) {
    let staged = [BESIDE, TWO, THREE].map(|staged| home.exists(staged));
    (staged.map(|waits| !waits), listed(home).len() == 3)
}

fn check_all_old(home: &Home) {
    assert_eq!(swapped(home), ([false; 3], false));
    assert_eq!(home.sales("books.db"), "lamp");
    assert_eq!(home.content("two.db"), b"not a database any more");
    assert_eq!(home.content("two.db-wal"), b"its last commits");
    assert!(!home.exists("data/three.db"));
}

fn check_all_new(home: &Home) {
    assert_eq!(swapped(home), ([true; 3], true));
    for (workspace, database) in [("shop", "books.db"), ("two", "two.db"), ("three", "data/three.db")] {
        assert_eq!(home.sales(database), format!("{workspace} of the archive"));
    }
}

#[test]
fn all_databases_and_the_list_take_their_places() {
    let (home, intent) = Home::of_three();
    for effect in [commit(&intent), swap(&intent), verify(&intent)] {
        // Each can be done again while the intent is there.
        for _ in 0..2 {
            home.done(effect.clone());
        }
    }
    assert!(!home.exists("two.db-wal"));
    for _ in 0..2 {
        home.done(finish(&intent));
    }
    check_all_new(&home);
    assert_eq!(scan(&home).intent, ReadIntent::None);
    // Once it is over, what becomes of the list is nobody's business here.
    home.done(Effect::WriteRegistry { workspaces: vec![workspace("shop", "books.db", "")], keep_damaged: None });
    home.done(finish(&intent));
    home.done(swap(&intent));
    assert_eq!(listed(&home).len(), 1);
}

/// The process dies at every operation of the file system in turn. Then the intent is there, the list comes last, and
/// either nothing has happened yet and all stays old, or recovery makes all new.
#[test]
fn a_swap_that_is_killed_anywhere_is_continued_or_has_not_begun() {
    let (reference, intent) = Home::of_three();
    reference.done(commit(&intent));
    reference.faults.arm(0, false);
    reference.done(swap(&intent));
    let operations = reference.faults.count.load(Ordering::Relaxed);
    let (mut withdrawn, mut continued) = (0, 0);
    for n in 1..=operations {
        for gives_up in [false, true] {
            let (home, mut intent) = Home::of_three();
            if gives_up {
                // The damaged one, whose WAL goes before its turn is over, comes first.
                intent.targets.swap(0, 1);
            }
            home.done(commit(&intent));
            home.faults.arm(n, true);
            assert!(matches!(home.run(swap(&intent)), Outcome::Failed(_)), "operation {n}");
            home.faults.arm(0, false);
            assert_eq!(scan(&home).intent, ReadIntent::Committed(intent.clone()), "operation {n}");
            let (databases, list) = swapped(&home);
            assert!(!list || databases == [true; 3], "operation {n}: the list is new before the databases are");
            if gives_up && matches!(home.run(withdraw(&intent)), Outcome::Done(_)) {
                check_all_old(&home);
                withdrawn += 1;
                continue;
            }
            for effect in [swap(&intent), verify(&intent), finish(&intent)] {
                home.done(effect);
            }
            check_all_new(&home);
            assert_eq!(scan(&home).intent, ReadIntent::None);
            continued += 1;
        }
    }
    assert!(withdrawn > 10 && continued > 30, "{withdrawn} {continued}");
}

/// A power cut came after the first rename; somebody worked on in a database that was still to be swapped. All that he
/// did is safeguarded anew, and the same restore goes on.
#[test]
fn a_swap_goes_on_when_the_work_of_the_meantime_is_safeguarded() {
    let (home, mut intent) = Home::of_three();
    intent.targets.swap(0, 1);
    home.done(commit(&intent));
    fs::remove_file(home.path("two.db-wal")).unwrap();
    fs::rename(home.path(TWO), home.path("two.db")).unwrap();
    sql_in(&home.path("books.db"), "INSERT INTO sale (what) VALUES ('wednesday')");
    sql_in(&home.path("two.db"), "INSERT INTO sale (what) VALUES ('in the new one')");
    let failure = home.fails(swap(&intent));
    assert_eq!(failure.kind, FailureKind::Foreign);
    assert!(failure.path.as_str().ends_with("books.db") && failure.reason.contains("somebody has worked"), "{failure}");
    assert_eq!(home.fails(withdraw(&intent)).kind, FailureKind::Busy);
    assert!(home.sales("books.db").ends_with("wednesday"));

    let mut amended = intent.clone();
    amended.targets[1] = home.target(intent.targets[1].workspace.clone(), BESIDE, "books.db");
    amended.targets[1].safeguard = Some(SnapshotId(9));
    for _ in 0..2 {
        home.done(commit(&amended));
    }
    assert_eq!(home.fails(swap(&intent)).kind, FailureKind::Busy);
    for effect in [swap(&amended), verify(&amended), finish(&amended)] {
        home.done(effect);
    }
    assert_eq!(swapped(&home), ([true; 3], true));
    assert_eq!(home.sales("books.db"), "shop of the archive");
    assert!(home.sales("two.db").ends_with("in the new one"));
}

#[test]
fn only_what_is_known_of_waiting_databases_can_be_amended() {
    let (home, intent) = Home::of_three();
    home.done(commit(&intent));
    fs::rename(home.path(BESIDE), home.path("books.db")).unwrap();
    let amended = |amend: &dyn Fn(&mut Intent)| {
        let mut amended = intent.clone();
        amend(&mut amended);
        home.run(commit(&amended))
    };
    let refused = |amend: &dyn Fn(&mut Intent)| {
        let Outcome::Failed(failure) = amended(amend) else { panic!() };
        assert_eq!(failure.kind, FailureKind::Busy);
    };
    refused(&|intent| intent.operation = 8);
    refused(&|intent| intent.purpose = Purpose::RollBack);
    refused(&|intent| intent.registry = None);
    refused(&|intent| drop(intent.targets.pop()));
    refused(&|intent| intent.targets.swap(1, 2));
    refused(&|intent| intent.targets[1].digest = String::new());
    refused(&|intent| intent.targets[1].live = "books.db".into());
    // An undo would bring back the database that was swapped in.
    refused(&|intent| intent.targets[0].safeguard = Some(SnapshotId(9)));
    assert_eq!(scan(&home).intent, ReadIntent::Committed(intent.clone()));
    assert!(matches!(amended(&|intent| intent.targets[1].safeguard = Some(SnapshotId(9))), Outcome::Done(_)));
}

#[test]
fn an_amended_intent_is_not_committed_over_a_staged_file_that_has_changed() {
    let (home, intent) = Home::of_three();
    home.done(commit(&intent));
    home.sealed(TWO, &["something else"]);
    let mut amended = intent.clone();
    amended.targets[1].safeguard = Some(SnapshotId(9));
    assert_eq!(home.fails(commit(&amended)).kind, FailureKind::Damaged);
    assert_eq!(scan(&home).intent, ReadIntent::Committed(intent));
}

#[test]
fn nothing_is_touched_when_one_database_is_not_as_it_was() {
    let (home, intent) = Home::of_three();
    home.done(commit(&intent));
    home.sealed("data/three.db", &["somebody was faster"]);
    let failure = home.fails(swap(&intent));
    assert_eq!(failure.kind, FailureKind::Foreign);
    assert!(failure.path.as_str().ends_with("three.db") && failure.reason.contains("now there is one"), "{failure}");
    home.done(withdraw(&intent));
    assert_eq!(home.sales("data/three.db"), "somebody was faster");
    fs::remove_file(home.path("data/three.db")).unwrap();
    check_all_old(&home);
}

#[test]
fn a_list_that_could_not_be_read_again_is_not_committed() {
    let (home, mut intent) = Home::of_three();
    intent.registry = Some(vec![workspace("shop", "../books.db", "")]);
    assert_eq!(home.fails(commit(&intent)).kind, FailureKind::Foreign);
    assert_eq!(scan(&home).intent, ReadIntent::None);
}

/// While the intent is there the list belongs to it: a list from before would hide the new databases.
#[test]
fn a_list_that_is_not_the_intents_is_found_and_put_right() {
    let (home, intent) = Home::of_three();
    home.done(commit(&intent));
    home.done(swap(&intent));
    home.done(Effect::WriteRegistry { workspaces: vec![workspace("shop", "books.db", "")], keep_damaged: None });
    let failure = home.fails(verify(&intent));
    assert_eq!(failure.kind, FailureKind::Foreign);
    assert!(failure.path.as_str().ends_with("workspaces.json"), "{failure}");
    assert_eq!(home.fails(finish(&intent)).kind, FailureKind::Busy);
    let back = Intent { purpose: Purpose::RollBack, registry: None, ..intent.clone() };
    assert_eq!(home.fails(commit(&back)).kind, FailureKind::Busy);
    for effect in [swap(&intent), verify(&intent), finish(&intent)] {
        home.done(effect);
    }
    check_all_new(&home);
}

/// The list was formatted by hand; it names the right workspaces, so it is the user's.
#[test]
fn a_list_that_says_the_same_is_left_as_it_is() {
    let (home, intent) = Home::of_three();
    home.done(Effect::WriteRegistry { workspaces: intent.registry.clone().unwrap(), keep_damaged: None });
    let by_hand = String::from_utf8(home.content("workspaces.json")).unwrap().replace("\n", "\r\n");
    home.put("workspaces.json", &by_hand);
    home.done(commit(&intent));
    for effect in [swap(&intent), verify(&intent), finish(&intent)] {
        home.done(effect);
    }
    assert_eq!(home.content("workspaces.json"), by_hand.as_bytes());
}

/// An archive brought the databases `data.db` and `data.db/x.db`: staging the second made the first one's place a folder.
/// After the commit the others were swapped, this one could not be, and every later start failed.
#[test]
fn what_is_no_ordinary_file_is_not_committed_to_be_replaced() {
    let (home, intent) = Home::of_three();
    fs::create_dir(home.path("data/three.db")).unwrap();
    let mut aware = intent.clone();
    aware.targets[2].live_stamp = Some(home.stamp("data/three.db"));
    for intent in [&intent, &aware] {
        let failure = home.fails(commit(intent));
        assert_eq!(failure.kind, FailureKind::Foreign);
        assert!(
            failure.path.as_str().ends_with("three.db") && failure.reason.contains("no ordinary file"),
            "{failure}"
        );
        assert_eq!(scan(&home).intent, ReadIntent::None);
    }
    // It was made when the restore was committed already.
    fs::remove_dir(home.path("data/three.db")).unwrap();
    home.done(commit(&intent));
    fs::create_dir(home.path("data/three.db")).unwrap();
    assert!(home.fails(swap(&intent)).reason.contains("no ordinary file"));
    home.done(withdraw(&intent));
    fs::remove_dir(home.path("data/three.db")).unwrap();
    check_all_old(&home);
}

/// The folder of a staged file is there; that of the database was another one.
#[test]
fn a_staged_file_in_another_folder_is_not_committed() {
    let (home, mut intent) = Home::of_three();
    intent.targets[2].live = "elsewhere/three.db".into();
    assert!(home.fails(commit(&intent)).reason.contains("same folder"));
    assert_eq!(scan(&home).intent, ReadIntent::None);
}

/// A database was to be new, and its place was free; but beside it lay the log of one that somebody had moved away, with
/// all of its commits. The swap removed it as a stale sidecar.
#[test]
fn the_log_of_a_database_that_is_gone_is_not_swapped_away() {
    for sidecar in ["data/three.db-wal", "data/three.db-journal"] {
        let (home, intent) = Home::of_three();
        home.put(sidecar, "somebody's commits");
        let failure = home.fails(commit(&intent));
        assert_eq!(failure.kind, FailureKind::Foreign);
        assert!(failure.path.as_str().ends_with(sidecar), "{failure}");
        assert_eq!(scan(&home).intent, ReadIntent::None);
        fs::remove_file(home.path(sidecar)).unwrap();
        home.done(commit(&intent));
        home.put(sidecar, "somebody's commits");
        assert_eq!(home.fails(swap(&intent)).kind, FailureKind::Foreign);
        assert_eq!(home.content(sidecar), b"somebody's commits");
        check_all_old(&home);
        // An empty one holds nothing.
        home.put(sidecar, "");
        home.done(swap(&intent));
        check_all_new(&home);
    }
}
