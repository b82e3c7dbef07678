//! Mutants that nobody had to think of: every sync of a scenario's trace dropped, every two neighbours of which the
//! order matters swapped, every promise given one sync too early. The recovery is the shipped one.
//!
//! Only disks that the unchanged trace cannot leave are judged. A change that makes no such disk makes no difference,
//! and is counted so.

mod alteration;
mod reachable;
mod search;
mod states;

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use self::alteration::Traced;
use self::search::{Search, Verdict};
use super::waivers::Waivers;
use crate::crash::recoveries::Recoveries;
use crate::crash::scenarios::Scenario;
use crate::crash::trace::Trace;
use crate::sim::machine::Build;
use crate::sim::vfs::SimVfs;

/// A kind that is waived is searched as one of which so many have survived.
const WAIVED: usize = 2;

/// What came of the automatic mutants of one scenario.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Automatic {
    /// Which scenario.
    pub scenario: String,
    /// Mutants that make a state which the unchanged trace does not have.
    pub tried: usize,
    /// Mutants that make none.
    pub without_difference: usize,
    /// Mutants that were caught.
    pub killed: usize,
    /// States that were judged.
    pub states: usize,
    /// Recoveries that really ran.
    pub runs: usize,
    /// How long it took.
    pub seconds: f64,
    /// Mutants that nobody caught, by kind.
    pub survivors: Vec<Survivor>,
}

/// Mutants of one kind that nobody caught.
#[derive(Clone, Debug, Serialize)]
pub struct Survivor {
    /// What was changed; a waiver names it.
    pub class: String,
    /// Places in the log.
    pub places: Vec<usize>,
    /// How many states the one survived that was searched longest.
    pub states: usize,
    /// Why nobody needs to catch them.
    pub waived: Option<String>,
}

/// Tries all of a scenario's. Kinds that are waived, of which nothing is expected, are searched less.
pub(super) fn try_all(scenario: &Scenario, vfs: &Arc<SimVfs>, is_waived: &dyn Fn(&str) -> bool) -> Automatic {
    let begun = Instant::now();
    let parts = scenario.parts(vfs, Build::shipped());
    let (trace, clock) = scenario.trace(&parts);
    let tried = try_trace(scenario.name, &trace, Recoveries::new(&parts, &clock), is_waived);
    Automatic { seconds: begun.elapsed().as_secs_f64(), ..tried }
}

fn try_trace(name: &str, trace: &Trace, recoveries: Recoveries<'_>, is_waived: &dyn Fn(&str) -> bool) -> Automatic {
    let traced = Traced::new(trace);
    let mut search = Search::new(recoveries);
    let mut tried = Automatic { scenario: name.to_owned(), ..Automatic::default() };
    for at in 0..trace.log.len() {
        for change in traced.changes(at) {
            let altered = traced.altered(at, change);
            if altered.cuts.is_empty() {
                tried.without_difference += 1;
                continue;
            }
            tried.tried += 1;
            let class = format!("{name}: {}", traced.class(at, change, &altered));
            // Those of a kind that needs a waiver anyway are searched less and less.
            let alike = tried.survivors.iter().find(|known| known.class == class).map_or(0, |known| known.places.len());
            match search.put_on_trial(&altered, alike + if is_waived(&class) { WAIVED } else { 0 }) {
                Verdict::Killed => tried.killed += 1,
                Verdict::Survived(states) => tried.survived(at, class, states),
            }
        }
    }
    (tried.states, tried.runs) = (search.judged, search.runs());
    tried
}

impl Automatic {
    fn survived(&mut self, at: usize, class: String, states: usize) {
        match self.survivors.iter_mut().find(|survivor| survivor.class == class) {
            Some(known) => {
                known.places.push(at);
                known.states = known.states.max(states);
            }
            None => self.survivors.push(Survivor { class, places: vec![at], states, waived: None }),
        }
    }

    pub(super) fn waive(&mut self, waivers: &mut Waivers) {
        for survivor in &mut self.survivors {
            survivor.waived = waivers.reason(&survivor.class);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crash::scenarios;

    /// What comes of the mutants of a scenario whose kind begins so: how many are caught, and how many survive.
    fn check(scenario: &str, class: &str, expected: (usize, usize)) {
        let vfs = Arc::new(SimVfs::register(&format!("automatic-{scenario}-{class}")));
        let scenario = scenarios::all().into_iter().find(|one| one.name == scenario).unwrap();
        let parts = scenario.parts(&vfs, Build::shipped());
        let (trace, clock) = scenario.trace(&parts);
        let (traced, mut search) = (Traced::new(&trace), Search::new(Recoveries::new(&parts, &clock)));
        let mut found = (0, 0);
        for at in 0..trace.log.len() {
            for change in traced.changes(at) {
                let altered = traced.altered(at, change);
                if altered.cuts.is_empty() || !traced.class(at, change, &altered).starts_with(class) {
                    continue;
                }
                match search.put_on_trial(&altered, 0) {
                    Verdict::Killed => found.0 += 1,
                    Verdict::Survived(_) => found.1 += 1,
                }
            }
        }
        assert_eq!(found, expected, "{class}");
    }

    #[test]
    fn a_snapshot_whose_bytes_are_not_durable_is_caught() {
        check("start-all-tiers", "drop sync staged tier", (3, 0));
        check("start-all-tiers", "drop sync manifests after rename staged manifest to manifest", (4, 0));
    }

    #[test]
    fn an_intent_whose_bytes_are_not_durable_is_caught() {
        check("restore-snapshot", "drop sync staged intent", (1, 0));
    }

    #[test]
    fn a_catalog_that_its_journal_would_not_mend_is_caught() {
        check("restore-over-damage", "drop sync the head of catalog's journal", (12, 0));
    }

    #[test]
    fn a_damaged_database_of_which_a_part_is_not_kept_is_caught() {
        check("restore-over-damage", "drop sync staged damaged database, until", (2, 0));
    }

    #[test]
    fn an_end_that_is_told_before_its_snapshot_has_its_name_is_caught() {
        check("exit-first", "tell the end of AppClosing before sync the backups after rename", (1, 0));
    }

    #[test]
    fn a_sync_that_another_one_follows_is_not_missed() {
        check("restore-snapshot", "drop sync the backups after rename staged intent to intent", (0, 1));
    }
}
