//! An app may decide more than the core does, and its plans are proven like the core's. This app saves time: it takes the
//! verification out of every plan. The proof must object, and this example ends well only if it does.
//!
//! `cargo run --profile proof -p omnicraft-harness --example own_plans`
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::process::ExitCode;
use std::sync::Arc;

use omnicraft_core::change::Change;
use omnicraft_core::effect::Effect;
use omnicraft_core::model::SchemaProfile;
use omnicraft_harness::crash::explorer::Limits;
use omnicraft_harness::crash::shop::Shop;
use omnicraft_harness::crash::{Subject, scenarios};
use omnicraft_harness::report::{Options, Report, gather, text};
use omnicraft_host::ports::{Decide, core_decides};
use rusqlite::{Connection, Result};

/// A shop in a hurry.
struct Hasty(Shop);

impl Subject for Hasty {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn profiles(&self) -> &[SchemaProfile] {
        self.0.profiles()
    }
    fn create(&self, profile: &SchemaProfile, version: &str, connection: &mut Connection) -> Result<()> {
        self.0.create(profile, version, connection)
    }
    fn migrate(&self, profile: &SchemaProfile, connection: &mut Connection) -> Result<()> {
        self.0.migrate(profile, connection)
    }
    fn fill(&self, profile: &SchemaProfile, identity: &str, connection: &mut Connection) -> Result<()> {
        self.0.fill(profile, identity, connection)
    }
    fn commit(&self, profile: &SchemaProfile, number: i64, connection: &mut Connection) -> Result<()> {
        self.0.commit(profile, number, connection)
    }
    fn wipe(&self, profile: &SchemaProfile, connection: &mut Connection) -> Result<()> {
        self.0.wipe(profile, connection)
    }
    fn decide(&self) -> Decide {
        let core = core_decides();
        Box::new(move |state, event, profiles| {
            let mut decided = core(state, event, profiles);
            for change in &mut decided.changes {
                if let Change::OperationPut(operation) = change {
                    operation.remaining.retain(|step| !matches!(step.effect, Effect::Verify { .. }));
                }
            }
            decided
        })
    }
}

fn main() -> ExitCode {
    let hasty: Arc<dyn Subject> = Arc::new(Hasty(Shop::small()));
    let limits =
        Limits { exhaustive: 4, by_chance: 0, depth: 0, states: 2_000, stop_at_first: true, ..Limits::default() };
    let options = Options { only: vec!["manual".to_owned()], ..Options::default() };
    let mut tell = |line: &str| println!("{line}");
    let report = Report::of(gather::explored(&scenarios::all(), Some(&hasty), &options, limits, &mut tell));
    print!("\n{}", text(&report));
    if report.holds() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
