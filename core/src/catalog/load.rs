//! The whole state, read from the tables in one go and distrusted on the way.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::rows::{CountersRow, JournalRow, OperationRow, PolicyRow, SnapshotRow, UndoRow, WorkspaceRow};
use super::schema::{counters, journal, operation, policy, snapshots, undo_points, workspaces};
use super::transaction::{Aim, transaction};
use super::{Connection, seal};
use crate::error::CatalogError;
use crate::state::State;

/// Reads a table in the order of its key, and checks the seals.
macro_rules! rows {
    ($conn:expr, $table:ident, $key:ident, $row:ty) => {
        seal::check(
            stringify!($table),
            $table::table.order($table::$key).select((<$row>::as_select(), $table::seal)).load($conn)?,
        )?
    };
}

/// Reads the state from a catalog that was [prepared](super::prepare). Writes nothing. `Damaged` for anything that
/// [`record`](super::record) did not write: a broken file, a row with a wrong seal, a value that makes no sense.
pub fn load(conn: &mut Connection) -> Result<State, CatalogError> {
    transaction(conn, Aim::Read, |conn| {
        check(conn)?;
        read(conn)
    })
}

/// The catalog is small, so all of its pages are checked each time; types and CHECK constraints are checked as well.
fn check(conn: &mut Connection) -> Result<(), CatalogError> {
    let verdict: String = sql::<Text>("PRAGMA quick_check(1)").get_result(conn)?;
    if verdict == "ok" { Ok(()) } else { Err(CatalogError::Damaged(verdict)) }
}

fn read(conn: &mut Connection) -> Result<State, CatalogError> {
    let fresh = State::default();
    let policy = rows!(conn, policy, id, PolicyRow).pop().map(PolicyRow::read).transpose()?;
    let (next_snapshot, next_operation) = counters(conn)?;
    let workspaces = rows!(conn, workspaces, position, WorkspaceRow);
    let snapshots = rows!(conn, snapshots, id, SnapshotRow).into_iter().map(SnapshotRow::read);
    let undo = rows!(conn, undo_points, position, UndoRow);
    let operation = rows!(conn, operation, id, OperationRow).pop();
    let journal = rows!(conn, journal, position, JournalRow);
    Ok(State {
        policy: policy.unwrap_or(fresh.policy),
        workspaces: workspaces.into_iter().map(WorkspaceRow::read).collect(),
        snapshots: snapshots.collect::<Result<_, _>>()?,
        undo: undo.into_iter().map(UndoRow::read).collect(),
        next_snapshot,
        next_operation,
        operation: operation.as_ref().map(OperationRow::read).transpose()?,
        journal: journal.into_iter().map(JournalRow::read).collect::<Result<_, _>>()?,
    })
}

/// The next snapshot's id and the next operation's number.
pub(super) fn counters(conn: &mut Connection) -> Result<(u64, u64), CatalogError> {
    let fresh = State::default();
    let row = rows!(conn, counters, id, CountersRow).pop();
    Ok(row.map_or((fresh.next_snapshot, fresh.next_operation), |row| row.read()))
}
