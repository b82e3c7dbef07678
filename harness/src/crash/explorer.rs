//! Goes through the crash states of a trace, judges each, and counts the distinct ones. The states that find most come
//! first: all but one change kept, then families of losses, then every subset where there are few, then seeded chance,
//! and at last power cuts in the recoveries themselves and in what the app commits after them.
//!
//! **Invariant:** a state is counted when it was judged, and not before. What would have been one and was not judged is
//! counted as skipped.

use super::life::Parts;
use super::model::Model;
use super::recipe::Recipe;
use super::recoveries::Recoveries;
use super::scenarios::Scenario;
use super::search::Search;
use super::trace::Trace;
use crate::sim::clock::SimClock;

/// So many power cuts in recoveries, one in the other, after the one in the operation.
pub const DEEPEST: usize = 2;

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// What a power cut may leave.
    pub model: Model,
    /// The power is cut at no place of the log before this one.
    pub from: usize,
    /// Up to so many pending changes every subset is tried.
    pub exhaustive: usize,
    /// Beyond that, so many by chance at each cut.
    pub by_chance: usize,
    /// So many by chance at each cut in which files differ inside alone.
    pub inside: usize,
    /// Not more distinct states than this.
    pub states: usize,
    /// Not more recoveries that really run than this.
    pub runs: usize,
    /// How deep power cuts in recoveries go; at most [`DEEPEST`].
    pub depth: usize,
    /// Not more distinct states of power cuts in recoveries than this.
    pub nested_states: usize,
    /// Not more recoveries from those that really run than this.
    pub nested_runs: usize,
    /// Stop at the first violation.
    pub stop_at_first: bool,
}

impl Default for Limits {
    /// What one operation gets in the proof of a pull request.
    fn default() -> Self {
        Self {
            model: Model::Strict,
            from: 0,
            exhaustive: 9,
            by_chance: 30,
            inside: 3_000,
            states: 25_000,
            runs: 230,
            depth: DEEPEST,
            nested_states: 5_000,
            nested_runs: 60,
            stop_at_first: false,
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Entries of the log.
    pub log: usize,
    /// Points of the log at which the power was cut.
    pub points: usize,
    /// Points of which every subset of the pending changes was judged.
    pub complete: usize,
    /// Distinct disks that were judged, those of power cuts in recoveries among them.
    pub distinct: usize,
    /// Distinct disks on which recovery saw something of what was lost: it did not repeat the one from the disk on which
    /// everything is kept at the same point.
    pub telling: usize,
    /// Distinct disks that a power cut in a recovery, or after one, left.
    pub nested: usize,
    /// Judgements: a disk may be met again under another promise.
    pub judged: usize,
    /// Times that recovery really ran; all others repeat one of these.
    pub runs: usize,
    /// Subsets of pending changes, over all points, that were not judged as such: there were too many.
    pub skipped: u128,
    /// Distinct disks that were made and not judged: their recovery would have been one more than the limits allow.
    pub unrun: usize,
    /// Kinds of recoveries of which none was cut, though they changed the disk.
    pub uncut: usize,
    /// What was broken.
    pub violations: Vec<Violation>,
}

/// A broken guarantee.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which.
    pub guarantee: &'static str,
    /// What was found.
    pub story: String,
    /// How to make the state again.
    pub recipe: Recipe,
}

/// A search through one trace.
pub struct Explorer<'a> {
    recoveries: Recoveries<'a>,
    trace: &'a Trace,
    limits: Limits,
}

/// Lives a scenario and goes through all its crash states. Each thread has parts with a file layer of its own.
pub fn explore(scenario: &Scenario, parts: &Parts, limits: Limits) -> Outcome {
    let (trace, clock) = scenario.trace(parts);
    let mut outcome = Explorer::new(parts, &trace, clock, limits).run();
    for violation in &mut outcome.violations {
        scenario.name.clone_into(&mut violation.recipe.operation);
    }
    outcome
}

impl<'a> Explorer<'a> {
    /// A search that has not begun.
    pub fn new(parts: &'a Parts, trace: &'a Trace, clock: SimClock, limits: Limits) -> Self {
        Self::over(Recoveries::new(parts, &clock), trace, limits)
    }

    /// A search that knows the recoveries of an earlier one over a trace of the same scenario and the same parts.
    pub const fn over(recoveries: Recoveries<'a>, trace: &'a Trace, limits: Limits) -> Self {
        Self { recoveries, trace, limits }
    }

    /// Goes through all of them.
    pub fn run(self) -> Outcome {
        self.explore().0
    }

    /// Goes through all of them, and gives the recoveries for a next search.
    pub fn explore(self) -> (Outcome, Recoveries<'a>) {
        let mut search = Search::new(self.recoveries, self.limits);
        search.operation(self.trace);
        search.recoveries_cut();
        search.finish()
    }
}
