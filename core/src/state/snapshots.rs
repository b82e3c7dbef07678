//! All snapshots, found by their id, by their workspace and by the slot that they hold. A home may have ten thousand of
//! them: a decision that looks through all of them for one file name is late.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::ops::{Index, RangeInclusive};

use crate::model::{Slot, Snapshot, SnapshotId, WorkspaceId};

/// The snapshots of all workspaces, in the order in which they were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshots {
    by_id: BTreeMap<SnapshotId, Snapshot>,
    /// For each workspace that has snapshots. Kept by `put` and `remove`, through which every change goes.
    by_workspace: BTreeMap<WorkspaceId, Holders>,
}

/// What is where among the snapshots of one workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Holders {
    ids: BTreeSet<SnapshotId>,
    /// A slot has one holder; after a power cut two snapshots can be known by one name until recovery has looked.
    slots: BTreeSet<(Slot, SnapshotId)>,
}

impl Snapshots {
    /// A snapshot by id.
    pub fn get(&self, id: &SnapshotId) -> Option<&Snapshot> {
        self.by_id.get(id)
    }

    /// Whether there is a snapshot with an id.
    pub fn contains_key(&self, id: &SnapshotId) -> bool {
        self.by_id.contains_key(id)
    }

    /// All ids, the oldest first.
    pub fn keys(&self) -> btree_map::Keys<'_, SnapshotId, Snapshot> {
        self.by_id.keys()
    }

    /// All snapshots, the oldest first.
    pub fn values(&self) -> btree_map::Values<'_, SnapshotId, Snapshot> {
        self.by_id.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// A workspace's snapshots, the newest first.
    pub fn of(&self, workspace: &WorkspaceId) -> impl Iterator<Item = &Snapshot> + Clone {
        let mut ids =
            self.by_workspace.get(workspace).into_iter().flat_map(|holders| holders.ids.iter().rev()).peekable();
        // Side by side, which is faster than to ask for one id after the other.
        let all = self.by_id.iter().rev();
        all.filter(move |(id, _)| ids.next_if_eq(id).is_some()).map(|(_, snapshot)| snapshot)
    }

    /// The snapshots of a workspace that hold one of these slots, in the order of the slots.
    pub fn holders(
        &self,
        workspace: &WorkspaceId,
        slots: RangeInclusive<Slot>,
    ) -> impl Iterator<Item = &Snapshot> + Clone {
        let (first, last) = slots.into_inner();
        let all = (first, SnapshotId(0))..=(last, SnapshotId(u64::MAX));
        let holders =
            self.by_workspace.get(workspace).into_iter().flat_map(move |of_it| of_it.slots.range(all.clone()));
        holders.filter_map(|(_, id)| self.by_id.get(id))
    }

    /// Adds a snapshot, or replaces the one with its id.
    pub fn put(&mut self, snapshot: Snapshot) {
        self.remove(&snapshot.id);
        let holders = self.by_workspace.entry(snapshot.workspace.clone()).or_default();
        holders.ids.insert(snapshot.id);
        holders.slots.insert((snapshot.slot, snapshot.id));
        self.by_id.insert(snapshot.id, snapshot);
    }

    /// Takes a snapshot out.
    pub fn remove(&mut self, id: &SnapshotId) -> Option<Snapshot> {
        let snapshot = self.by_id.remove(id)?;
        if let Some(holders) = self.by_workspace.get_mut(&snapshot.workspace) {
            holders.ids.remove(id);
            holders.slots.remove(&(snapshot.slot, *id));
            if holders.ids.is_empty() {
                self.by_workspace.remove(&snapshot.workspace);
            }
        }
        Some(snapshot)
    }

    /// Changes a snapshot, if it is there.
    pub fn amend(&mut self, id: &SnapshotId, amend: impl FnOnce(&mut Snapshot)) {
        if let Some(mut snapshot) = self.remove(id) {
            amend(&mut snapshot);
            self.put(snapshot);
        }
    }

    /// Takes all snapshots of a workspace out.
    pub fn remove_all_of(&mut self, workspace: &WorkspaceId) {
        for id in self.by_workspace.remove(workspace).unwrap_or_default().ids {
            self.by_id.remove(&id);
        }
    }
}

impl Index<&SnapshotId> for Snapshots {
    type Output = Snapshot;

    fn index(&self, id: &SnapshotId) -> &Snapshot {
        &self.by_id[id]
    }
}

impl FromIterator<Snapshot> for Snapshots {
    fn from_iter<I: IntoIterator<Item = Snapshot>>(all: I) -> Self {
        let mut snapshots = Self::default();
        all.into_iter().for_each(|snapshot| snapshots.put(snapshot));
        snapshots
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Base, Condition, Facts, FileStamp, Level, Tier, Trigger};

    const SLOTS: [Slot; 4] = [
        Slot::plain(Base::Tier(Tier::Daily)),
        Slot::plain(Base::Close(1)),
        Slot::dated(Base::Manual, jiff::civil::date(2026, 11, 22), 1),
        Slot::dated(Base::Manual, jiff::civil::date(2026, 11, 22), 2),
    ];

    fn snapshot(id: u64, workspace: usize, slot: usize) -> Snapshot {
        Snapshot {
            id: SnapshotId(id),
            workspace: workspaces()[workspace].clone(),
            slot: SLOTS[slot],
            trigger: Trigger::Startup,
            taken_at: "2026-11-22T08:30[UTC]".parse().unwrap(),
            digest: String::new(),
            stamp: FileStamp::default(),
            level: Level::Sound,
            pin: None,
            facts: Facts::default(),
            condition: Condition::Good,
            looked_at: None,
        }
    }

    fn workspaces() -> [WorkspaceId; 3] {
        ["shop", "studio", "purse"].map(|name| WorkspaceId(name.to_owned()))
    }

    /// A change by its kind, for an id, with a workspace and a slot where it needs them.
    fn change(snapshots: &mut Snapshots, (kind, id, workspace, slot): (u8, u64, usize, usize)) {
        match kind {
            0..6 => snapshots.put(snapshot(id, workspace, slot)),
            6..8 => snapshots.amend(&SnapshotId(id), |snapshot| snapshot.slot = SLOTS[slot]),
            8 => drop(snapshots.remove(&SnapshotId(id))),
            _ => snapshots.remove_all_of(&workspaces()[workspace]),
        }
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_a_search_through_all_finds(
            changes in prop::collection::vec((0..10u8, 0..20u64, 0..3usize, 0..4usize), 0..60),
            first in 0..4usize,
            last in 0..4usize,
        ) {
            let mut snapshots = Snapshots::default();
            changes.into_iter().for_each(|one| change(&mut snapshots, one));
            let slots = SLOTS[first.min(last)]..=SLOTS[first.max(last)];
            for workspace in workspaces() {
                let ours = || snapshots.values().filter(|snapshot| snapshot.workspace == workspace);
                prop_assert_eq!(snapshots.of(&workspace).collect::<Vec<_>>(), ours().rev().collect::<Vec<_>>());
                let mut holders: Vec<_> = ours().filter(|snapshot| slots.contains(&snapshot.slot)).collect();
                holders.sort_by_key(|snapshot| (snapshot.slot, snapshot.id));
                prop_assert_eq!(snapshots.holders(&workspace, slots.clone()).collect::<Vec<_>>(), holders);
            }
            prop_assert_eq!(snapshots.values().cloned().collect::<Snapshots>(), snapshots);
        }
    }
}
