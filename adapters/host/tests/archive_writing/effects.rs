//! Packing and bundling as steps of an export: again after a power cut, stopped half way, on a disk that fails.

use expect_test::expect;
use omnicraft_core::effect::{BundleMember, Effect};
use omnicraft_core::model::{Facts, WorkspaceId};
use omnicraft_core::outcome::{FailureKind, Outcome, Verification, Yield};
use omnicraft_host::archive::manifest::Manifest;

use crate::perform_home::{Home, STAGED, shop, workspace};
use crate::support::members;

const ARCHIVE: &str = "backups/.staged-7-archive.zip";
const ALL: &str = "backups/.staged-7-all.zip";

fn pack() -> Effect {
    Effect::Pack { workspace: shop(), from: STAGED.into(), to: ARCHIVE.into() }
}

fn facts() -> Facts {
    Facts { journal_mode: "wal".to_owned(), page_size: 4096, ..Facts::default() }
}

fn bundle(csv: Option<&str>) -> Effect {
    let member = |id: &str, database: &str, csv: Option<&str>| BundleMember {
        workspace: WorkspaceId(id.to_owned()),
        database: database.into(),
        csv: csv.map(Into::into),
        copied: String::new(),
        facts: facts(),
    };
    let members = vec![member("shop", STAGED, csv), member("two", "backups/two/.staged-7-copy.db", None)];
    Effect::Bundle { members, to: ALL.into() }
}

/// A home with verified staged copies of two workspaces.
fn staged() -> Home {
    let mut home = Home::new();
    home.sealed(STAGED, &["lamp", "=1+1"]);
    home.sealed("backups/two/.staged-7-copy.db", &["other"]);
    home.state.workspaces.push(workspace("two", "two.db", "two"));
    home.state.operation.as_mut().unwrap().copy = Some(Verification { facts: facts(), ..Verification::default() });
    home
}

fn manifest(home: &Home, archive: &str) -> Manifest {
    let members = members(&home.content(archive));
    serde_json::from_slice(&members.last().unwrap().1).unwrap()
}

#[test]
fn a_copy_is_packed_as_often_as_asked() {
    let home = staged();
    home.put(ARCHIVE, "half of an archive");
    for _ in 0..2 {
        assert_eq!(home.done(pack()), Yield::Nothing);
    }
    let Manifest::Csv(manifest) = manifest(&home, ARCHIVE) else { panic!("not of one workspace") };
    assert_eq!((manifest.app.as_str(), manifest.facts), ("Till", facts()));
    assert_eq!(manifest.taken_at, home.state.operation.as_ref().unwrap().begun_at.to_string());
    assert_eq!(manifest.tables[0].rows, 2);
}

#[test]
fn all_workspaces_are_bundled_with_their_registry() {
    let home = staged();
    home.done(pack());
    home.put(ALL, "half of an archive");
    for _ in 0..2 {
        assert_eq!(home.done(bundle(Some(ARCHIVE))), Yield::Nothing);
    }
    let members = members(&home.content(ALL));
    let names: Vec<_> = members.iter().map(|(name, ..)| name.as_str()).collect();
    let expected = ["README.txt", "workspaces.json", "0001_shop.db", "0001_shop.zip", "0002_two.db", "manifest.json"];
    assert_eq!(names, expected);
    expect![[r#"
        {
          "format": 1,
          "app": "Till",
          "workspaces": [
            {
              "id": "shop",
              "name": "shop",
              "database": "books.db",
              "schema": null,
              "folder": "",
              "identity": null
            },
            {
              "id": "two",
              "name": "two",
              "database": "two.db",
              "schema": null,
              "folder": "two",
              "identity": null
            }
          ]
        }
    "#]]
    .assert_eq(std::str::from_utf8(&members[1].1).unwrap());
    let Manifest::Global(manifest) = manifest(&home, ALL) else { panic!("not global") };
    assert_eq!(manifest.workspaces[0].facts, facts());
}

#[test]
fn a_copy_that_nobody_verified_is_not_packed() {
    let mut home = staged();
    home.state.operation.as_mut().unwrap().copy = None;
    assert_eq!(home.fails(pack()).kind, FailureKind::Foreign);
    assert!(!home.exists(ARCHIVE));
}

#[test]
fn what_is_stopped_leaves_nothing() {
    let mut home = staged();
    home.done(pack());
    home.stop = true;
    let before = home.files();
    assert_eq!(home.run(bundle(Some(ARCHIVE))), Outcome::Cancelled);
    assert_eq!(home.files(), before);
    assert_eq!(home.run(pack()), Outcome::Cancelled);
    assert!(!home.exists(ARCHIVE));
}

#[test]
fn wherever_the_disk_fails_nothing_half_made_stays() {
    for effect in [pack(), bundle(None)] {
        let home = staged();
        let before = home.files();
        let mut failures = 0;
        for fail_at in 1.. {
            home.faults.arm(fail_at, false);
            let outcome = home.run(effect.clone());
            home.faults.arm(0, false);
            match outcome {
                Outcome::Failed(_) => {
                    failures += 1;
                    assert_eq!(home.files(), before, "{effect}: failing at {fail_at}");
                }
                Outcome::Done(_) => break,
                Outcome::Cancelled => panic!("nobody stopped it"),
            }
        }
        assert!(failures > 3, "{effect}: {failures}");
    }
}

/// A start sweeps unfinished files by their names: an export under such a name would be gone after it.
#[test]
fn nothing_is_exported_under_a_name_that_is_swept() {
    let home = staged();
    for name in [".books.db.omnicraft-staged-7", "desk/.staged-7-mine.db"] {
        let digest = home.digest(STAGED);
        let export = Effect::Export { staged: STAGED.into(), digest, to: name.into(), replace: true };
        assert_eq!(home.fails(export).kind, FailureKind::Foreign, "{name}");
        assert!(!home.exists(name));
    }
}
