//! A disk that fails: in the middle of an operation a write, a change of names, a sync or a read does not succeed, once or
//! from then on, and is told so. The engine must end with a word, and whatever it said holds: when the program is started
//! again over a disk that works, and after a power cut at any point since the failure.
//!
//! Reads that fail are those of file contents, SQLite's and the engine's; looking up names does not fail.

use std::collections::HashSet;
use std::fmt::{self, Display, Formatter};
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::families;
use super::life::Parts;
use super::model::Model;
use super::recipe::{Cut, Recipe};
use super::recoveries::Recoveries;
use super::scenarios::Scenario;
use super::states::{Fate, Point};
use super::trace::{Promise, Trace};
use crate::guarantees;
use crate::sim::clock::SimClock;
use crate::sim::disk::Fault;
use crate::sim::machine::Build;
use crate::sim::operation::Operation;
use crate::sim::vfs::SimVfs;

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Not more places of each operation at which each kind of failure is tried, evenly spread.
    pub places: usize,
    /// Not more recoveries that really run than this.
    pub runs: usize,
    /// Stop at the first violation.
    pub stop_at_first: bool,
}

impl Default for Limits {
    /// What one operation gets in the proof of a pull request.
    fn default() -> Self {
        Self { places: 3, runs: 40, stop_at_first: false }
    }
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct FaultOutcome {
    /// Changes, syncs and reads of the operation, each of which could fail.
    pub places: usize,
    /// Failures that were tried.
    pub faults: usize,
    /// Failures that were not, because there were more than the limits allow.
    pub skipped: usize,
    /// Of those tried, how many the operation did not report as an error: it went around them, or they came after its
    /// last word.
    pub endured: usize,
    /// Distinct disks that were judged after a failure.
    pub distinct: usize,
    /// Judgements: a disk may be met again under another promise.
    pub judged: usize,
    /// Times that recovery really ran.
    pub runs: usize,
    /// Distinct disks that were made and not judged: their recovery would have been one more than the limits allow.
    pub unrun: usize,
    /// What was broken.
    pub violations: Vec<FaultViolation>,
}

/// A guarantee that was broken after a failure.
#[derive(Clone, Debug)]
pub struct FaultViolation {
    /// What failed.
    pub failure: Failure,
    /// The guarantee.
    pub guarantee: &'static str,
    /// What was found.
    pub story: String,
    /// How to make the state again, in the log of the life with this failure.
    pub recipe: Recipe,
}

/// A failure of the disk in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// How.
    pub kind: Kind,
    /// After so many changes and syncs of the operation, or after so many reads.
    pub after: u64,
}

/// How a disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One change or sync fails, and nothing is left of it. Of a sync: it fails once and then says that all is well.
    ErrorOnce,
    /// It and everything after it.
    ErrorForGood,
    /// No space for one write, half of which is there.
    FullOnce,
    /// No space from then on; the first half of each write is there.
    FullForGood,
    /// One read fails.
    ReadOnce,
    /// It and every other.
    ReadForGood,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::ErrorOnce, Self::FullForGood, Self::ReadOnce, Self::ErrorForGood, Self::FullOnce, Self::ReadForGood];

    /// Its name in replays.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ErrorOnce => "error-once",
            Self::ErrorForGood => "error-for-good",
            Self::FullOnce => "full-once",
            Self::FullForGood => "full-for-good",
            Self::ReadOnce => "read-once",
            Self::ReadForGood => "read-for-good",
        }
    }

    const fn is_of_reads(self) -> bool {
        matches!(self, Self::ReadOnce | Self::ReadForGood)
    }
}

impl FromStr for Failure {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, after) = text.split_once('=').unwrap_or((text, ""));
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
        let kind = kind.ok_or_else(|| format!("no disk fails like `{name}`"))?;
        let after = after.parse().map_err(|_| format!("`{text}` does not say after how many accesses"))?;
        Ok(Self { kind, after })
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} after {}", self.kind.name(), self.after)
    }
}

impl Display for FaultViolation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} [{}]: {}", self.guarantee, self.recipe, self.failure, self.story)
    }
}

impl Failure {
    const fn fault(self) -> Fault {
        let (kind, short) = match self.kind {
            Kind::ErrorOnce | Kind::ErrorForGood | Kind::ReadOnce | Kind::ReadForGood => (ErrorKind::Other, false),
            Kind::FullOnce | Kind::FullForGood => (ErrorKind::StorageFull, true),
        };
        let lasts = matches!(self.kind, Kind::ErrorForGood | Kind::FullForGood | Kind::ReadForGood);
        Fault { reads: self.kind.is_of_reads(), after: self.after, lasts, short, kind }
    }
}

/// A life in which the disk failed.
pub struct Failed {
    /// What the disk did.
    pub trace: Trace,
    /// The clock as it stands.
    pub clock: SimClock,
    /// What the operation said; the outer error is a panic.
    pub said: Result<Result<(), String>, String>,
    /// How long the log was when the disk failed; nothing where it did not.
    pub at: Option<usize>,
}

/// Lives a scenario on a disk that fails, and works again afterwards.
pub fn live(scenario: &Scenario, parts: &Parts, failure: Failure) -> Failed {
    let mut life = scenario.prepared(parts);
    let disk = life.machine.disk.clone();
    disk.fail(Some(failure.fault()));
    let said = catch_unwind(AssertUnwindSafe(|| (scenario.act)(&mut life)));
    let said = said.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
    });
    let at = disk.failed_at();
    disk.fail(None);
    let (mut trace, clock) = life.end();
    trace.start.disk_fails = true;
    Failed { trace, clock, said, at }
}

/// Lives a scenario again and again, with another failure each time, and judges what each leaves.
pub fn faults(scenario: &Scenario, vfs: &Arc<SimVfs>, limits: Limits) -> FaultOutcome {
    let parts = scenario.parts(vfs, Build::shipped());
    let (changes, reads, clock) = accesses(scenario, &parts);
    let places_of = |kind: Kind| if kind.is_of_reads() { reads } else { changes };
    let mut trial = Trial {
        scenario,
        recoveries: Recoveries::new(&parts, &clock),
        limits,
        seen: HashSet::default(),
        unrun: HashSet::default(),
        outcome: FaultOutcome { places: changes + reads, ..FaultOutcome::default() },
    };
    trial.outcome.skipped = Kind::ALL.into_iter().map(places_of).sum();
    for (number, kind) in Kind::ALL.into_iter().enumerate() {
        for after in spread(places_of(kind), limits.places, number) {
            if trial.is_over() {
                break;
            }
            trial.fail(&parts, Failure { kind, after });
        }
    }
    trial.finish()
}

/// How many changes and syncs an operation makes, and how many reads, when nothing fails; and the clock afterwards.
fn accesses(scenario: &Scenario, parts: &Parts) -> (usize, usize, SimClock) {
    let mut life = scenario.prepared(parts);
    let disk = life.machine.disk.clone();
    let before = disk.reads();
    let done = (scenario.act)(&mut life);
    assert!(done.is_ok(), "{} ends with {done:?}", scenario.name);
    let reads = usize::try_from(disk.reads() - before).unwrap_or(usize::MAX);
    let (trace, clock) = life.end();
    (trace.log.iter().filter(|operation| can_fail(operation)).count(), reads, clock)
}

const fn can_fail(operation: &Operation) -> bool {
    !matches!(operation, Operation::Note(_))
}

/// So many of the numbers below `all`, in order and all over it; another choice for each `turn`.
fn spread(all: usize, most: usize, turn: usize) -> impl Iterator<Item = u64> {
    let chosen = all.min(most);
    (0..chosen).map(move |at| ((at * all + turn * all / Kind::ALL.len()) / chosen % all) as u64)
}

struct Trial<'a> {
    scenario: &'a Scenario,
    recoveries: Recoveries<'a>,
    limits: Limits,
    seen: HashSet<u64, FixedState>,
    unrun: HashSet<u64, FixedState>,
    outcome: FaultOutcome,
}

impl Trial<'_> {
    fn is_over(&self) -> bool {
        self.limits.stop_at_first && !self.outcome.violations.is_empty()
    }

    fn fail(&mut self, parts: &Parts, failure: Failure) {
        let failed = live(self.scenario, parts, failure);
        self.outcome.faults += 1;
        self.outcome.skipped -= 1;
        match failed.said {
            Ok(said) => self.outcome.endured += usize::from(said.is_ok()),
            Err(panic) => {
                let at = failed.trace.log.len();
                let story = format!("it fell over instead of ending with a word: {panic}");
                return self.violation(failure, "G11", story, Cut { at, fates: Vec::new() });
            }
        }
        self.judge_trace(failure, &failed.trace, failed.at.unwrap_or(failed.trace.log.len()));
    }

    /// Every point since the failure; what came before it is the same as without one.
    fn judge_trace(&mut self, failure: Failure, trace: &Trace, from: usize) {
        let log = &trace.log;
        let promises = trace.promises();
        let mut judged = HashSet::default();
        let mut point = Point::with(&trace.base, Model::Strict.barriers());
        for at in 0..=log.len() {
            let tells = at == log.len() || log[at].is_change() || !Arc::ptr_eq(&promises[at], &promises[at + 1]);
            if at >= from && tells {
                self.judge_point(failure, log, &point, &promises[at], &mut judged);
            }
            if at < log.len() {
                point.step(log, at);
            }
        }
    }

    fn judge_point(
        &mut self,
        failure: Failure,
        log: &[Operation],
        point: &Point,
        promise: &Arc<Promise>,
        judged: &mut HashSet<(usize, *const Promise), FixedState>,
    ) {
        for family in [families::all, families::none, families::drop_one] {
            family(log, &point.pending, &mut |fates| {
                let pairs: Vec<(usize, Fate)> = point.pending.iter().copied().zip(fates).collect();
                let image = point.image(log, &pairs);
                let hash = image.hash();
                let end = match self.recoveries.recall(&image, 0) {
                    Some(end) => end,
                    None if self.recoveries.runs() < self.limits.runs => self.recoveries.run(&image, 0),
                    None => {
                        self.unrun.insert(hash);
                        return true;
                    }
                };
                self.seen.insert(hash);
                self.outcome.judged += 1;
                if judged.insert((end, Arc::as_ptr(promise)))
                    && let Some((guarantee, story)) = guarantees::judge(promise, &self.recoveries.end(end).found)
                {
                    let fates = pairs.into_iter().filter(|(_, fate)| *fate != Fate::Lost).collect();
                    self.violation(failure, guarantee, story, Cut { at: point.at, fates });
                }
                !self.is_over()
            });
        }
    }

    fn violation(&mut self, failure: Failure, guarantee: &'static str, story: String, cut: Cut) {
        let operation = self.scenario.name.to_owned();
        let recipe = Recipe { operation, failure: Some(failure), model: Model::Strict, cuts: vec![cut] };
        self.outcome.violations.push(FaultViolation { failure, guarantee, story, recipe });
    }

    fn finish(mut self) -> FaultOutcome {
        self.outcome.distinct = self.seen.len();
        self.outcome.unrun = self.unrun.difference(&self.seen).count();
        self.outcome.runs = self.recoveries.runs();
        self.outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_chosen_where_there_are_few_and_some_all_over_where_there_are_many() {
        let chosen = |all, most, turn| spread(all, most, turn).collect::<Vec<_>>();
        for turn in 0..Kind::ALL.len() {
            let mut all = chosen(5, 9, turn);
            all.sort_unstable();
            assert_eq!(all, [0, 1, 2, 3, 4]);
        }
        assert_eq!(chosen(100, 4, 0), [0, 25, 50, 75]);
        assert_eq!(chosen(100, 4, 3), [12, 37, 62, 87]);
        assert_eq!(chosen(0, 4, 1), [0_u64; 0]);
    }
}
