//! A kill at every moment of the exports and imports of archives, and a disk that is full from every moment on: no half
//! file at the user's path, no half restore; and of a global restore either every workspace and the registry are new, or
//! none is.
#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "tests are the world outside: users, disks and other programs")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]
#![expect(clippy::print_stdout, reason = "what was skipped, and how to repeat it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use omnicraft_harness::content::{self, Digest};
use omnicraft_harness::image;
use omnicraft_harness::listing;
use omnicraft_harness::process::Ran;
use omnicraft_harness::random::{Random, setting};
use omnicraft_harness::strace::{self, Call, Point};
use omnicraft_harness::world::World;

/// Every workspace that is looked after, by name, with what its live database holds; `None` where it cannot be read.
type Homes = BTreeMap<String, Option<Digest>>;

/// What befalls a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    /// SIGKILL.
    Kill,
    /// The disk is full from here on.
    Full,
}

/// A command that is hit, and what it is about.
struct Story<'a> {
    command: &'a str,
    /// A file of the user's that is written: absent, as it was, or complete.
    written: Option<&'a Path>,
    /// What must hold after recovery, where the command has been applied (`true`) or not.
    also: &'a dyn Fn(&World, bool) -> Result<(), String>,
}

/// Hits the command at its points, opens the home, and judges: all old or all new, and nothing lost.
#[track_caller]
fn check(mut world: World, story: &Story<'_>) {
    world.save();
    for blow in [Blow::Kill, Blow::Full] {
        world.reset();
        check_blow(&mut world, story, blow);
    }
}

#[track_caller]
fn check_blow(world: &mut World, story: &Story<'_>, blow: Blow) {
    if let Some(reason) = strace::missing() {
        println!("skipped: {reason}");
        return;
    }
    let seed = setting("OMNICRAFT_SEED").unwrap_or(1);
    world.save();
    let old = homes(world);
    world.reset();
    let log = world.root().with_extension("log");
    let (ran, calls) = strace::watch(&world.command(story.command), &world.root(), &log);
    assert!(ran.is_applied(), "`{}`: {ran}", story.command);
    let new = homes(world);
    let complete = story.written.map(|path| members(path).unwrap());
    let mut random = Random::new(seed);
    let points = chosen(blow, blow.points(&calls, &mut random), &mut random);
    assert!(points.len() > 3, "`{}` changes almost nothing", story.command);

    let mut faults = Vec::new();
    let (mut were_old, mut were_new) = (0, 0);
    for point in &points {
        let judged = blow.strike(world, story.command, point).and_then(|ran| {
            judge(world, story, &old, &new, complete.as_ref()).map_err(|fault| format!("{fault}\nthe command: {ran}"))
        });
        match judged {
            Ok(true) => were_new += 1,
            Ok(false) => were_old += 1,
            Err(fault) => faults.push(format!("{blow:?} at {}\n{fault}", point.about)),
        }
    }
    println!(
        "`{}`: {} times {blow:?} judged ({were_old} old, {were_new} new), seed {seed}",
        story.command,
        points.len()
    );
    let shown = faults[..faults.len().min(5)].join("\n\n");
    assert!(faults.is_empty(), "{} of {} times:\n{shown}", faults.len(), points.len());
    assert!(old == new || (were_old > 0 && were_new > 0), "all before or all after the decision");
}

impl Blow {
    fn points(self, calls: &[Call], random: &mut Random) -> Vec<Point> {
        match self {
            Self::Kill => strace::points(calls, random),
            Self::Full => strace::needs_space(calls, random),
        }
    }

    /// A full disk must be told, and not only survived.
    fn strike(self, world: &World, command: &str, point: &Point) -> Result<Ran, String> {
        let set_up = || {
            world.reset();
            world.command(command)
        };
        match self {
            Self::Kill => strace::kill_in(&set_up, point),
            Self::Full => {
                let ran = strace::fill_up(&set_up(), point);
                let told =
                    matches!(ran.code(), Some(0 | 3)) || (ran.code() == Some(1) && ran.stderr.contains("omnicraft: "));
                if told { Ok(ran) } else { Err(format!("nothing was said of the full disk: {ran}")) }
            }
        }
    }
}

/// A part of the points, all about new names of files among them where a process is killed: the kinds of files repeat
/// with every workspace. `OMNICRAFT_SHARE=1` takes all.
fn chosen(blow: Blow, points: Vec<Point>, random: &mut Random) -> Vec<Point> {
    let share = setting("OMNICRAFT_SHARE").unwrap_or(if blow == Blow::Kill { 5 } else { 8 });
    let of_names = |point: &Point| point.name.starts_with("rename") || point.name.starts_with("link");
    points.into_iter().filter(|point| blow == Blow::Kill && of_names(point) || random.below(share) == 0).collect()
}

/// Whether the home turned out new.
fn judge(
    world: &World,
    story: &Story<'_>,
    old: &Homes,
    new: &Homes,
    complete: Option<&BTreeMap<String, String>>,
) -> Result<bool, String> {
    if let (Some(path), Some(complete)) = (story.written, complete)
        && path.exists()
    {
        let found = members(path).map_err(|error| format!("what lies at the user's path is no archive: {error}"))?;
        if found != *complete {
            return Err(format!("what lies at the user's path holds {found:?}, not {complete:?}"));
        }
    }
    let opened = world.run("open");
    let damaged = old.values().any(Option::is_none);
    if !opened.is_applied() && !damaged {
        return Err(format!("`open` failed: {opened}"));
    }
    let found = homes(world);
    let is_new = found == *new;
    if found != *old && !is_new {
        return Err(format!("a mixture: {found:?}\nold: {old:?}\nnew: {new:?}\n{opened}"));
    }
    leftovers(world)?;
    let before = image::of(&world.root());
    world.run("open");
    let differences = image::differences(&before, &image::of(&world.root()));
    if !differences.is_empty() && !damaged {
        return Err(format!("a second `open` did something: {differences:?}"));
    }
    (story.also)(world, is_new && old != new)?;
    Ok(is_new)
}

fn leftovers(world: &World) -> Result<(), String> {
    let parts = [".staged-", ".omnicraft-staged-", ".restore-intent", ".draft"];
    let files = listing::files(&world.root());
    let left: Vec<&PathBuf> =
        files.iter().filter(|path| parts.iter().any(|part| listing::name(path).contains(part))).collect();
    if left.is_empty() { Ok(()) } else { Err(format!("left behind: {left:?}")) }
}

fn homes(world: &World) -> Homes {
    let listed = world.run("--json workspace list").json();
    let of = |workspace: &serde_json::Value| {
        let path = Path::new(workspace["database"].as_str().unwrap());
        (workspace["name"].as_str().unwrap().to_owned(), content::of_live(path).ok())
    };
    listed.as_array().unwrap().iter().map(of).collect()
}

/// The members of an archive with what they hold: databases by content, the rest by checksum. Times do not count.
fn members(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).map_err(|error| text(&error))?;
    let mut members = BTreeMap::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).map_err(|error| text(&error))?;
        std::io::copy(&mut member, &mut std::io::sink()).map_err(|error| text(&error))?;
        let name = member.name().map_err(|error| text(&error))?.into_owned();
        let dated = matches!(name.as_str(), "manifest.json" | "README.txt") || name.ends_with(".zip");
        let known = if dated { String::new() } else { format!("{:08x}", member.crc32()) };
        members.insert(name, known);
    }
    Ok(members)
}

/// A shop of one workspace with some snapshots, and an archive of how it was two commits ago.
fn shop_and_archive() -> (World, PathBuf) {
    let mut world = World::books();
    world.run("open").applied();
    let archive = world.path("stick.zip");
    world.run(&format!("export --csv {}", archive.display())).applied();
    world.commit();
    world.run("close").applied();
    world.commit();
    (world, archive)
}

fn nothing_more(_: &World, _: bool) -> Result<(), String> {
    Ok(())
}

/// Whether `undo` leads back to what was before.
fn undone(before: &Homes) -> impl Fn(&World, bool) -> Result<(), String> {
    let before = before.clone();
    move |world: &World, applied: bool| {
        if !applied {
            return Ok(());
        }
        let ran = world.run("--yes undo");
        let now: Homes = homes(world).into_iter().filter(|(name, _)| before.contains_key(name)).collect();
        if ran.is_applied() && now == before {
            Ok(())
        } else {
            Err(format!("`undo` led to {now:?}, not {before:?}: {ran}"))
        }
    }
}

#[test]
fn export_of_a_csv_archive() {
    let mut world = World::books();
    world.run("open").applied();
    world.commit();
    let path = world.path("books.zip");
    let command = format!("export --csv {}", path.display());
    check(world, &Story { command: &command, written: Some(&path), also: &nothing_more });
}

#[test]
fn restore_of_a_csv_archive() {
    let (mut world, archive) = shop_and_archive();
    // The trap: a log with the old content beside the database that is swapped in.
    world.commit_and_die();
    world.save();
    let before = homes(&world);
    world.reset();
    let command = format!("--yes restore {}", archive.display());
    check(world, &Story { command: &command, written: None, also: &undone(&before) });
}

#[test]
fn restore_of_a_csv_archive_over_a_damaged_database() {
    let (world, archive) = shop_and_archive();
    let mut bytes = fs::read(world.live()).unwrap();
    bytes[..4096].fill(0);
    fs::write(world.live(), bytes).unwrap();
    let command = format!("--yes restore {}", archive.display());
    check(world, &Story { command: &command, written: None, also: &nothing_more });
}

/// Three businesses and a foreign database; the archive knows one that is gone and lacks one that came later.
fn street() -> (World, PathBuf) {
    let mut world = World::business("0004", |_| {});
    world.run("workspace add \"Second shop\"").applied();
    world.run("workspace add \"At home\" --personal-finance").applied();
    world.run("open").applied();
    let archive = world.path("everything.zip");
    world.run(&format!("export --all {}", archive.display())).applied();
    world.run("--yes workspace remove \"At home\"").applied();
    for file in listing::files(&world.home()).iter().filter(|path| listing::name(path).starts_with("at-home")) {
        fs::remove_file(file).unwrap();
    }
    world.run("workspace add \"Third shop\"").applied();
    world.run("open").applied();
    let second = world.home().join("second-shop.db");
    let later = "INSERT INTO settings (key, value) VALUES ('later', 'entered')";
    rusqlite::Connection::open(second).unwrap().execute_batch(later).unwrap();
    world.commit_and_die();
    (world, archive)
}

#[test]
fn export_of_everything() {
    let (world, _) = street();
    let path = world.path("again.zip");
    let command = format!("export --all {} --with-csv", path.display());
    check(world, &Story { command: &command, written: Some(&path), also: &nothing_more });
}

#[test]
fn restore_of_everything() {
    let (mut world, archive) = street();
    world.save();
    let before = homes(&world);
    world.reset();
    let command = format!("--yes restore {}", archive.display());
    check(world, &Story { command: &command, written: None, also: &undone(&before) });
}

#[test]
fn undo_of_everything() {
    let (world, archive) = street();
    world.run(&format!("--yes restore {}", archive.display())).applied();
    check(world, &Story { command: "--yes undo", written: None, also: &nothing_more });
}
