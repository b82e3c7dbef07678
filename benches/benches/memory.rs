//! Memory: the most that the built program takes for each kind of work, beside what it may take. Not a matter of time, so
//! each is done once.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::path::Path;

use omnicraft_benches::business::{Business, sizes};
use omnicraft_benches::program::Program;
use omnicraft_benches::results::keep;
use omnicraft_benches::results::memory::{MEMORY, Peak};

/// What a snapshot may take, and what anything else may.
const SNAPSHOT: u64 = 32 << 20;
const ANYTHING: u64 = 128 << 20;

fn main() {
    for (name, size) in sizes() {
        measure(name, &Business::new(size));
    }
}

fn measure(size: &str, business: &Business) {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let Some(program) = Program::in_home(&home) else { return };
    let database = business.path();
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let [file, sheets] = ["taken.db", "taken.zip"].map(|name| path(&folder.path().join(name)));
    program.run(&["init"]);
    program.run(&["workspace", "add", "Measured", "--db", &path(&database)]);
    let work: [(&str, &[&str], u64); 8] = [
        ("the app starts, all tiers are due", &["open"], SNAPSHOT),
        ("a snapshot, unlike the last", &["snapshot"], SNAPSHOT),
        ("every snapshot in full", &["verify"], ANYTHING),
        ("export of the database", &["export", "--workspace", "Measured", "--db", &file], ANYTHING),
        ("export as CSV", &["export", "--workspace", "Measured", "--csv", &sheets], ANYTHING),
        ("preview of a file", &["preview", "--workspace", "Measured", &file], ANYTHING),
        ("restore of a CSV archive", &["restore", "--workspace", "Measured", &sheets], ANYTHING),
        ("the app closes", &["close"], ANYTHING),
    ];
    let peaks = work.into_iter().filter_map(|(what, words, limit)| {
        if words == ["snapshot"] {
            change(&database);
        }
        let bytes = program.peak(words)?;
        Some(Peak { what: what.to_owned(), business: business.bytes, bytes, limit })
    });
    let peaks: Vec<Peak> = peaks.collect();
    peaks.iter().for_each(tell);
    keep(MEMORY, size, &peaks);
}

/// Something that no snapshot has yet.
fn change(database: &Path) {
    let connection = rusqlite::Connection::open(database).unwrap();
    connection
        .execute_batch("CREATE TABLE IF NOT EXISTS noted (day TEXT); INSERT INTO noted VALUES ('today')")
        .unwrap();
}

#[expect(clippy::print_stdout, reason = "what a bench is for")]
fn tell(peak: &Peak) {
    println!("{peak}");
}
