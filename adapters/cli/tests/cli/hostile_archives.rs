//! Archives that are damaged, forged or made to do harm: each is refused with a reason, in time and in little memory,
//! and not one byte under the home is changed. What only looks hostile, or was edited and accepted, is restored.
#![expect(clippy::print_stdout, reason = "how long the slow ones took")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use omnicraft_fixtures::hostile::{HostileArchive, Kind, Part, Verdict, archives};
use rusqlite::Connection;

use crate::world::{Ran, World, copy_folder, finish};

/// A 10 MB bomb ends in less than a second; machines that run tests are slow and do other things beside.
const IN_TIME: Duration = Duration::from_secs(5);
/// Bytes of address space: far less than any bomb unpacks to.
const MEMORY: &str = "--as=600000000";

/// A home with backups and a good archive of each kind beside it.
struct Shop {
    world: World,
    home: BTreeMap<PathBuf, Option<Vec<u8>>>,
}

impl Shop {
    fn new() -> Self {
        let world = World::business();
        world.run("workspace add Branch").ends(0);
        world.run("open").ends(0);
        world.run("export --csv csv.zip --workspace \"My Workshop\"").ends(0);
        world.run("export --all global.zip").ends(0);
        let home = everything(&world.home());
        Self { world, home }
    }

    fn make(&self, archive: &HostileArchive) {
        let good = self.world.path(match archive.kind {
            Kind::Csv => "csv.zip",
            Kind::Global => "global.zip",
        });
        archive.make(&good, &self.world.path("hostile.zip")).unwrap();
    }

    /// What is wrong with the way in which a command refuses the archive.
    fn problem(&mut self, archive: &HostileArchive, command: &str) -> Option<String> {
        let started = Instant::now();
        let ran = limited(&self.world, &format!("{command} hostile.zip"));
        let took = started.elapsed();
        if took > Duration::from_millis(900) {
            println!("{}: {command} took {took:?}", archive.name);
        }
        let lacking = archive.reason.iter().find(|word| !ran.stderr.contains(**word));
        let changed = self.changed();
        if !changed.is_empty() {
            *self = Self::new();
            self.make(archive);
        }
        let wrong = match ran.code {
            _ if !changed.is_empty() => format!("exit {}, and changed {changed:?}", ran.code),
            // Not even an archive: the flags of archives mean nothing.
            2 if command.contains("--accept-edited") && ran.stderr.contains("is not a CSV archive") => return None,
            1 if took > IN_TIME => format!("took {took:?}"),
            1 => format!("does not say `{}`", lacking?),
            code => format!("exit {code}"),
        };
        Some(format!("{}\n  {command}: {wrong}\n{}{}", archive.name, ran.stdout, ran.stderr))
    }

    fn changed(&self) -> Vec<PathBuf> {
        let (before, after) = (&self.home, everything(&self.world.home()));
        let paths = before.keys().chain(after.keys().filter(|path| !before.contains_key(*path)));
        paths.filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
    }
}

/// Every file and folder with its bytes, the engine's own files too.
fn everything(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(everything(&path));
            found.insert(path, None);
        } else {
            let content = fs::read(&path).unwrap();
            found.insert(path, Some(content));
        }
    }
    found
}

/// A call in little memory, where the system can limit it.
fn limited(world: &World, line: &str) -> Ran {
    let call = world.command(line);
    if !Path::new("/usr/bin/prlimit").exists() {
        return finish(&mut world.command(line));
    }
    let mut limited = Command::new("/usr/bin/prlimit");
    limited.arg(MEMORY).arg(call.get_program()).args(call.get_args()).env_clear();
    limited.envs(call.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.current_dir(call.get_current_dir().unwrap());
    finish(&mut limited)
}

/// Every archive with something wrong in this part is refused for its reason, also where edited ones are accepted.
#[track_caller]
fn check(part: Part) {
    let mut shop = Shop::new();
    let mut problems = Vec::new();
    for archive in archives().iter().filter(|archive| archive.part == part && archive.verdict != Verdict::Taken) {
        shop.make(archive);
        let mut commands = vec!["preview", "--yes restore"];
        // Before its tables are read, nobody asks whether they were edited.
        let is_read = matches!(part, Part::Manifest | Part::Tables | Part::Rows);
        if is_read && archive.verdict == Verdict::Refused && archive.kind == Kind::Csv {
            commands.push("--yes restore --accept-edited");
        }
        problems.extend(commands.into_iter().filter_map(|command| shop.problem(archive, command)));
    }
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn zip_files_that_lie() {
    check(Part::Zip);
}

#[test]
fn names_that_lead_elsewhere() {
    check(Part::Names);
}

#[test]
fn manifests_that_lie() {
    check(Part::Manifest);
}

#[test]
fn tables_that_are_not_the_schemas() {
    check(Part::Tables);
}

#[test]
fn rows_that_are_wrong() {
    check(Part::Rows);
}

#[test]
fn global_archives_that_lie() {
    check(Part::Workspaces);
}

/// On a new computer, what is refused leaves no half home behind, and what is taken stays inside the home.
#[test]
fn global_archives_on_a_new_computer() {
    let shop = Shop::new();
    let mut problems = Vec::new();
    for archive in archives().iter().filter(|archive| archive.part == Part::Workspaces) {
        shop.make(archive);
        let world = World::nothing();
        fs::copy(shop.world.path("hostile.zip"), world.path("hostile.zip")).unwrap();
        let ran = limited(&world, "--yes restore hostile.zip");
        let is_here = fs::exists(world.home()).unwrap();
        let is_right = match archive.verdict {
            Verdict::Refused => ran.code == 1 && !is_here,
            Verdict::Edited | Verdict::Taken => ran.code == 0 && is_here,
        };
        let mut places = everything(world.path("").as_path());
        places.retain(|path, _| !path.starts_with(world.home()));
        if !is_right || places.len() != 1 || fs::exists("/var/tmp/omnicraft-hostile.db").unwrap() {
            let name = archive.name;
            problems.push(format!(
                "{name}: exit {}, home {is_here}, {:?}\n{}{}",
                ran.code,
                places.keys(),
                ran.stdout,
                ran.stderr
            ));
        }
    }
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

/// What only looks hostile is restored as it is, and what was edited is restored by whoever says so.
#[test]
fn what_is_strange_but_good_is_restored() {
    let shop = Shop::new();
    for archive in archives().iter().filter(|archive| archive.verdict != Verdict::Refused) {
        shop.make(archive);
        let world = World::nothing();
        copy_folder(&shop.world.home(), &world.home());
        fs::copy(shop.world.path("hostile.zip"), world.path("hostile.zip")).unwrap();
        let accept = if archive.verdict == Verdict::Edited { "--accept-edited" } else { "" };
        let ran = world.run(&format!("--yes restore {accept} hostile.zip"));
        assert!(ran.code == 0, "{}: exit {}\n{}{}", archive.name, ran.code, ran.stdout, ran.stderr);
        world.run("verify").ends(0);
        if archive.name == "SQL in values" {
            let live = Connection::open(world.home().join("my-workshop.db")).unwrap();
            let count = |sql: &str| live.query_row(sql, (), |row| row.get::<_, i64>(0)).unwrap();
            assert_eq!(count("SELECT count(*) FROM clients WHERE name = 'Robert''); DROP TABLE sales; --'"), 1);
            assert!(count("SELECT count(*) FROM sales") > 0);
        }
    }
}
