//! Retention: for every snapshot of a workspace whether it stays, and why. Counts and bytes decide, never a clock.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, Zoned};

use super::Policy;
use crate::model::{Base, Level, Snapshot, SnapshotId, Tier};

/// Why a snapshot stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// It holds one of the manual's slots.
    Slot,
    /// It is pinned.
    Pinned,
    /// It is the newest good one of its verification level, or of a higher one.
    NewestOfLevel,
    /// An undo needs it.
    Undo,
    /// It is a safeguard of the last days: what it holds may be nowhere else, however many came after it.
    RecentSafeguard,
    /// It is among the newest of its kind.
    Depth,
    /// Its stamp lies in the future, so it counts for nothing and nothing counts against it.
    FromTheFuture,
    /// It is not trusted, or was set aside: only a person may remove it.
    NotOurs,
}

/// Why a snapshot goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// Enough newer ones of its kind are kept.
    Depth,
    /// All snapshots together are over the budget, and this is one of the deepest.
    Budget,
}

/// Whether a snapshot stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It stays, for these reasons.
    Keep(BTreeSet<Keep>),
    /// It goes.
    Remove(Excess),
}

/// A verdict for each snapshot of one workspace. `undo` are the safeguards that an undo needs.
pub fn retain(
    snapshots: &[&Snapshot],
    undo: &BTreeSet<SnapshotId>,
    policy: &Policy,
    now: &Zoned,
) -> BTreeMap<SnapshotId, Verdict> {
    let mut keep: BTreeMap<SnapshotId, BTreeSet<Keep>> =
        snapshots.iter().map(|snapshot| (snapshot.id, lasting_reasons(snapshot, undo, policy, now))).collect();
    for id in newest_of_levels(snapshots, now) {
        keep.entry(id).or_default().insert(Keep::NewestOfLevel);
    }
    for id in recent_safeguards(snapshots, now) {
        keep.entry(id).or_default().insert(Keep::RecentSafeguard);
    }
    for id in within_depth(snapshots, policy, now) {
        keep.entry(id).or_default().insert(Keep::Depth);
    }
    let over = over_budget(snapshots, &keep, policy);
    keep.into_iter().map(|(id, reasons)| (id, verdict(id, reasons, &over))).collect()
}

/// Snapshots that rotation must not overwrite although their slot is needed: pinned, needed by an undo, or the newest
/// good one of a verification level.
pub fn protected_from_rotation(
    snapshots: &[&Snapshot],
    undo: &BTreeSet<SnapshotId>,
    now: &Zoned,
) -> BTreeSet<SnapshotId> {
    let pinned = snapshots.iter().filter(|snapshot| snapshot.pin.is_some()).map(|snapshot| snapshot.id);
    pinned.chain(undo.iter().copied()).chain(newest_of_levels(snapshots, now)).collect()
}

fn verdict(id: SnapshotId, reasons: BTreeSet<Keep>, over: &BTreeSet<SnapshotId>) -> Verdict {
    if over.contains(&id) {
        Verdict::Remove(Excess::Budget)
    } else if reasons.is_empty() {
        Verdict::Remove(Excess::Depth)
    } else {
        Verdict::Keep(reasons)
    }
}

fn lasting_reasons(snapshot: &Snapshot, undo: &BTreeSet<SnapshotId>, policy: &Policy, now: &Zoned) -> BTreeSet<Keep> {
    // From when the ring was longer.
    let is_beyond = matches!(snapshot.slot.base, Base::Close(place) if place > policy.ring);
    let reasons = [
        (snapshot.is_plain() && !is_beyond, Keep::Slot),
        (snapshot.pin.is_some(), Keep::Pinned),
        (undo.contains(&snapshot.id), Keep::Undo),
        (snapshot.is_from_the_future(now), Keep::FromTheFuture),
        (!snapshot.is_good(), Keep::NotOurs),
    ];
    reasons.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
}

/// For each level the newest good snapshot of at least that level.
fn newest_of_levels(snapshots: &[&Snapshot], now: &Zoned) -> BTreeSet<SnapshotId> {
    let newest = |level: Level| {
        let counts = |s: &&&Snapshot| s.is_good() && !s.is_from_the_future(now) && s.level >= level;
        snapshots.iter().filter(counts).map(|snapshot| snapshot.id).max()
    };
    [Level::Sound, Level::Proven, Level::Drilled].into_iter().filter_map(newest).collect()
}

/// So long nothing pushes a safeguard out.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Safeguards from the last days before the newest snapshot of their era. Somebody who looks for his work restores one
/// thing after the other; the safeguard of the first restore alone holds what he had that morning.
fn recent_safeguards(snapshots: &[&Snapshot], now: &Zoned) -> BTreeSet<SnapshotId> {
    let eras = eras(snapshots, now);
    let era = |snapshot: &Snapshot| eras.get(&snapshot.id).copied();
    let mut latest: BTreeMap<usize, Timestamp> = BTreeMap::new();
    for (era, snapshot) in snapshots.iter().filter_map(|snapshot| Some((era(snapshot)?, snapshot))) {
        let latest = latest.entry(era).or_insert(Timestamp::MIN);
        *latest = snapshot.taken_at.timestamp().max(*latest);
    }
    let is_recent = |snapshot: &&&Snapshot| {
        let latest = era(snapshot).and_then(|era| latest.get(&era));
        let is_safeguard = matches!(snapshot.slot.base, Base::Before(_)) && snapshot.is_good();
        is_safeguard && latest.is_some_and(|latest| latest.duration_since(snapshot.taken_at.timestamp()) <= RECENT)
    };
    snapshots.iter().filter(is_recent).map(|snapshot| snapshot.id).collect()
}

/// The newest ones of each kind, as many as the policy's depth says; the plain slot counts as one of them. Each era has
/// a depth of its own, so that a clock that was wrong for a while pushes out no others.
fn within_depth(snapshots: &[&Snapshot], policy: &Policy, now: &Zoned) -> BTreeSet<SnapshotId> {
    let eras = eras(snapshots, now);
    let mut left: BTreeMap<(Base, usize), u32> = BTreeMap::new();
    let mut kept = BTreeSet::new();
    for snapshot in newest_first(snapshots) {
        let pinned_manual = snapshot.slot.base == Base::Manual && snapshot.pin.is_some();
        let Some(era) = eras.get(&snapshot.id).filter(|_| snapshot.is_good() && !pinned_manual) else {
            continue;
        };
        let kind = (snapshot.slot.base, *era);
        let left = left.entry(kind).or_insert_with(|| depth(snapshot.slot.base, policy));
        if *left > 0 {
            *left -= 1;
            kept.insert(snapshot.id);
        }
    }
    kept
}

/// A clock set back by less than this is no reason to doubt it.
const STEP_BACK: SignedDuration = SignedDuration::from_hours(1);
/// A shop that takes no snapshot for longer than this was closed, or its clock jumped; nobody can tell.
const PAUSE: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Which stretch of plausible time each snapshot belongs to. A stamp that goes on from an earlier stretch joins it
/// again, so that the true time is one era, whatever the clock said in between. Those of the future are in none.
fn eras(snapshots: &[&Snapshot], now: &Zoned) -> BTreeMap<SnapshotId, usize> {
    let mut latest: Vec<Timestamp> = Vec::new();
    let mut eras = BTreeMap::new();
    for snapshot in newest_first(snapshots).into_iter().rev().filter(|snapshot| !snapshot.is_from_the_future(now)) {
        let stamp = snapshot.taken_at.timestamp();
        let goes_on = |latest: &Timestamp| (-STEP_BACK..=PAUSE).contains(&stamp.duration_since(*latest));
        let era = latest.iter().rposition(goes_on).unwrap_or(latest.len());
        match latest.get_mut(era) {
            Some(latest) => *latest = stamp.max(*latest),
            None => latest.push(stamp),
        }
        eras.insert(snapshot.id, era);
    }
    eras
}

const fn depth(base: Base, policy: &Policy) -> u32 {
    match base {
        Base::Tier(Tier::Daily) => policy.daily,
        Base::Tier(Tier::Weekly) => policy.weekly,
        Base::Tier(Tier::Monthly) => policy.monthly,
        Base::Tier(Tier::Yearly) => policy.yearly,
        Base::Before(_) => policy.safeguards,
        Base::Manual => policy.manual,
        // Ring places are plain slots; a kept one stays only as long as another reason holds.
        Base::Close(_) | Base::Kept | Base::Damaged => 0,
    }
}

/// Those kept for their depth alone, deepest first, until the rest fits the budget.
fn over_budget(
    snapshots: &[&Snapshot],
    keep: &BTreeMap<SnapshotId, BTreeSet<Keep>>,
    policy: &Policy,
) -> BTreeSet<SnapshotId> {
    let reasons = |snapshot: &Snapshot| keep.get(&snapshot.id).cloned().unwrap_or_default();
    let kept: Vec<&Snapshot> = newest_first(snapshots).into_iter().filter(|s| !reasons(s).is_empty()).collect();
    let mut total: u64 = kept.iter().map(|snapshot| snapshot.bytes()).sum();
    let mut trimmable: Vec<(usize, &Snapshot)> = Vec::new();
    let mut depth_of: BTreeMap<Base, usize> = BTreeMap::new();
    for snapshot in kept {
        let depth = depth_of.entry(snapshot.slot.base).or_default();
        *depth += 1;
        if reasons(snapshot) == BTreeSet::from([Keep::Depth]) {
            trimmable.push((*depth, snapshot));
        }
    }
    trimmable.sort_by_key(|(depth, snapshot)| (std::cmp::Reverse(*depth), snapshot.id));
    let mut over = BTreeSet::new();
    for (_, snapshot) in trimmable {
        if total <= policy.budget {
            break;
        }
        total -= snapshot.bytes();
        over.insert(snapshot.id);
    }
    over
}

fn newest_first<'a>(snapshots: &[&'a Snapshot]) -> Vec<&'a Snapshot> {
    let mut sorted = snapshots.to_vec();
    sorted.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.id));
    sorted
}
