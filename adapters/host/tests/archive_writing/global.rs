//! The archive of all workspaces.

use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use omnicraft_core::model::{Facts, Workspace};
use omnicraft_host::archive::bundle::{Packed, Whole, bundle};
use omnicraft_host::archive::manifest::Manifest;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::{FileSystem as _, OsFileSystem};
use omnicraft_host::progress::{Progress, Unobserved};
use rusqlite::Connection;

use crate::support::{members, moment, pack_file};

fn database(folder: &Path, name: &str, sql: &str) -> PathBuf {
    let path = folder.join(name);
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    path
}

fn write(workspaces: &[Packed<'_>], to: &Path) {
    let registry = b"{ \"workspaces\": 2 }\n";
    let whole = Whole { app: "Till", registry, taken_at: &moment(), workspaces };
    let clock = SystemClock::new();
    let mut progress = Progress::new(&Unobserved, &clock, "Packing".to_owned());
    let file = OsFileSystem.create_new(to).unwrap();
    bundle(&OsFileSystem, file, &whole, to, &mut progress).unwrap();
}

fn sized(path: &Path) -> (&Path, u64) {
    (path, fs::metadata(path).unwrap().len())
}

#[test]
fn two_workspaces() {
    let folder = tempfile::tempdir().unwrap();
    let shop = database(folder.path(), "shop.db", "CREATE TABLE sale (what TEXT); INSERT INTO sale VALUES ('bread')");
    let home = database(folder.path(), "home.db", "CREATE TABLE rent (paid); PRAGMA application_id = 7");
    let csv = folder.path().join("home.zip");
    pack_file(&home, &csv, &Unobserved).unwrap();
    let facts = Facts::default();
    let (first, second) =
        (Workspace::adopted("shop", "My shop", "shop.db"), Workspace::adopted("日本", "Haus", "/h.db"));
    let workspaces = [
        Packed { workspace: &first, facts: &facts, database: sized(&shop), csv: None },
        Packed { workspace: &second, facts: &facts, database: sized(&home), csv: Some(sized(&csv)) },
    ];
    let archive = folder.path().join("all.zip");
    write(&workspaces, &archive);

    let members = members(&fs::read(&archive).unwrap());
    let names: Vec<_> = members.iter().map(|(name, ..)| name.as_str()).collect();
    let expected = ["README.txt", "workspaces.json", "0001_shop.db", "0002_.db", "0002_.zip", "manifest.json"];
    assert_eq!(names, expected);
    let stored: Vec<_> = members.iter().filter(|(.., stored)| *stored).map(|(name, ..)| name.as_str()).collect();
    assert_eq!(stored, ["0002_.zip"]);
    let [readme, registry, shop_db, home_db, home_csv, manifest] = &members[..] else { panic!("six members") };
    expect_file!["readme_of_all.txt"].assert_eq(&String::from_utf8(readme.1.clone()).unwrap().replace('\r', ""));
    assert_eq!(shop_db.1, fs::read(&shop).unwrap());
    assert_eq!(home_db.1, fs::read(&home).unwrap());
    assert_eq!(home_csv.1, fs::read(&csv).unwrap());
    let Manifest::Global(manifest) = serde_json::from_slice(&manifest.1).unwrap() else { panic!("not global") };
    assert_eq!(manifest.registry_digest, blake3::hash(&registry.1).to_hex().to_string());
    let entry = &manifest.workspaces[1];
    assert_eq!(entry.workspace.id.0, "日本");
    for (file, content) in [(&entry.database, &home_db.1), (entry.csv.as_ref().unwrap(), &home_csv.1)] {
        assert_eq!(file.digest, blake3::hash(content).to_hex().to_string());
        assert_eq!(file.bytes, content.len() as u64);
    }
    assert_eq!(manifest.workspaces[0].csv, None);
}

/// An almost empty database shrinks by more than a reader would believe.
#[test]
fn a_database_of_nothing_is_stored_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(3000000))";
    let shop = database(folder.path(), "shop.db", sql);
    let (workspace, facts) = (Workspace::adopted("shop", "My shop", "shop.db"), Facts::default());
    let archive = folder.path().join("all.zip");
    write(&[Packed { workspace: &workspace, facts: &facts, database: sized(&shop), csv: None }], &archive);
    let members = members(&fs::read(&archive).unwrap());
    assert_eq!((members[2].0.as_str(), members[2].2), ("0001_shop.db", true));
    assert_eq!(members[2].1, fs::read(&shop).unwrap());
}
