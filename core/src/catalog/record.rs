//! Changes, written to the tables: for each change the same that [`Change::apply`] does to a state.

use diesel::dsl::max;
use diesel::prelude::*;

use super::load::counters;
use super::rows::{CountersRow, JournalRow, ONLY, OperationRow, PolicyRow, SnapshotRow, UndoRow, WorkspaceRow};
use super::schema::{counters, journal, operation, policy, snapshots, undo_points, workspaces};
use super::transaction::{Aim, transaction};
use super::{Connection, seal};
use crate::change::Change;
use crate::error::CatalogError;
use crate::model::{FileStamp, Slot, Snapshot, SnapshotId, Workspace, WorkspaceId};
use crate::policy::Policy;
use crate::state::{JournalEntry, Operation, State, UndoPoint};

type Result<T = ()> = std::result::Result<T, CatalogError>;

/// Writes a row, or replaces the one with its key.
macro_rules! put {
    ($conn:expr, $table:ident, $row:expr) => {{
        let row = $row;
        let seal = seal::of(&row)?;
        diesel::replace_into($table::table).values((row, $table::seal.eq(seal))).execute($conn)?;
        Ok(())
    }};
}

/// The place after the last one of a table that is kept in order.
macro_rules! next {
    ($conn:expr, $table:ident) => {
        $table::table.select(max($table::position)).first::<Option<i64>>($conn)?.unwrap_or_default() + 1
    };
}

/// Records changes, in order. Durable when it returns; an error or a power cut leaves none of them. Writes nothing
/// where there are no changes.
pub fn record(conn: &mut Connection, changes: &[Change]) -> std::result::Result<(), CatalogError> {
    if changes.is_empty() {
        return Ok(());
    }
    transaction(conn, Aim::Write, |conn| changes.iter().try_for_each(|change| write(conn, change)))
}

fn write(conn: &mut Connection, change: &Change) -> Result {
    match change {
        Change::PolicySet(policy) => put_policy(conn, policy),
        Change::WorkspacePut(workspace) => put_workspace(conn, workspace),
        Change::WorkspaceForgotten(id) => forget_workspace(conn, id),
        Change::SnapshotPut(snapshot) => put_snapshot(conn, snapshot),
        Change::SnapshotMoved(id, slot, stamp) => move_snapshot(conn, *id, *slot, *stamp),
        Change::SnapshotForgotten(id) => forget_snapshot(conn, *id),
        Change::UndoPushed(point) => push_undo(conn, point),
        Change::UndoPopped(workspace) => pop_undo(conn, workspace),
        Change::OperationPut(operation) => put_operation(conn, operation),
        Change::OperationEnded => end_operation(conn),
        Change::Noted(entry) => note(conn, entry),
    }
}

fn put_policy(conn: &mut Connection, policy: &Policy) -> Result {
    put!(conn, policy, PolicyRow::new(policy))
}

fn put_workspace(conn: &mut Connection, workspace: &Workspace) -> Result {
    let known = workspaces::table.filter(workspaces::workspace.eq(&workspace.id.0));
    let position = known.select(workspaces::position).first(conn).optional()?;
    let position = match position {
        Some(position) => position,
        None => next!(conn, workspaces),
    };
    put!(conn, workspaces, WorkspaceRow::new(position, workspace))
}

fn forget_workspace(conn: &mut Connection, id: &WorkspaceId) -> Result {
    diesel::delete(workspaces::table.filter(workspaces::workspace.eq(&id.0))).execute(conn)?;
    diesel::delete(snapshots::table.filter(snapshots::workspace.eq(&id.0))).execute(conn)?;
    diesel::delete(undo_points::table.filter(undo_points::workspace.eq(&id.0))).execute(conn)?;
    Ok(())
}

fn put_snapshot(conn: &mut Connection, snapshot: &Snapshot) -> Result {
    never_give_again(conn, snapshot.id.0 + 1, 0)?;
    put!(conn, snapshots, SnapshotRow::new(snapshot)?)
}

fn move_snapshot(conn: &mut Connection, id: SnapshotId, slot: Slot, stamp: FileStamp) -> Result {
    let known = snapshots::table.find(id.0.cast_signed());
    let sealed = known.select((SnapshotRow::as_select(), snapshots::seal)).load(conn)?;
    match seal::check("snapshots", sealed)?.pop() {
        Some(row) => put!(conn, snapshots, SnapshotRow::new(&Snapshot { slot, stamp, ..row.read()? })?),
        None => Ok(()),
    }
}

fn forget_snapshot(conn: &mut Connection, id: SnapshotId) -> Result {
    diesel::delete(snapshots::table.find(id.0.cast_signed())).execute(conn)?;
    Ok(())
}

fn push_undo(conn: &mut Connection, point: &UndoPoint) -> Result {
    put!(conn, undo_points, UndoRow::new(next!(conn, undo_points), point))
}

fn pop_undo(conn: &mut Connection, workspace: &WorkspaceId) -> Result {
    let of_workspace = undo_points::table.filter(undo_points::workspace.eq(&workspace.0));
    let newest: Option<i64> = of_workspace.select(max(undo_points::position)).first(conn)?;
    if let Some(newest) = newest {
        diesel::delete(undo_points::table.find(newest)).execute(conn)?;
    }
    Ok(())
}

fn put_operation(conn: &mut Connection, operation: &Operation) -> Result {
    let drafted = operation.drafts.iter().map(|draft| draft.id.0 + 1).max();
    let taken = drafted.unwrap_or_default().max(operation.reserved);
    never_give_again(conn, taken, operation.number + 1)?;
    put!(conn, operation, OperationRow::new(operation)?)
}

fn end_operation(conn: &mut Connection) -> Result {
    diesel::delete(operation::table.find(ONLY)).execute(conn)?;
    Ok(())
}

/// Adds a line and drops the oldest ones beyond the number that a state remembers.
fn note(conn: &mut Connection, entry: &JournalEntry) -> Result {
    let position = next!(conn, journal);
    let remembered = i64::try_from(State::JOURNAL).unwrap_or(i64::MAX);
    diesel::delete(journal::table.filter(journal::position.le(position - remembered))).execute(conn)?;
    put!(conn, journal, JournalRow::new(position, entry))
}

/// Keeps the next snapshot's id and the next operation's number at or above these, so that none is given twice.
fn never_give_again(conn: &mut Connection, snapshot: u64, operation: u64) -> Result {
    let before = counters(conn)?;
    let after = (before.0.max(snapshot), before.1.max(operation));
    if after == before { Ok(()) } else { put!(conn, counters, CountersRow::new(after.0, after.1)) }
}
