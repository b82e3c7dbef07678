//! Which restores can be undone, and which of them go back together.

use std::collections::BTreeSet;

use super::{State, UndoPoint};
use crate::model::{Snapshot, SnapshotId, WorkspaceId};
use crate::policy::Policy;

impl State {
    /// What an undo would take back: the last restore of a workspace, or of whichever was restored last, with those of
    /// all workspaces that were restored together with it. In the registry's order; empty where there is nothing.
    ///
    /// A point without a safeguard had no database before: that workspace stays as it is.
    pub fn undoable(&self, workspace: Option<&WorkspaceId>) -> Vec<UndoPoint> {
        let last = self.undo.iter().rev().find(|point| workspace.is_none_or(|id| point.workspace == *id));
        last.map(|last| self.undone_with(last).into_iter().cloned().collect()).unwrap_or_default()
    }

    /// Whether the last restore of a workspace can be undone.
    pub fn can_undo(&self, workspace: &WorkspaceId) -> bool {
        self.undo_depth(workspace) > 0
    }

    /// How many restores of a workspace can be undone one after the other.
    pub fn undo_depth(&self, workspace: &WorkspaceId) -> usize {
        self.undo_pile(workspace).count()
    }

    /// The restores of a workspace that can be undone one after the other, the newest first: as far as their safeguards
    /// are there and can be gone back to. An undo does not go past one that cannot be undone.
    pub fn undo_pile(&self, workspace: &WorkspaceId) -> impl Iterator<Item = &UndoPoint> {
        let points = self.undo.iter().rev().filter(move |point| point.workspace == *workspace);
        let safeguard = |point: &UndoPoint| point.safeguard.and_then(|id| self.snapshots.get(&id));
        points.take_while(move |point| safeguard(point).is_some_and(Snapshot::can_be_undone_to))
    }

    /// The safeguards that the undos of a workspace need, as many as a policy allows.
    pub fn undo_safeguards(&self, id: &WorkspaceId, policy: &Policy) -> BTreeSet<SnapshotId> {
        let depth = usize::try_from(policy.undo_depth).unwrap_or(usize::MAX);
        let points = self.undo.iter().rev().filter(|point| point.workspace == *id);
        points.take(depth).filter_map(|point| point.safeguard).collect()
    }

    /// The newest restore of a workspace that can be undone.
    pub(crate) fn newest_undo(&self, id: &WorkspaceId) -> Option<&UndoPoint> {
        self.undo.iter().rev().find(|point| point.workspace == *id)
    }

    /// The points that go with a workspace's newest one: those of all workspaces that were restored together.
    pub(crate) fn undone_with(&self, newest: &UndoPoint) -> Vec<&UndoPoint> {
        let points = self.workspaces.iter().filter_map(|workspace| self.newest_undo(&workspace.id));
        // Older catalogs do not know which operation it was.
        points
            .filter(|point| *point == newest || (point.operation == newest.operation && point.operation > 0))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::model::{Condition, Facts, FileStamp, Level, Slot, Trigger, Workspace};

    fn id(name: &str) -> WorkspaceId {
        WorkspaceId(name.to_owned())
    }

    /// A state with a shop, a studio and a purse, the good snapshots s1 to s4, and restores as `workspace operation
    /// safeguard`, the oldest first.
    fn state(restores: &[&str]) -> State {
        let workspaces = ["shop", "studio", "purse"].map(|name| Workspace::adopted(name, name, &format!("{name}.db")));
        let mut state = State { workspaces: workspaces.to_vec(), ..State::default() };
        for number in 1..=4 {
            state.apply(&Change::SnapshotPut(Box::new(Snapshot {
                id: SnapshotId(number),
                workspace: id("shop"),
                slot: Slot::parse("auto_before_restore.db").unwrap(),
                trigger: Trigger::Startup,
                taken_at: "2026-11-22T08:30[UTC]".parse().unwrap(),
                digest: String::new(),
                stamp: FileStamp::default(),
                level: Level::Sound,
                pin: None,
                facts: Facts::default(),
                condition: Condition::Good,
                looked_at: None,
            })));
        }
        state.undo = restores.iter().map(|restore| point(restore)).collect();
        state
    }

    fn point(restore: &str) -> UndoPoint {
        let [workspace, operation, safeguard] = restore.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let operation = operation.parse().unwrap();
        UndoPoint { workspace: id(workspace), operation, safeguard: safeguard.parse().ok(), source: "x".to_owned() }
    }

    #[track_caller]
    fn check(restores: &[&str], workspace: Option<&str>, expected: &[&str]) {
        let found = state(restores).undoable(workspace.map(id).as_ref());
        assert_eq!(found, expected.iter().map(|restore| point(restore)).collect::<Vec<_>>());
    }

    #[test]
    fn the_last_restore_is_undone_first() {
        let restores = ["shop 3 s1", "studio 5 s2", "shop 7 s3"];
        check(&restores, None, &["shop 7 s3"]);
        check(&restores, Some("studio"), &["studio 5 s2"]);
        check(&restores, Some("purse"), &[]);
        check(&[], None, &[]);
    }

    #[test]
    fn what_was_restored_together_goes_back_together() {
        let restores = ["studio 3 s1", "studio 9 s2", "purse 9 -", "shop 9 s3"];
        let together = ["shop 9 s3", "studio 9 s2", "purse 9 -"];
        check(&restores, None, &together);
        check(&restores, Some("purse"), &together);
        check(&["studio 9 s2", "shop 9 s3", "studio 12 s4"], Some("shop"), &["shop 9 s3"]);
    }

    /// Restores that an older catalog recorded have the number 0; they did not happen together.
    #[test]
    fn what_no_number_joins_goes_back_alone() {
        check(&["studio 0 s2", "shop 0 s3"], None, &["shop 0 s3"]);
    }

    #[test]
    fn only_a_safeguard_that_is_there_and_opens_is_gone_back_to() {
        let check = |state: &State, can_undo: bool, depth: usize| {
            assert_eq!((state.can_undo(&id("shop")), state.undo_depth(&id("shop"))), (can_undo, depth));
        };
        check(&state(&["shop 3 s1", "studio 5 s2", "shop 7 s3"]), true, 2);
        check(&state(&["shop 3 s9", "shop 5 s2", "shop 7 s3"]), true, 2);
        check(&state(&["shop 3 s1", "shop 7 s9"]), false, 0);
        check(&state(&["shop 3 s1", "shop 7 -"]), false, 0);
        check(&state(&["studio 3 s1"]), false, 0);
        // Once, `status` counted a restore that `undo` does not reach, and none that led to a damaged database.
        let mut damaged = state(&["shop 3 s1", "shop 7 s3"]);
        damaged.snapshots.amend(&SnapshotId(3), |snapshot| snapshot.level = Level::Damaged);
        check(&damaged, false, 0);
        damaged.snapshots.amend(&SnapshotId(3), |snapshot| snapshot.facts.page_size = 4096);
        check(&damaged, true, 2);
    }
}
