//! Goes through the crash states of a trace, judges each, and counts the distinct ones. The states that find most come
//! first: all but one change kept, then every subset where there are few, then families and seeded chance.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::life::Parts;
use super::memory::Memory;
use super::observe::{Found, Probe, observe};
use super::states::{Fate, Point, Recipe, suffer};
use super::trace::{Promise, Trace};
use crate::guarantees;
use crate::random::Random;
use crate::sim::clock::SimClock;
use crate::sim::image::Image;

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Up to so many pending changes every subset is tried.
    pub exhaustive: usize,
    /// Beyond that, so many by chance at each cut.
    pub by_chance: usize,
    /// Not more distinct states than this.
    pub states: usize,
    /// Stop at the first violation.
    pub stop_at_first: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Distinct disks that were judged.
    pub distinct: usize,
    /// Judgements: a disk may be met again under another promise.
    pub judged: usize,
    /// Times that recovery really ran; all others repeat one of these.
    pub runs: usize,
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
    parts: &'a Parts,
    trace: &'a Trace,
    clock: SimClock,
    limits: Limits,
    promises: Vec<Arc<Promise>>,
    probe: Probe,
    memory: Memory,
    ends: Vec<Found>,
    verdicts: HashMap<(usize, *const Promise), Option<(&'static str, String)>, FixedState>,
    seen: HashSet<u64, FixedState>,
    outcome: Outcome,
}

impl<'a> Explorer<'a> {
    /// A search that has not begun.
    pub fn new(parts: &'a Parts, trace: &'a Trace, clock: SimClock, limits: Limits) -> Self {
        Self {
            parts,
            trace,
            clock,
            limits,
            promises: trace.promises(),
            probe: Probe::default(),
            memory: Memory::default(),
            ends: Vec::new(),
            verdicts: HashMap::default(),
            seen: HashSet::default(),
            outcome: Outcome::default(),
        }
    }

    /// Goes through all of them.
    pub fn run(mut self) -> Outcome {
        for pass in [Self::most_telling, Self::every_subset, Self::by_chance] {
            let mut point = Point::at_start(&self.trace.base);
            self.visit_cut(&point, 0, pass);
            for at in 0..self.trace.log.len() {
                point.step(&self.trace.log, at);
                let tells = self.trace.log[at].is_change() || !Arc::ptr_eq(&self.promises[at], &self.promises[at + 1]);
                if tells {
                    self.visit_cut(&point, at + 1, pass);
                }
                if self.is_over() {
                    break;
                }
            }
        }
        self.outcome.distinct = self.seen.len();
        self.outcome.runs = self.ends.len();
        self.outcome
    }

    fn is_over(&self) -> bool {
        self.seen.len() >= self.limits.states || self.limits.stop_at_first && !self.outcome.violations.is_empty()
    }

    fn visit_cut(&mut self, point: &Point, cut: usize, pass: fn(&mut Self, &Point, usize)) {
        pass(self, point, cut);
    }

    /// All kept, none, all but one, and what can happen to the newest write.
    fn most_telling(&mut self, point: &Point, cut: usize) {
        let all = point.pending.len();
        self.judge_fates(point, cut, vec![Fate::Kept; all]);
        self.judge_fates(point, cut, vec![Fate::Lost; all]);
        for at in 0..all {
            let mut fates = vec![Fate::Kept; all];
            fates[at] = Fate::Lost;
            self.judge_fates(point, cut, fates);
        }
        for fate in [Fate::SizeAlone, Fate::Head, Fate::Tail, Fate::Odd, Fate::Garbage] {
            let Some(newest) = all.checked_sub(1) else { break };
            for others in [Fate::Kept, Fate::Lost] {
                let mut fates = vec![others; all];
                fates[newest] = fate;
                self.judge_fates(point, cut, fates);
            }
        }
    }

    fn every_subset(&mut self, point: &Point, cut: usize) {
        if point.pending.len() <= self.limits.exhaustive {
            self.subsets(point, cut, &point.durable.clone(), &mut Vec::new());
        }
    }

    fn subsets(&mut self, point: &Point, cut: usize, image: &Image, fates: &mut Vec<Fate>) {
        if self.is_over() {
            return;
        }
        let Some(place) = point.pending.get(fates.len()) else {
            let mut image = image.clone();
            image.prune();
            self.judge(point, cut, fates, &image);
            return;
        };
        let mut kept = image.clone();
        suffer(&mut kept, &self.trace.log[*place], Fate::Kept);
        for (fate, image) in [(Fate::Kept, &kept), (Fate::Lost, image)] {
            // Without the newest change it would be a state of an earlier cut, unless the promise is another one now.
            let is_newest = fates.len() + 1 == point.pending.len() && *place + 1 == cut;
            if is_newest && fate == Fate::Lost {
                continue;
            }
            fates.push(fate);
            self.subsets(point, cut, image, fates);
            fates.pop();
        }
    }

    fn by_chance(&mut self, point: &Point, cut: usize) {
        let all = point.pending.len();
        if all <= self.limits.exhaustive {
            return;
        }
        let mut random = Random::new(cut as u64);
        for _ in 0..self.limits.by_chance {
            // Most disks lose little or much, few lose half.
            let odds = 1 + random.below(15);
            let fate = |random: &mut Random| match random.below(16) {
                kept if kept < odds => Fate::Kept,
                15 => [Fate::SizeAlone, Fate::Head, Fate::Tail, Fate::Garbage]
                    [usize::try_from(random.below(4)).unwrap_or(0)],
                _ => Fate::Lost,
            };
            let fates = (0..all).map(|_| fate(&mut random)).collect();
            self.judge_fates(point, cut, fates);
            if self.is_over() {
                return;
            }
        }
    }

    fn judge_fates(&mut self, point: &Point, cut: usize, fates: Vec<Fate>) {
        let pairs: Vec<(usize, Fate)> = point.pending.iter().copied().zip(fates.iter().copied()).collect();
        let image = point.image(&self.trace.log, &pairs);
        self.judge(point, cut, &fates, &image);
    }

    fn judge(&mut self, point: &Point, cut: usize, fates: &[Fate], image: &Image) {
        if self.is_over() {
            return;
        }
        self.seen.insert(image.hash());
        self.outcome.judged += 1;
        let end = self.end_of(image);
        let promise = self.promises[cut].clone();
        let found = &self.ends[end];
        let fresh = !self.verdicts.contains_key(&(end, Arc::as_ptr(&promise)));
        let verdict =
            self.verdicts.entry((end, Arc::as_ptr(&promise))).or_insert_with(|| guarantees::judge(&promise, found));
        if let (true, Some((guarantee, story))) = (fresh, verdict.clone()) {
            let kept = point.pending.iter().copied().zip(fates.iter().copied()).filter(|(_, fate)| *fate != Fate::Lost);
            let recipe = Recipe { cut, fates: kept.collect() };
            self.outcome.violations.push(Violation { guarantee, story, recipe });
        }
    }

    fn end_of(&mut self, image: &Image) -> usize {
        if let Some(end) = self.memory.recall(image) {
            return end;
        }
        let (found, machine) = observe(self.parts, &mut self.probe, image.clone(), 1, &self.clock);
        let end = self.ends.len();
        self.ends.push(found);
        self.memory.keep(&machine.disk.questions(), end);
        end
    }
}
