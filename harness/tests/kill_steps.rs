//! A kill at every moment of every command, followed by `open`: each system call that changes a file, or follows one
//! that does, is tried, and the oracle judges what the next start makes of it.
#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "tests are the world outside: users, disks and other programs")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]
#![expect(clippy::print_stdout, reason = "what was skipped, and how to repeat it")]

use std::fs;
use std::path::{Path, PathBuf};

use omnicraft_harness::content::{self, Digest};
use omnicraft_harness::oracle::{Allowed, Treasure, Unfinished, judge, judge_wreck};
use omnicraft_harness::random::{Random, setting};
use omnicraft_harness::strace::{self, Call, Point};
use omnicraft_harness::world::World;

/// What the live database holds after the command, if it is not killed.
enum After {
    /// What it held before.
    Same,
    /// This version.
    Version(Digest),
    /// This version, and nothing else even if it is killed: it was decided before.
    Decided(Digest),
    /// Something that the app makes of it, known by this name.
    New(&'static str),
}

/// A command that is killed in a world.
struct Story<'a> {
    command: &'a str,
    after: After,
    unfinished: Option<Unfinished>,
    /// Comes before the command, each time.
    prelude: &'a dyn Fn(&World),
    /// Must hold after recovery as well.
    also: &'a dyn Fn(&World) -> Result<(), String>,
}

impl<'a> Story<'a> {
    fn of(command: &'a str, after: After) -> Self {
        Self { command, after, unfinished: None, prelude: &|_| {}, also: &|_| Ok(()) }
    }
}

/// Kills the command at every point, and judges. Every failure of a run is told, with the call it was killed before.
#[track_caller]
fn check(mut world: World, story: Story<'_>) {
    if let Some(reason) = strace::missing() {
        println!("skipped: {reason}");
        return;
    }
    let seed = setting("OMNICRAFT_SEED").unwrap_or(1);
    world.save();
    let treasure = Treasure::of(&world);
    let points = strace::points(&watch(&world, &story), &mut Random::new(seed));
    let allowed = allowed(&mut world, &treasure, story.after, story.unfinished);
    assert!(points.len() > 1, "`{}` changes nothing, so a kill of it proves nothing", story.command);

    let mut faults = Vec::new();
    let mut held = Vec::new();
    for point in &points {
        match try_point(&mut world, story.command, story.prelude, point, &treasure, &allowed, story.also) {
            Ok(live) => held.push((point, live)),
            Err(fault) => faults.push(format!("killed before {}\n{fault}", point.about)),
        }
    }
    println!("`{}`: {} kills judged, seed {seed}", story.command, points.len());
    assert!(
        faults.is_empty(),
        "{} of {} kills:\n{}",
        faults.len(),
        points.len(),
        faults[..faults.len().min(5)].join("\n\n")
    );
    // How many pages the catalog writes varies with the time of day in it, so the n-th write may be an earlier one.
    held.retain(|(point, _)| !point.is_write());
    let mut turned = held.iter().skip_while(|(_, live)| Some(*live) == treasure.live);
    let back = turned.clone().find(|(_, live)| Some(*live) == treasure.live);
    let first = turned.next();
    assert!(
        back.is_none(),
        "the new content was there when killed before {first:?}, and not when killed later, before {back:?}"
    );
}

fn watch(world: &World, story: &Story<'_>) -> Vec<Call> {
    world.reset();
    (story.prelude)(world);
    let (ran, calls) = strace::watch(&world.command(story.command), &world.root(), &world.root().with_extension("log"));
    assert!(ran.is_applied(), "`{}`: {ran}", story.command);
    calls
}

/// What may be found, now that the command has been run to its end.
fn allowed(world: &mut World, treasure: &Treasure, after: After, unfinished: Option<Unfinished>) -> Allowed {
    let now = world.content().unwrap();
    let mut live: Vec<Digest> = treasure.live.into_iter().chain([now]).collect();
    match after {
        After::Same => assert_eq!(Some(now), treasure.live),
        After::Decided(version) => {
            assert_eq!(now, version, "it left {}", world.name_of(now));
            live = vec![version];
        }
        After::Version(version) => assert_eq!(now, version, "it left {}", world.name_of(now)),
        After::New(name) => world.know(now, name.to_owned()),
    }
    Allowed { live, unfinished }
}

fn try_point(
    world: &mut World,
    command: &str,
    prelude: &dyn Fn(&World),
    point: &Point,
    treasure: &Treasure,
    allowed: &Allowed,
    also: &dyn Fn(&World) -> Result<(), String>,
) -> Result<Digest, String> {
    let set_up = || {
        world.reset();
        prelude(world);
        world.command(command)
    };
    strace::kill_in(&set_up, point)?;
    judge_wreck(world, treasure)?;
    let live = judge(world, treasure, allowed)?;
    also(world)?;
    Ok(live)
}

/// A shop some days old: all tiers, a full ring, a manual snapshot, and an entry that no snapshot holds yet.
fn shop() -> World {
    let mut world = World::books();
    world.run("open").applied();
    for _ in 0..3 {
        world.commit();
        world.run("close").applied();
    }
    world.commit();
    world.run("snapshot").applied();
    world.commit();
    world
}

/// The id and the content of the snapshot in a slot.
fn snapshot(world: &World, slot: &str) -> (String, Digest) {
    let cards = world.list();
    let card = cards.iter().find(|card| card.slot == slot).unwrap();
    (card.id.clone(), content::of_sealed(&card.path).unwrap())
}

/// Another database, which somebody else made.
fn photos(world: &mut World) -> PathBuf {
    let path = world.path("photos.db");
    let sql = "CREATE TABLE photos (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO photos (name) VALUES ('a'), ('b')";
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    world.know(content::of_sealed(&path).unwrap(), "the photos".to_owned());
    path
}

#[test]
fn init_and_the_first_open() {
    if let Some(reason) = strace::missing() {
        return println!("skipped: {reason}");
    }
    let mut world = World::nothing();
    world.save();
    let (ran, calls) = strace::watch(&world.command("init"), &world.root(), &world.root().with_extension("log"));
    assert!(ran.is_applied(), "{ran}");
    let points = strace::points(&calls, &mut Random::new(setting("OMNICRAFT_SEED").unwrap_or(1)));
    for point in points {
        let set_up = || {
            world.reset();
            world.command("init")
        };
        strace::kill_in(&set_up, &point).unwrap();
        let again = world.run("init");
        let opened = world.run("open");
        assert!(opened.is_applied(), "killed before {}\ninit again: {again}\nopen: {opened}", point.about);
        let cards = world.list();
        assert_eq!(cards.len(), 4, "killed before {}: {cards:?}", point.about);
        cards.iter().for_each(|card| assert!(content::of_sealed(&card.path).is_ok(), "{}", point.about));
    }
}

#[test]
fn open_with_all_tiers_due() {
    check(World::books(), Story::of("open", After::Same));
}

/// The catalog once wrote a page less than while it was watched, so the command ended before the kill, and a test that
/// had nothing against the engine failed.
#[test]
fn a_write_that_does_not_come_is_the_one_before() {
    if let Some(reason) = strace::missing() {
        return println!("skipped: {reason}");
    }
    let mut world = World::books();
    world.save();
    let (_, calls) = strace::watch(&world.command("open"), &world.root(), &world.root().with_extension("log"));
    let last = calls.iter().filter(|call| call.name == "pwrite64").map(|call| call.nth).max().unwrap();
    let about = "a write more than there are".to_owned();
    let point = Point { name: "pwrite64".to_owned(), path: None, nth: last + 1, about };
    let set_up = || {
        world.reset();
        world.command("open")
    };
    strace::kill_in(&set_up, &point).unwrap();
}

#[test]
fn open_on_the_next_day() {
    let mut world = shop();
    world.later(24);
    check(world, Story::of("open", After::Same));
}

#[test]
fn close_with_a_full_ring() {
    check(shop(), Story::of("close", After::Same));
}

#[test]
fn close_after_the_app_died() {
    let mut world = shop();
    world.commit_and_die();
    check(world, Story::of("close", After::Same));
}

#[test]
fn snapshot_on_request() {
    check(shop(), Story::of("snapshot", After::Same));
}

#[test]
fn snapshot_with_a_pin() {
    check(shop(), Story::of("snapshot --pin \"before the fair\"", After::Same));
}

#[test]
fn pin() {
    let world = shop();
    let (id, _) = snapshot(&world, "auto_close_3");
    check(world, Story::of(&format!("pin {id} \"tax office\""), After::Same));
}

#[test]
fn restore() {
    let mut world = shop();
    let (id, content) = snapshot(&world, "auto_close_2");
    // The trap: a log with the old content beside the database that is swapped in.
    world.commit_and_die();
    check(world, Story::of(&format!("--yes restore {id}"), After::Version(content)));
}

#[test]
fn restore_over_a_damaged_database() {
    let world = shop();
    let (id, content) = snapshot(&world, "auto_close_1");
    let mut bytes = fs::read(world.live()).unwrap();
    bytes[..4096].fill(0);
    fs::write(world.live(), &bytes).unwrap();
    let command = format!("--yes restore {id}");
    let unfinished = Some(Unfinished::Damaged(bytes, command.clone()));
    check(world, Story { unfinished, ..Story::of(&command, After::Version(content)) });
}

#[test]
fn open_that_finishes_an_interrupted_restore() {
    let mut world = shop();
    let (id, content) = snapshot(&world, "auto_close_2");
    let committed = world.commit_and_die();
    let command = format!("--yes restore {id}");
    if let Some(reason) = strace::missing() {
        return println!("skipped: {reason}");
    }
    world.save();
    let (_, calls) = strace::watch(&world.command(&command), &world.root(), &world.root().with_extension("log"));
    let decided = calls
        .iter()
        .position(|call| call.name.starts_with("rename") && call.arguments.ends_with(".restore-intent.json\""));
    let point = strace::points(&calls[decided.unwrap() + 1..], &mut Random::new(1)).remove(0);
    world.reset();
    let prelude = |world: &World| assert!(strace::was_killed(&strace::kill(&world.command(&command), &point)));
    assert_ne!(committed, content);
    check(world, Story { prelude: &prelude, ..Story::of("open", After::Decided(content)) });
}

#[test]
fn undo() {
    let mut world = shop();
    let before = world.commit();
    let (id, _) = snapshot(&world, "auto_close_2");
    world.run(&format!("--yes restore {id}")).applied();
    world.commit_and_die();
    check(world, Story::of("--yes undo", After::Version(before)));
}

#[test]
fn accounting_reset() {
    let day = |path: &Path| {
        omnicraft_fixtures::work_day(path, "2026-11-20".parse().unwrap(), 7).unwrap();
    };
    let mut world = World::business("0004", day);
    world.run("open").applied();
    world.commit();
    check(world, Story::of("--yes reset accounting", After::New("the books after the reset")));
}

#[test]
fn migration_from_the_first_version() {
    let world = World::business("0001", |_| {});
    world.run("open").applied();
    let command = "--yes migrate";
    let unfinished = Some(Unfinished::Older(command.to_owned()));
    check(world, Story { unfinished, ..Story::of(command, After::New("the newest version")) });
}

#[test]
fn export() {
    let mut world = shop();
    let before = world.commit();
    let path = world.path("stick.db");
    let also = |_: &World| match path.exists().then(|| content::of_sealed(&path)) {
        None => Ok(()),
        Some(Ok(found)) if found == before => Ok(()),
        Some(other) => Err(format!("the exported file holds {other:?}")),
    };
    let command = format!("export --db {}", path.display());
    check(world, Story { also: &also, ..Story::of(&command, After::Same) });
}

#[test]
fn export_over_an_older_one() {
    let mut world = shop();
    let path = world.path("stick.db");
    let older = world.content().unwrap();
    world.run(&format!("export --db {}", path.display())).applied();
    let newer = world.commit();
    let also = |_: &World| match content::of_sealed(&path) {
        Ok(found) if found == older || found == newer => Ok(()),
        other => Err(format!("the exported file holds {other:?}")),
    };
    let command = format!("export --force --db {}", path.display());
    check(world, Story { also: &also, ..Story::of(&command, After::Same) });
}

#[test]
fn workspace_add() {
    let mut world = shop();
    let other = photos(&mut world);
    let also = |world: &World| {
        let known = world.run("--json workspace list").json().as_array().map_or(0, Vec::len);
        match known {
            1 => world.run(&format!("workspace add Photos --db {}", other.display())).is_applied().then_some(()),
            2 => Some(()),
            _ => None,
        }
        .ok_or_else(|| format!("{known} workspaces are known"))
    };
    let command = format!("workspace add Photos --db {}", other.display());
    check(world, Story { also: &also, ..Story::of(&command, After::Same) });
}

#[test]
fn workspace_remove() {
    let mut world = shop();
    let other = photos(&mut world);
    world.run(&format!("workspace add Photos --db {}", other.display())).applied();
    let also = |world: &World| {
        let intact = content::of_sealed(&other).is_ok();
        let known = world.run("--json workspace list").json().as_array().map_or(0, Vec::len);
        if intact && (1..=2).contains(&known) { Ok(()) } else { Err(format!("{known} workspaces are known")) }
    };
    check(world, Story { also: &also, ..Story::of("--yes workspace remove Photos", After::Same) });
}

#[test]
fn verify() {
    check(shop(), Story::of("verify", After::Same));
}

#[test]
fn drill() {
    check(shop(), Story::of("drill", After::Same));
}
