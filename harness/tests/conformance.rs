//! The simulated disk is the real one's likeness: each scenario, lived on the files of this computer, makes the same
//! changes and syncs in the same order as on the simulated disk.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot set up its world fails, and says why it is skipped"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use omnicraft_harness::crash::scenarios::{self, Scenario};
use omnicraft_harness::sim::machine::Build;
use omnicraft_harness::sim::operation::FileId;
use omnicraft_harness::sim::vfs::SimVfs;
use omnicraft_harness::{conformance, strace};

#[test]
fn both_disks_tell_the_same() {
    if let Some(reason) = cannot() {
        eprintln!("skipped: {reason}");
        return;
    }
    let vfs = Arc::new(SimVfs::register("conformance"));
    let mut different = Vec::new();
    for scenario in scenarios::all() {
        let (simulated, real) = (simulated(&vfs, &scenario, Build::shipped()), real(&scenario));
        assert!(simulated.len() > 2, "{} does nothing", scenario.name);
        if simulated != real {
            different.push(format!("{}:\n{}", scenario.name, first_difference(&simulated, &real)));
        }
    }
    assert!(different.is_empty(), "{} scenarios differ\n{}", different.len(), different.join("\n"));
}

/// A comparison that nothing can fail proves nothing: with one sync swallowed the two differ.
#[test]
fn a_swallowed_sync_is_seen() {
    let vfs = Arc::new(SimVfs::register("conformance-swallowed"));
    let scenario = scenarios::all().into_iter().next().unwrap();
    let swallows = Build { syncs: Arc::new(|path| !path.ends_with("catalog.db-journal")), ..Build::shipped() };
    assert_ne!(simulated(&vfs, &scenario, Build::shipped()), simulated(&vfs, &scenario, swallows));
}

fn cannot() -> Option<String> {
    let root = rustix::process::geteuid().is_root();
    strace::missing().or_else(|| (!root).then(|| "only root may take a folder for the whole disk (chroot)".to_owned()))
}

fn simulated(vfs: &Arc<SimVfs>, scenario: &Scenario, build: Build) -> Vec<String> {
    let (trace, _) = scenario.trace(&scenario.parts(vfs, build));
    let files = trace.base.names.iter().filter_map(|(path, file)| Some(((*file)?, path.to_path_buf())));
    let names: BTreeMap<FileId, PathBuf> = files.collect();
    conformance::of_log(&names, &trace.log)
}

fn real(scenario: &Scenario) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("disk");
    std::fs::create_dir(&root).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_live_here"));
    command.env_clear().arg(&root).arg(scenario.name).current_dir("/");
    let (ran, calls) = strace::watch_all(&command, &folder.path().join("log"));
    assert!(ran.status.success(), "{}: {ran}", scenario.name);
    conformance::of_calls(Path::new(&root), &calls)
}

fn first_difference(simulated: &[String], real: &[String]) -> String {
    let same = simulated.iter().zip(real).take_while(|(simulated, real)| simulated == real).count();
    let shown = |lines: &[String]| {
        lines[same.saturating_sub(2).min(lines.len())..].iter().take(6).cloned().collect::<Vec<_>>().join("\n    ")
    };
    format!("  simulated\n    {}\n  real\n    {}", shown(simulated), shown(real))
}
