//! The oracle itself: each way to lose something, done on purpose, is found and named.
#![expect(clippy::disallowed_methods, reason = "tests are the world outside: users, disks and other programs")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]

use std::fs;

use omnicraft_harness::oracle::{Allowed, Treasure, judge, judge_wreck};
use omnicraft_harness::world::World;
use rusqlite::Connection;

/// What the oracle says after `break_it`; empty if it finds nothing.
#[track_caller]
fn check(break_it: impl FnOnce(&mut World), expected: &str) {
    let mut world = World::books();
    world.run("open").applied();
    for _ in 0..3 {
        world.commit();
        world.run("close").applied();
    }
    world.run("--yes restore auto_close_2").applied();
    world.commit();
    let treasure = Treasure::of(&world);
    let allowed = Allowed { live: treasure.live.into_iter().collect(), unfinished: None };
    break_it(&mut world);
    let verdict = judge_wreck(&world, &treasure).and_then(|()| judge(&mut world, &treasure, &allowed).map(drop));
    match verdict {
        Ok(()) => assert_eq!(expected, "", "the oracle found nothing"),
        Err(fault) => assert!(!expected.is_empty() && fault.contains(expected), "{fault}"),
    }
}

fn sql(world: &World, file: &str, sql: &str) {
    Connection::open(world.path(file)).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn finds_nothing_where_nothing_is_lost() {
    check(|_| {}, "");
}

#[test]
fn finds_a_lost_commit() {
    let older = |world: &mut World| {
        fs::copy(world.backups().join("auto_close_3.db"), world.live()).unwrap();
    };
    check(older, "after `open` the live database holds entry 2");
}

#[test]
fn finds_a_mixture() {
    let mix = |world: &mut World| sql(world, "shop.db", "UPDATE goods SET picture = x'00' WHERE id = 1");
    check(mix, "which was never committed");
}

#[test]
fn finds_a_lost_ring() {
    let lose = |world: &mut World| fs::remove_file(world.backups().join("auto_close_2.db")).unwrap();
    check(lose, "right after the kill the ring had lost entry 3");
}

#[test]
fn finds_a_lost_safeguard() {
    let lose = |world: &mut World| fs::remove_file(world.backups().join("auto_before_restore.db")).unwrap();
    check(lose, "auto_before_restore is gone");
}

#[test]
fn finds_a_snapshot_of_something_else() {
    let change = |world: &mut World| sql(world, "home/backups/auto_daily.db", "DELETE FROM goods WHERE id = 1");
    check(change, "which was never committed");
}

#[test]
fn finds_what_is_left_behind() {
    let leave = |world: &mut World| fs::write(world.path(".staged-1-to-stick.db"), b"half").unwrap();
    check(leave, "left behind");
}
