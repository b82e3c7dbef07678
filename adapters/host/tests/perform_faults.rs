//! Every effect with every operation of the file system failing in turn, once or from then on. Whatever fails, a final
//! name holds the old file or the new one, whole; and when the disk answers again, the effect can be done.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]
#![allow(clippy::panic, clippy::wildcard_enum_match_arm, reason = "what a test does not expect is a failure")]

mod perform_home;

use std::sync::atomic::Ordering;

use omnicraft_core::effect::{CopyOf, Effect};
use omnicraft_core::model::{Found, SnapshotId};
use omnicraft_core::names;
use omnicraft_core::outcome::{Outcome, Yield};
use perform_home::{BESIDE, DAILY, Home, INTENT, STAGED, shop, workspace};

/// Bounds the search: no effect of these tests needs as many operations.
const MANY: u64 = 300;

/// Fails the n-th operation of an effect for each n, and judges what is there; then does the effect after all.
///
/// `final_names` are files that somebody relies on: each is as it was before or as it is afterwards.
fn check(prepare: impl Fn() -> (Home, Effect), final_names: &[&str], judge: impl Fn(&Home)) {
    let (reference, effect) = prepare();
    let before = contents(&reference, final_names);
    reference.faults.arm(0, false);
    reference.done(effect);
    let operations = reference.faults.count.load(Ordering::Relaxed);
    assert!((1..MANY).contains(&operations), "{operations} operations");
    let after = contents(&reference, final_names);
    for (for_good, full) in [(false, false), (true, true)] {
        for n in 1..=operations {
            let (home, effect) = prepare();
            home.faults.full.store(full, Ordering::Relaxed);
            home.faults.arm(n, for_good);
            let outcome = home.run(effect.clone());
            home.faults.arm(0, false);
            let how = format!("for good: {for_good}, disk full: {full}");
            let case = format!("{effect}: operation {n} of {operations} failed, {how}: {outcome:?}");
            for ((name, now), (old, new)) in contents(&home, final_names).iter().zip(before.iter().zip(&after)) {
                let kept = same(now, &old.1) || same(now, &new.1);
                assert!(kept, "{name} is neither old nor new\n{case}");
            }
            judge(&home);
            only_known_names(&home, &case);
            if !for_good {
                nothing_staged_by_failing(&home, &effect, &outcome, &case);
            }
            home.done(effect);
            assert!(contents(&home, final_names).iter().zip(&after).all(|(a, b)| same(&a.1, &b.1)), "again: {case}");
        }
    }
}

type Content = Option<Vec<u8>>;

fn contents(home: &Home, names: &[&str]) -> Vec<(String, Content)> {
    names.iter().map(|name| ((*name).to_owned(), home.exists(name).then(|| home.content(name)))).collect()
}

/// Copies of one database differ in counters of their header; which sales they hold is what matters.
fn same(one: &Content, other: &Content) -> bool {
    one == other || one.as_deref().zip(other.as_deref()).is_some_and(|(one, other)| sales(one) == sales(other))
}

fn sales(content: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.db");
    std::fs::write(&path, content).unwrap();
    let connection = rusqlite::Connection::open(&path).ok()?;
    let sales = "SELECT group_concat(what) FROM (SELECT what FROM sale ORDER BY id)";
    connection.query_row(sales, [], |row| row.get(0)).ok()
}

/// Every file has a name that is known, or one that recovery sweeps: it asks a scan, and the operation that was
/// interrupted for the workspaces that it was about to add.
fn only_known_names(home: &Home, case: &str) {
    let Yield::Scanned(inventory) = home.done(Effect::Scan) else { panic!() };
    let newcomers = &home.state.operation.as_ref().unwrap().newcomers;
    let beside_new = |file: &str| newcomers.iter().any(|new| names::staged_beside(&new.database, 7) == file);
    let found = |file: &str| inventory.files.iter().any(|f| matches!(f, Found::Leftover { path } if path == file));
    let swept = |file: &str| found(file) || beside_new(file);
    for file in home.files() {
        let name = file.rsplit('/').next().unwrap();
        assert!(
            !names::is_unpublished(name) || swept(&file) || file.starts_with("desk/"),
            "{file} stays for ever\n{case}"
        );
    }
}

/// A single failure leaves no temporary file of this effect's own.
fn nothing_staged_by_failing(home: &Home, effect: &Effect, outcome: &Outcome, case: &str) {
    if matches!(outcome, Outcome::Done(_)) {
        return;
    }
    // Of several copies of one moment a single one is worth nothing.
    let prefix = if matches!(effect, Effect::CopyAll { .. }) { ".staged-7-" } else { ".staged-7-to-" };
    let own = home.files().into_iter().filter(|file| file.contains(prefix));
    assert_eq!(own.collect::<Vec<_>>(), Vec::<String>::new(), "{effect}: {case}");
}

fn unjudged(_home: &Home) {}

fn drafted() -> Home {
    let mut home = Home::new();
    home.sealed(STAGED, &["lamp"]);
    home.sealed(DAILY, &["yesterday"]);
    home.draft(3, STAGED);
    home
}

fn publish(keep_staged: bool) -> Effect {
    Effect::Publish {
        snapshot: SnapshotId(3),
        staged: STAGED.into(),
        to: DAILY.into(),
        manifest: "backups/manifests/s3.json".into(),
        keep_staged,
    }
}

/// A new file under a slot's name without its facts would not be known after the catalog is lost.
fn new_file_has_its_manifest(home: &Home) {
    if home.sales(DAILY) == "lamp" {
        assert!(home.exists("backups/manifests/s3.json"));
    }
}

#[test]
fn copy() {
    let prepare = || (Home::new(), Effect::Copy { database: "books.db".into(), to: STAGED.into() });
    check(prepare, &["books.db"], unjudged);
}

#[test]
fn copy_all() {
    let prepare = || {
        let mut home = Home::new();
        home.sealed("two.db", &["chair"]);
        home.state.workspaces.push(workspace("two", "two.db", "two"));
        let copy = |database: &str, to: &str| CopyOf { database: database.into(), to: to.into() };
        let copies = vec![copy("books.db", STAGED), copy("two.db", "backups/two/.staged-7-copy.db")];
        (home, Effect::CopyAll { copies })
    };
    check(prepare, &["books.db", "two.db"], unjudged);
}

#[test]
fn publish_by_rename() {
    check(|| (drafted(), publish(false)), &[DAILY, "backups/manifests/s3.json"], new_file_has_its_manifest);
}

#[test]
fn publish_by_copy() {
    check(|| (drafted(), publish(true)), &[DAILY, STAGED, "backups/manifests/s3.json"], new_file_has_its_manifest);
}

#[test]
fn keep_generation() {
    for no_links in [false, true] {
        let dated = "backups/auto_daily_2026-11-21.db";
        let prepare = || {
            let mut home = drafted();
            home.remember(1, DAILY);
            home.faults.no_links.store(no_links, Ordering::Relaxed);
            (home, Effect::KeepGeneration { snapshot: SnapshotId(1), from: DAILY.into(), to: dated.into() })
        };
        check(prepare, &[DAILY, dated], unjudged);
    }
}

#[test]
fn shift() {
    let (first, second) = ("backups/auto_close_1.db", "backups/auto_close_2.db");
    let prepare = || {
        let mut home = Home::new();
        home.sealed(first, &["newer"]);
        home.sealed(second, &["older"]);
        home.remember(2, first);
        (home, Effect::Shift { snapshot: SnapshotId(2), from: first.into(), to: second.into() })
    };
    check(prepare, &[first, second], |home| {
        assert!(home.exists(second));
        assert!(home.exists(first) || home.sales(second) == "newer");
    });
}

#[test]
fn set_aside() {
    let aside = "backups/damaged_2026-11-22.db";
    let prepare = || {
        let home = Home::new();
        home.put(DAILY, "mine");
        home.put("backups/auto_daily.db-wal", "my last changes");
        (home, Effect::SetAside { from: DAILY.into(), to: aside.into() })
    };
    check(prepare, &[DAILY, aside], |home| {
        assert!(
            home.exists(DAILY) || home.exists("backups/damaged_2026-11-22.db-wal"),
            "the changes stay with the file"
        );
    });
}

#[test]
fn remove() {
    let prepare = || {
        let mut home = Home::new();
        home.sealed(DAILY, &["yesterday"]);
        home.put("backups/manifests/s1.json", "{}");
        home.remember(1, DAILY);
        let stamp = home.stamp(DAILY);
        let manifest = "backups/manifests/s1.json".into();
        (home, Effect::Remove { snapshot: SnapshotId(1), path: DAILY.into(), manifest, stamp })
    };
    check(prepare, &[DAILY, "backups/manifests/s1.json"], |home| {
        assert!(!home.exists(DAILY) || home.exists("backups/manifests/s1.json"), "a file without its facts");
    });
}

#[test]
fn keep_damaged() {
    let bad = "backups/damaged_2026-11-22.db";
    let effect = Effect::KeepDamaged { database: "books.db".into(), to: bad.into() };
    check(|| (Home::new(), effect.clone()), &["books.db", bad], unjudged);
    let raw = || {
        let home = Home::empty();
        home.put("books.db", vec![0x55; 8192]);
        home.put("books.db-journal", "half of a transaction");
        (home, effect.clone())
    };
    check(raw, &["books.db", "books.db-journal", bad], |home| {
        assert!(!home.exists(bad) || home.exists(&format!("{bad}-journal")), "a file without its sidecar");
    });
}

#[test]
fn stage() {
    let prepare = || {
        let home = Home::new();
        home.sealed(DAILY, &["yesterday"]);
        (home, Effect::Stage { from: DAILY.into(), to: BESIDE.into(), journal_mode: "wal".to_owned() })
    };
    check(prepare, &["books.db", DAILY], unjudged);
}

fn staged() -> Home {
    let home = Home::new();
    home.sealed(BESIDE, &["yesterday"]);
    home
}

#[test]
fn commit() {
    let prepare = || {
        let home = staged();
        let intent = home.intent();
        (home, Effect::Commit { intent })
    };
    check(prepare, &["books.db", BESIDE, INTENT], unjudged);
}

#[test]
fn swap() {
    let prepare = || {
        let home = staged();
        home.put("books.db-journal", "stale");
        let intent = home.intent();
        home.done(Effect::Commit { intent: intent.clone() });
        (home, Effect::Swap { intent })
    };
    check(prepare, &["books.db", INTENT], |home| {
        assert!(home.exists("books.db"));
        // As long as the old database is there, so is the new one.
        assert!(home.exists(BESIDE) || !home.exists("books.db-journal"));
    });
}

const OF_THREE: [&str; 5] = ["books.db", "two.db", "data/three.db", "workspaces.json", INTENT];

/// The list of workspaces is the last to become new, and nothing is new without an intent that makes the rest so.
fn list_comes_last(home: &Home) {
    let waiting = home.files().iter().filter(|file| file.contains(".omnicraft-staged-7")).count();
    let list = String::from_utf8(home.content("workspaces.json")).unwrap();
    assert!(waiting == 0 || !list.contains("data/three.db"), "the list is ahead");
    assert!(waiting == 3 || home.exists(INTENT), "a mixture that nobody will finish");
}

#[test]
fn commit_of_three() {
    let prepare = || {
        let (home, intent) = Home::of_three();
        (home, Effect::Commit { intent })
    };
    check(prepare, &OF_THREE, list_comes_last);
}

#[test]
fn amended_commit_of_three() {
    let prepare = || {
        let (home, mut intent) = Home::of_three();
        home.done(Effect::Commit { intent: intent.clone() });
        std::fs::rename(home.path(BESIDE), home.path("books.db")).unwrap();
        intent.targets[1].safeguard = Some(SnapshotId(9));
        (home, Effect::Commit { intent })
    };
    check(prepare, &OF_THREE, list_comes_last);
}

#[test]
fn swap_of_three() {
    let prepare = || {
        let (home, intent) = Home::of_three();
        home.done(Effect::Commit { intent: intent.clone() });
        (home, Effect::Swap { intent })
    };
    check(prepare, &OF_THREE, list_comes_last);
}

#[test]
fn verify_live_of_three() {
    let prepare = || {
        let (home, intent) = Home::of_three();
        home.done(Effect::Commit { intent: intent.clone() });
        home.done(Effect::Swap { intent: intent.clone() });
        (home, Effect::VerifyLive { intent })
    };
    check(prepare, &OF_THREE, list_comes_last);
}

#[test]
fn withdraw_of_three() {
    let prepare = || {
        let (home, intent) = Home::of_three();
        home.done(Effect::Commit { intent: intent.clone() });
        (home, Effect::Withdraw { intent })
    };
    check(prepare, &OF_THREE, |home| {
        let waiting = home.files().iter().filter(|file| file.contains(".omnicraft-staged-7")).count();
        assert_eq!(waiting, 3);
    });
}

#[test]
fn finish() {
    let prepare = || {
        let home = staged();
        let intent = home.intent();
        home.done(Effect::Commit { intent: intent.clone() });
        home.done(Effect::Swap { intent: intent.clone() });
        (home, Effect::Finish { intent })
    };
    check(prepare, &["books.db", INTENT], unjudged);
}

#[test]
fn write_registry() {
    let prepare = || {
        let home = Home::new();
        home.put("workspaces.json", "torn");
        let workspaces = vec![workspace("shop", "books.db", "")];
        (home, Effect::WriteRegistry { workspaces, keep_damaged: Some("workspaces.json.damaged-7".into()) })
    };
    check(prepare, &["workspaces.json", "workspaces.json.damaged-7"], |home| {
        assert!(home.content("workspaces.json") == b"torn" || home.exists("workspaces.json.damaged-7"));
    });
}

/// Whoever does it again begins with a new copy, as the plan does.
#[test]
fn reindex() {
    let prepare = || {
        let home = drafted();
        let staged = rusqlite::Connection::open(home.path(STAGED)).unwrap();
        staged.execute_batch("CREATE INDEX sale_by_what ON sale (what)").unwrap();
        (home, Effect::Reindex { workspace: shop(), file: STAGED.into() })
    };
    check(prepare, &[DAILY, "books.db"], unjudged);
}

#[test]
fn export() {
    for (replace, no_links) in [(false, false), (false, true), (true, false)] {
        let prepare = || {
            let home = drafted();
            let digest = home.digest(STAGED);
            home.put("desk/other.db", "a letter");
            if replace {
                home.put("desk/mine.db", "a letter");
            }
            home.faults.no_links.store(no_links, Ordering::Relaxed);
            (home, Effect::Export { staged: STAGED.into(), digest, to: "desk/mine.db".into(), replace })
        };
        check(prepare, &["desk/mine.db", "desk/other.db", STAGED], unjudged);
    }
}

#[test]
fn rehearse() {
    let prepare = || {
        let home = drafted();
        let to = "backups/.staged-7-drill-s1.db".into();
        (home, Effect::Rehearse { workspace: shop(), file: DAILY.into(), to })
    };
    check(prepare, &[DAILY, "books.db"], unjudged);
}
