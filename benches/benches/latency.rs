//! How long an app's commits take while snapshots of its database are taken one after the other, each way: percentiles
//! beside those of an app that is left alone, and a plot of them.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use omnicraft_benches::business::{Business, clear};
use omnicraft_benches::engine::{self, Home};
use omnicraft_benches::results::plot::{Line, Plot};
use omnicraft_benches::results::{Contestant, Goal, Group, PLOTS, keep};
use omnicraft_benches::{peers, scripts, stopwatch};
use omnicraft_fixtures::Size;
use omnicraft_host::ports::clock::{Clock as _, SystemClock};
use rusqlite::Connection;

/// From the beginning of one commit to that of the next: an app that works hard.
const PERIOD: Duration = Duration::from_millis(20);
/// A sale is corrected.
const SELL: &str = "UPDATE sales SET channel = iif(channel = 'shop', 'market', 'shop')
                    WHERE id = (SELECT 1 + abs(random()) % max(id) FROM sales)";
const IDLE: &str = "the app alone";
const AUTOMATIC: &str = "engine: automatic snapshots, paced";

/// What is done beside the app, and its name.
type Way<'w> = (&'static str, Box<dyn FnMut() + 'w>);

fn main() {
    // Criterion's arguments say nothing here; one of them asks for benches that are quick.
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, commits) = if quick { (1, 100) } else { (5, 500) };
    let business = Business::new(Size::Medium);
    let mut home = Home::of_any_day(&business);
    let (live, copy) = (home.live(), business.beside("copy.db"));
    let mut ways: Vec<Way<'_>> = vec![
        (IDLE, Box::new(|| SystemClock::new().wait(PERIOD))),
        (AUTOMATIC, Box::new(|| home.start_after_a_year())),
        ("engine: snapshots at full speed", Box::new(|| engine::snapshot(&live, &copy))),
        ("VACUUM INTO", Box::new(|| peers::vacuum_into(&live, &copy))),
    ];
    for backup in scripts::backups() {
        let (live, copy) = (live.clone(), copy.clone());
        let way = move || {
            backup.copy(&live, &copy);
        };
        ways.push((backup.name, Box::new(way)));
    }
    let mut times = vec![Vec::new(); ways.len()];
    for _ in 0..rounds {
        for ((_, way), times) in ways.iter_mut().zip(&mut times) {
            times.push(beside(&live, commits, || {
                clear(&copy);
                way();
            }));
        }
    }
    let names: Vec<&str> = ways.iter().map(|(name, _)| *name).collect();
    group(&names, &times, business.bytes).keep();
    plot(&names, &times);
}

/// Commits at a steady pace while something is done again and again; seconds of each commit, the longest last.
fn beside(live: &Path, commits: usize, mut work: impl FnMut()) -> Vec<f64> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let app = scope.spawn(|| {
            let times = commit(live, commits);
            done.store(true, Ordering::Relaxed);
            times
        });
        while !done.load(Ordering::Relaxed) {
            work();
        }
        app.join().unwrap()
    })
}

fn commit(live: &Path, commits: usize) -> Vec<f64> {
    let app = Connection::open(live).unwrap();
    app.busy_timeout(Duration::from_secs(60)).unwrap();
    app.execute_batch("PRAGMA synchronous = FULL").unwrap();
    let mut times: Vec<f64> = (0..commits)
        .map(|_| {
            let took = stopwatch(|| assert_eq!(app.execute(SELL, []).unwrap(), 1));
            SystemClock::new().wait(PERIOD.saturating_sub(took));
            took.as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

fn percentile(sorted: &[f64], hundredths: usize) -> f64 {
    sorted[(sorted.len() * hundredths / 100).min(sorted.len() - 1)]
}

/// The wait of which one commit in a hundred has a longer one, beside that of the same round's app alone.
fn group(names: &[&str], times: &[Vec<Vec<f64>>], bytes: u64) -> Group {
    let alone = times[0].iter().map(|round| percentile(round, 99));
    let contestant = |(name, rounds): (&&str, &Vec<Vec<f64>>)| Contestant {
        name: (*name).to_owned(),
        pairs: alone.clone().zip(rounds.iter().map(|round| percentile(round, 99))).collect(),
    };
    Group {
        bench: "writer".to_owned(),
        name: "longest of a hundred commits, beside snapshots without a pause, medium".to_owned(),
        bytes,
        yardstick: IDLE.to_owned(),
        contestants: names.iter().zip(times).skip(1).map(contestant).collect(),
        goals: vec![Goal { who: AUTOMATIC.to_owned(), beside: IDLE.to_owned(), at_most: 1.5 }],
    }
}

fn plot(names: &[&str], times: &[Vec<Vec<f64>>]) {
    let line = |(name, rounds): (&&str, &Vec<Vec<f64>>)| {
        let mut all: Vec<f64> = rounds.iter().flatten().copied().collect();
        all.sort_by(f64::total_cmp);
        let one_in = [2, 5, 10, 20, 50, 100, 200, 500].into_iter().filter(|many| *many <= all.len());
        let wait = |many: usize| all[all.len() - all.len().div_ceil(many)] * 1e3;
        #[expect(clippy::cast_precision_loss, reason = "at most some hundreds")]
        let points = one_in.map(|many| (many as f64, wait(many))).collect();
        Line { name: (*name).to_owned(), points }
    };
    let lines = names.iter().zip(times).map(line).collect();
    let title = "An app's commits beside snapshots without a pause".to_owned();
    let right = "one commit in so many takes at least".to_owned();
    keep(PLOTS, "latency", &Plot { title, right, up: "milliseconds".to_owned(), lines });
}
