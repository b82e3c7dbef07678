//! Families of crash states at one point of a log: the fates of its pending changes, in the order in which they tell most.

use std::collections::BTreeMap;

use super::model::Family;
use super::states::Fate;
use crate::random::Random;
use crate::sim::operation::{FileId, Operation};

/// Takes the fates of one state, and says whether it wants more.
pub(super) type Take<'a> = &'a mut dyn FnMut(Vec<Fate>) -> bool;

/// The families of the strict model, in two passes.
pub(super) const STRICT: &[&[Family]] = &[
    &[all, none, drop_one, newest_torn],
    &[keep_one, names_without_data, files_part, prefixes, names, last_torn, drop_two],
];

/// Ways to tear a write.
const TEARS: [Fate; 5] = [Fate::SizeAlone, Fate::Head, Fate::Tail, Fate::Odd, Fate::Garbage];

/// With fewer changes every subset was tried.
const FEW: usize = 4;
/// Up to so many names every subset of them is tried.
const NAMES: usize = 7;
/// Pairs are made of so many of the newest changes.
const PAIRS: usize = 24;

/// Everything is kept.
pub(super) fn all(_: &[Operation], pending: &[usize], take: Take<'_>) {
    take(vec![Fate::Kept; pending.len()]);
}

/// Nothing is.
pub(super) fn none(_: &[Operation], pending: &[usize], take: Take<'_>) {
    take(vec![Fate::Lost; pending.len()]);
}

/// All but one, the newest first.
pub(super) fn drop_one(_: &[Operation], pending: &[usize], take: Take<'_>) {
    one_apart(pending.len(), Fate::Kept, Fate::Lost, take);
}

/// One alone, the newest first.
pub(super) fn keep_one(_: &[Operation], pending: &[usize], take: Take<'_>) {
    one_apart(pending.len(), Fate::Lost, Fate::Kept, take);
}

fn one_apart(all: usize, others: Fate, apart: Fate, take: Take<'_>) {
    for at in (0..all).rev() {
        if !take(with(all, others, at, apart)) {
            return;
        }
    }
}

fn with(all: usize, others: Fate, at: usize, fate: Fate) -> Vec<Fate> {
    let mut fates = vec![others; all];
    fates[at] = fate;
    fates
}

/// The newest write in part.
pub(super) fn newest_torn(log: &[Operation], pending: &[usize], take: Take<'_>) {
    if let Some(newest) = pending.len().checked_sub(1) {
        tear(log, pending, newest, take);
    }
}

/// Each file's last write in part.
pub(super) fn last_torn(log: &[Operation], pending: &[usize], take: Take<'_>) {
    let last: BTreeMap<FileId, usize> = data(log, pending).map(|(at, file)| (file, at)).collect();
    for at in last.into_values().rev() {
        if !tear(log, pending, at, take) {
            return;
        }
    }
}

fn tear(log: &[Operation], pending: &[usize], at: usize, take: Take<'_>) -> bool {
    if !matches!(log[pending[at]], Operation::Write { .. }) {
        return true;
    }
    TEARS.iter().all(|fate| [Fate::Kept, Fate::Lost].iter().all(|others| take(with(pending.len(), *others, at, *fate))))
}

/// Names and no data; and names, sizes and no data.
pub(super) fn names_without_data(log: &[Operation], pending: &[usize], take: Take<'_>) {
    for data in [Fate::Lost, Fate::SizeAlone] {
        let fate = |place: &usize| match &log[*place] {
            Operation::Write { .. } => data,
            Operation::Resize { .. } if data == Fate::Lost => Fate::Lost,
            _ => Fate::Kept,
        };
        if !take(pending.iter().map(fate).collect()) {
            return;
        }
    }
}

/// The changes up to one.
pub(super) fn prefixes(_: &[Operation], pending: &[usize], take: Take<'_>) {
    for kept in (0..=pending.len()).rev() {
        let fate = |at| if at < kept { Fate::Kept } else { Fate::Lost };
        if !take((0..pending.len()).map(fate).collect()) {
            return;
        }
    }
}

/// The data of one file up to a change, or from it on, with all of the others' and without.
pub(super) fn files_part(log: &[Operation], pending: &[usize], take: Take<'_>) {
    let mut files: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
    data(log, pending).for_each(|(at, file)| files.entry(file).or_default().push(at));
    for ours in files.values().rev() {
        for border in (0..=ours.len()).rev() {
            for (others, before, after) in [
                (Fate::Kept, Fate::Kept, Fate::Lost),
                (Fate::Lost, Fate::Kept, Fate::Lost),
                (Fate::Kept, Fate::Lost, Fate::Kept),
            ] {
                let mut fates: Vec<Fate> = vec![Fate::Kept; pending.len()];
                data(log, pending).for_each(|(at, _)| fates[at] = others);
                ours[..border].iter().for_each(|at| fates[*at] = before);
                ours[border..].iter().for_each(|at| fates[*at] = after);
                if !take(fates) {
                    return;
                }
            }
        }
    }
}

/// Every subset of the newest names, with all data and without any.
pub(super) fn names(log: &[Operation], pending: &[usize], take: Take<'_>) {
    let is_name = |at: &usize| log[pending[*at]].data_of().is_none();
    let names: Vec<usize> = (0..pending.len()).rev().filter(is_name).take(NAMES).collect();
    for lost in 1..1_usize << names.len() {
        for data in [Fate::Kept, Fate::Lost] {
            let mut fates: Vec<Fate> =
                (0..pending.len()).map(|at| if is_name(&at) { Fate::Kept } else { data }).collect();
            let chosen = names.iter().enumerate().filter(|(bit, _)| lost >> bit & 1 == 1);
            chosen.for_each(|(_, at)| fates[*at] = Fate::Lost);
            if !take(fates) {
                return;
            }
        }
    }
}

/// All but two, of the newest.
pub(super) fn drop_two(_: &[Operation], pending: &[usize], take: Take<'_>) {
    let newest = pending.len().saturating_sub(PAIRS)..pending.len();
    for first in newest.clone().rev() {
        for second in (newest.start..first).rev() {
            let mut fates = with(pending.len(), Fate::Kept, first, Fate::Lost);
            fates[second] = Fate::Lost;
            if !take(fates) {
                return;
            }
        }
    }
}

/// So many by chance; most disks lose little or much, few lose half.
pub(super) fn by_chance(log: &[Operation], pending: &[usize], seed: u64, count: usize, take: Take<'_>) {
    let mut random = Random::new(seed);
    for _ in 0..count {
        let odds = 1 + random.below(15);
        let fate = |place: &usize| match random.below(16) {
            kept if kept < odds => Fate::Kept,
            15 if matches!(log[*place], Operation::Write { .. }) => *random.pick(&TEARS),
            _ => Fate::Lost,
        };
        if !take(pending.iter().map(fate).collect()) {
            return;
        }
    }
}

/// So many by chance in which files keep their sizes and names and differ inside alone: what a recovery that throws a
/// file away unread cannot tell apart.
pub(super) fn inside(log: &[Operation], pending: &[usize], seed: u64, count: usize, take: Take<'_>) {
    let last: BTreeMap<FileId, usize> = data(log, pending).map(|(at, file)| (file, at)).collect();
    let free: Vec<usize> = data(log, pending).filter(|(at, file)| last[file] != *at).map(|(at, _)| at).collect();
    if free.len() < FEW {
        return;
    }
    let mut random = Random::new(seed);
    for _ in 0..count {
        let mut fates = vec![Fate::Kept; pending.len()];
        for at in &free {
            fates[*at] = *random.pick(&[Fate::Kept, Fate::Lost, Fate::Head]);
        }
        if !take(fates) {
            return;
        }
    }
}

/// The pending changes of data, each with its file.
fn data<'a>(log: &'a [Operation], pending: &'a [usize]) -> impl Iterator<Item = (usize, FileId)> + 'a {
    pending.iter().enumerate().filter_map(|(at, place)| log[*place].data_of().map(|file| (at, file)))
}
