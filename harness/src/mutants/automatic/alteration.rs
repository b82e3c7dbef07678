//! What is changed in a trace, and which power cuts then leave disks that the unchanged trace cannot leave.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::reachable::{complete, unusual};
use crate::crash::Note;
use crate::crash::states::{Fate, Point};
use crate::crash::trace::{Promise, Trace};
use crate::mutants::class;
use crate::sim::operation::{FileId, Force, Operation};

/// One change of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A sync is not made.
    Drop,
    /// An entry comes after its next one.
    Swap,
    /// A promise is given before the sync at this place.
    Tell(usize),
}

/// A trace that was changed.
pub(super) struct Altered {
    /// Its log; that of the unchanged one where only a promise has moved.
    pub(super) log: Vec<Operation>,
    /// The power cuts that tell it from the unchanged one.
    pub(super) cuts: Vec<Cut>,
    /// The entry that leaves no difference, if there is one.
    until: Option<usize>,
}

/// The power cuts that tell, and the entry after which none does.
type Window = (Vec<Cut>, Option<usize>);

/// A power cut that may leave new disks.
pub(super) struct Cut {
    /// What is durable and pending there.
    pub(super) point: Point,
    /// What was promised by then, and a number for it.
    pub(super) promise: (usize, Arc<Promise>),
    /// Which of the pending changes make a disk new.
    pub(super) unusual: Vec<usize>,
    /// Whether a disk is new that lacks one of them, or one that has all of them.
    pub(super) fate: Fate,
    /// The pending change without which the disk is one of an earlier cut's.
    pub(super) newest: Option<usize>,
}

/// The unchanged trace.
pub(super) struct Traced<'a> {
    trace: &'a Trace,
    words: Vec<String>,
    promises: Vec<Arc<Promise>>,
    /// The points between the entries of the log.
    points: Vec<Point>,
}

impl<'a> Traced<'a> {
    pub(super) fn new(trace: &'a Trace) -> Self {
        let mut points = vec![Point::at_start(&trace.base)];
        for at in 0..trace.log.len() {
            let mut point = points[at].clone();
            point.step(&trace.log, at);
            points.push(point);
        }
        Self { trace, words: class::words(trace), promises: trace.promises(), points }
    }

    /// What is tried at a place of the log.
    pub(super) fn changes(&self, at: usize) -> Vec<Change> {
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
            changes.extend(self.syncs_before(at).into_iter().map(Change::Tell));
        }
        changes
    }

    /// The last sync before an acknowledgement, for anything; for more than the catalog; and for more than that and a
    /// live database, which an exit tidies after its snapshot.
    fn syncs_before(&self, at: usize) -> BTreeSet<usize> {
        let log = &self.trace.log[..at];
        let begun = log.iter().rposition(|entry| matches!(entry, Operation::Note(note) if !is_acknowledgement(note)));
        let syncs = || (begun.map_or(0, |begun| begun + 1)..at).rev().filter(|at| is_sync(&log[*at]));
        let is_more = |than: &[&str], place: usize| !than.iter().any(|part| self.words[place].contains(part));
        let last_for_more =
            |than: &[&str]| syncs().find(|sync| self.settled(*sync).iter().any(|place| is_more(than, *place)));
        [&[][..], &["catalog"], &["catalog", "live database"]].into_iter().filter_map(last_for_more).collect()
    }

    /// The changes that a sync makes durable.
    fn settled(&self, sync: usize) -> Vec<usize> {
        let point = &self.points[sync];
        let unusual = unusual(point, &self.trace.log, &self.points[sync + 1], &|place| place);
        unusual.into_iter().map(|n| point.pending[n]).collect()
    }

    /// What was changed, and how long that makes a difference, in words.
    pub(super) fn class(&self, at: usize, change: Change, altered: &Altered) -> String {
        let words = &self.words;
        let until = altered.until.map_or("the end", |until| &words[until]);
        match change {
            Change::Drop => format!("drop {}, until {until}", words[at]),
            Change::Swap if is_sync(&self.trace.log[at]) => format!("swap {} and {}", words[at], words[at + 1]),
            Change::Swap => format!("swap {} and {}, until {until}", words[at], words[at + 1]),
            Change::Tell(sync) => format!("tell {} before {}", words[at], words[sync]),
        }
    }

    /// The trace with a change.
    pub(super) fn altered(&self, at: usize, change: Change) -> Altered {
        let mut log = self.trace.log.clone();
        let (cuts, until) = match change {
            Change::Drop => {
                // A sync of a file that there is none of.
                log[at] = Operation::SyncFile(FileId::MAX, Force::Drive);
                self.without_a_barrier(&log, at, at + 2, |place| place)
            }
            Change::Swap => {
                log.swap(at, at + 1);
                self.swapped(&log, at)
            }
            Change::Tell(sync) => (self.told_early(sync, at), None),
        };
        Altered { log, cuts, until }
    }

    fn swapped(&self, log: &[Operation], at: usize) -> Window {
        let back = |place: usize| match place {
            _ if place == at => at + 1,
            _ if place == at + 1 => at,
            _ => place,
        };
        match (is_sync(&log[at]), is_sync(&log[at + 1])) {
            // The change is no longer among those that the sync makes durable.
            (true, _) => self.without_a_barrier(log, at, at + 3, back),
            (false, true) => (self.before_its_barrier(log, at, back), None),
            (false, false) => self.in_another_order(log, at),
        }
    }

    /// Cuts from an entry on, until everything is durable again that would have been. What the disk has more of than in
    /// the unchanged trace is new where it is lost, and something else has happened since.
    fn without_a_barrier(&self, log: &[Operation], at: usize, first: usize, back: impl Fn(usize) -> usize) -> Window {
        let (mut point, mut cuts) = (self.points[at].clone(), Vec::new());
        for cut in at + 1..=log.len() {
            point.step(log, cut - 1);
            if cut + 1 < first {
                continue;
            }
            let unusual = unusual(&point, log, &self.points[cut], &back);
            if unusual.is_empty() {
                return (cuts, Some(cut - 1));
            }
            if cut >= first && self.tells(log, cut) {
                cuts.push(self.cut(log, cut, &point, unusual, Fate::Lost));
            }
        }
        (cuts, None)
    }

    /// The one cut between a change and the sync that came before it.
    fn before_its_barrier(&self, log: &[Operation], at: usize, back: impl Fn(usize) -> usize) -> Vec<Cut> {
        let mut point = self.points[at].clone();
        point.step(log, at);
        let unusual = unusual(&point, log, &self.points[at + 2], &back);
        let cut = (!unusual.is_empty()).then(|| self.cut(log, at + 1, &point, unusual, Fate::Lost));
        cut.into_iter().collect()
    }

    /// Cuts from two changes on, as long as the disk is another one with both of them.
    fn in_another_order(&self, log: &[Operation], at: usize) -> Window {
        let (mut point, mut cuts) = (self.points[at].clone(), Vec::new());
        for cut in at + 1..=log.len() {
            point.step(log, cut - 1);
            // With one of the two it is the disk of the unchanged trace that lost the other.
            if cut == at + 1 {
                continue;
            }
            let both: Vec<usize> =
                (0..point.pending.len()).filter(|n| [at, at + 1].contains(&point.pending[*n])).collect();
            if complete(&point, log).hash() != complete(&self.points[cut], &self.trace.log).hash() {
                if self.tells(log, cut) {
                    cuts.push(self.cut(log, cut, &point, both, Fate::Kept));
                }
            } else if both.is_empty() || cut == at + 2 {
                return (cuts, Some(cut - 1));
            }
        }
        (cuts, None)
    }

    /// What the sync makes durable may still be lost, and the promise is given.
    fn told_early(&self, sync: usize, at: usize) -> Vec<Cut> {
        if is_said_again(&self.trace.log[at], &self.promises[at], &self.promises[at + 1]) {
            return Vec::new();
        }
        let mut log = self.trace.log.clone();
        let note = log.remove(at);
        log.insert(sync, note);
        let early = Trace { base: self.trace.base.clone(), log, start: self.trace.start.clone() };
        let point = &self.points[sync];
        let unusual = unusual(point, &self.trace.log, &self.points[sync + 1], &|place| place);
        if unusual.is_empty() {
            return Vec::new();
        }
        // A number that no promise of the unchanged trace has.
        let promise = (self.promises.len() + at, early.promises()[sync + 1].clone());
        vec![Cut { point: point.clone(), promise, unusual, fate: Fate::Lost, newest: None }]
    }

    fn cut(&self, log: &[Operation], cut: usize, point: &Point, unusual: Vec<usize>, fate: Fate) -> Cut {
        let promise = self.promises[cut].clone();
        let number = self.promises.iter().position(|other| Arc::ptr_eq(other, &promise)).unwrap_or(cut);
        let newest = log[cut - 1].is_change().then(|| point.pending.len() - 1);
        Cut { point: point.clone(), promise: (number, promise), unusual, fate, newest }
    }

    /// Whether something has happened since the cut before.
    fn tells(&self, log: &[Operation], cut: usize) -> bool {
        log[cut - 1].is_change() || !Arc::ptr_eq(&self.promises[cut - 1], &self.promises[cut])
    }
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

/// Whether an acknowledgement says what was known before.
fn is_said_again(note: &Operation, before: &Promise, after: &Promise) -> bool {
    let is_about_worlds = matches!(note, Operation::Note(note) if matches!(&**note, Note::Worlds(_)));
    is_about_worlds && before.worlds == after.worlds && before.held == after.held && before.destroys == after.destroys
}

/// Whether the order of two entries can make a difference: a sync and a change that it would make durable, or two changes
/// of the same file or the same name.
fn depend(one: &Operation, other: &Operation) -> bool {
    let synced = |sync: &Operation, change: &Operation| match sync {
        Operation::SyncFile(file, _) => change.data_of() == Some(*file),
        Operation::SyncFolder(folder) => change.folders().any(|changed| changed == &**folder),
        _ => false,
    };
    synced(one, other) || synced(other, one) || one.conflicts(other)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::crash::life::HOME;
    use crate::sim::image::Image;

    /// The changes of a trace of which the entries are given, each with the entries after which a cut tells.
    fn check(entries: &str, expected: &[&str]) {
        let mut base = Image::default();
        base.apply(&Operation::MakeFolder(Path::new(HOME).into()));
        let log = entries.split(", ").zip(1..).map(|(words, time)| entry(words, time)).collect();
        let trace = Trace { base, log, start: Promise::default() };
        let traced = Traced::new(&trace);
        let all = (0..trace.log.len()).flat_map(|at| traced.changes(at).into_iter().map(move |change| (at, change)));
        let told = all.map(|(at, change)| {
            let altered = traced.altered(at, change);
            let cuts: Vec<usize> = altered.cuts.iter().map(|cut| cut.point.at).collect();
            format!("{change:?} {at}: {cuts:?} until {:?}", altered.until)
        });
        assert_eq!(told.collect::<Vec<_>>(), expected, "{entries}");
    }

    fn entry(words: &str, time: i64) -> Operation {
        let (verb, name) = words.split_once(' ').unwrap();
        let path: Arc<Path> = Path::new(HOME).join(name).into();
        let file = u64::from(name.as_bytes()[0]);
        let bytes = |size: usize| -> Arc<[u8]> { vec![u8::try_from(time).unwrap(); size].into() };
        match verb {
            "create" => Operation::Create(path, file),
            "unlink" => Operation::Unlink(path, file),
            "write" => Operation::Write { file, offset: 0, bytes: bytes(9), time },
            "append" => Operation::Write { file, offset: 9, bytes: bytes(9), time },
            "sync" if name == "folder" => Operation::SyncFolder(Path::new(HOME).into()),
            "sync" => Operation::SyncFile(file, Force::Drive),
            _ => panic!("{words}"),
        }
    }

    #[test]
    fn a_dropped_sync_tells_once_something_else_has_happened() {
        check(
            "create a, sync folder, write a, sync a, create b",
            &[
                "Swap 0: [3, 5] until None",
                "Drop 1: [3, 5] until None",
                "Swap 2: [5] until None",
                "Drop 3: [5] until None",
            ],
        );
    }

    #[test]
    fn a_sync_that_is_made_again_at_once_makes_no_difference() {
        check(
            "create a, sync folder, write a, sync a, sync a",
            &[
                "Swap 0: [3] until None",
                "Drop 1: [3] until None",
                "Swap 2: [] until Some(4)",
                "Drop 3: [] until Some(4)",
                "Drop 4: [] until Some(4)",
            ],
        );
    }

    #[test]
    fn what_nobody_can_reach_makes_no_difference() {
        check(
            "create a, unlink a, sync folder, write a, sync a, create b",
            &[
                "Swap 0: [2, 4, 6] until None",
                "Swap 1: [4, 6] until None",
                "Drop 2: [4, 6] until None",
                "Swap 3: [] until Some(4)",
                "Drop 4: [] until Some(4)",
            ],
        );
    }

    #[test]
    fn changes_that_do_not_touch_each_other_have_no_order() {
        check("create a, create b, write a, append a", &["Swap 2: [] until Some(3)"]);
        check("create a, write a, write a, create b", &["Swap 1: [3, 4] until None"]);
    }
}
