//! What of a power cut's disk anybody can look at: the changes that only a changed trace may lose there, and the disk that
//! has all of them.

use std::collections::BTreeSet;

use crate::crash::states::{Fate, Point};
use crate::sim::image::Image;
use crate::sim::operation::{FileId, Operation};

/// The pending changes that are not pending in the unchanged trace, and that a recovery could see.
pub(super) fn unusual(point: &Point, log: &[Operation], usual: &Point, back: &impl Fn(usize) -> usize) -> Vec<usize> {
    let usual: BTreeSet<usize> = usual.pending.iter().copied().collect();
    let unusual = (0..point.pending.len()).filter(|n| !usual.contains(&back(point.pending[*n])));
    let unusual: Vec<usize> = unusual.collect();
    if unusual.is_empty() {
        return unusual;
    }
    let reachable = Reachable::at(point, log);
    unusual.into_iter().filter(|n| reachable.sees(&log[point.pending[*n]])).collect()
}

/// Which files some disk of a point has a name for. The data of all others is on no disk that anybody can look at.
struct Reachable {
    files: BTreeSet<FileId>,
    /// A folder that is not durable hides names.
    all: bool,
}

impl Reachable {
    fn at(point: &Point, log: &[Operation]) -> Self {
        let mut files: BTreeSet<FileId> = point.image(log, &[]).names.iter().filter_map(|(_, file)| *file).collect();
        let pending = || point.pending.iter().map(|place| &log[*place]);
        files.extend(pending().filter_map(named));
        Self { files, all: pending().any(|change| matches!(change, Operation::MakeFolder(_))) }
    }

    fn sees(&self, change: &Operation) -> bool {
        self.all || change.data_of().is_none_or(|file| self.files.contains(&file))
    }
}

/// The file that a change of names is about.
const fn named(change: &Operation) -> Option<FileId> {
    match change {
        Operation::Create(_, file) | Operation::Link(_, file) | Operation::Rename(_, _, file) => Some(*file),
        _ => None,
    }
}

/// The disk on which nothing is lost.
pub(super) fn complete(point: &Point, log: &[Operation]) -> Image {
    let kept: Vec<(usize, Fate)> = point.pending.iter().map(|place| (*place, Fate::Kept)).collect();
    point.image(log, &kept)
}
