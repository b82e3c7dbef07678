//! Small archives of a shop, made by hand, and the one way in which all tests here read them.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write as _};
use std::path::Path;

use omnicraft_core::model::{Facts, Finding, WorkspaceId};
use omnicraft_host::archive::cell::{self, Value};
use omnicraft_host::archive::container::Container;
use omnicraft_host::archive::findings::Findings;
use omnicraft_host::archive::inspect::{self, How, Report};
use omnicraft_host::archive::lines;
use omnicraft_host::archive::manifest::{
    ColumnEntry, CsvManifest, FileEntry, GlobalEntry, GlobalManifest, Manifest, SchemaEntry, TableEntry,
    WorkspaceRecord,
};
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::OldFile;
use omnicraft_host::progress::{Progress, Unobserved};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::zipped::{Zipped, zip};

/// A file in memory.
pub(crate) struct InMemory(pub(crate) Cursor<Vec<u8>>);

impl Read for InMemory {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Seek for InMemory {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

impl OldFile for InMemory {}

/// The files of an archive, in order; a test changes what it likes before they are packed.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

pub(crate) fn digest(content: &[u8]) -> String {
    blake3::hash(content).to_hex().to_string()
}

pub(crate) fn facts() -> Facts {
    let rows = BTreeMap::from([("sales".to_owned(), 3), ("notes".to_owned(), 1)]);
    Facts { page_size: 4096, journal_mode: "wal".to_owned(), fingerprint: digest(b""), rows, ..Facts::default() }
}

fn record(id: &str) -> WorkspaceRecord {
    WorkspaceRecord {
        id: WorkspaceId(id.to_owned()),
        name: "The shop".to_owned(),
        database: format!("{id}.db").into(),
        schema: None,
        folder: if id == "shop" { "" } else { id }.into(),
    }
}

/// The CSV file of the sales: a rowid that is the key, a text, an amount.
pub(crate) const SALES: &str = "\u{FEFF}id,what,amount\r\n1,lamp,12.5\r\n2,\"a \"\"big\"\" one\",3\r\n3,'=1+1,\r\n";
const NOTES: &str = "\u{FEFF}rowid,text\r\n1,\"first\r\nsecond\"\r\n";

/// A CSV archive with two tables.
pub(crate) fn csv_files() -> Files {
    let sales: [&[&[u8]]; 3] = [&[b"1", b"lamp", b"12.5"], &[b"2", b"a \"big\" one", b"3"], &[b"3", b"'=1+1", b""]];
    let notes: [&[&[u8]]; 1] = [&[b"1", b"first\r\nsecond"]];
    let mut files = vec![
        ("README.txt".to_owned(), b"Your books.\r\n".to_vec()),
        ("0001_sales.csv".to_owned(), SALES.as_bytes().to_vec()),
        ("0001_sales.lines".to_owned(), short_digests(&sales)),
        ("0002_notes.csv".to_owned(), NOTES.as_bytes().to_vec()),
        ("0002_notes.lines".to_owned(), short_digests(&notes)),
    ];
    files.push(("manifest.json".to_owned(), json(&Manifest::Csv(Box::new(csv_manifest())))));
    files
}

fn short_digests(rows: &[&[&[u8]]]) -> Vec<u8> {
    rows.iter().flat_map(|cells| lines::digest(cells.iter().copied())).collect()
}

pub(crate) fn json(manifest: &Manifest) -> Vec<u8> {
    serde_json::to_vec_pretty(manifest).unwrap()
}

pub(crate) fn csv_manifest() -> CsvManifest {
    CsvManifest {
        format: 1,
        app: "Till".to_owned(),
        written_by: "Till 1.0".to_owned(),
        taken_at: "2026-11-22T10:00:00+01:00[Europe/Berlin]".to_owned(),
        workspace: record("shop"),
        facts: facts(),
        encoding: "UTF-8".to_owned(),
        auto_vacuum: 0,
        schema: vec![SchemaEntry {
            kind: "table".to_owned(),
            name: "sales".to_owned(),
            table: "sales".to_owned(),
            sql: "CREATE TABLE sales (id INTEGER PRIMARY KEY, what TEXT, amount REAL)".to_owned(),
        }],
        tables: vec![
            table("sales", 1, SALES, 3, None, &[("id", "INTEGER"), ("what", "TEXT"), ("amount", "REAL")]),
            table("notes", 2, NOTES, 1, Some("rowid"), &[("text", "TEXT")]),
        ],
    }
}

pub(crate) fn table(
    name: &str,
    number: u32,
    csv: &str,
    rows: u64,
    rowid: Option<&str>,
    columns: &[(&str, &str)],
) -> TableEntry {
    let column = |(name, declared): &(&str, &str)| ColumnEntry { name: (*name).into(), declared: (*declared).into() };
    TableEntry {
        name: name.to_owned(),
        file: format!("{number:04}_{name}.csv"),
        lines: Some(format!("{number:04}_{name}.lines")),
        rows,
        bytes: csv.len() as u64,
        digest: digest(csv.as_bytes()),
        rowid: rowid.map(str::to_owned),
        columns: columns.iter().map(column).collect(),
    }
}

/// What a global archive's database file begins with, and more.
pub(crate) const DATABASE: &[u8] = b"SQLite format 3\0 and what follows";
/// What a CSV archive in it begins with, and more.
const NESTED: &[u8] = b"PK\x03\x04 a CSV archive";
pub(crate) const REGISTRY: &str = r#"{"format": 1, "app": "Till", "workspaces": [
    {"id": "shop", "name": "The shop", "database": "shop.db", "schema": null, "folder": "", "identity": null},
    {"id": "home", "name": "The shop", "database": "home.db", "schema": null, "folder": "home", "identity": null}
]}"#;

/// A global archive with two workspaces.
pub(crate) fn global_files() -> Files {
    let file = |name: &str, content: &[u8]| FileEntry {
        file: name.to_owned(),
        bytes: content.len() as u64,
        digest: digest(content),
    };
    let shop = GlobalEntry {
        workspace: record("shop"),
        facts: facts(),
        database: file("0001_shop.db", DATABASE),
        csv: Some(file("0001_shop.zip", NESTED)),
    };
    let home =
        GlobalEntry { workspace: record("home"), facts: facts(), database: file("0002_home.db", DATABASE), csv: None };
    let manifest = GlobalManifest {
        format: 1,
        app: "Till".to_owned(),
        written_by: "Till 1.0".to_owned(),
        taken_at: "2026-11-22T10:00:00+01:00[Europe/Berlin]".to_owned(),
        registry_digest: digest(REGISTRY.as_bytes()),
        workspaces: vec![shop, home],
    };
    vec![
        ("README.txt".to_owned(), b"Your books.\r\n".to_vec()),
        ("workspaces.json".to_owned(), REGISTRY.as_bytes().to_vec()),
        ("0001_shop.db".to_owned(), DATABASE.to_vec()),
        ("0001_shop.zip".to_owned(), NESTED.to_vec()),
        ("0002_home.db".to_owned(), DATABASE.to_vec()),
        ("manifest.json".to_owned(), json(&Manifest::Global(manifest))),
    ]
}

/// The content of a file, to be changed.
pub(crate) fn content<'a>(files: &'a mut Files, name: &str) -> &'a mut Vec<u8> {
    &mut files.iter_mut().find(|(there, _)| there == name).unwrap().1
}

/// Replaces text in a file, where it stands.
pub(crate) fn edit(files: &mut Files, name: &str, from: &str, to: &str) {
    let content = content(files, name);
    let text = String::from_utf8(content.clone()).unwrap();
    assert!(text.contains(from), "{name} has no {from:?}");
    *content = text.replacen(from, to, 1).into_bytes();
}

/// Stored, byte by byte.
pub(crate) fn stored(files: &Files) -> Vec<u8> {
    zip(&files.iter().map(|(name, content)| Zipped::new(name, content)).collect::<Vec<_>>())
}

/// Compressed, as the zip library writes it.
pub(crate) fn deflated(files: &Files) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in files {
        writer.start_file(name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(crate) fn open(archive: Vec<u8>) -> Result<Container, Findings> {
    let file = Box::new(InMemory(Cursor::new(archive)));
    Container::over(file, Path::new("archive.zip")).expect("memory can be read")
}

/// Reads an archive in whole.
pub(crate) fn read(archive: Vec<u8>, accept_edited: bool) -> Report {
    match open(archive.clone()) {
        Err(findings) => Report { findings, edited: Findings::default() },
        Ok(mut container) => {
            let report = inspect::read(&mut container, accept_edited, &mut |_, _| Ok(())).expect("it is read");
            check_other_ways(&archive, accept_edited, &report);
            report
        }
    }
}

/// On two cores the same is found; and without the rows of files that are as they were exported the same but for what
/// those rows say, which whoever builds a database of them finds.
fn check_other_ways(archive: &[u8], accept_edited: bool, expected: &Report) {
    let clock = SystemClock::new();
    let mut progress = Progress::new(&Unobserved, &clock, "Checking".to_owned());
    let mut read = |all_rows| {
        let [mut container, mut another] = [(); 2].map(|()| open(archive.to_vec()).expect("it was in order"));
        let how = How { accept_edited, all_rows };
        inspect::read_on_cores(&mut container, Some(&mut another), how, &mut progress).expect("it is read")
    };
    let on_two = read(true);
    assert_eq!((&on_two.findings, &on_two.edited), (&expected.findings, &expected.edited));
    let of_changes = read(false);
    let is_known = |finding: &Finding| expected.findings.unlisted > 0 || expected.findings.listed.contains(finding);
    assert!(of_changes.findings.listed.iter().all(is_known), "{:?}", of_changes.findings);
    assert_eq!(of_changes.edited, expected.edited);
}

/// What speaks against an archive, a line for each finding.
pub(crate) fn findings(archive: Vec<u8>) -> Vec<String> {
    told(&read(archive, false).findings)
}

pub(crate) fn told(findings: &Findings) -> Vec<String> {
    let mut told: Vec<_> = findings.listed.iter().map(Finding::to_string).collect();
    if findings.unlisted > 0 {
        told.push(format!("and {} more", findings.unlisted));
    }
    told
}

/// A value as a test writes it.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => format!("{value:?}"),
        Value::Text(_) | Value::Blob(_) => {
            let mut cell = Vec::new();
            cell::encode(value.as_ref(), true, &mut cell);
            String::from_utf8(cell).unwrap()
        }
    }
}
