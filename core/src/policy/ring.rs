//! The ring of close snapshots: who moves where so that place 1 becomes free, oldest first.

use crate::model::{Base, Slot, Snapshot, SnapshotId};

/// What happens in the ring before a new snapshot takes place 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Push {
    /// A snapshot that leaves the ring but must stay: it gets a dated name first.
    pub keep: Option<SnapshotId>,
    /// A snapshot that is overwritten by its neighbour.
    pub overwrite: Option<SnapshotId>,
    /// Moves one place down, in the order in which they are done.
    pub shifts: Vec<(SnapshotId, Slot)>,
}

/// Frees place 1 of a ring of `places`, or of more where snapshots lie beyond, from when the ring was longer: the oldest
/// leaves first, and retention shortens the ring afterwards. Only the holders before the first free place move, so that
/// a gap that an interrupted exit left is closed and nothing is pushed out for it. `protected` says who must not be
/// overwritten.
pub fn push(holders: &[&Snapshot], places: u8, protected: impl Fn(&Snapshot) -> bool) -> Push {
    let at = |place: u8| holders.iter().find(|snapshot| snapshot.slot == Slot::plain(Base::Close(place)));
    let beyond = holders.iter().filter_map(|snapshot| match snapshot.slot {
        Slot { base: Base::Close(place), generation: None } => Some(place),
        _ => None,
    });
    let places = beyond.max().unwrap_or_default().max(places);
    let free = (1..=places).find(|place| at(*place).is_none());
    let mut push = Push::default();
    let last = free.unwrap_or_else(|| {
        if let Some(out) = at(places) {
            let leaves = if protected(out) { &mut push.keep } else { &mut push.overwrite };
            *leaves = Some(out.id);
        }
        places
    });
    for place in (1..last).rev() {
        if let Some(snapshot) = at(place) {
            push.shifts.push((snapshot.id, Slot::plain(Base::Close(place + 1))));
        }
    }
    push
}
