//! A permit: the only thing that lets a destructive act go ahead, and only a verified, published safeguard makes one.

use super::{Act, SnapshotId, WorkspaceId};

/// Allows one destructive act on one workspace. **Invariant:** made by the core alone, after the safeguard was
/// published; not cloneable, so that it is spent once.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a permit that is dropped allows nothing"]
pub struct Permit {
    workspace: WorkspaceId,
    act: Act,
    safeguard: SnapshotId,
}

impl Permit {
    pub(crate) const fn new(workspace: WorkspaceId, act: Act, safeguard: SnapshotId) -> Self {
        Self { workspace, act, safeguard }
    }

    /// The workspace that may be changed.
    pub const fn workspace(&self) -> &WorkspaceId {
        &self.workspace
    }

    /// What may be done to it.
    pub const fn act(&self) -> Act {
        self.act
    }

    /// The snapshot that brings back what the act destroys.
    pub const fn safeguard(&self) -> SnapshotId {
        self.safeguard
    }
}
