//! Preview: what a restore would change, row by row, after one in a hundred rows has changed since the snapshot.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::cell::RefCell;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::business::{Business, sizes};
use omnicraft_benches::contest::{Contest, at_once};
use omnicraft_benches::engine::{self, Home};
use omnicraft_benches::peers;
use omnicraft_erp::BUSINESS;
use omnicraft_erp::OmniCraft;
use omnicraft_host::ports::app::App as _;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::progress::{Progress, Unobserved};
use omnicraft_host::sqlite::{Opener, compare};
use rusqlite::Connection;

fn benchmark(criterion: &mut Criterion) {
    if !peers::has_sqldiff() {
        return;
    }
    for (name, size) in sizes() {
        previews(criterion, name, &Business::new(size));
    }
}

fn previews(criterion: &mut Criterion, name: &str, business: &Business) {
    const SQLDIFF: &str = "sqldiff --summary";
    const ENGINE: &str = "engine: preview, with the check of the snapshot";
    const ALONE: &str = "engine: the comparison alone";
    let mut home = Home::with(business);
    home.start();
    let (live, then) = (home.live(), business.path());
    change(&Connection::open(&live).unwrap());
    let home = RefCell::new(home);
    let sqldiff = (SQLDIFF, at_once(|| peers::sqldiff(&live, &then)));
    let group = format!("preview, one row of a hundred changed, {name}");
    let mut contest = Contest::new(criterion, ("preview", &group), business.bytes, sqldiff);
    contest.against(ENGINE, at_once(|| home.borrow_mut().preview())).goal(ENGINE, SQLDIFF, 0.3);
    contest.against(ALONE, at_once(|| compared(&live, &then)));
    contest.finish();
}

fn compared(live: &std::path::Path, then: &std::path::Path) {
    let clock = SystemClock::new();
    let mut progress = Progress::new(&Unobserved, &clock, String::new());
    let app = OmniCraft::new();
    let profiles = app.profiles();
    let profile = profiles.iter().find(|profile| profile.name == BUSINESS);
    let found = compare::differences(&Opener::default(), live, then, profile, &mut progress).unwrap();
    assert!(found.tables.iter().any(|table| table.changed > 0));
}

/// The newest hundredth of the sales was worked on: what changes lies together, as it does in a shop.
fn change(app: &Connection) {
    let changed = app.execute(
        "UPDATE sales SET channel = iif(channel = 'shop', 'market', 'shop') WHERE rowid > (SELECT max(rowid) - max(rowid) / 100 FROM sales)",
        [],
    );
    assert!(changed.unwrap() > 0);
}

criterion_group! {
    name = previewing;
    config = engine::criterion(Duration::from_secs(2));
    targets = benchmark
}
criterion_main!(previewing);
