//! Retention: for every snapshot of a workspace whether it stays, and why. Counts and bytes decide, never a clock.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, Zoned};

use super::{Keep, Policy, Reasons};
use crate::model::{Base, Level, Snapshot, SnapshotId, Tier};

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
    Keep(Reasons),
    /// It goes.
    Remove(Excess),
}

/// A verdict for each snapshot of one workspace. `undo` are the safeguards that an undo needs.
pub fn retain<'a>(
    snapshots: impl IntoIterator<Item = &'a Snapshot>,
    undo: &BTreeSet<SnapshotId>,
    policy: &Policy,
    now: &Zoned,
) -> BTreeMap<SnapshotId, Verdict> {
    let judged = snapshots.into_iter().map(|snapshot| Judged::new(snapshot, undo, policy, now));
    let mut all: Vec<Judged> = judged.collect();
    all.sort_by_key(|one| Reverse(one.id));
    keep_newest_of_levels(&mut all);
    let latest = tell_eras(&mut all);
    keep_recent_safeguards(&mut all, &latest);
    keep_within_depth(&mut all, policy);
    let over = over_budget(&all, policy);
    all.into_iter().map(|one| (one.id, verdict(&one, &over))).collect()
}

/// A snapshot that is being judged: what counts of it, read once, because a snapshot is large and there are many.
struct Judged {
    id: SnapshotId,
    base: Base,
    taken_at: Timestamp,
    level: Level,
    bytes: u64,
    is_good: bool,
    is_pinned: bool,
    is_from_the_future: bool,
    /// The stretch of plausible time that it belongs to; none where its stamp lies in the future.
    era: Option<usize>,
    keep: Reasons,
}

impl Judged {
    fn new(snapshot: &Snapshot, undo: &BTreeSet<SnapshotId>, policy: &Policy, now: &Zoned) -> Self {
        let mut judged = Self {
            id: snapshot.id,
            base: snapshot.slot.base,
            taken_at: snapshot.taken_at.timestamp(),
            level: snapshot.level,
            bytes: snapshot.bytes(),
            is_good: snapshot.is_good(),
            is_pinned: snapshot.pin.is_some(),
            is_from_the_future: snapshot.is_from_the_future(now),
            era: None,
            keep: Reasons::default(),
        };
        // From when the ring was longer.
        let is_beyond = matches!(judged.base, Base::Close(place) if place > policy.ring);
        let lasting = [
            (snapshot.is_plain() && !is_beyond, Keep::Slot),
            (judged.is_pinned, Keep::Pinned),
            (undo.contains(&judged.id), Keep::Undo),
            (judged.is_from_the_future, Keep::FromTheFuture),
            (!judged.is_good, Keep::NotOurs),
        ];
        judged.keep = lasting.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect();
        judged
    }
}

/// Whether rotation must not overwrite a snapshot although the slot that it holds is needed: it is pinned, needed by an
/// undo, or the newest good one of a verification level. A dated name is needed by nobody else.
pub fn is_protected_from_rotation<'a>(
    snapshot: &Snapshot,
    all: impl IntoIterator<Item = &'a Snapshot>,
    undo: &BTreeSet<SnapshotId>,
    now: &Zoned,
) -> bool {
    let counts = |one: &Snapshot| one.is_good() && !one.is_from_the_future(now);
    let outdoes = |other: &Snapshot| other.id > snapshot.id && other.level >= snapshot.level && counts(other);
    let is_pinned = snapshot.pin.is_some() && snapshot.is_plain();
    is_pinned || undo.contains(&snapshot.id) || (counts(snapshot) && !all.into_iter().any(outdoes))
}

fn verdict(judged: &Judged, over: &BTreeSet<SnapshotId>) -> Verdict {
    if over.contains(&judged.id) {
        Verdict::Remove(Excess::Budget)
    } else if judged.keep.is_empty() {
        Verdict::Remove(Excess::Depth)
    } else {
        Verdict::Keep(judged.keep)
    }
}

/// For each level the newest good snapshot of at least that level: each that is better proven than all newer ones.
fn keep_newest_of_levels(newest_first: &mut [Judged]) {
    let mut best = None;
    for one in newest_first.iter_mut().filter(|one| one.is_good && !one.is_from_the_future) {
        if Some(one.level) > best {
            best = Some(one.level);
            one.keep.insert(Keep::NewestOfLevel);
        }
    }
}

/// So long nothing pushes a safeguard out.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Safeguards from the last days before the newest snapshot of their era. Somebody who looks for his work restores one
/// thing after the other; the safeguard of the first restore alone holds what he had that morning.
fn keep_recent_safeguards(all: &mut [Judged], latest: &[Timestamp]) {
    for one in all {
        let is_safeguard = matches!(one.base, Base::Before(_)) && one.is_good;
        let latest = one.era.filter(|_| is_safeguard).and_then(|era| latest.get(era));
        if latest.is_some_and(|latest| latest.duration_since(one.taken_at) <= RECENT) {
            one.keep.insert(Keep::RecentSafeguard);
        }
    }
}

/// The newest ones of each kind, as many as the policy's depth says; the plain slot counts as one of them. Each era has
/// a depth of its own, so that a clock that was wrong for a while pushes out no others.
fn keep_within_depth(all: &mut [Judged], policy: &Policy) {
    let mut left: BTreeMap<(Base, usize), u32> = BTreeMap::new();
    for one in all {
        let pinned_manual = one.base == Base::Manual && one.is_pinned;
        let Some(era) = one.era.filter(|_| one.is_good && !pinned_manual) else {
            continue;
        };
        let left = left.entry((one.base, era)).or_insert_with(|| depth(one.base, policy));
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

/// Tells for each the stretch of plausible time that it belongs to, and when the latest of each stretch was taken. A stamp
/// that goes on from an earlier stretch joins it again, so that the true time is one era, whatever the clock said in between.
fn tell_eras(newest_first: &mut [Judged]) -> Vec<Timestamp> {
    let mut latest: Vec<Timestamp> = Vec::new();
    for one in newest_first.iter_mut().rev().filter(|one| !one.is_from_the_future) {
        let stamp = one.taken_at;
        let goes_on = |latest: &Timestamp| (-STEP_BACK..=PAUSE).contains(&stamp.duration_since(*latest));
        let era = latest.iter().rposition(goes_on).unwrap_or(latest.len());
        match latest.get_mut(era) {
            Some(latest) => *latest = stamp.max(*latest),
            None => latest.push(stamp),
        }
        one.era = Some(era);
    }
    latest
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
fn over_budget(all: &[Judged], policy: &Policy) -> BTreeSet<SnapshotId> {
    let mut total: u64 = 0;
    let mut trimmable: Vec<(usize, &Judged)> = Vec::new();
    let mut depth_of: BTreeMap<Base, usize> = BTreeMap::new();
    for one in all.iter().filter(|one| !one.keep.is_empty()) {
        total += one.bytes;
        let depth = depth_of.entry(one.base).or_default();
        *depth += 1;
        if one.keep.iter().eq([Keep::Depth]) {
            trimmable.push((*depth, one));
        }
    }
    trimmable.sort_by_key(|(depth, judged)| (Reverse(*depth), judged.id));
    let mut over = BTreeSet::new();
    for (_, judged) in trimmable {
        if total <= policy.budget {
            break;
        }
        total -= judged.bytes;
        over.insert(judged.id);
    }
    over
}
