//! `kill -9` at random moments: random commands, an app that commits meanwhile and is sometimes killed too, and the
//! oracle after each. `OMNICRAFT_SEED` repeats a run, `OMNICRAFT_KILLS` makes it longer.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests are the world outside: users, disks and other programs")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]

use std::process::Stdio;
use std::time::Duration;

use omnicraft_harness::app::Running;
use omnicraft_harness::content::{self, Digest};
use omnicraft_harness::listing::Card;
use omnicraft_harness::oracle::{Allowed, Treasure, judge, judge_wreck};
use omnicraft_harness::random::{Random, seed, setting};
use omnicraft_harness::world::World;
use omnicraft_host::ports::clock::{Clock, SystemClock};
use rusqlite::{Connection, OpenFlags};

const PRETEND_APP: &str = env!("CARGO_BIN_EXE_pretend_app");
const KILLS: u64 = 60;

#[test]
fn nothing_is_lost_whenever_it_is_killed() {
    let seed = seed();
    let kills = setting("OMNICRAFT_KILLS").unwrap_or(KILLS);
    println!("seed {seed}: OMNICRAFT_SEED={seed} repeats this run");
    let mut days = Days { world: World::books(), random: Random::new(seed), longest: 100, killed: 0 };
    let mut rounds = 0;
    while days.killed < kills {
        rounds += 1;
        assert!(rounds < kills * 20 + 100, "hardly any command was killed in {rounds} rounds");
        days.round(rounds);
    }
    println!("{kills} kills in {rounds} rounds");
}

/// Days in the life of a world.
struct Days {
    world: World,
    random: Random,
    /// Milliseconds that a command takes, as far as seen: delays are chosen below it.
    longest: u64,
    killed: u64,
}

impl Days {
    fn round(&mut self, number: u64) {
        let hours = *self.random.pick(&[0, 0, 1, 5, 26, 24 * 8]);
        self.world.later(hours);
        let treasure = Treasure::of(&self.world);
        let command = self.command();
        let app = self.random.chance(60).then(|| self.start());
        let said = self.run_and_kill(&command.line);
        let live = match app {
            // It had the database open all the time, so nobody may have replaced it.
            Some(app) => self.stop(app),
            None => treasure.live.into_iter().chain(command.brings).collect(),
        };
        let verdict = judge_wreck(&self.world, &treasure)
            .and_then(|()| judge(&mut self.world, &treasure, &Allowed { live, unfinished: None }));
        if let Err(fault) = verdict {
            panic!("round {number}: `{}` {said}\n{fault}", command.line);
        }
    }

    /// Runs a command and kills it after a while, unless it is done by then. Says what happened.
    fn run_and_kill(&mut self, line: &str) -> String {
        let clock = SystemClock::new();
        let delay = self.random.below(self.longest);
        let mut child = self.world.command(line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        clock.wait(Duration::from_millis(delay));
        let ended = child.try_wait().unwrap();
        if let Some(status) = ended {
            // Delays follow the commands: half of the kills shall hit.
            self.longest = (self.longest * 9 / 10).max(20);
            return format!("ended with {status} within {delay} ms");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        self.killed += 1;
        self.longest = (self.longest * 11 / 10 + 1).min(2000);
        format!("was killed after {delay} ms")
    }

    /// Starts the app, beside a copy of the books that will go the same way.
    fn start(&mut self) -> Beside {
        let number = self.world.next_entry();
        let reference = copy(&self.world);
        let (patience, pause) = (Duration::from_secs(10), Duration::from_millis(3));
        let app = Running::start(PRETEND_APP, &self.world.live(), number, patience, pause);
        Beside { app, reference, first: number }
    }

    /// Ends the app, one way or the other, and tells what the live database may hold.
    fn stop(&mut self, beside: Beside) -> Vec<Digest> {
        let Beside { app, mut reference, first } = beside;
        let dies = self.random.chance(50);
        let ended = if dies { app.kill() } else { app.close() };
        assert_eq!(ended.trouble, None);
        assert!(!ended.acknowledged.is_empty(), "the app never committed");
        let mut last = None;
        for number in &ended.acknowledged {
            last = Some(self.enter(&mut reference, *number));
        }
        let in_doubt = first + i64::try_from(ended.acknowledged.len()).unwrap();
        self.world.skip_entries(in_doubt);
        // The commit after the last acknowledged one may have been made before the kill.
        let unacknowledged = dies.then(|| self.enter(&mut reference, in_doubt));
        last.into_iter().chain(unacknowledged).collect()
    }

    fn enter(&mut self, reference: &mut Connection, number: i64) -> Digest {
        self.world.enter(reference, number).unwrap();
        let digest = content::digest(reference).unwrap();
        self.world.know(digest, format!("entry {number}"));
        digest
    }

    fn command(&mut self) -> Call {
        let mut cards = self.world.list();
        cards.retain(|card| card.restorable && !card.damaged);
        let plain = |line: &str| Call { line: line.to_owned(), brings: Vec::new() };
        if cards.is_empty() || self.random.chance(50) {
            let lines: [&str; 8] =
                ["open", "open", "close", "close", "snapshot", "snapshot --pin fair", "verify", "drill"];
            let line: &&str = self.random.pick(&lines);
            return plain(line);
        }
        let card = self.random.pick(&cards).clone();
        let content = |card: &Card| content::of_sealed(&card.path).unwrap();
        match self.random.below(6) {
            0 => plain(&format!("pin {} kept", card.id)),
            1 => plain(&format!("unpin {}", card.id)),
            2 => {
                let safeguards = cards.iter().filter(|card| card.slot.starts_with("auto_before_restore"));
                Call { line: "--yes undo".to_owned(), brings: safeguards.map(content).collect() }
            }
            _ => Call { line: format!("--yes restore {}", card.id), brings: vec![content(&card)] },
        }
    }
}

/// A command, and what the live database may hold after it beside what it held before.
struct Call {
    line: String,
    brings: Vec<Digest>,
}

/// An app that works beside the engine.
struct Beside {
    app: Running,
    reference: Connection,
    first: i64,
}

/// A copy of the live database outside the world.
fn copy(world: &World) -> Connection {
    let path = world.root().with_file_name("reference.db");
    if path.exists() {
        std::fs::remove_file(&path).unwrap();
    }
    let live = Connection::open_with_flags(world.live(), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    live.execute("VACUUM INTO ?1", [path.to_str().unwrap()]).unwrap();
    let reference = Connection::open(&path).unwrap();
    reference.execute_batch("PRAGMA synchronous = OFF").unwrap();
    reference
}
