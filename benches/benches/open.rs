//! The app starts and nothing is due: the built program, beside a bare look into a database.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::contest::{Contest, at_once};
use omnicraft_benches::{engine, peers};

fn benchmark(criterion: &mut Criterion) {
    const ENGINE: &str = "omnicraft open";
    const SHELL: &str = "sqlite3 'select 1'";
    let Some(program) = program().filter(|_| peers::has("sqlite3")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let told = |words: &[&str]| run(Command::new(&program).arg("--home").arg(home).args(words));
    told(&["init", "--sample", "medium"]);
    told(&["open"]);
    let database = database(home);
    let look = at_once(|| run(Command::new("sqlite3").arg(&database).arg("select count(*) from sqlite_schema")));
    let group = "open, nothing due, medium";
    let mut contest =
        Contest::new(criterion, ("open", group), std::fs::metadata(&database).unwrap().len(), (SHELL, look));
    contest.against(ENGINE, at_once(|| told(&["open"]))).goal(ENGINE, SHELL, 1.5).finish();
}

fn database(home: &Path) -> PathBuf {
    let mut files = std::fs::read_dir(home).unwrap().map(|entry| entry.unwrap().path());
    files.find(|file| file.extension().is_some_and(|end| end == "db")).unwrap()
}

/// The program that is shipped, where it was built.
fn program() -> Option<PathBuf> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/omnicraft");
    built.is_file().then_some(built)
}

fn run(command: &mut Command) {
    let ended = command.stdin(Stdio::null()).output().unwrap();
    assert!(ended.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ended.stderr));
}

criterion_group! {
    name = opening;
    config = engine::criterion(Duration::from_secs(2));
    targets = benchmark
}
criterion_main!(opening);
