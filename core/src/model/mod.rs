//! Plain values: what the engine knows about workspaces, snapshots and the files on disk. No value here does anything.

mod archive;
mod inventory;
mod manifest;
pub(crate) mod moment;
mod permit;
mod profile;
mod slot;
mod snapshot;
mod workspace;

pub use archive::{ArchiveFacts, ArchiveKind, ArchivedWorkspace, Finding, Imported, Inspection, SchemaSource};
pub use inventory::{Found, Intent, IntentTarget, Inventory, LiveFile, LiveState, Purpose, ReadIntent, Registry};
pub use manifest::Manifest;
pub use permit::Permit;
pub use profile::{SchemaProfile, Words};
pub use slot::{Act, Base, Generation, Slot, Tier};
pub use snapshot::{Condition, Facts, FileStamp, Level, Snapshot, SnapshotId, Trigger};
pub use workspace::{Workspace, WorkspaceId};
