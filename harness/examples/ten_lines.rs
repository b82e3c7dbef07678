//! The same proof over an app of your own: say how its database is made, brought forward and written. Every operation of
//! the engine is lived with it, the power cut at every instant, and every disk judged. (An app with plans of its own:
//! `own_plans.rs`.)
//!
//! `cargo run --profile proof -p omnicraft-harness --example ten_lines [OPERATION…]`
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::process::ExitCode;
use std::sync::Arc;

use omnicraft_core::model::SchemaProfile;
use omnicraft_harness::crash::explorer::Limits;
use omnicraft_harness::crash::{Subject, scenarios};
use omnicraft_harness::report::{Options, Report, gather, text};
use rusqlite::{Connection, Result};

/// A diary: one table, one migration.
struct Diary(Vec<SchemaProfile>);

impl Subject for Diary {
    fn name(&self) -> &'static str {
        "Diary"
    }
    fn profiles(&self) -> &[SchemaProfile] {
        &self.0
    }
    fn create(&self, profile: &SchemaProfile, version: &str, connection: &mut Connection) -> Result<()> {
        connection.pragma_update(None, "application_id", profile.application_id)?;
        connection.execute_batch(
            "BEGIN; CREATE TABLE day (id INTEGER PRIMARY KEY, text TEXT); PRAGMA user_version = 1; COMMIT",
        )?;
        if version == "2" { self.migrate(profile, connection) } else { Ok(()) }
    }
    fn migrate(&self, _: &SchemaProfile, connection: &mut Connection) -> Result<()> {
        match connection.pragma_query_value(None, "user_version", |row| row.get(0))? {
            1 => {
                connection.execute_batch("BEGIN; ALTER TABLE day ADD COLUMN mood TEXT; PRAGMA user_version = 2; COMMIT")
            }
            _ => Ok(()),
        }
    }
    fn fill(&self, _: &SchemaProfile, identity: &str, connection: &mut Connection) -> Result<()> {
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection.execute("INSERT INTO day (id, text) VALUES (0, ?1), (-1, 'A new diary')", [identity]).map(|_| ())
    }
    fn commit(&self, _: &SchemaProfile, number: i64, connection: &mut Connection) -> Result<()> {
        let words = "dear diary ".repeat(1 + usize::try_from(number % 3).unwrap_or_default() * 400);
        connection.execute("INSERT INTO day (id, text) VALUES (?1, ?2)", (number, words)).map(|_| ())
    }
    fn wipe(&self, _: &SchemaProfile, connection: &mut Connection) -> Result<()> {
        connection.execute("DELETE FROM day WHERE id <> 0", []).map(|_| ())
    }
}

fn main() -> ExitCode {
    // A look; the proof of a product takes `Limits::default()` and more.
    let few = Limits { exhaustive: 4, by_chance: 0, states: 400, runs: 120, ..Limits::default() };
    let limits = Limits { depth: 1, nested_states: 60, nested_runs: 30, ..few };
    let options = Options { only: std::env::args().skip(1).collect(), ..Options::default() };
    let mut tell = |line: &str| println!("{line}");
    let diary: Arc<dyn Subject> = Arc::new(Diary(vec![SchemaProfile {
        name: "diary".to_owned(),
        application_id: 0x4449_4152,
        versions: vec!["1".to_owned(), "2".to_owned()],
        version_sql: "SELECT CAST(user_version AS TEXT) FROM pragma_user_version".to_owned(),
        identity_sql: "SELECT text FROM day WHERE id = 0".to_owned(),
        ..SchemaProfile::default()
    }]));
    let report = Report::of(gather::explored(&scenarios::all(), Some(&diary), &options, limits, &mut tell));
    print!("\n{}", text(&report));
    if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
