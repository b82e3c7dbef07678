//! Mutants that nobody had to think of: every sync of a scenario's trace dropped, every two changes that depend on each
//! other swapped, every promise given one sync too early. The recovery is the shipped one.
//!
//! Only the states that the unchanged trace does not have are judged, from where the change is made to where the disk
//! is again as it would have been without it. A change that makes no new state makes no difference, and is counted so.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::class;
use super::waivers::Waivers;
use crate::crash::Note;
use crate::crash::recoveries::Recoveries;
use crate::crash::scenarios::Scenario;
use crate::crash::states::{Fate, Point};
use crate::crash::trace::{Promise, Trace};
use crate::guarantees;
use crate::sim::image::Image;
use crate::sim::machine::Build;
use crate::sim::operation::{Force, Operation};
use crate::sim::vfs::SimVfs;

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
    /// Why nobody needs to catch them.
    pub waived: Option<String>,
}

/// One change of a trace.
enum Change {
    Drop,
    Swap,
    /// The promise is given at this place already.
    Tell(usize),
}

enum Trial {
    Killed,
    Survived,
    NoDifference,
}

/// Tries all of a scenario's.
pub(super) fn try_all(scenario: &Scenario, vfs: &Arc<SimVfs>) -> Automatic {
    let parts = scenario.parts(vfs, Build::shipped());
    let (trace, clock) = scenario.trace(&parts);
    let mut search = Search::new(&trace, Recoveries::new(&parts, &clock));
    let mut tried = Automatic { scenario: scenario.name.to_owned(), ..Automatic::default() };
    for at in 0..trace.log.len() {
        for change in search.changes(at) {
            match search.trial(at, &change) {
                Trial::Killed => tried.killed += 1,
                Trial::NoDifference => {
                    tried.without_difference += 1;
                    continue;
                }
                Trial::Survived => tried.survived(at, format!("{}: {}", scenario.name, search.class(at, &change))),
            }
            tried.tried += 1;
        }
    }
    tried.states = search.judged;
    tried
}

impl Automatic {
    fn survived(&mut self, at: usize, class: String) {
        match self.survivors.iter_mut().find(|survivor| survivor.class == class) {
            Some(known) => known.places.push(at),
            None => self.survivors.push(Survivor { class, places: vec![at], waived: None }),
        }
    }

    pub(super) fn waive(&mut self, waivers: &mut Waivers) {
        for survivor in &mut self.survivors {
            survivor.waived = waivers.reason(&survivor.class);
        }
    }
}

struct Search<'a> {
    trace: &'a Trace,
    recoveries: Recoveries<'a>,
    judged: usize,
    words: Vec<String>,
    promises: Vec<Arc<Promise>>,
    /// The points between the entries of the unchanged log.
    points: Vec<Point>,
}

impl<'a> Search<'a> {
    fn new(trace: &'a Trace, recoveries: Recoveries<'a>) -> Self {
        let mut points = vec![Point::at_start(&trace.base)];
        for at in 0..trace.log.len() {
            let mut point = points[at].clone();
            point.step(&trace.log, at);
            points.push(point);
        }
        Self { trace, recoveries, judged: 0, words: class::words(trace), promises: trace.promises(), points }
    }

    /// What is tried at a place of the log.
    fn changes(&self, at: usize) -> Vec<Change> {
        let log = &self.trace.log;
        let mut changes = Vec::new();
        if is_sync(&log[at]) {
            changes.push(Change::Drop);
        }
        if log.get(at + 1).is_some_and(|next| depend(&log[at], next)) {
            changes.push(Change::Swap);
        }
        if let Operation::Note(note) = &log[at]
            && is_acknowledgement(note)
        {
            changes.extend(self.sync_before(at).map(Change::Tell));
        }
        changes
    }

    /// The last sync before an acknowledgement that belongs to what is acknowledged.
    fn sync_before(&self, at: usize) -> Option<usize> {
        let log = &self.trace.log[..at];
        let begun = log.iter().rposition(|entry| matches!(entry, Operation::Note(note) if !is_acknowledgement(note)));
        let sync = log.iter().rposition(is_sync)?;
        (begun.is_none_or(|begun| begun < sync)).then_some(sync)
    }

    fn class(&self, at: usize, change: &Change) -> String {
        match change {
            Change::Drop => {
                let lost = class::settled(&self.points[at], &self.trace.log, at, &self.words);
                format!("drop {}, for {lost}", self.words[at])
            }
            Change::Swap => format!("swap {} and {}", self.words[at], self.words[at + 1]),
            Change::Tell(sync) => format!("tell {} before {}", self.words[at], self.words[*sync]),
        }
    }

    fn trial(&mut self, at: usize, change: &Change) -> Trial {
        let mut log = self.trace.log.clone();
        match change {
            // A sync of a file that there is none of.
            Change::Drop => log[at] = Operation::SyncFile(u64::MAX, Force::Drive),
            Change::Swap => log.swap(at, at + 1),
            Change::Tell(sync) => return self.told_early(*sync, at),
        }
        let swapped = matches!(change, Change::Swap);
        let place = |place: usize| match place {
            _ if !swapped => place,
            _ if place == at => at + 1,
            _ if place == at + 1 => at,
            _ => place,
        };
        let (mut point, mut differs) = (self.points[at].clone(), false);
        for cut in at + 1..=log.len() {
            point.step(&log, cut - 1);
            let usual: BTreeSet<usize> = self.points[cut].pending.iter().copied().collect();
            // Before both are done, the unchanged trace has one of them in its own order.
            let is_between = swapped && cut == at + 1;
            let unusual: Vec<usize> =
                (0..point.pending.len()).filter(|n| !usual.contains(&place(point.pending[*n]))).collect();
            if unusual.is_empty() {
                if !is_between && usual.len() == point.pending.len() {
                    break;
                }
                continue;
            }
            differs = true;
            let tells = log[cut - 1].is_change() || !Arc::ptr_eq(&self.promises[cut - 1], &self.promises[cut]);
            if (tells || cut == at + 1) && self.is_guilty(&log, &point, &unusual, &self.promises[cut].clone()) {
                return Trial::Killed;
            }
        }
        if differs { Trial::Survived } else { Trial::NoDifference }
    }

    fn told_early(&mut self, sync: usize, at: usize) -> Trial {
        let mut log = self.trace.log.clone();
        let note = log.remove(at);
        log.insert(sync, note);
        let trace = Trace { base: self.trace.base.clone(), log, start: self.trace.start.clone() };
        let promises = trace.promises();
        // The note is the entry at `sync` now, so the cut after it is the point before the sync.
        for (cut, promise) in promises.iter().enumerate().take(at + 1).skip(sync + 1) {
            let point = self.points[cut - 1].clone();
            let all: Vec<usize> = (0..point.pending.len()).collect();
            if self.is_guilty(&self.trace.log.clone(), &point, &all, promise) {
                return Trial::Killed;
            }
        }
        Trial::Survived
    }

    /// Whether some disk breaks a guarantee on which not all of the unusual changes are.
    fn is_guilty(&mut self, log: &[Operation], point: &Point, unusual: &[usize], promise: &Promise) -> bool {
        telling(point.pending.len(), unusual).into_iter().any(|fates| {
            let pairs: Vec<(usize, Fate)> = point.pending.iter().copied().zip(fates).collect();
            self.breaks(&point.image(log, &pairs), promise)
        })
    }

    fn breaks(&mut self, image: &Image, promise: &Promise) -> bool {
        self.judged += 1;
        let end = self.recoveries.recall(image, 0).unwrap_or_else(|| self.recoveries.run(image, 0));
        guarantees::judge(promise, &self.recoveries.end(end).found).is_some()
    }
}

/// Which fates are tried: the unusual changes lost together, each alone, all but each, and torn; with all others kept,
/// all lost, and all but one of either.
fn telling(all: usize, unusual: &[usize]) -> Vec<Vec<Fate>> {
    let with = |others: Fate, these: Fate| -> Vec<Fate> {
        (0..all).map(|n| if unusual.contains(&n) { these } else { others }).collect()
    };
    let mut fates = Vec::new();
    for others in [Fate::Kept, Fate::Lost] {
        fates.push(with(others, Fate::Lost));
        for n in unusual {
            for (these, this) in [(Fate::Kept, Fate::Lost), (Fate::Lost, Fate::Kept)] {
                let mut one = with(others, these);
                one[*n] = this;
                fates.push(one);
            }
        }
    }
    for others in [Fate::Kept, Fate::Lost] {
        let other = if others == Fate::Kept { Fate::Lost } else { Fate::Kept };
        for n in (0..all).filter(|n| !unusual.contains(n)) {
            let mut one = with(others, Fate::Lost);
            one[n] = other;
            fates.push(one);
        }
    }
    for n in unusual {
        for torn in [Fate::SizeAlone, Fate::Head, Fate::Garbage] {
            let mut one = with(Fate::Kept, Fate::Kept);
            one[*n] = torn;
            fates.push(one);
        }
    }
    fates
}

const fn is_sync(operation: &Operation) -> bool {
    matches!(operation, Operation::SyncFile(..) | Operation::SyncFolder(_))
}

/// Whether the world may expect more from here on than before.
fn is_acknowledgement(note: &Note) -> bool {
    match note {
        Note::Worlds(worlds) => worlds.len() == 1,
        Note::Ended { .. } => true,
        _ => false,
    }
}

/// Whether the order of two entries makes a difference: a sync and what it makes durable, or two changes of one thing.
fn depend(one: &Operation, other: &Operation) -> bool {
    let synced = |sync: &Operation, change: &Operation| match sync {
        Operation::SyncFile(file, _) => change.data_of() == Some(*file),
        Operation::SyncFolder(folder) => change.folders().any(|changed| changed == &**folder),
        _ => false,
    };
    let of_one_thing = match (one, other) {
        (
            Operation::Write { file, offset, bytes, .. },
            Operation::Write { file: other, offset: next, bytes: more, .. },
        ) => file == other && *offset < next + more.len() as u64 && *next < offset + bytes.len() as u64,
        (Operation::Write { file, .. } | Operation::Resize { file, .. }, next) => next.data_of() == Some(*file),
        _ => one.is_change() && other.is_change() && one.data_of().is_none() && other.data_of().is_none(),
    };
    synced(one, other) || synced(other, one) || of_one_thing
}
