//! Changes: the only way in which the state changes. Each is recorded in the catalog before the next step runs.

use serde::{Deserialize, Serialize};

use crate::model::{FileStamp, Slot, Snapshot, SnapshotId, Workspace, WorkspaceId};
use crate::policy::Policy;
use crate::state::{JournalEntry, Operation, State, UndoPoint};

/// One change of the state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The rotation policy is this one.
    PolicySet(Policy),
    /// A workspace is added at the end, or replaced where its id is known.
    WorkspacePut(Workspace),
    /// A workspace is forgotten, with its snapshots and undo points; files stay.
    WorkspaceForgotten(WorkspaceId),
    /// A snapshot is known, or replaced where its id is known. Ids below it are never given again.
    SnapshotPut(Box<Snapshot>),
    /// A snapshot holds another name.
    SnapshotMoved(SnapshotId, Slot, FileStamp),
    /// A snapshot is no more.
    SnapshotForgotten(SnapshotId),
    /// A restore can be undone.
    UndoPushed(UndoPoint),
    /// The newest undo point of a workspace is spent.
    UndoPopped(WorkspaceId),
    /// An operation is under way, with these steps still to do.
    OperationPut(Box<Operation>),
    /// The operation is over.
    OperationEnded,
    /// Something worth telling.
    Noted(JournalEntry),
}

impl Change {
    /// Whether it only tracks an operation, so that nothing is lost when it is never recorded.
    pub const fn is_bookkeeping(&self) -> bool {
        matches!(self, Self::OperationPut(_) | Self::OperationEnded)
    }

    pub(crate) fn apply(&self, state: &mut State) {
        match self {
            Self::PolicySet(policy) => state.policy = policy.clone(),
            Self::WorkspacePut(workspace) => put_workspace(state, workspace),
            Self::WorkspaceForgotten(id) => {
                state.workspaces.retain(|workspace| workspace.id != *id);
                state.snapshots.remove_all_of(id);
                state.undo.retain(|point| point.workspace != *id);
            }
            Self::SnapshotPut(snapshot) => {
                state.next_snapshot = state.next_snapshot.max(snapshot.id.0 + 1);
                state.snapshots.put((**snapshot).clone());
            }
            Self::SnapshotMoved(id, slot, stamp) => {
                state.snapshots.amend(id, |snapshot| {
                    snapshot.slot = *slot;
                    snapshot.stamp = *stamp;
                });
            }
            Self::SnapshotForgotten(id) => {
                state.snapshots.remove(id);
            }
            Self::UndoPushed(point) => state.undo.push(point.clone()),
            Self::UndoPopped(workspace) => {
                if let Some(last) = state.undo.iter().rposition(|point| point.workspace == *workspace) {
                    state.undo.remove(last);
                }
            }
            Self::OperationPut(operation) => {
                state.next_operation = state.next_operation.max(operation.number + 1);
                let drafted = operation.drafts.iter().map(|draft| draft.id.0 + 1).max();
                let taken = drafted.unwrap_or_default().max(operation.reserved);
                state.next_snapshot = state.next_snapshot.max(taken);
                state.operation = Some((**operation).clone());
            }
            Self::OperationEnded => state.operation = None,
            Self::Noted(entry) => {
                state.journal.push(entry.clone());
                let excess = state.journal.len().saturating_sub(State::JOURNAL);
                state.journal.drain(..excess);
            }
        }
    }
}

fn put_workspace(state: &mut State, workspace: &Workspace) {
    match state.workspaces.iter_mut().find(|known| known.id == workspace.id) {
        Some(known) => *known = workspace.clone(),
        None => state.workspaces.push(workspace.clone()),
    }
}
