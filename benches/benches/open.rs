//! The app starts and nothing is due: the built program, beside a bare look into a database.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::contest::{Contest, at_once};
use omnicraft_benches::program::Program;
use omnicraft_benches::{engine, peers};

fn benchmark(criterion: &mut Criterion) {
    const ENGINE: &str = "omnicraft open";
    const SHELL: &str = "sqlite3 'select 1'";
    if !peers::has("sqlite3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let Some(program) = Program::in_home(home) else { return };
    program.run(&["init", "--sample", "medium"]);
    program.run(&["open"]);
    let database = database(home);
    let look = at_once(|| look_into(&database));
    let group = "open, nothing due, medium";
    let mut contest =
        Contest::new(criterion, ("open", group), std::fs::metadata(&database).unwrap().len(), (SHELL, look));
    contest.against(ENGINE, at_once(|| program.run(&["open"]))).goal(ENGINE, SHELL, 1.5).finish();
}

fn database(home: &Path) -> PathBuf {
    let mut files = std::fs::read_dir(home).unwrap().map(|entry| entry.unwrap().path());
    files.find(|file| file.extension().is_some_and(|end| end == "db")).unwrap()
}

fn look_into(database: &Path) {
    let look = ["select count(*) from sqlite_schema"];
    let told = Command::new("sqlite3").arg(database).args(look).stdin(Stdio::null()).output().unwrap();
    assert!(told.status.success());
}

criterion_group! {
    name = opening;
    config = engine::criterion(Duration::from_secs(2));
    targets = benchmark
}
criterion_main!(opening);
