//! The search for a disk that convicts a mutant. What each search may cost is bounded: so many disks, and so many of them
//! on which a recovery really runs.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::alteration::{Altered, Cut};
use super::states::FAMILIES;
use crate::crash::forge::Forge;
use crate::crash::recoveries::Recoveries;
use crate::crash::states::Fate;
use crate::guarantees;

/// The most disks that a mutant is tried on.
const STATES: usize = 600;
/// The most recoveries that really run for it.
const RUNS: usize = 36;
/// So much of it at each of the first cuts, up to half of it.
const FIRST: (usize, usize) = (16, 2);
/// Those of a kind of which some have survived get so much less, and at least this much.
const LEAST: (usize, usize) = (16, 1);

/// What came of a search.
pub(super) enum Verdict {
    /// Some disk breaks a guarantee.
    Killed,
    /// None of so many does.
    Survived(usize),
}

/// All searches over the traces of one scenario.
pub(super) struct Search<'a> {
    recoveries: Recoveries<'a>,
    /// Disks that were judged.
    pub(super) judged: usize,
    /// Whether an end breaks a promise, by their numbers.
    guilty: HashMap<(usize, usize), bool, FixedState>,
}

/// So many disks and so many recoveries, all in all.
#[derive(Clone, Copy)]
struct Quota {
    states: usize,
    runs: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(recoveries: Recoveries<'a>) -> Self {
        Self { recoveries, judged: 0, guilty: HashMap::default() }
    }

    /// Searches the cuts of a mutant, given how many of its kind have survived.
    pub(super) fn put_on_trial(&mut self, altered: &Altered, alike: usize) -> Verdict {
        let (begun, mut forge) = (self.used(), Forge::default());
        let half = |most: usize, least: usize| (most >> alike.min(63)).max(least);
        let most = Quota { states: half(STATES, LEAST.0), runs: half(RUNS, LEAST.1) };
        for (family, share) in FAMILIES {
            let from = self.used();
            for (number, cut) in altered.cuts.iter().enumerate() {
                // What one cut leaves over is the next one's, and what a family leaves over the next one's too. Half
                // of it is for the first cuts, which need not wait for their share: what is torn there, a later sync may hide.
                let even = |begun: usize, from: usize, most: usize, first: usize| {
                    let all = (begun + most * share / 100).saturating_sub(from);
                    let first = (all / 2).min(first * (number + 1));
                    from + first + (all - first) * (number + 1) / altered.cuts.len()
                };
                let quota = Quota {
                    states: even(begun.states, from.states, most.states, FIRST.0),
                    runs: even(begun.runs, from.runs, most.runs, FIRST.1),
                };
                if family(cut, &altered.log)
                    .into_iter()
                    .any(|fates| self.is_guilty(&mut forge, (altered, cut), &fates, quota))
                {
                    return Verdict::Killed;
                }
            }
        }
        Verdict::Survived(self.judged - begun.states)
    }

    /// Recoveries that really ran.
    pub(super) const fn runs(&self) -> usize {
        self.recoveries.runs()
    }

    fn used(&self) -> Quota {
        Quota { states: self.judged, runs: self.recoveries.runs() }
    }

    fn is_guilty(&mut self, forge: &mut Forge, (altered, cut): (&Altered, &Cut), fates: &[Fate], quota: Quota) -> bool {
        if self.judged >= quota.states {
            return false;
        }
        let pairs: Vec<(usize, Fate)> = cut.point.pending.iter().copied().zip(fates.iter().copied()).collect();
        let image = forge.image(&cut.point, &altered.log, &pairs);
        let end = match self.recoveries.recall(&image, 0) {
            Some(end) => end,
            None if self.recoveries.runs() < quota.runs => self.recoveries.run(&image, 0),
            None => return false,
        };
        self.judged += 1;
        let (number, promise) = &cut.promise;
        let recoveries = &self.recoveries;
        let guilty = || guarantees::judge(promise, &recoveries.end(end).found).is_some();
        *self.guilty.entry((end, *number)).or_insert_with(guilty)
    }
}
