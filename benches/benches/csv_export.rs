//! CSV export: every table into one archive with its digests, beside the shell and `zip`, which take no digest and lose
//! what is no text.
#![expect(clippy::print_stdout, reason = "archives are weighed, too")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::archive::Archivist;
use omnicraft_benches::business::{Business, clear, sizes};
use omnicraft_benches::contest::{Contest, Timed, timed};
use omnicraft_benches::results::megabytes;
use omnicraft_benches::sheets::{PYTHON, SQLITE_UTILS, Sheets, has_zip};
use omnicraft_benches::{engine, peers};

fn benchmark(criterion: &mut Criterion) {
    if !peers::has("sqlite3") || !has_zip() {
        return;
    }
    for (name, size) in sizes() {
        exports(criterion, name, &Business::of_rows(size));
    }
}

fn exports(criterion: &mut Criterion, size: &str, business: &Business) {
    const SHELL: &str = "sqlite3 -csv + zip -6";
    const ENGINE: &str = "engine: pack";
    let (from, sheets, archivist) = (business.path(), Sheets::of(&business.path()), Archivist::of(&business.path()));
    let (folder, zip, archive) = (business.beside("csv"), business.beside("peer.zip"), business.beside("books.zip"));
    let shell = || {
        sheets.shell_csv(&from, &folder);
        sheets.zip(&folder, &zip);
    };
    let pack = || archivist.pack(&from, &archive);
    let checked = || {
        pack();
        archivist.read_back(&archive);
    };
    let group = format!("CSV export of all tables, {size}");
    let yardstick = (SHELL, timed(|| clear(&zip), shell));
    let mut contest = Contest::new(criterion, ("csv_export", &group), business.bytes, yardstick);
    contest.against(ENGINE, timed(|| clear(&archive), pack)).goal(ENGINE, SHELL, 0.18);
    contest.against("engine: pack and read back", timed(|| clear(&archive), checked));
    let mut weights = vec![(SHELL, weight(&zip)), (ENGINE, weight(&archive))];
    if PYTHON.is_here() {
        let python: Timed<'_> = Box::new(|| {
            clear(&zip);
            sheets.python_export(&from, &zip)
        });
        contest.against("Python's csv + zipfile", python);
        weights.push(("Python's csv + zipfile", weight(&zip)));
    }
    if SQLITE_UTILS.is_here() {
        let utils: Timed<'_> = Box::new(|| {
            clear(&zip);
            sheets.sqlite_utils_export(&from, &zip)
        });
        contest.against("sqlite-utils + csv + zipfile", utils);
        weights.push(("sqlite-utils + csv + zipfile", weight(&zip)));
    }
    contest.finish();
    for (who, weight) in weights {
        println!("  {weight:.2} MB by {who}");
    }
}

fn weight(file: &Path) -> f64 {
    fs::metadata(file).map_or(0.0, |metadata| megabytes(metadata.len()))
}

criterion_group! {
    name = exporting;
    config = engine::criterion(Duration::from_secs(2));
    targets = benchmark
}
criterion_main!(exporting);
