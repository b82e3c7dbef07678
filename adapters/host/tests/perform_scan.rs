//! Scans and the registry on a real disk: what is listed, what is foreign, what is believed.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]
#![allow(clippy::panic, clippy::wildcard_enum_match_arm, reason = "what a test does not expect is a failure")]

mod perform_home;

use std::fs;

use expect_test::{Expect, expect};
use omnicraft_core::effect::Effect;
use omnicraft_core::model::{Found, Intent, Inventory, ReadIntent, Registry, Workspace, WorkspaceId};
use omnicraft_core::outcome::{FailureKind, Yield};
use omnicraft_core::state::State;
use omnicraft_host::perform::registry;
use omnicraft_host::ports::filesystem::OsFileSystem;
use perform_home::{Home, shop, workspace};

fn scan(home: &Home) -> Inventory {
    match home.done(Effect::Scan) {
        Yield::Scanned(inventory) => *inventory,
        other => panic!("{other:?}"),
    }
}

fn check_found(home: &Home, expected: &Expect) {
    let found = scan(home).files.into_iter().map(|found| match found {
        Found::Slot { workspace, file_name, stamp } => format!("slot     {workspace} {file_name} {}\n", stamp.size),
        Found::Leftover { path } => format!("leftover {path}\n"),
        Found::Manifest { workspace, id } => format!("manifest {workspace} {id}\n"),
    });
    expected.assert_eq(&found.collect::<String>());
}

#[test]
fn an_empty_home_has_nothing() {
    let home = Home::empty();
    assert_eq!(scan(&home), Inventory::default());
}

#[test]
fn a_scan_lists_what_is_ours_and_nothing_else() {
    let mut home = Home::empty();
    home.state.workspaces.push(workspace("two", "data/two.db", "two"));
    home.put("workspaces.json", render(&[workspace("shop", "books.db", ""), workspace("three", "three.db", "three")]));
    for file in [
        ".staged-4-to-workspaces.json",
        ".books.db.omnicraft-staged-4",
        ".books.db.omnicraft-staged-4-wal",
        ".other.db.omnicraft-staged-4",
        "data/.two.db.omnicraft-staged-4",
        "backups/.lock",
        "backups/catalog.db",
        "backups/auto_daily.db",
        "backups/auto_daily.db-wal",
        "backups/auto_daily_2026-11-21.db",
        "backups/auto_daily (copy).db",
        "backups/holiday.jpg",
        "backups/.staged-4-copy.db",
        "backups/.staged-4-copy.db-journal",
        "backups/.staged-4-shop.zip",
        "backups/.staged-4-import-0.db",
        "backups/.staged-4-to-.restore-intent.json",
        "backups/.staged-by-me",
        "backups/manifests/s1.json",
        "backups/manifests/readme.json",
        "backups/manifests/.staged-4-to-s2.json",
        "backups/two/auto_close_1.db",
        "backups/three/auto_weekly.db",
        "backups/four/auto_weekly.db",
    ] {
        home.put(file, "12345");
    }
    fs::create_dir(home.path("backups/auto_monthly.db")).unwrap();
    check_found(
        &home,
        &expect![[r#"
            leftover backups/.staged-4-copy.db
            leftover backups/.staged-4-copy.db-journal
            leftover backups/.staged-4-import-0.db
            leftover backups/.staged-4-shop.zip
            leftover backups/.staged-4-to-.restore-intent.json
            slot     shop auto_daily.db 5
            slot     shop auto_daily_2026-11-21.db 5
            leftover backups/manifests/.staged-4-to-s2.json
            manifest shop s1
            slot     three auto_weekly.db 5
            slot     two auto_close_1.db 5
            leftover .staged-4-to-workspaces.json
            leftover .books.db.omnicraft-staged-4
            leftover .books.db.omnicraft-staged-4-wal
            leftover data/.two.db.omnicraft-staged-4
        "#]],
    );
}

/// A power cut came right after the commit, and the catalog was lost with it: without the staged files the swap could
/// not be continued.
#[test]
fn what_a_committed_swap_waits_for_is_found_without_any_list() {
    let mut home = Home::empty();
    home.sealed("data/.four.db.omnicraft-staged-7", &["lamp"]);
    let mut target = home.target(shop(), "data/.four.db.omnicraft-staged-7", "data/four.db");
    target.workspace = WorkspaceId("four".to_owned());
    let four = workspace("four", "data/four.db", "four");
    let intent = Intent { targets: vec![target], registry: Some(vec![four]), ..home.intent() };
    home.done(Effect::Commit { intent: intent.clone() });
    home.state = State::default();
    check_found(
        &home,
        &expect![[r#"
            leftover data/.four.db.omnicraft-staged-7
        "#]],
    );
    assert_eq!(scan(&home).intent, ReadIntent::Committed(intent));
}

#[test]
fn an_archive_is_swept_with_whatever_lies_beside_it() {
    let home = Home::empty();
    for file in ["backups/.staged-4-shop.zip", "backups/.staged-4-shop.zip-journal"] {
        home.put(file, "12345");
    }
    home.done(Effect::Discard { path: "backups/.staged-4-shop.zip".into() });
    assert_eq!(home.files(), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn links_are_foreign_wherever_they_point_to() {
    let home = Home::empty();
    home.put("elsewhere/auto_daily.db", "12345");
    home.put("elsewhere/s1.json", "{}");
    fs::create_dir(home.path("backups/manifests")).unwrap();
    for (target, link) in [
        ("elsewhere/auto_daily.db", "backups/auto_daily.db"),
        ("elsewhere/auto_daily.db", "backups/.staged-1-copy.db"),
        ("elsewhere/s1.json", "backups/manifests/s1.json"),
        ("elsewhere/missing", "backups/auto_weekly.db"),
    ] {
        std::os::unix::fs::symlink(home.path(target), home.path(link)).unwrap();
    }
    check_found(&home, &expect![""]);
}

#[test]
fn leftovers_beside_an_adopted_database_are_found_by_their_absolute_path() {
    let mut home = Home::empty();
    let elsewhere = tempfile::tempdir().unwrap();
    let live = elsewhere.path().join("till.db");
    fs::write(elsewhere.path().join(".till.db.omnicraft-staged-9"), "staged").unwrap();
    home.state.workspaces = vec![workspace("till", live.to_str().unwrap(), "")];
    let path = elsewhere.path().join(".till.db.omnicraft-staged-9").to_str().unwrap().into();
    assert_eq!(scan(&home).files, [Found::Leftover { path }]);
    // On a disk that is not there now, there is nothing to sweep.
    drop(elsewhere);
    assert_eq!(scan(&home).files, []);
}

#[test]
fn a_scan_writes_nothing() {
    let home = Home::new();
    home.sealed("backups/auto_daily.db", &["yesterday"]);
    let before: Vec<_> = home.files().into_iter().map(|file| home.stamp(&file)).collect();
    let folder = home.stamp("backups");
    scan(&home);
    let after: Vec<_> = home.files().into_iter().map(|file| home.stamp(&file)).collect();
    assert_eq!((after, home.stamp("backups")), (before, folder));
}

// The registry.

fn render(workspaces: &[Workspace]) -> Vec<u8> {
    let home = tempfile::tempdir().unwrap();
    registry::write(home.path(), &OsFileSystem, "Till", workspaces).unwrap();
    fs::read(home.path().join("workspaces.json")).unwrap()
}

#[test]
fn a_registry_is_read_as_it_was_written() {
    let home = Home::empty();
    let mut shop = workspace("shop", "books.db", "");
    shop.name = "Bäckerei \"Zur Post\"".to_owned();
    shop.schema = Some("omnicraft.business".to_owned());
    shop.identity = Some("4711".to_owned());
    let workspaces = vec![shop, workspace("till", "/srv/till.db", "till")];
    let effect = Effect::WriteRegistry { workspaces: workspaces.clone(), keep_damaged: None };
    for _ in 0..2 {
        home.done(effect.clone());
    }
    assert_eq!(scan(&home).registry, Registry::Read(workspaces));
    assert_eq!(home.files(), ["workspaces.json"]);
    expect![[r#"
        {
          "format": 1,
          "app": "Till",
          "workspaces": [
            {
              "id": "shop",
              "name": "Bäckerei \"Zur Post\"",
              "database": "books.db",
              "schema": "omnicraft.business",
              "folder": "",
              "identity": "4711"
            },
            {
              "id": "till",
              "name": "till",
              "database": "/srv/till.db",
              "schema": null,
              "folder": "till",
              "identity": null
            }
          ]
        }
    "#]]
    .assert_eq(&String::from_utf8(home.content("workspaces.json")).unwrap());
}

fn check_damaged(content: &str, expected: &Expect) {
    let home = Home::empty();
    home.put("workspaces.json", content);
    match scan(&home).registry {
        Registry::Damaged(reason) => expected.assert_eq(&reason),
        other => panic!("{content}: {other:?}"),
    }
}

fn entry(id: &str, database: &str, folder: &str) -> String {
    format!(r#"{{"id":"{id}","name":"n","database":"{database}","schema":null,"folder":"{folder}","identity":null}}"#)
}

fn listing(entries: &[String]) -> String {
    format!(r#"{{"format":1,"app":"Till","workspaces":[{}]}}"#, entries.join(","))
}

#[test]
fn what_is_not_a_registry_is_damaged() {
    check_damaged("", &expect!["EOF while parsing a value at line 1 column 0"]);
    check_damaged("\0\0\0\0", &expect!["expected value at line 1 column 1"]);
    check_damaged(r#"{"format":1}"#, &expect!["missing field `app` at line 1 column 12"]);
    check_damaged(
        r#"{"format":2,"everything":"is different"}"#,
        &expect!["it has format 2, and this version of the program knows format 1"],
    );
}

#[test]
fn a_folder_is_one_plain_name() {
    let folder = |folder: &str| listing(&[entry("two", "two.db", folder)]);
    check_damaged(
        &folder("../.."),
        &expect!["`../..` cannot be the folder of a workspace's backups; it must be one plain name"],
    );
    for bad in ["..", "/etc", "a/b", "a\\\\b", "C:", ".hidden", "manifests", "MANIFESTS", "a.", " ", "nul\\u0000"] {
        let home = Home::empty();
        home.put("workspaces.json", folder(bad));
        assert!(matches!(scan(&home).registry, Registry::Damaged(_)), "{bad}");
    }
}

#[test]
fn a_relative_database_stays_in_the_home_and_out_of_the_backups() {
    for bad in ["", ".", "../books.db", "a/../../books.db", "backups/auto_daily.db", "x/../Backups/catalog.db"] {
        let home = Home::empty();
        home.put("workspaces.json", listing(&[entry("shop", bad, "")]));
        assert!(matches!(scan(&home).registry, Registry::Damaged(_)), "{bad}");
    }
    for good in ["books.db", "data/books.db", "a/../books.db", "/srv/books.db"] {
        let home = Home::empty();
        home.put("workspaces.json", listing(&[entry("shop", good, "")]));
        assert!(matches!(scan(&home).registry, Registry::Read(_)), "{good}");
    }
}

#[test]
fn no_two_workspaces_share_anything() {
    let one = || entry("one", "one.db", "one");
    check_damaged(&listing(&[one(), entry("ONE", "2.db", "2")]), &expect!["two workspaces have the id `ONE`"]);
    check_damaged(
        &listing(&[one(), entry("two", "2.db", "One")]),
        &expect!["two workspaces keep their backups in the folder `One`"],
    );
    check_damaged(
        &listing(&[one(), entry("two", "one.db", "2")]),
        &expect!["two workspaces have the database `one.db`"],
    );
}

/// One database at `data.db` and another at `data.db/x.db` cannot be both: restoring them left half of a home swapped.
#[test]
fn no_database_lies_inside_another() {
    for (outer, inner) in
        [("data.db", "data.db/x.db"), ("a/./Data.db", "A/b/../data.DB/x/y.db"), ("/srv/d", "/srv/d/x")]
    {
        for (one, two) in [(outer, inner), (inner, outer)] {
            let home = Home::empty();
            let between = entry("between", "data.db.old", "between");
            home.put("workspaces.json", listing(&[entry("one", one, "one"), between, entry("two", two, "two")]));
            let Registry::Damaged(reason) = scan(&home).registry else { panic!("{one} {two}") };
            assert_eq!(reason, format!("the database `{inner}` would lie inside the database `{outer}`"));
        }
    }
    let home = Home::empty();
    let apart = ["data.db", "data.db2/x.db", "x/data.db", "x/data", "DATA.db", "/data.db/x"];
    let entries: Vec<String> =
        apart.iter().enumerate().map(|(n, at)| entry(&format!("w{n}"), at, &format!("w{n}"))).collect();
    home.put("workspaces.json", listing(&entries));
    assert!(matches!(scan(&home).registry, Registry::Read(_)));
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let home = Home::empty();
    let effect = Effect::WriteRegistry { workspaces: vec![workspace("shop", "../books.db", "")], keep_damaged: None };
    assert_eq!(home.fails(effect).kind, FailureKind::Foreign);
    assert_eq!(home.files(), Vec::<String>::new());
}

#[test]
fn a_damaged_registry_is_kept_once() {
    for no_links in [false, true] {
        let home = Home::empty();
        home.faults.no_links.store(no_links, std::sync::atomic::Ordering::Relaxed);
        home.put("workspaces.json", "torn");
        let effect = Effect::WriteRegistry {
            workspaces: vec![workspace("shop", "books.db", "")],
            keep_damaged: Some("workspaces.json.damaged-7".into()),
        };
        for _ in 0..2 {
            home.done(effect.clone());
            assert_eq!(home.content("workspaces.json.damaged-7"), b"torn");
        }
        assert!(matches!(scan(&home).registry, Registry::Read(_)));
        assert_eq!(home.files(), ["workspaces.json", "workspaces.json.damaged-7"]);
    }
}

#[test]
fn a_registry_that_is_no_file_is_damaged() {
    let home = Home::empty();
    fs::create_dir(home.path("workspaces.json")).unwrap();
    assert!(matches!(scan(&home).registry, Registry::Damaged(_)));
    assert_eq!(scan(&home).intent, ReadIntent::None);
}
