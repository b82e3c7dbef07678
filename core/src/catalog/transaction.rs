//! Transactions that say why they failed. SQLite itself rolls back when the disk is full or fails; diesel's own
//! rollback then fails too, and its error would hide the reason.

use diesel::connection::Connection as _;
use diesel::result::Error;

use super::Connection;
use crate::error::CatalogError;

/// What a transaction will do, which decides the locks that it takes.
#[derive(Clone, Copy)]
pub(super) enum Aim {
    /// See one state of all tables.
    Read,
    /// Change them, and wait for other writers before the first statement rather than in the middle.
    Write,
}

/// Does all of `work` or nothing.
pub(super) fn transaction<T>(
    conn: &mut Connection,
    aim: Aim,
    work: impl FnOnce(&mut Connection) -> Result<T, CatalogError>,
) -> Result<T, CatalogError> {
    let mut reason = None;
    let work = |conn: &mut Connection| {
        work(conn).map_err(|error| {
            reason = Some(error);
            Error::RollbackTransaction
        })
    };
    let result = match aim {
        Aim::Read => conn.transaction(work),
        Aim::Write => conn.immediate_transaction(work),
    };
    result.map_err(|error| reason.unwrap_or_else(|| error.into()))
}
