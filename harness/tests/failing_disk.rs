//! A disk that fails under a command: what is said to be done is done.
#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "what was skipped")]

use omnicraft_harness::strace;
use omnicraft_harness::world::World;

/// On ext4 whose disk failed in the middle of it, a reset was told to be done, and after the next start everything was
/// there again: the disk had refused what SQLite wrote last, when the connection was closed, and SQLite keeps that to itself.
#[test]
fn a_reset_is_done_only_if_the_disk_took_all_of_it() {
    for command in ["--yes reset accounting", "--yes reset factory"] {
        let mut world = World::business("0004", |path| {
            omnicraft_fixtures::work_day(path, "2026-11-20".parse().unwrap(), 7).unwrap();
        });
        world.run("open").applied();
        world.commit();
        check(world, command, "may be back after a power cut");
    }
}

/// The same could happen to a migration.
#[test]
fn a_migration_is_done_only_if_the_disk_took_all_of_it() {
    let world = World::business("0001", |_| {});
    world.run("open").applied();
    check(world, "--yes migrate", "disk I/O error");
}

/// Refuses the last sync of a command, which then must say so.
#[track_caller]
fn check(mut world: World, command: &str, says: &str) {
    if let Some(reason) = strace::missing() {
        println!("skipped: {reason}");
        return;
    }
    world.save();
    let log = world.root().with_extension("calls");
    let (ran, calls) = strace::watch(&world.command(command), &world.root(), &log);
    ran.applied();
    let syncs = calls.iter().filter(|call| call.is_sync()).count();
    world.reset();
    let refused = strace::refuse_syncs(&world.command(command), syncs);
    assert!(!refused.is_applied() && refused.to_string().contains(says), "{command}: {refused}");
}
