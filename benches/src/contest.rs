//! Contestants that do the same work, each measured beside a yardstick: the yardstick runs, then the contestant, again and
//! again. On a shared machine the minutes differ more than the contestants do; two runs that follow each other do not.

use std::time::Duration;

use criterion::{Criterion, SamplingMode};

use crate::results::{Contestant, Goal, Group};
use crate::stopwatch;

/// Some work with the time that it took.
pub type Timed<'w> = Box<dyn FnMut() -> Duration + 'w>;

/// Work on the same bytes, measured beside a yardstick.
pub struct Contest<'c, 'w> {
    criterion: &'c mut Criterion,
    yardstick: Timed<'w>,
    group: Group,
}

/// Work with a preparation that is not measured.
pub fn timed<'w>(mut prepare: impl FnMut() + 'w, mut work: impl FnMut() + 'w) -> Timed<'w> {
    Box::new(move || {
        prepare();
        stopwatch(&mut work)
    })
}

/// Work that needs no preparation.
pub fn at_once<'w>(work: impl FnMut() + 'w) -> Timed<'w> {
    timed(|| {}, work)
}

impl<'c, 'w> Contest<'c, 'w> {
    /// A contest in a bench, on so many bytes, beside a yardstick.
    pub fn new(
        criterion: &'c mut Criterion,
        (bench, name): (&str, &str),
        bytes: u64,
        (who, yardstick): (&str, Timed<'w>),
    ) -> Self {
        let group = Group {
            bench: bench.to_owned(),
            name: name.to_owned(),
            bytes,
            yardstick: who.to_owned(),
            ..Group::default()
        };
        Self { criterion, yardstick, group }
    }

    /// Measures a contestant, as often as criterion wants.
    pub fn against(&mut self, who: &str, mut work: Timed<'w>) -> &mut Self {
        let mut contestant = Contestant { name: who.to_owned(), pairs: Vec::new() };
        let mut criterion = self.criterion.benchmark_group(format!("{}/{}", self.group.bench, self.group.name));
        criterion.sampling_mode(SamplingMode::Flat);
        criterion.bench_function(who, |bencher| {
            bencher.iter_custom(|rounds| {
                let mut round = || {
                    let beside = (self.yardstick)();
                    let own = work();
                    contestant.pairs.push((beside.as_secs_f64(), own.as_secs_f64()));
                    own
                };
                (0..rounds).map(|_| round()).sum()
            });
        });
        criterion.finish();
        if !contestant.pairs.is_empty() {
            self.group.contestants.push(contestant);
        }
        self
    }

    /// What a contestant should reach beside the yardstick or another contestant: at most so many times its time.
    pub fn goal(&mut self, who: &str, beside: &str, at_most: f64) -> &mut Self {
        self.group.goals.push(Goal { who: who.to_owned(), beside: beside.to_owned(), at_most });
        self
    }

    /// Prints what was measured, and keeps it for the table of all.
    pub fn finish(&mut self) {
        self.group.keep();
    }
}
