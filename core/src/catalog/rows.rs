//! Rows: the tables' columns as Rust values, and the model's values made from them. Numbers that are unsigned in the
//! model are stored as the signed number with the same 64 bits, because an inode may use them all.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::schema::{counters, journal, operation, policy, snapshots, undo_points, workspaces};
use super::zoned;
use crate::error::CatalogError;
use crate::model::{Condition, FileStamp, Level, Slot, Snapshot, SnapshotId, Trigger, Workspace, WorkspaceId};
use crate::policy::Policy;
use crate::state::{Ending, JournalEntry, Operation, UndoPoint};

/// The key of the only row of a table that has at most one.
pub(super) const ONLY: i64 = 1;

/// The rotation policy; no row means the default of this build.
#[derive(Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = policy)]
pub(super) struct PolicyRow {
    id: i64,
    daily: i64,
    weekly: i64,
    monthly: i64,
    yearly: i64,
    safeguards: i64,
    manual: i64,
    ring: i64,
    budget: i64,
    undo_depth: i64,
}

/// Ids that were never given; no row means that none was.
#[derive(Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = counters)]
pub(super) struct CountersRow {
    id: i64,
    next_snapshot: i64,
    next_operation: i64,
}

/// A workspace.
#[derive(Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = workspaces, treat_none_as_default_value = false)]
pub(super) struct WorkspaceRow {
    position: i64,
    workspace: String,
    name: String,
    database: String,
    schema: Option<String>,
    folder: String,
    identity: Option<String>,
    frozen: Option<String>,
    cliff_expected: i64,
    unchanged_size: Option<i64>,
    unchanged_modified: Option<i64>,
    unchanged_inode: Option<i64>,
    unchanged_device: Option<i64>,
}

/// A snapshot.
#[derive(Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = snapshots, treat_none_as_default_value = false)]
pub(super) struct SnapshotRow {
    id: i64,
    workspace: String,
    slot: String,
    trigger: String,
    taken_at: String,
    zone: String,
    digest: String,
    size: i64,
    modified: i64,
    inode: i64,
    device: i64,
    level: String,
    pin: Option<String>,
    facts: String,
    suspect: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    looked_at: Option<String>,
}

/// A restore that can be undone.
#[derive(Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = undo_points, treat_none_as_default_value = false)]
pub(super) struct UndoRow {
    position: i64,
    workspace: String,
    safeguard: Option<i64>,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<i64>,
}

/// The operation under way; no row means that there is none.
#[derive(Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = operation)]
pub(super) struct OperationRow {
    id: i64,
    content: String,
}

/// A line of the journal.
#[derive(Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = journal, treat_none_as_default_value = false)]
pub(super) struct JournalRow {
    position: i64,
    at: String,
    zone: String,
    workspace: Option<String>,
    moment: String,
    ending: String,
    text: String,
}

impl PolicyRow {
    pub(super) fn new(policy: &Policy) -> Self {
        Self {
            id: ONLY,
            daily: policy.daily.into(),
            weekly: policy.weekly.into(),
            monthly: policy.monthly.into(),
            yearly: policy.yearly.into(),
            safeguards: policy.safeguards.into(),
            manual: policy.manual.into(),
            ring: policy.ring.into(),
            budget: policy.budget.cast_signed(),
            undo_depth: policy.undo_depth.into(),
        }
    }

    pub(super) fn read(self) -> Result<Policy, CatalogError> {
        Ok(Policy {
            daily: narrow(self.daily)?,
            weekly: narrow(self.weekly)?,
            monthly: narrow(self.monthly)?,
            yearly: narrow(self.yearly)?,
            safeguards: narrow(self.safeguards)?,
            manual: narrow(self.manual)?,
            ring: narrow(self.ring)?,
            budget: self.budget.cast_unsigned(),
            undo_depth: narrow(self.undo_depth)?,
        })
    }
}

impl CountersRow {
    pub(super) const fn new(next_snapshot: u64, next_operation: u64) -> Self {
        let (next_snapshot, next_operation) = (next_snapshot.cast_signed(), next_operation.cast_signed());
        Self { id: ONLY, next_snapshot, next_operation }
    }

    /// The next snapshot's id and the next operation's number.
    pub(super) const fn read(&self) -> (u64, u64) {
        (self.next_snapshot.cast_unsigned(), self.next_operation.cast_unsigned())
    }
}

impl WorkspaceRow {
    pub(super) fn new(position: i64, workspace: &Workspace) -> Self {
        let unchanged = workspace.unchanged_since;
        Self {
            position,
            workspace: workspace.id.0.clone(),
            name: workspace.name.clone(),
            database: workspace.database.to_string(),
            schema: workspace.schema.clone(),
            folder: workspace.folder.to_string(),
            identity: workspace.identity.clone(),
            frozen: workspace.frozen.clone(),
            cliff_expected: workspace.cliff_expected.into(),
            unchanged_size: unchanged.map(|stamp| stamp.size.cast_signed()),
            unchanged_modified: unchanged.map(|stamp| stamp.modified),
            unchanged_inode: unchanged.map(|stamp| stamp.inode.cast_signed()),
            unchanged_device: unchanged.map(|stamp| stamp.device.cast_signed()),
        }
    }

    pub(super) fn read(self) -> Workspace {
        let unchanged = (self.unchanged_size, self.unchanged_modified, self.unchanged_inode, self.unchanged_device);
        let unchanged_since = match unchanged {
            (Some(size), Some(modified), Some(inode), Some(device)) => Some(stamp(size, modified, inode, device)),
            _ => None,
        };
        Workspace {
            id: WorkspaceId(self.workspace),
            name: self.name,
            database: self.database.into(),
            schema: self.schema,
            folder: self.folder.into(),
            identity: self.identity,
            frozen: self.frozen,
            cliff_expected: self.cliff_expected != 0,
            unchanged_since,
        }
    }
}

impl SnapshotRow {
    /// Fails for a slot that has no file name of its own, which could not be read again.
    pub(super) fn new(snapshot: &Snapshot) -> Result<Self, CatalogError> {
        let slot = snapshot.slot.file_name();
        if Slot::parse(&slot) != Some(snapshot.slot) {
            return Err(CatalogError::Unavailable(format!("{} cannot be recorded under the name {slot}", snapshot.id)));
        }
        let (taken_at, zone) = zoned::split(&snapshot.taken_at);
        Ok(Self {
            id: snapshot.id.0.cast_signed(),
            workspace: snapshot.workspace.0.clone(),
            slot,
            trigger: snapshot.trigger.word().to_owned(),
            taken_at,
            zone,
            digest: snapshot.digest.clone(),
            size: snapshot.stamp.size.cast_signed(),
            modified: snapshot.stamp.modified,
            inode: snapshot.stamp.inode.cast_signed(),
            device: snapshot.stamp.device.cast_signed(),
            level: snapshot.level.word().to_owned(),
            pin: snapshot.pin.clone(),
            facts: json(&snapshot.facts)?,
            suspect: match &snapshot.condition {
                Condition::Good => None,
                Condition::Suspect(reason) => Some(reason.clone()),
            },
            looked_at: snapshot.looked_at.map(|at| at.to_string()),
        })
    }

    pub(super) fn read(self) -> Result<Snapshot, CatalogError> {
        Ok(Snapshot {
            id: SnapshotId(self.id.cast_unsigned()),
            workspace: WorkspaceId(self.workspace),
            slot: known(Slot::parse(&self.slot), "a slot", &self.slot)?,
            trigger: known(Trigger::from_word(&self.trigger), "a trigger", &self.trigger)?,
            taken_at: zoned::join(&self.taken_at, &self.zone)?,
            digest: self.digest,
            stamp: stamp(self.size, self.modified, self.inode, self.device),
            level: known(Level::from_word(&self.level), "a level", &self.level)?,
            pin: self.pin,
            facts: from_json(&self.facts, "facts")?,
            condition: self.suspect.map_or(Condition::Good, Condition::Suspect),
            looked_at: self.looked_at.as_deref().map(zoned::instant).transpose()?,
        })
    }
}

impl UndoRow {
    pub(super) fn new(position: i64, point: &UndoPoint) -> Self {
        Self {
            position,
            workspace: point.workspace.0.clone(),
            safeguard: point.safeguard.map(|id| id.0.cast_signed()),
            source: point.source.clone(),
            operation: Some(point.operation.cast_signed()).filter(|operation| *operation != 0),
        }
    }

    pub(super) fn read(self) -> UndoPoint {
        UndoPoint {
            workspace: WorkspaceId(self.workspace),
            operation: self.operation.map_or(0, i64::cast_unsigned),
            safeguard: self.safeguard.map(|id| SnapshotId(id.cast_unsigned())),
            source: self.source,
        }
    }
}

impl OperationRow {
    pub(super) fn new(operation: &Operation) -> Result<Self, CatalogError> {
        Ok(Self { id: ONLY, content: json(operation)? })
    }

    pub(super) fn read(&self) -> Result<Operation, CatalogError> {
        from_json(&self.content, "the operation under way")
    }
}

impl JournalRow {
    pub(super) fn new(position: i64, entry: &JournalEntry) -> Self {
        let (at, zone) = zoned::split(&entry.at);
        Self {
            position,
            at,
            zone,
            workspace: entry.workspace.as_ref().map(|id| id.0.clone()),
            moment: entry.moment.clone(),
            ending: word(entry.ending).to_owned(),
            text: entry.text.clone(),
        }
    }

    pub(super) fn read(self) -> Result<JournalEntry, CatalogError> {
        let endings = [Ending::NotApplied, Ending::Applied, Ending::AppliedWithWarnings];
        let ending = endings.into_iter().find(|ending| word(*ending) == self.ending);
        Ok(JournalEntry {
            at: zoned::join(&self.at, &self.zone)?,
            workspace: self.workspace.map(WorkspaceId),
            moment: self.moment,
            ending: known(ending, "an ending", &self.ending)?,
            text: self.text,
        })
    }
}

const fn word(ending: Ending) -> &'static str {
    match ending {
        Ending::NotApplied => "not_applied",
        Ending::Applied => "applied",
        Ending::AppliedWithWarnings => "applied_with_warnings",
    }
}

const fn stamp(size: i64, modified: i64, inode: i64, device: i64) -> FileStamp {
    let (size, inode, device) = (size.cast_unsigned(), inode.cast_unsigned(), device.cast_unsigned());
    FileStamp { size, modified, inode, device }
}

fn narrow<T: TryFrom<i64>>(number: i64) -> Result<T, CatalogError> {
    T::try_from(number).map_err(|_| CatalogError::Damaged(format!("{number} is out of range")))
}

fn known<T>(value: Option<T>, what: &str, word: &str) -> Result<T, CatalogError> {
    value.ok_or_else(|| CatalogError::Damaged(format!("`{word}` is not {what}")))
}

fn json(value: &impl Serialize) -> Result<String, CatalogError> {
    serde_json::to_string(value).map_err(|error| CatalogError::Unavailable(error.to_string()))
}

fn from_json<T: for<'a> Deserialize<'a>>(text: &str, what: &str) -> Result<T, CatalogError> {
    serde_json::from_str(text).map_err(|error| CatalogError::Damaged(format!("{what} cannot be read: {error}")))
}
