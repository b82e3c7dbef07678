//! Archives as this program writes them, and as other programs pack the same files again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use omnicraft_core::model::{Facts, Workspace};
use omnicraft_host::archive::bundle::{Packed, Whole, bundle};
use omnicraft_host::archive::cell::Value;
use omnicraft_host::archive::findings::Findings;
use omnicraft_host::archive::manifest::Manifest;
use omnicraft_host::archive::pack::{Origin, pack};
use omnicraft_host::archive::rows;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::{FileSystem as _, OsFileSystem};
use omnicraft_host::progress::{Progress, Unobserved};
use omnicraft_host::sqlite::{Opener, open as sqlite};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tempfile::TempDir;

use crate::support::{REGISTRY, findings, open, read, told};

/// Values of every kind in columns of every kind, in tables of every kind that has rows.
const KINDS: &str = "
    CREATE TABLE plain (number INTEGER, real REAL, text TEXT, blob BLOB, any, sum AS (number + 1));
    INSERT INTO plain VALUES (1, 1.5, 'text', x'00FF', NULL), (-9223372036854775808, -0.0, '', x'', ''),
        ('x', 9e999, '007', 'text', 'i''5'), (NULL, -9e999, '=1+1', NULL, 1e300), (9223372036854775807, 5e-324,
        char(0) || 'a', x'27', '12'), (0.1, 'x''', 'a,\"b' || char(13, 10) || 'c', 1, 1.0),
        (3, 4, char(0xFEFF) || 'mark', 0, cast(x'C328' AS TEXT));
    CREATE TABLE keyed (a TEXT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID;
    INSERT INTO keyed VALUES ('b', 1), ('a', 2), ('', 0);
    CREATE TABLE \"=odd,\"\"name\" (rowid, \"two\nlines\", \"'\" TEXT);
    CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, what ANY) STRICT;
    INSERT INTO counted VALUES (7, 'seven'), (9, 9), (11, 1.1);
    CREATE TABLE bare (a);
    CREATE VIRTUAL TABLE search USING fts5(body);
    INSERT INTO search VALUES ('bread and butter'), ('salt');";

struct Books {
    folder: TempDir,
}

impl Books {
    fn new(sql: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Connection::open(folder.path().join("shop.db")).unwrap().execute_batch(sql).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The CSV archive of these books.
    fn packed(&self) -> Vec<u8> {
        let (database, to) = (self.path("shop.db"), self.path("shop.zip"));
        let workspace = Workspace::adopted("shop", "The shop", "shop.db");
        let facts = Facts { page_size: 4096, ..Facts::default() };
        let taken_at = &"2026-11-22T10:00:00+01:00[Europe/Berlin]".parse().unwrap();
        let origin = Origin { app: "Till", workspace: &workspace, facts: &facts, taken_at };
        let clock = SystemClock::new();
        let mut progress = Progress::new(&Unobserved, &clock, "Packing".to_owned());
        let connection = sqlite::sealed(&Opener::default(), &database).unwrap();
        let file = OsFileSystem.create_new(&to).unwrap();
        pack(&mut [connection], file, &origin, &database, &to, &mut progress).unwrap();
        fs::read(to).unwrap()
    }

    /// Unpacks an archive with a program of the system, edits what lies there, and packs it with another.
    fn repacked(&self, archive: &[u8], edit: impl FnOnce(&Path), program: &[&str]) -> Option<Vec<u8>> {
        let (whole, again) = (self.path("whole.zip"), self.path("again.zip"));
        let inside = self.path("inside");
        fs::create_dir(&inside).unwrap();
        fs::write(&whole, archive).unwrap();
        let unpack = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
        let unpacked = Command::new("python3").args(["-c", unpack]).args([&whole, &inside]).output().ok()?;
        assert!(unpacked.status.success(), "{unpacked:?}");
        edit(&inside);
        let packed = Command::new(program[0]).args(&program[1..]).current_dir(&inside).output().ok()?;
        assert!(packed.status.success(), "{packed:?}");
        Some(fs::read(again).unwrap())
    }
}

/// A value as SQLite has it, type and bits included.
fn stored(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Integer(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(bytes) => Value::Text(bytes.to_vec()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[test]
fn every_value_comes_back() {
    let books = Books::new(KINDS);
    let archive = books.packed();
    assert_eq!(findings(archive.clone()), Vec::<String>::new());
    let mut container = open(archive).unwrap();
    let Manifest::Csv(manifest) = container.manifest().clone() else { panic!("a CSV archive") };
    let connection = Connection::open(books.path("shop.db")).unwrap();
    let names: Vec<_> = manifest.tables.iter().map(|table| table.name.as_str()).collect();
    assert!(names.contains(&"sqlite_sequence") && names.contains(&"search_content"), "{names:?}");
    for table in &manifest.tables {
        let mut read = Vec::new();
        let mut found = Findings::default();
        rows::read(&mut container, table, false, &mut found, &mut |rows| {
            read.extend(rows.into_iter().map(|row| row.values));
            Ok(())
        })
        .unwrap();
        let columns = table.rowid.iter().cloned().chain(table.columns.iter().map(|column| quoted(&column.name)));
        let columns: Vec<_> = columns.collect();
        let sql = format!("SELECT {} FROM {}", columns.join(", "), quoted(&table.name));
        let mut statement = connection.prepare(&sql).unwrap();
        let row = |row: &rusqlite::Row<'_>| (0..columns.len()).map(|at| row.get_ref(at).map(stored)).collect();
        let there: Vec<Vec<Value>> = statement.query_map((), row).unwrap().map(Result::unwrap).collect();
        // The debug form tells -0.0 from 0.0.
        assert_eq!(format!("{read:?}"), format!("{there:?}"), "{}", table.name);
    }
}

#[test]
fn a_global_archive_is_in_order() {
    let books = Books::new(KINDS);
    let csv = books.packed();
    fs::copy(books.path("shop.db"), books.path("home.db")).unwrap();
    let facts = Facts { page_size: 4096, ..Facts::default() };
    let (shop, mut home) =
        (Workspace::adopted("shop", "The shop", "shop.db"), Workspace::adopted("home", "The shop", "home.db"));
    home.folder = "home".into();
    let (shop_file, home_file, csv_file) = (books.path("shop.db"), books.path("home.db"), books.path("shop.zip"));
    let size = fs::metadata(&shop_file).unwrap().len();
    let workspaces = [
        Packed {
            workspace: &shop,
            facts: &facts,
            database: (&shop_file, size),
            csv: Some((&csv_file, csv.len() as u64)),
        },
        Packed { workspace: &home, facts: &facts, database: (&home_file, size), csv: None },
    ];
    let taken_at = &"2026-11-22T10:00:00+01:00[Europe/Berlin]".parse().unwrap();
    let whole = Whole { app: "Till", registry: REGISTRY.as_bytes(), taken_at, workspaces: &workspaces };
    let clock = SystemClock::new();
    let mut progress = Progress::new(&Unobserved, &clock, "Packing".to_owned());
    let to = books.path("all.zip");
    bundle(&OsFileSystem, OsFileSystem.create_new(&to).unwrap(), &whole, &to, &mut progress).unwrap();
    assert_eq!(findings(fs::read(&to).unwrap()), Vec::<String>::new());
}

/// Somebody unpacks the archive, edits a table, and packs everything again with what the system has.
#[test]
fn other_programs_may_pack_it_again() {
    let programs: [&[&str]; 5] = [
        &["zip", "-q", "-r", "../again.zip", "."],
        &["zip", "-q", "-0", "-X", "-fz", "-r", "../again.zip", "."],
        &["sh", "-c", "zip -q -r - . > ../again.zip"],
        &[
            "python3",
            "-m",
            "zipfile",
            "-c",
            "../again.zip",
            "README.txt",
            "manifest.json",
            "0001_plain.csv",
            "0001_plain.lines",
        ],
        &[
            "python3",
            "-c",
            "import sys, zipfile, glob\nz = zipfile.ZipFile('../again.zip', 'w', 8)\nfor n in glob.glob('*'):\n  with z.open(n, 'w', force_zip64=True) as f: f.write(open(n, 'rb').read())\nz.close()",
        ],
    ];
    for program in programs {
        let books = Books::new("CREATE TABLE plain (what, amount); INSERT INTO plain VALUES ('lamp', 1), ('desk', 2)");
        let edit = |inside: &Path| {
            let file = inside.join("0001_plain.csv");
            let text = fs::read_to_string(&file).unwrap();
            fs::write(&file, text.replace("desk", "chair")).unwrap();
        };
        let Some(again) = books.repacked(&books.packed(), edit, program) else { continue };
        let report = read(again, true);
        assert_eq!(told(&report.findings), Vec::<String>::new(), "{program:?}");
        assert_eq!(
            told(&report.edited),
            ["0001_plain.csv, line 3: this row was changed since the export"],
            "{program:?}"
        );
    }
}
