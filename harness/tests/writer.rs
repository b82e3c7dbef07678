//! An app in another process commits at full speed while snapshots are taken: it never meets `SQLITE_BUSY`, and every
//! snapshot is one of its commits, whole.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]

use std::time::Duration;

use omnicraft_harness::app::Running;
use omnicraft_harness::content;
use omnicraft_harness::world::World;
use omnicraft_harness::{books, listing};
use rusqlite::{Connection, OpenFlags};

const PRETEND_APP: &str = env!("CARGO_BIN_EXE_pretend_app");
const SNAPSHOTS: usize = 5;
const MEGABYTES: i64 = 40;

/// The app waits for nobody: whoever holds its lock for a moment ends it.
#[test]
fn an_app_at_full_speed_is_never_in_the_way_of_a_snapshot_nor_the_other_way_round() {
    // Many steps of the copy, and many commits between them.
    let mut world = World::books_and(|connection| books::add_ballast(connection, MEGABYTES).unwrap());
    let number = world.next_entry();
    let app = Running::start(PRETEND_APP, &world.live(), number, Duration::ZERO, Duration::ZERO);
    let mut counted = Vec::new();
    for _ in 0..SNAPSHOTS {
        world.run("snapshot").applied();
        // The newest card comes first.
        counted.push(entries(&world.list()[0]));
    }
    let ended = app.close();

    assert_eq!(ended.trouble, None);
    let committed = i64::try_from(ended.acknowledged.len()).unwrap() + 1;
    println!("{committed} commits, {counted:?} of them in the snapshots");
    assert!(counted.is_sorted() && counted[SNAPSHOTS - 1] > counted[0], "the app stood still: {counted:?}");
    assert!(*counted.last().unwrap() <= committed);
    let live = Connection::open_with_flags(world.live(), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    assert_eq!((books::audit(&live).unwrap(), books::entries(&live).unwrap()), (None, committed));
}

/// Entries in a snapshot, which must be the first ones without a gap.
fn entries(card: &listing::Card) -> i64 {
    content::of_sealed(&card.path).unwrap();
    let snapshot = Connection::open_with_flags(&card.path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    assert_eq!(books::audit(&snapshot).unwrap(), None, "{} is a mixture of commits", card.slot);
    let last: i64 = snapshot.query_row("SELECT max(number) FROM entries", [], |row| row.get(0)).unwrap();
    assert_eq!(books::entries(&snapshot).unwrap(), last, "{} lacks a commit", card.slot);
    last
}
