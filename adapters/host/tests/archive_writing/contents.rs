//! What a person finds in an archive.

use std::io::Read as _;

use expect_test::{expect, expect_file};

use crate::support::{archive, pack_file, refusal, try_archive};

const SHOP: &str = "
    CREATE TABLE sale (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL, price DECIMAL(10, 2), note);
    INSERT INTO sale (what, price, note) VALUES
        ('Bread, fresh', 3.5, NULL), ('=SUM(A1:A9)', 2, ''), ('two' || char(10) || 'lines', -1, x'00FF');
    CREATE INDEX dear ON sale (price);
    CREATE VIEW cheap AS SELECT * FROM sale WHERE price < 3;
    CREATE TRIGGER noted AFTER INSERT ON sale BEGIN SELECT 1; END;
    PRAGMA user_version = 7;
";

#[test]
fn a_small_archive() {
    let archive = archive(SHOP);
    let mut shown = String::new();
    for (name, content, stored) in archive.members() {
        let how = if stored { "stored" } else { "deflated" };
        shown.push_str(&format!("--- {name}, {} bytes, {how}\n", content.len()));
        let text = if name.ends_with(".lines") { format!("{content:02x?}\n").into_bytes() } else { content };
        shown.push_str(&String::from_utf8(text).unwrap().replace('\r', "\u{240D}").replace('\u{FEFF}', "<mark>"));
    }
    expect_file!["small_archive.txt"].assert_eq(&shown);
}

#[test]
fn its_times_and_modes_say_nothing_of_this_machine() {
    let archive = archive(SHOP);
    let file = std::fs::File::open(archive.path()).unwrap();
    let mut zip = zip::ZipArchive::new(file).unwrap();
    for at in 0..zip.len() {
        let member = zip.by_index(at).unwrap();
        assert_eq!(member.last_modified().unwrap().to_string(), "2026-11-22 10:00:02", "{}", member.name().unwrap());
        assert_eq!(member.unix_mode(), Some(0o100_644), "{}", member.name().unwrap());
    }
    let again = archive.path().with_extension("again");
    pack_file(&archive.database(), &again, &omnicraft_host::progress::Unobserved).unwrap();
    assert_eq!(std::fs::read(again).unwrap(), std::fs::read(archive.path()).unwrap());
}

#[test]
fn sizes_and_digests_are_those_of_the_files() {
    let archive = archive(SHOP);
    for table in archive.manifest().tables {
        let csv = archive.member(&table.file);
        assert_eq!(table.bytes, csv.len() as u64);
        assert_eq!(table.digest, blake3::hash(&csv).to_hex().to_string());
        let records = csv::ReaderBuilder::new().from_reader(csv.as_slice()).into_byte_records().count();
        assert_eq!(table.rows, records as u64);
        assert_eq!(archive.member(&table.lines.unwrap()).len() as u64, 4 * table.rows);
    }
}

#[test]
fn what_this_sqlite_could_not_make_again_is_refused() {
    let lacking = |change: &str| {
        refusal(&format!(
            "CREATE TABLE t (a TEXT); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET {change}; \
             PRAGMA writable_schema = OFF"
        ))
    };
    let shown = [
        lacking("sql = 'CREATE TABLE t (a TEXT COLLATE german)'"),
        lacking("sql = 'CREATE VIRTUAL TABLE t USING maps(a)', rootpage = 0"),
        lacking("sql = 'CREATE TABLE t (a TEXT CHECK (luhn(a)))'"),
    ];
    let shown = shown.map(|text| text.replacen(text.split(['(', ')']).nth(1).unwrap(), "PATH", 1)).join("\n");
    expect![[r#"
        cannot export the tables (PATH): this program could not make its table “t”: no such collation sequence: german. Export the database as one file instead (`omnicraft export --db`), which keeps everything as it is
        cannot export the tables (PATH): this program could not make its table “t”: no such module: maps. Export the database as one file instead (`omnicraft export --db`), which keeps everything as it is
        cannot export the tables (PATH): this program could not make its table “t”: no such function: luhn. Export the database as one file instead (`omnicraft export --db`), which keeps everything as it is"#]].assert_eq(&shown);
}

#[test]
fn a_stop_is_answered_soon() {
    struct Stopper;
    impl omnicraft_host::progress::Observer for Stopper {
        fn progress(&self, _what: &str, _done: u64, _total: u64) {}
        fn cancelled(&self) -> bool {
            true
        }
    }
    let rows = "CREATE TABLE t (a); WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n LIMIT 200000) \
                INSERT INTO t SELECT hex(randomblob(20)) FROM n";
    let (archive, packed) = try_archive(rows, &Stopper);
    assert!(matches!(packed, Err(omnicraft_host::error::Stop::Cancelled)));
    // Nothing but the page for people and the beginning of a table.
    let mut begun = Vec::new();
    std::fs::File::open(archive.path()).unwrap().read_to_end(&mut begun).unwrap();
    assert!(begun.len() < 1 << 20, "{}", begun.len());
}
