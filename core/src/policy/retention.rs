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
    let mut all = newest_first(snapshots, now);
    let newest = newest_of_levels(snapshots, now);
    for one in &mut all {
        one.keep = lasting_reasons(one.snapshot, undo, policy, now);
        if newest.contains(&one.snapshot.id) {
            one.keep.insert(Keep::NewestOfLevel);
        }
    }
    keep_recent_safeguards(&mut all);
    keep_within_depth(&mut all, policy);
    let over = over_budget(&all, policy);
    all.into_iter().map(|one| (one.snapshot.id, verdict(one, &over))).collect()
}

/// A snapshot that is being judged.
struct Judged<'a> {
    snapshot: &'a Snapshot,
    /// The stretch of plausible time that it belongs to; none where its stamp lies in the future.
    era: Option<usize>,
    keep: BTreeSet<Keep>,
}

/// Snapshots that rotation must not overwrite although the slot that they hold is needed: pinned, needed by an undo, or
/// the newest good one of a verification level. A dated name is needed by nobody else.
pub fn protected_from_rotation(
    snapshots: &[&Snapshot],
    undo: &BTreeSet<SnapshotId>,
    now: &Zoned,
) -> BTreeSet<SnapshotId> {
    let pinned =
        snapshots.iter().filter(|snapshot| snapshot.pin.is_some() && snapshot.is_plain()).map(|snapshot| snapshot.id);
    pinned.chain(undo.iter().copied()).chain(newest_of_levels(snapshots, now)).collect()
}

fn verdict(judged: Judged<'_>, over: &BTreeSet<SnapshotId>) -> Verdict {
    if over.contains(&judged.snapshot.id) {
        Verdict::Remove(Excess::Budget)
    } else if judged.keep.is_empty() {
        Verdict::Remove(Excess::Depth)
    } else {
        Verdict::Keep(judged.keep)
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
fn keep_recent_safeguards(all: &mut [Judged<'_>]) {
    let mut latest: BTreeMap<usize, Timestamp> = BTreeMap::new();
    for (era, snapshot) in all.iter().filter_map(|one| Some((one.era?, one.snapshot))) {
        let latest = latest.entry(era).or_insert(Timestamp::MIN);
        *latest = snapshot.taken_at.timestamp().max(*latest);
    }
    for one in all {
        let is_safeguard = matches!(one.snapshot.slot.base, Base::Before(_)) && one.snapshot.is_good();
        let latest = one.era.filter(|_| is_safeguard).and_then(|era| latest.get(&era));
        if latest.is_some_and(|latest| latest.duration_since(one.snapshot.taken_at.timestamp()) <= RECENT) {
            one.keep.insert(Keep::RecentSafeguard);
        }
    }
}

/// The newest ones of each kind, as many as the policy's depth says; the plain slot counts as one of them. Each era has
/// a depth of its own, so that a clock that was wrong for a while pushes out no others.
fn keep_within_depth(all: &mut [Judged<'_>], policy: &Policy) {
    let mut left: BTreeMap<(Base, usize), u32> = BTreeMap::new();
    for one in all {
        let base = one.snapshot.slot.base;
        let pinned_manual = base == Base::Manual && one.snapshot.pin.is_some();
        let Some(era) = one.era.filter(|_| one.snapshot.is_good() && !pinned_manual) else {
            continue;
        };
        let left = left.entry((base, era)).or_insert_with(|| depth(base, policy));
        if *left > 0 {
            *left -= 1;
            one.keep.insert(Keep::Depth);
        }
    }
}

/// A clock set back by less than this is no reason to doubt it.
const STEP_BACK: SignedDuration = SignedDuration::from_hours(1);
/// A shop that takes no snapshot for longer than this was closed, or its clock jumped; nobody can tell.
const PAUSE: SignedDuration = SignedDuration::from_hours(60 * 24);

/// All of them, the newest first, each with the stretch of plausible time that it belongs to. A stamp that goes on from
/// an earlier stretch joins it again, so that the true time is one era, whatever the clock said in between.
fn newest_first<'a>(snapshots: &[&'a Snapshot], now: &Zoned) -> Vec<Judged<'a>> {
    let judged = |snapshot: &&'a Snapshot| Judged { snapshot, era: None, keep: BTreeSet::new() };
    let mut all: Vec<Judged<'a>> = snapshots.iter().map(judged).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.snapshot.id));
    let mut latest: Vec<Timestamp> = Vec::new();
    for one in all.iter_mut().rev().filter(|one| !one.snapshot.is_from_the_future(now)) {
        let stamp = one.snapshot.taken_at.timestamp();
        let goes_on = |latest: &Timestamp| (-STEP_BACK..=PAUSE).contains(&stamp.duration_since(*latest));
        let era = latest.iter().rposition(goes_on).unwrap_or(latest.len());
        match latest.get_mut(era) {
            Some(latest) => *latest = stamp.max(*latest),
            None => latest.push(stamp),
        }
        one.era = Some(era);
    }
    all
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
fn over_budget(all: &[Judged<'_>], policy: &Policy) -> BTreeSet<SnapshotId> {
    let mut total: u64 = 0;
    let mut trimmable: Vec<(usize, &Snapshot)> = Vec::new();
    let mut depth_of: BTreeMap<Base, usize> = BTreeMap::new();
    for one in all.iter().filter(|one| !one.keep.is_empty()) {
        total += one.snapshot.bytes();
        let depth = depth_of.entry(one.snapshot.slot.base).or_default();
        *depth += 1;
        if one.keep.iter().eq(&[Keep::Depth]) {
            trimmable.push((*depth, one.snapshot));
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
