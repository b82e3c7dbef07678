//! Which disks are tried at a cut: in families, the most telling first. The unusual changes have their fate, together or
//! one by one; all others are kept, or lost, or all but one.

use super::alteration::Cut;
use crate::crash::states::Fate;
use crate::random::Random;
use crate::sim::operation::Operation;

/// So many by chance at each cut.
const BY_CHANCE: usize = 24;

/// The fates of the pending changes at a cut, one list for each disk.
type Family = fn(&Cut, &[Operation]) -> Vec<Vec<Fate>>;

/// All families, with the part of a search that is used up after each, in percent.
pub(super) const FAMILIES: [(Family, usize); 5] =
    [(together, 40), (one_by_one, 60), (beside_another, 78), (in_part, 92), (by_chance, 100)];

/// All unusual ones lost, with all others and without; names without their data, and data without its names.
fn together(cut: &Cut, log: &[Operation]) -> Vec<Vec<Fate>> {
    let mut fates = vec![with(cut, Fate::Kept), with(cut, Fate::Lost)];
    if cut.fate == Fate::Lost {
        let is_name = |n: &usize| log[cut.point.pending[*n]].data_of().is_none();
        let (names, data): (Vec<usize>, Vec<usize>) = cut.unusual.iter().partition(|n| is_name(n));
        if !names.is_empty() && !data.is_empty() {
            fates.extend([&names, &data].map(|kept| but(with(cut, Fate::Kept), kept, Fate::Kept)));
        }
    }
    fates
}

/// Each of the unusual ones alone lost, and each alone kept.
fn one_by_one(cut: &Cut, _: &[Operation]) -> Vec<Vec<Fate>> {
    if cut.fate == Fate::Kept || cut.unusual.len() < 2 {
        return Vec::new();
    }
    let one = |n: usize| {
        [Fate::Kept, Fate::Lost].into_iter().flat_map(move |others| {
            let kept = but(with(cut, others), &cut.unusual, Fate::Kept);
            [but(kept, &[n], Fate::Lost), but(with(cut, others), &[n], Fate::Kept)]
        })
    };
    cut.unusual.iter().rev().flat_map(|n| one(*n)).collect()
}

/// The unusual ones lost, and of all others one more, or all but one more.
fn beside_another(cut: &Cut, _: &[Operation]) -> Vec<Vec<Fate>> {
    let others = others(cut).into_iter().rev();
    let flipped = |n: usize| {
        [(Fate::Kept, Fate::Lost), (Fate::Lost, Fate::Kept)].map(|(others, this)| but(with(cut, others), &[n], this))
    };
    others.flat_map(flipped).collect()
}

/// Each of the unusual writes in part; and the newest change in part.
fn in_part(cut: &Cut, log: &[Operation]) -> Vec<Vec<Fate>> {
    let is_write = |n: &&usize| matches!(log[cut.point.pending[**n]], Operation::Write { .. });
    let torn = [Fate::SizeAlone, Fate::Head, Fate::Tail, Fate::Odd, Fate::Garbage];
    let mut fates = Vec::new();
    if cut.fate == Fate::Lost {
        let kept = but(with(cut, Fate::Kept), &cut.unusual, Fate::Kept);
        let writes = cut.unusual.iter().rev().filter(is_write);
        fates.extend(writes.flat_map(|n| torn.map(|part| but(kept.clone(), &[*n], part))));
    }
    let newest = cut.newest.iter().filter(is_write);
    fates.extend(newest.flat_map(|n| torn.map(|part| but(with(cut, Fate::Kept), &[*n], part))));
    fates
}

/// Any of the unusual ones lost, and any of the others.
fn by_chance(cut: &Cut, _: &[Operation]) -> Vec<Vec<Fate>> {
    let mut random = Random::new(cut.point.at as u64);
    let mut one = || {
        let odds = 1 + random.below(7);
        let mut fates = with(cut, Fate::Kept);
        for (n, fate) in fates.iter_mut().enumerate() {
            if cut.newest != Some(n) && (cut.fate == Fate::Lost || !cut.unusual.contains(&n)) {
                *fate = if random.below(8) < odds { Fate::Kept } else { Fate::Lost };
            }
        }
        if cut.fate == Fate::Lost && cut.unusual.iter().all(|n| fates[*n] == Fate::Kept) {
            fates[*random.pick(&cut.unusual)] = Fate::Lost;
        }
        fates
    };
    if cut.point.pending.len() < 3 { Vec::new() } else { (0..BY_CHANCE).map(|_| one()).collect() }
}

/// The unusual ones have their fate, the newest change is there, and all others have this one.
fn with(cut: &Cut, others: Fate) -> Vec<Fate> {
    let mut fates = vec![others; cut.point.pending.len()];
    cut.newest.iter().for_each(|n| fates[*n] = Fate::Kept);
    cut.unusual.iter().for_each(|n| fates[*n] = cut.fate);
    fates
}

fn but(mut fates: Vec<Fate>, these: &[usize], fate: Fate) -> Vec<Fate> {
    these.iter().for_each(|n| fates[*n] = fate);
    fates
}

fn others(cut: &Cut) -> Vec<usize> {
    let all = 0..cut.point.pending.len();
    all.filter(|n| cut.newest != Some(*n) && !cut.unusual.contains(n)).collect()
}
