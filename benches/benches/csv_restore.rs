//! CSV restore: an archive into a new database with everything checked, beside imports of the same rows that check
//! nothing but the rules of the tables.
#![expect(clippy::disallowed_methods, reason = "it makes and removes files of its own")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::fs;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::archive::Archivist;
use omnicraft_benches::business::{Business, clear, sizes};
use omnicraft_benches::contest::{Contest, Timed, timed};
use omnicraft_benches::sheets::{PYTHON, SQLITE_UTILS, Sheets};
use omnicraft_benches::{engine, peers};

fn benchmark(criterion: &mut Criterion) {
    if !peers::has("sqlite3") {
        return;
    }
    for (name, size) in sizes() {
        restores(criterion, name, &Business::of_rows(size));
    }
}

fn restores(criterion: &mut Criterion, size: &str, business: &Business) {
    const SHELL: &str = "sqlite3 .import";
    const ENGINE: &str = "engine: read all of it, then build and prove";
    let (from, sheets, archivist) = (business.path(), Sheets::of(&business.path()), Archivist::of(&business.path()));
    let (folder, archive) = (business.beside("csv"), business.beside("books.zip"));
    let (template, new) = (business.beside("template.db"), business.beside("new.db"));
    archivist.pack(&from, &archive);
    sheets.template(&from, &template);
    sheets.shell_csv_to_import(&from, &folder);
    let fresh = || clear(&new);
    let empty = || {
        fresh();
        fs::copy(&template, &new).unwrap();
    };
    let build = || archivist.build(&archive, &new);
    let restore = || {
        archivist.inspect(&archive);
        build();
    };
    let import = (SHELL, timed(empty, || sheets.shell_import(&folder, &new)));
    let group = format!("CSV restore of all tables, {size}");
    let mut contest = Contest::new(criterion, ("csv_restore", &group), business.bytes, import);
    contest.against(ENGINE, timed(fresh, restore)).goal(ENGINE, SHELL, 0.3);
    contest.against("engine: build and prove alone", timed(fresh, build));
    if PYTHON.is_here() {
        let python: Timed<'_> = Box::new(|| {
            empty();
            sheets.python_import(&folder, &new)
        });
        contest.against("Python's executemany", python);
    }
    if SQLITE_UTILS.is_here() {
        let utils: Timed<'_> = Box::new(|| {
            empty();
            sheets.sqlite_utils_import(&folder, &new)
        });
        contest.against("sqlite-utils' insert_all", utils);
    }
    contest.finish();
}

criterion_group! {
    name = restoring;
    config = engine::criterion(Duration::from_secs(2));
    targets = benchmark
}
criterion_main!(restoring);
