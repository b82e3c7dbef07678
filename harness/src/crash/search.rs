//! The search itself: passes over the points of a trace, and at each point the states of the fault model, each of which
//! is judged by what had been promised there.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::explorer::{Limits, Outcome, Violation};
use super::families;
use super::forge::Forge;
use super::model::{Family, Model};
use super::nested::Nests;
use super::recipe::{Cut, Recipe};
use super::recoveries::Recoveries;
use super::states::{Fate, Point};
use super::trace::{Promise, Trace};
use crate::guarantees;
use crate::sim::image::Image;

/// How much of the limits is used up after each pass, in percent: what is left over goes to the next.
const SHARES: [usize; 5] = [40, 65, 80, 90, 100];

/// After so many disks at a point that nobody may judge, the next point is tried.
const VAIN: usize = 40;

/// So many disks that do not pay are borne with before the next point is tried.
const PATIENCE: usize = 8;

/// A search with what it has found.
pub(super) struct Search<'a> {
    pub(super) recoveries: Recoveries<'a>,
    pub(super) limits: Limits,
    pub(super) outcome: Outcome,
    pub(super) nests: Nests,
    seen: HashSet<u64, FixedState>,
    /// States that would have needed one more recovery than there may be.
    unrun: HashSet<u64, FixedState>,
    /// Whether every subset of the point before this one was judged.
    complete: bool,
    pub(super) numbers: usize,
    /// How far this point may go.
    quota: Quota,
    /// The recovery at this point when everything is kept.
    untouched: Option<usize>,
    /// Disks at this point whose recovery may not run any more.
    in_vain: usize,
}

/// So many distinct states and so many recoveries, all in all.
#[derive(Clone, Copy, Default)]
pub(super) struct Quota {
    pub(super) states: usize,
    pub(super) runs: usize,
}

/// A trace that is searched: the operation's own, or that of a recovery.
pub(super) struct Level<'t> {
    pub(super) trace: &'t Trace,
    /// One or more stories of promises, by every one of which each state is judged: for each point its number and itself.
    tracks: Vec<Vec<Numbered>>,
    /// Where to cut.
    points: Vec<usize>,
    /// The power cuts that led to the beginning of this trace.
    pub(super) before: Vec<Cut>,
    /// Ends that were judged already, with the promise's number.
    judged: HashSet<(usize, usize), FixedState>,
    forge: Forge,
}

/// A promise, and its number in the search.
pub(super) type Numbered = (usize, Arc<Promise>);

impl<'t> Level<'t> {
    /// A trace that begins under each of these promises.
    pub(super) fn new(trace: &'t Trace, model: Model, starts: &[Numbered], numbers: &mut usize) -> Self {
        let tracks: Vec<Vec<Numbered>> =
            starts.iter().map(|(first, start)| number(model.promises(trace, start), *first, numbers)).collect();
        let changes = |at: usize| tracks.iter().any(|track| track[at].0 != track[at - 1].0);
        let tells = |at: &usize| *at == 0 || trace.log[at - 1].is_change() || changes(*at);
        let points = (0..=trace.log.len()).filter(tells).collect();
        Self { trace, tracks, points, before: Vec::new(), judged: HashSet::default(), forge: Forge::default() }
    }
}

/// The same promise keeps its number.
fn number(track: Vec<Arc<Promise>>, first: usize, numbers: &mut usize) -> Vec<Numbered> {
    let mut numbered: Vec<Numbered> = Vec::with_capacity(track.len());
    for promise in track {
        let number = match numbered.last() {
            None => first,
            Some((number, last)) if Arc::ptr_eq(last, &promise) => *number,
            Some(_) => {
                *numbers += 1;
                *numbers
            }
        };
        numbered.push((number, promise));
    }
    numbered
}

impl<'a> Search<'a> {
    /// One that has seen nothing.
    pub(super) fn new(recoveries: Recoveries<'a>, limits: Limits) -> Self {
        Self {
            recoveries,
            limits,
            outcome: Outcome::default(),
            nests: Nests::default(),
            seen: HashSet::default(),
            unrun: HashSet::default(),
            complete: false,
            numbers: 0,
            quota: Quota::default(),
            untouched: None,
            in_vain: 0,
        }
    }

    /// What was found, and the recoveries.
    pub(super) fn finish(mut self) -> (Outcome, Recoveries<'a>) {
        self.outcome.distinct = self.seen.len();
        self.outcome.unrun = self.unrun.difference(&self.seen).count();
        (self.outcome, self.recoveries)
    }

    /// Goes through the operation's own trace.
    pub(super) fn operation(&mut self, trace: &Trace) {
        let mut level = Level::new(trace, self.limits.model, &[(0, Arc::new(trace.start.clone()))], &mut self.numbers);
        let (runs, limits) = (self.recoveries.runs(), self.limits);
        let share = |pass: usize| Quota {
            states: limits.states * SHARES[pass] / 100,
            runs: runs + limits.runs * SHARES[pass] / 100,
        };
        level.points.retain(|at| *at >= limits.from);
        self.outcome.log = trace.log.len();
        self.outcome.points = level.points.len();
        for (pass, families) in limits.model.passes().iter().enumerate() {
            self.pass(&mut level, share(pass), |search, level, point| search.families(level, point, families));
        }
        if limits.model.is_exhaustive() {
            self.pass(&mut level, share(2), Self::every_subset);
            self.pass(&mut level, share(3), Self::by_chance);
            self.pass(&mut level, share(4), Self::inside);
        }
        self.outcome.runs = self.recoveries.runs() - runs;
    }

    /// What was used up so far.
    pub(super) fn used(&self) -> Quota {
        Quota { states: self.seen.len(), runs: self.recoveries.runs() }
    }

    /// Goes through all points of a trace once. Each gets an even share.
    pub(super) fn pass(&mut self, level: &mut Level<'_>, to: Quota, visit: impl Fn(&mut Self, &mut Level<'_>, &Point)) {
        let log = &level.trace.log;
        let mut point = Point::with(&level.trace.base, self.limits.model.barriers());
        let points = std::mem::take(&mut level.points);
        let from = self.used();
        for (number, cut) in points.iter().enumerate() {
            (point.at..*cut).for_each(|at| point.step(log, at));
            // What one point leaves over is the next one's, and the last gets its share however little there is for all.
            let even = |from: usize, to: usize| from + to.saturating_sub(from) * (number + 1) / points.len();
            self.quota = Quota { states: even(from.states, to.states), runs: even(from.runs, to.runs) };
            let kept: Vec<_> = point.pending.iter().map(|place| (*place, Fate::Kept)).collect();
            self.untouched = self.recoveries.recall(&level.forge.image(&point, log, &kept), level.before.len());
            self.in_vain = 0;
            visit(self, level, &point);
            if self.is_over() {
                break;
            }
        }
        level.points = points;
    }

    pub(super) fn is_over(&self) -> bool {
        self.limits.stop_at_first && !self.outcome.violations.is_empty()
    }

    pub(super) fn families(&mut self, level: &mut Level<'_>, point: &Point, families: &[Family]) {
        for family in families {
            family(&level.trace.log, &point.pending, &mut |fates| self.judge_fates(level, point, fates));
        }
    }

    fn by_chance(&mut self, level: &mut Level<'_>, point: &Point) {
        if point.pending.len() > self.limits.exhaustive {
            let (log, seed, count) = (&level.trace.log, point.at as u64, self.limits.by_chance);
            families::by_chance(log, &point.pending, seed, count, &mut |fates| self.judge_fates(level, point, fates));
        }
    }

    /// As long as most of them are new and repeat a recovery that is known.
    fn inside(&mut self, level: &mut Level<'_>, point: &Point) {
        let (log, seed, count) = (&level.trace.log, point.at as u64, self.limits.inside);
        let (mut made, seen, runs) = (0, self.seen.len(), self.recoveries.runs());
        families::inside(log, &point.pending, seed, count, &mut |fates| {
            made += 1;
            let more = self.judge_fates(level, point, fates);
            let repeats = made - (self.seen.len() - seen);
            let pays = repeats <= PATIENCE + made / 4 && self.recoveries.runs() - runs <= PATIENCE + made / 8;
            more && pays
        });
    }

    fn every_subset(&mut self, level: &mut Level<'_>, point: &Point) {
        let all = 1_u128.checked_shl(u32::try_from(point.pending.len()).unwrap_or(u32::MAX)).unwrap_or(u128::MAX);
        let mut judged = 0;
        if point.pending.len() <= self.limits.exhaustive {
            self.subsets(level, point, &mut Vec::new(), &mut judged);
        }
        self.complete = judged == all;
        self.outcome.complete += usize::from(self.complete);
        self.outcome.skipped = self.outcome.skipped.saturating_add(all - judged);
    }

    /// Every way to go on after these fates. Says whether there may be more.
    fn subsets(&mut self, level: &mut Level<'_>, point: &Point, fates: &mut Vec<Fate>, judged: &mut u128) -> bool {
        let Some(place) = point.pending.get(fates.len()).copied() else {
            let seen = self.is_possible(level, point, fates).then(|| self.judge(level, point, fates));
            *judged += u128::from(seen != Some(Judged::NotRun) && seen != Some(Judged::NoMore));
            return seen != Some(Judged::NoMore);
        };
        // Without the newest change it is a state of the point before, under the same promise.
        let is_known = self.complete && fates.len() + 1 == point.pending.len() && place + 1 == point.at;
        for fate in [Fate::Kept, Fate::Lost] {
            if is_known && fate == Fate::Lost {
                *judged += 1;
                continue;
            }
            fates.push(fate);
            let more = self.subsets(level, point, fates, judged);
            fates.pop();
            if !more {
                return false;
            }
        }
        true
    }

    fn is_possible(&self, level: &Level<'_>, point: &Point, fates: &[Fate]) -> bool {
        let mut bent = fates.to_vec();
        self.limits.model.bend(&level.trace.log, &point.pending, &mut bent);
        bent == fates
    }

    fn judge_fates(&mut self, level: &mut Level<'_>, point: &Point, mut fates: Vec<Fate>) -> bool {
        self.limits.model.bend(&level.trace.log, &point.pending, &mut fates);
        self.judge(level, point, &fates) != Judged::NoMore
    }

    fn judge(&mut self, level: &mut Level<'_>, point: &Point, fates: &[Fate]) -> Judged {
        if self.is_over() || self.seen.len() >= self.quota.states {
            return Judged::NoMore;
        }
        let depth = level.before.len();
        let pairs: Vec<(usize, Fate)> = point.pending.iter().copied().zip(fates.iter().copied()).collect();
        let image = &level.forge.image(point, &level.trace.log, &pairs);
        let hash = image.hash();
        let end = match self.recoveries.recall(image, depth) {
            Some(end) => end,
            None if self.recoveries.runs() < self.quota.runs => self.recoveries.run(image, depth),
            None => {
                self.unrun.insert(hash);
                self.in_vain += 1;
                return if self.in_vain > VAIN { Judged::NoMore } else { Judged::NotRun };
            }
        };
        if fates.iter().all(|fate| *fate == Fate::Kept) {
            self.untouched = Some(end);
        }
        if self.seen.insert(hash) {
            self.outcome.telling += usize::from(self.untouched.is_some_and(|untouched| untouched != end));
            self.outcome.nested += usize::from(depth > 0);
        }
        for track in 0..level.tracks.len() {
            self.outcome.judged += 1;
            let promise = level.tracks[track][point.at].clone();
            if level.judged.insert((end, promise.0)) {
                self.judge_end(level, point, fates, image, (end, promise));
            }
        }
        Judged::Yes
    }

    fn judge_end(
        &mut self,
        level: &Level<'_>,
        point: &Point,
        fates: &[Fate],
        image: &Image,
        (end, promise): (usize, Numbered),
    ) {
        let kept = point.pending.iter().copied().zip(fates.iter().copied()).filter(|(_, fate)| *fate != Fate::Lost);
        let cut = Cut { at: point.at, fates: kept.collect() };
        let cuts: Vec<Cut> = level.before.iter().cloned().chain([cut]).collect();
        match guarantees::judge(&promise.1, &self.recoveries.end(end).found) {
            Some((guarantee, story)) => self.violation(guarantee, story, cuts),
            None => self.nests.meet(self.recoveries.end(end), end, image, cuts, promise),
        }
    }

    pub(super) fn violation(&mut self, guarantee: &'static str, story: String, cuts: Vec<Cut>) {
        let recipe = Recipe { model: self.limits.model, cuts, ..Recipe::default() };
        self.outcome.violations.push(Violation { guarantee, story, recipe });
    }
}

/// Whether a state was judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Judged {
    /// It was.
    Yes,
    /// It was not: its recovery is not known, and no more may run at this point.
    NotRun,
    /// It was not, and no more are wanted at this point.
    NoMore,
}
