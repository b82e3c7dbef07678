//! Writes the golden archives: one CSV archive for each released version of each schema, as that version's program would
//! have exported it. `cargo run -p omnicraft-erp --example golden` adds those that are missing to
//! `fixtures/data/golden`; one that is there is never written again, because it was released.
//!
//! A new version needs a file `SCHEMA_VERSION.sql` beside this one and a line in [`SETS`], then
//! `cargo xtask tidy --bless`. All times are fixed, so the same program writes the same archive.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for developers: it works, or shows where it stopped"
)]

use std::path::Path;

use omnicraft_core::effect::Depth;
use omnicraft_core::model::{FileStamp, Workspace};
use omnicraft_erp::{BUSINESS, OmniCraft, PERSONAL_FINANCE, create_at};
use omnicraft_host::archive::pack::{Origin, pack};
use omnicraft_host::ports::app::App as _;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::{FileSystem as _, OsFileSystem};
use omnicraft_host::progress::{Progress, Unobserved};
use omnicraft_host::sqlite::{Opener, integrity, open};
use rusqlite::Connection;

const SETS: [(&str, &str, &str); 6] = [
    (BUSINESS, "0001", include_str!("business_0001.sql")),
    (BUSINESS, "0002", include_str!("business_0002.sql")),
    (BUSINESS, "0003", include_str!("business_0003.sql")),
    (BUSINESS, "0004", include_str!("business_0004.sql")),
    (PERSONAL_FINANCE, "0001", include_str!("personal_finance_0001.sql")),
    (PERSONAL_FINANCE, "0002", include_str!("personal_finance_0002.sql")),
];

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/data/golden");

fn main() {
    for (schema, version, rows) in SETS {
        let name = format!("{}_{version}", schema.trim_start_matches("omnicraft."));
        let archive = Path::new(FOLDER).join(format!("{name}.zip"));
        if archive.exists() {
            println!("{name} is there");
            continue;
        }
        write(schema, version, rows, &archive);
        println!("{name} is new: {} bytes", archive.metadata().unwrap().len());
    }
}

fn write(schema: &str, version: &str, rows: &str, archive: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("golden.db");
    create_at(schema, version, &database, "golden-workspace", "Мастерская „Gold“").unwrap();
    let connection = Connection::open(&database).unwrap();
    connection.execute_batch(rows).unwrap();
    let fixed = "UPDATE __diesel_schema_migrations SET run_on = '2026-11-22 10:00:00'; PRAGMA journal_mode = DELETE";
    connection.execute_batch(fixed).unwrap();
    connection.close().unwrap();

    let (app, opener, clock) = (OmniCraft::new(), Opener::default(), SystemClock::new());
    let profile = app.profiles().iter().find(|profile| profile.name == schema).unwrap();
    let mut progress = Progress::new(&Unobserved, &clock, String::new());
    let stamp = FileStamp::default();
    let found = integrity::verify(
        &opener,
        &database,
        Depth::Proven,
        Some(profile),
        &|_| Ok(String::new()),
        stamp,
        &mut progress,
    )
    .unwrap();
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let mut facts = found.facts;
    facts.journal_mode = "wal".to_owned();
    let workspace = Workspace {
        schema: Some(schema.to_owned()),
        ..Workspace::adopted("golden", "Мастерская „Gold“", "golden.db")
    };
    let taken_at = "2026-11-22T12:00:00+01:00[Europe/Berlin]".parse().unwrap();
    let origin = Origin { app: app.name(), workspace: &workspace, facts: &facts, taken_at: &taken_at };
    let file = OsFileSystem.create_new(archive).unwrap();
    let source = open::sealed(&opener, &database).unwrap();
    pack(&mut [source], file, &origin, &database, archive, &mut progress).unwrap();
}
