//! Restore: a file into a live database, behind a verified safeguard and with everything checked, beside what others do
//! without.
#![expect(clippy::disallowed_methods, reason = "it makes and removes files of its own")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::cell::RefCell;
use std::fs;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::business::{Business, sizes};
use omnicraft_benches::contest::{Contest, Timed, at_once};
use omnicraft_benches::engine::{self, Home};
use omnicraft_benches::peers;
use omnicraft_fixtures::Size;

fn benchmark(criterion: &mut Criterion) {
    for (name, size) in sizes() {
        restores(criterion, (name, size), &Business::new(size));
    }
}

fn restores(criterion: &mut Criterion, (name, size): (&str, Size), business: &Business) {
    const ENGINE: &str = "engine: check, safeguard, swap, check";
    const RENAME: &str = "cp + fsync + rename";
    let (from, live, new) = (business.path(), business.beside("live.db"), business.beside("new.db"));
    business.copy_to(&live);
    let home = RefCell::new(Home::with(business));
    let rename = || {
        peers::copy(&from, &new);
        fs::rename(&new, &live).unwrap();
    };
    let (who, yardstick): (&str, Timed<'_>) = match peers::has("sqlite3") {
        true => ("sqlite3 .restore", at_once(|| peers::shell_restore(&live, &from))),
        false => (RENAME, at_once(rename)),
    };
    let group = format!("restore of one .db, {name}");
    let mut contest = Contest::new(criterion, ("restore", &group), business.bytes, (who, yardstick));
    contest.against(RENAME, at_once(rename));
    contest.against(ENGINE, at_once(|| home.borrow_mut().restore(&from)));
    if size != Size::Small {
        contest.goal(ENGINE, "sqlite3 .restore", 0.6);
    }
    contest.finish();
}

criterion_group! {
    name = restoring;
    config = engine::criterion(Duration::from_secs(2));
    targets = benchmark
}
criterion_main!(restoring);
