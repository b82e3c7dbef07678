//! What benches have measured: ratios, their spread, and whether they reach what they should. Each bench leaves its figures
//! in a file; `results` makes the page and the plots of all of them.

pub mod memory;
pub mod page;
pub mod plot;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Kinds of figures.
pub const GROUPS: &str = "groups";
/// Kinds of figures.
pub const PLOTS: &str = "plots";

/// Contestants on the same bytes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Group {
    /// The bench that measured it.
    pub bench: String,
    /// What was done, and on how large a business.
    pub name: String,
    /// Bytes that each handles in a run.
    pub bytes: u64,
    /// What each is compared with.
    pub yardstick: String,
    /// In the order in which they were measured.
    pub contestants: Vec<Contestant>,
    /// What they should reach.
    pub goals: Vec<Goal>,
}

/// Somebody that was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Contestant {
    /// Who.
    pub name: String,
    /// Seconds of the yardstick and of this one right after it, each time.
    pub pairs: Vec<(f64, f64)>,
}

/// A ratio to reach.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Goal {
    /// Whose.
    pub who: String,
    /// The yardstick, or another contestant.
    pub beside: String,
    /// The ratio, at most.
    pub at_most: f64,
}

/// A goal with what was reached.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    /// The goal.
    pub goal: &'a Goal,
    /// The ratio of the medians of pairs.
    pub reached: f64,
}

/// The middle of many figures, and between which the middle half of them lies.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// A quarter is below.
    pub low: f64,
    /// The median.
    pub middle: f64,
    /// A quarter is above.
    pub high: f64,
}

impl Spread {
    /// The spread of some figures; zeros of none.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let at = |quarter: usize| figures.get((figures.len().saturating_sub(1) * quarter + 2) / 4).copied();
        let [low, middle, high] = [1, 2, 3].map(|quarter| at(quarter).unwrap_or_default());
        Self { low, middle, high }
    }
}

impl Contestant {
    /// Times of the yardstick.
    pub fn ratio(&self) -> Spread {
        Spread::of(self.pairs.iter().map(|(beside, own)| own / beside))
    }

    /// Seconds.
    pub fn seconds(&self) -> Spread {
        Spread::of(self.pairs.iter().map(|(_, own)| *own))
    }
}

impl Group {
    /// Seconds of the yardstick.
    pub fn yardstick(&self) -> Spread {
        Spread::of(self.contestants.iter().flat_map(|one| one.pairs.iter().map(|(beside, _)| *beside)))
    }

    /// The goals whose contestants were measured.
    pub fn verdicts(&self) -> Vec<Verdict<'_>> {
        let ratio = |who: &str| match who == self.yardstick {
            true => Some(1.0),
            false => self.contestants.iter().find(|one| one.name == who).map(|one| one.ratio().middle),
        };
        let goals = self.goals.iter();
        goals.filter_map(|goal| Some(Verdict { goal, reached: ratio(&goal.who)? / ratio(&goal.beside)? })).collect()
    }

    /// Prints the group and keeps it for the page.
    pub fn keep(&self) {
        if self.contestants.is_empty() {
            return;
        }
        print(self);
        keep(GROUPS, &format!("{}-{}", self.bench, self.name), self);
    }
}

#[expect(clippy::print_stdout, reason = "what a bench is for")]
fn print(what: &impl fmt::Display) {
    println!("{what}");
}

/// Keeps figures for the page.
pub fn keep(kind: &str, name: &str, figures: &impl Serialize) {
    let folder = folder(kind);
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name.replace([' ', ',', '/', '.'], "-")).with_extension("json");
    fs::write(file, serde_json::to_vec_pretty(figures).unwrap()).unwrap();
}

/// All figures of a kind that were kept, by their files' names.
pub fn kept<T: DeserializeOwned>(kind: &str) -> Vec<(String, T)> {
    let Ok(entries) = fs::read_dir(folder(kind)) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |file: &Path| file.file_stem().unwrap().to_string_lossy().into_owned();
    files.iter().map(|file| (name(file), serde_json::from_slice(&fs::read(file).unwrap()).unwrap())).collect()
}

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench-results").join(kind)
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yardstick = self.yardstick().middle;
        writeln!(f, "\n{}, {:.1} MB; {} takes {}", self.name, megabytes(self.bytes), self.yardstick, time(yardstick))?;
        for one in &self.contestants {
            let Spread { low, middle, high } = one.ratio();
            let took = time(one.seconds().middle);
            writeln!(f, "  {middle:>7.3} x ({low:.3} to {high:.3})  {:<44} {took:>9}", one.name)?;
        }
        for Verdict { goal, reached } in self.verdicts() {
            let word = if reached <= goal.at_most { "reached" } else { "NOT REACHED" };
            writeln!(f, "  goal {} x {}: {word}, {reached:.3} ({})", goal.at_most, goal.beside, goal.who)?;
        }
        Ok(())
    }
}

/// Bytes as millions of them.
pub fn megabytes(bytes: u64) -> f64 {
    std::time::Duration::from_micros(bytes).as_secs_f64()
}

/// Seconds for people.
pub fn time(seconds: f64) -> String {
    match seconds {
        _ if seconds >= 1.0 => format!("{seconds:.2} s"),
        _ if seconds >= 1e-3 => format!("{:.2} ms", seconds * 1e3),
        _ => format!("{:.2} µs", seconds * 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn example() -> Group {
        let contestant = |name: &str, pairs: &[(f64, f64)]| Contestant { name: name.into(), pairs: pairs.to_vec() };
        let goal = |beside: &str, at_most| Goal { who: "engine".into(), beside: beside.into(), at_most };
        Group {
            bench: "backup".into(),
            name: "snapshot, small".into(),
            bytes: 2_000_000,
            yardstick: "cp".into(),
            contestants: vec![
                contestant("shell", &[(0.5, 2.0), (0.1, 0.4), (1.0, 4.0)]),
                contestant("engine", &[(0.5, 0.25), (0.1, 0.06), (1.0, 0.4)]),
            ],
            goals: vec![goal("cp", 0.4), goal("shell", 0.2), goal("nobody", 1.0)],
        }
    }

    #[test]
    fn runs_that_follow_each_other_are_compared() {
        let group = example();
        assert_eq!(group.contestants[1].ratio(), Spread { low: 0.5, middle: 0.5, high: 0.6 });
        let verdicts: Vec<_> = group.verdicts().iter().map(|one| (one.goal.beside.clone(), one.reached)).collect();
        assert_eq!(verdicts, [("cp".to_owned(), 0.5), ("shell".to_owned(), 0.125)]);
    }

    #[test]
    fn a_spread_is_of_quarters() {
        assert_eq!(Spread::of([4.0, 1.0, 3.0, 2.0, 5.0]), Spread { low: 2.0, middle: 3.0, high: 4.0 });
        assert_eq!(Spread::of([7.0]), Spread { low: 7.0, middle: 7.0, high: 7.0 });
        assert_eq!(Spread::of([]), Spread::default());
    }
}
