//! An archive of every released version comes back into the newest app. The archives lie in `fixtures/data/golden` and
//! never change; `examples/golden` writes the one of a new version.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use std::path::{Path, PathBuf};

use omnicraft_core::effect::Depth;
use omnicraft_core::model::{FileStamp, SchemaProfile};
use omnicraft_erp::{OmniCraft, create_at, migrate};
use omnicraft_host::archive::container::Container;
use omnicraft_host::archive::inspect;
use omnicraft_host::archive::load::{Load, Source, load};
use omnicraft_host::archive::manifest::{CsvManifest, Manifest};
use omnicraft_host::ports::app::App;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::{FileSystem as _, OsFileSystem};
use omnicraft_host::progress::{Progress, Unobserved};
use omnicraft_host::sqlite::{Opener, integrity};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tempfile::TempDir;

fn golden(schema: &str, version: &str) -> PathBuf {
    let name = format!("{}_{version}.zip", schema.trim_start_matches("omnicraft."));
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/data/golden").join(name)
}

fn profile(schema: &str) -> SchemaProfile {
    OmniCraft::new().profiles().iter().find(|profile| profile.name == schema).unwrap().clone()
}

/// The database that an archive is built to, in the version that it has.
fn built(schema: &str, version: &str, folder: &TempDir) -> PathBuf {
    let (archive, to) = (golden(schema, version), folder.path().join("built.db"));
    let mut container = Container::open(&OsFileSystem, &archive).unwrap().unwrap();
    let report = inspect::read(&mut container, false, &mut |_, _| Ok(())).unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let Manifest::Csv(manifest) = container.manifest() else { panic!("{} is no CSV archive", archive.display()) };
    let manifest: &CsvManifest = manifest;
    assert_eq!(manifest.facts.schema_version.as_deref(), Some(version));
    OsFileSystem.write_new(&to, b"").unwrap();
    let (app, profile, clock) = (OmniCraft::new(), profile(schema), SystemClock::new());
    let order = Load {
        files: &OsFileSystem,
        opener: &Opener::default(),
        archive: &archive,
        manifest,
        to: &to,
        sources: &[Source::App { app: &app, profile: &profile, version }],
        accept_edited: false,
        adopted: false,
    };
    let findings = load(&order, &mut Progress::new(&Unobserved, &clock, String::new())).unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    let facts = verified(schema, &to).facts;
    assert_eq!((facts.rows, facts.fingerprint), (manifest.facts.rows.clone(), manifest.facts.fingerprint.clone()));
    to
}

fn verified(schema: &str, database: &Path) -> omnicraft_core::outcome::Verification {
    let clock = SystemClock::new();
    let mut progress = Progress::new(&Unobserved, &clock, String::new());
    let (profile, stamp) = (profile(schema), FileStamp::default());
    let depth = Depth::Proven;
    let found = integrity::verify(
        &Opener::default(),
        database,
        depth,
        Some(&profile),
        &|_| Ok(String::new()),
        stamp,
        &mut progress,
    );
    let found = found.unwrap();
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    found
}

/// Restores an archive and migrates it; `expected` is what the newest app sees.
#[track_caller]
fn check(schema: &str, version: &str, expected: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let database = built(schema, version, &folder);
    migrate(schema, &database).unwrap();
    let facts = verified(schema, &database).facts;
    assert_eq!(facts.schema_version.as_deref(), profile(schema).newest());
    assert_eq!(facts.identity.as_deref(), Some("golden-workspace"));
    assert_eq!(facts.foreign_key_violations, 0);
    let newest = folder.path().join("newest.db");
    create_at(schema, profile(schema).newest().unwrap(), &newest, "id", "New").unwrap();
    assert_eq!(facts.fingerprint, verified(schema, &newest).facts.fingerprint, "it is the newest schema");
    let connection = Connection::open(&database).unwrap();
    for (sql, text) in expected {
        let found = connection.query_row(&format!("SELECT {sql}"), [], |row| {
            let columns = row.as_ref().column_count();
            (0..columns).map(|column| row.get_ref(column).map(shown)).collect::<rusqlite::Result<Vec<_>>>()
        });
        let found = found.unwrap_or_else(|error| panic!("{sql}: {error}")).join(" | ");
        assert_eq!(found, *text, "{sql}");
    }
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "-".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number:?}"),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

const BUSINESS: &str = "omnicraft.business";
const PERSONAL_FINANCE: &str = "omnicraft.personal_finance";

#[test]
fn business_0001() {
    check(
        BUSINESS,
        "0001",
        &[
            ("count(*), sum(total_minor) FROM sales WHERE id <> 4", "54 | 10000188400"),
            ("total_minor FROM sales WHERE id = 4", "9223372036854775807"),
            ("name, phone, note FROM suppliers WHERE id = 3", "=SUM(A1:A9) | -7 | @home"),
            (
                "name, stock, hex(note) FROM materials WHERE id = 3",
                "Öl | 700 | 6669727374206C696E650D0A7365636F6E6420226C696E65222C2077697468206120636F6D6D61",
            ),
            ("name, stock FROM materials WHERE id = 4", "007 | 0"),
            (
                "name, stock, price_minor, description FROM showcase_items WHERE id = 1",
                "Kerze groß | 29 | 5000000000 | Schmelzen, gießen 🕯",
            ),
            ("group_concat(name) FROM clients", "Jörg Müßig,Анна Ёлкина,Ольга Щукина,анна ёлкина"),
            ("count(*) FROM client_search('ёлкина')", "2"),
            ("instructions FROM recipes WHERE id = 1", "Schmelzen, gießen 🕯"),
        ],
    );
}

#[test]
fn business_0002() {
    check(
        BUSINESS,
        "0002",
        &[
            ("count(*), sum(total_minor), max(number) FROM sales", "42 | 38600 | S-000050"),
            ("name, phone, email, city, hex(note) FROM clients WHERE id = 6", "+49 Kerzen | - | @nowhere |  | 610A62"),
            ("group_concat(balance_minor) FROM accounts", "25600,18000,-5000"),
            ("stock FROM showcase_items", "47"),
            ("count(*) FROM sale_lines", "42"),
            ("rowid FROM client_search('köln')", "5"),
        ],
    );
}

#[test]
fn business_0003() {
    check(
        BUSINESS,
        "0003",
        &[
            ("count(*), sum(total_minor), count(client_id) FROM sales", "45 | 40500 | 15"),
            ("group_concat(remaining), group_concat(best_before) FROM material_batches", "15000,20000 | 2027-01-01"),
            ("description, stock FROM showcase_items WHERE id = 1", "Süßer Duft, «мёд» | 25"),
            ("rowid FROM showcase_search('sußer')", "1"),
            ("count(*), sum(quantity) FROM batch_movements", "2 | -105000"),
        ],
    );
}

#[test]
fn business_0004() {
    check(
        BUSINESS,
        "0004",
        &[
            ("count(*), sum(total_minor), count(client_id), count(DISTINCT channel) FROM sales", "45 | 40500 | 15 | 2"),
            ("name, length(content), typeof(content) FROM documents WHERE id = 1", "receipt.jpg | 3000 | blob"),
            ("hex(name), hex(content) FROM documents WHERE id = 3", "610A622E706E67 | 89504E470D0A1A0A00FF"),
            ("name, phone, email, quote(city) FROM clients WHERE id = 2", "=HYPERLINK(\"http://x\") | -1 | ' | ''"),
            ("sum(line_minor) FROM sale_lines", "40500"),
            ("group_concat(seq) FROM sqlite_sequence", "3"),
            ("old_minor, new_minor FROM price_changes WHERE id = 3", "900 | 950"),
            ("sum(coefficient) FROM recipe_overheads", "2500"),
            ("rowid FROM client_search('щукина')", "1"),
        ],
    );
}

#[test]
fn personal_finance_0001() {
    check(
        PERSONAL_FINANCE,
        "0001",
        &[
            ("group_concat(balance_minor) FROM accounts", "8572,4999999804"),
            ("count(*), sum(amount_minor) FROM operations", "60 | -1624"),
            ("group_concat(name) FROM categories", "Еда,Miete"),
        ],
    );
}

#[test]
fn personal_finance_0002() {
    check(
        PERSONAL_FINANCE,
        "0002",
        &[
            ("group_concat(balance_minor) FROM accounts", "9500,5000000700"),
            ("count(*), min(rate), max(rate) FROM rates", "60 | 920000 | 920059"),
            ("name, kind, quote(bought_on) FROM assets WHERE id = 2", "Fahrrad | vehicle | NULL"),
            ("name FROM categories WHERE id = 2", "Подарки 🎁"),
        ],
    );
}

#[test]
fn every_released_version_has_its_archive() {
    for profile in OmniCraft::new().profiles() {
        for version in &profile.versions {
            assert!(golden(&profile.name, version).exists(), "{} {version}: run examples/golden", profile.name);
        }
    }
}
