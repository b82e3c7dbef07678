//! Backup: one durable copy as automatic snapshots are taken, warm and cold, and a whole app start with all four tiers due,
//! beside what others do for less.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::business::{Business, clear, forget, sizes};
use omnicraft_benches::contest::{Contest, Timed, timed};
use omnicraft_benches::engine::{self, Home};
use omnicraft_benches::peers;
use omnicraft_benches::scripts::{self, Backup};
use omnicraft_fixtures::Size;

const CP: &str = "cp + fsync";
const SHELL: &str = "sqlite3 .backup";
const ENGINE: &str = "engine: snapshot with its digest";

fn benchmark(criterion: &mut Criterion) {
    for (name, size) in sizes() {
        let business = Business::new(size);
        warm(criterion, (name, size), &business);
        cold(criterion, (name, size), &business);
        tiers(criterion, name, &business);
    }
}

fn warm(criterion: &mut Criterion, (name, size): (&str, Size), business: &Business) {
    let (from, to) = (business.path(), business.beside("copy.db"));
    let (from, to) = (from.as_path(), to.as_path());
    let fresh = || clear(to);
    let cp = (CP, timed(fresh, || peers::copy(from, to)));
    let mut contest = Contest::new(criterion, ("backup", &format!("snapshot, {name}")), business.bytes, cp);
    contest.against(ENGINE, timed(fresh, || engine::snapshot(from, to)));
    contest.against("engine: the same through SQLite", timed(fresh, || engine::snapshot_through_sqlite(from, to)));
    if peers::has("sqlite3") {
        contest.against(SHELL, timed(fresh, || peers::shell_backup(from, to)));
    }
    contest.against("VACUUM INTO", timed(fresh, || peers::vacuum_into(from, to)));
    for backup in scripts::backups() {
        contest.against(backup.name, copied_by(backup, from, to));
    }
    // Between 10 MB and 1 GB; a millisecond's work is a few system calls here and there.
    match size {
        Size::Small => contest.goal(ENGINE, SHELL, 1.0),
        Size::Medium => contest.goal(ENGINE, CP, 1.1).goal(ENGINE, SHELL, 0.4),
        Size::Large => contest.goal(ENGINE, CP, 0.65).goal(ENGINE, SHELL, 0.27),
    };
    contest.finish();
}

fn copied_by<'w>(backup: Backup, from: &'w Path, to: &'w Path) -> Timed<'w> {
    Box::new(move || {
        clear(to);
        backup.copy(from, to)
    })
}

fn cold(criterion: &mut Criterion, (name, size): (&str, Size), business: &Business) {
    let (from, to) = (business.path(), business.beside("copy.db"));
    let (from, to) = (from.as_path(), to.as_path());
    let fresh = || {
        clear(to);
        forget(from);
    };
    let cp = (CP, timed(fresh, || peers::copy(from, to)));
    let mut contest = Contest::new(criterion, ("backup", &format!("snapshot, cold, {name}")), business.bytes, cp);
    contest.against(ENGINE, timed(fresh, || engine::snapshot(from, to)));
    if size == Size::Large {
        contest.goal(ENGINE, CP, 0.9);
    }
    contest.finish();
}

fn tiers(criterion: &mut Criterion, name: &str, business: &Business) {
    const START: &str = "engine: read once, check, publish four";
    let home = RefCell::new(None);
    let (from, to) = (business.path(), business.beside("copy.db"));
    let fresh = || clear(&to);
    let (one, backup): (&str, Timed<'_>) = match peers::has("sqlite3") {
        true => ("one sqlite3 .backup", timed(fresh, || peers::shell_backup(&from, &to))),
        false => ("one VACUUM INTO", timed(fresh, || peers::vacuum_into(&from, &to))),
    };
    let group = format!("four tiers due, {name}");
    let mut contest = Contest::new(criterion, ("backup", &group), business.bytes, (one, backup));
    let renew = || {
        clear(&to);
        drop(home.replace(Some(Home::with(business))));
    };
    let start = || home.borrow_mut().as_mut().map(Home::start).unwrap();
    contest.against(START, timed(renew, start)).goal(START, one, 1.0);
    contest.finish();
}

criterion_group! {
    name = backups;
    config = engine::criterion(Duration::from_secs(2));
    targets = benchmark
}
criterion_main!(backups);
