//! How the time of a snapshot grows with the database, from 1 MB to 2 GB, beside others: a plot.
#![expect(clippy::print_stdout, reason = "it tells how far it is")]

use omnicraft_benches::business::{Business, clear};
use omnicraft_benches::contest::{Timed, timed};
use omnicraft_benches::results::plot::{Line, Plot};
use omnicraft_benches::results::{PLOTS, Spread, keep, megabytes, time};
use omnicraft_benches::{engine, peers};

const SIZES: [u64; 7] = [1, 4, 16, 64, 256, 1_000, 2_000];

fn main() {
    // Criterion's arguments say nothing here; one of them asks for benches that are quick.
    let quick = std::env::args().any(|argument| argument == "--quick");
    let sizes = if quick { &SIZES[..4] } else { &SIZES[..] };
    let mut lines: Vec<Line> = Vec::new();
    for size in sizes {
        let business = Business::of_bytes(size * 1_000_000);
        for (who, seconds) in measured(&business) {
            println!("{:>8.1} MB  {who:<28} {}", megabytes(business.bytes), time(seconds));
            let point = (megabytes(business.bytes), seconds);
            match lines.iter_mut().find(|line| line.name == who) {
                Some(line) => line.points.push(point),
                None => lines.push(Line { name: who, points: vec![point] }),
            }
        }
    }
    let title = "A durable snapshot: time against the size of the database".to_owned();
    keep(PLOTS, "growth", &Plot { title, right: "megabytes".to_owned(), up: "seconds".to_owned(), lines });
}

/// The median of each, taken in turns.
fn measured(business: &Business) -> Vec<(String, f64)> {
    let (from, to) = (business.path(), business.beside("copy.db"));
    // Each comes after the same: who comes after a pause pays for memory that the machine has given away meanwhile.
    let fresh = || {
        peers::copy(&from, &to);
        clear(&to);
    };
    let mut all: Vec<(&str, Timed<'_>)> = vec![
        ("engine", timed(fresh, || engine::snapshot(&from, &to))),
        ("cp + fsync", timed(fresh, || peers::copy(&from, &to))),
        ("VACUUM INTO", timed(fresh, || peers::vacuum_into(&from, &to))),
    ];
    if peers::has("sqlite3") {
        all.push(("sqlite3 .backup", timed(fresh, || peers::shell_backup(&from, &to))));
    }
    let rounds = if business.bytes < 100_000_000 { 7 } else { 3 };
    let mut times = vec![Vec::new(); all.len()];
    for _ in 0..rounds {
        for ((_, work), times) in all.iter_mut().zip(&mut times) {
            times.push(work().as_secs_f64());
        }
    }
    let median = |(who, times): (&str, Vec<f64>)| (who.to_owned(), Spread::of(times).middle);
    all.iter().map(|(who, _)| *who).zip(times).map(median).collect()
}
