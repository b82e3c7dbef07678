//! Forms the CSV files of tables on threads of their own, in parts that one of them after the other takes, ahead of the
//! thread that puts the parts together: no core waits where a part or a table ends. A few blocks of a few parts wait at
//! most, so memory is bounded, and where rows lie so unevenly that one part is most of a table the others wait for it.

use std::io::ErrorKind;
use std::slice;
use std::sync::mpsc::{Receiver, RecvError, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use rusqlite::Connection;

use super::parts;
use super::sheet::{self, Binding, Part, Rows, Sheet, Trip};
use super::tables::Archived;
use crate::error::Result;

/// Parts that are formed ahead of the one that is put together, besides those under way.
const AHEAD: usize = 4;

/// Blocks of a part that wait at most.
const WAITING: usize = 4;

/// A piece of a part.
enum Piece {
    /// Bytes, and how many rows of the part are formed.
    Block(Vec<u8>, u64),
    /// The end of the part.
    End(std::result::Result<Rows, Trip>),
}

/// A part, and whether it is the last one of its table.
type Queued<'t> = (Part<'t>, bool);

/// The pieces of a part, and whether it is the last one of its table.
type Turn = (Receiver<Piece>, bool);

/// Takes the blocks of a file, and how many of its rows are formed. An error ends the reading.
pub(super) type Take<'a> = &'a mut dyn FnMut(&[u8], u64) -> Result<()>;

/// Files that are being formed, one table after the other.
pub(super) struct Formed<'a> {
    turns: Receiver<Turn>,
    used: &'a Used,
}

/// Memory of blocks that are done with.
#[derive(Default)]
struct Used(Mutex<Vec<Vec<u8>>>);

/// Forms the files of these tables on a thread for each of the connections to one database that nobody changes, while
/// `put_together` takes them. How many rows a table has need not be exact.
pub(super) fn form<T>(
    connections: &mut [Connection],
    tables: &[(&Archived, u64)],
    put_together: impl FnOnce(&Formed<'_>) -> T,
) -> rusqlite::Result<T> {
    let parts = connections.first().map(|connection| split(connection, tables)).transpose()?.unwrap_or_default();
    let (left, used) = (Mutex::new(parts.iter()), Used::default());
    Ok(thread::scope(|scope| {
        let (queue, turns) = sync_channel(AHEAD);
        let formers: Vec<_> = connections
            .iter_mut()
            .map(|connection| {
                let former = Former { left: &left, queue: queue.clone(), used: &used };
                scope.spawn(move || former.work(connection))
            })
            .collect();
        drop(queue);
        let done = put_together(&Formed { turns, used: &used });
        // Whoever waits for one that broke off has been told.
        formers.into_iter().for_each(|former| drop(former.join()));
        done
    }))
}

fn split<'t>(connection: &Connection, tables: &[(&'t Archived, u64)]) -> rusqlite::Result<Vec<Queued<'t>>> {
    let mut all = Vec::new();
    for (table, rows) in tables {
        let (spans, is_strict) = (parts::split(connection, table, *rows)?, sheet::is_strict(connection, table)?);
        let last = spans.len() - 1;
        all.extend(spans.into_iter().enumerate().map(|(n, span)| (Part { table, is_strict, span }, n == last)));
    }
    Ok(all)
}

/// Forms parts.
struct Former<'a, 't> {
    left: &'a Mutex<slice::Iter<'a, Queued<'t>>>,
    queue: SyncSender<Turn>,
    used: &'a Used,
}

impl<'a, 't> Former<'a, 't> {
    /// Forms one part after the other, as long as somebody takes them.
    fn work(&self, connection: &mut Connection) {
        while let Some((part, pieces)) = self.next() {
            let formed = sheet::form(connection, part, &mut |block, rows| {
                pieces.send(Piece::Block(self.used.copy(block), rows)).map_err(|_| ErrorKind::BrokenPipe.into())
            });
            if pieces.send(Piece::End(formed)).is_err() {
                return;
            }
        }
    }

    /// The next part, and where its pieces go. It is queued before anybody can take the one behind it.
    fn next(&self) -> Option<(&'a Part<'t>, SyncSender<Piece>)> {
        let mut left = alive(self.left);
        let (part, is_last) = left.next()?;
        let (pieces, turn) = sync_channel(WAITING);
        self.queue.send((turn, *is_last)).ok()?;
        Some((part, pieces))
    }
}

impl Formed<'_> {
    /// Puts the file of the next table together, and hands on its blocks. After a trip there is no next one.
    pub(super) fn sheet(&self, table: &Archived, take: Take<'_>) -> Result<std::result::Result<Sheet, Trip>> {
        let mut binding = Binding::default();
        match sheet::header(table) {
            Ok(header) => {
                binding.add(&header);
                take(&header, 0)?;
            }
            Err(trip) => return Ok(Err(trip)),
        }
        loop {
            let Ok((pieces, is_last)) = self.turns.recv() else { return Ok(Err(Trip::Hung)) };
            if let Err(trip) = self.part(&pieces, &mut binding, take)? {
                return Ok(Err(trip));
            }
            if is_last {
                return Ok(Ok(binding.finish()));
            }
        }
    }

    fn part(
        &self,
        pieces: &Receiver<Piece>,
        binding: &mut Binding,
        take: Take<'_>,
    ) -> Result<std::result::Result<(), Trip>> {
        loop {
            match pieces.recv() {
                Ok(Piece::Block(block, rows)) => {
                    binding.add(&block);
                    take(&block, binding.rows() + rows)?;
                    self.used.keep(block);
                }
                Ok(Piece::End(Ok(rows))) => {
                    binding.add_rows(rows);
                    return Ok(Ok(()));
                }
                Ok(Piece::End(Err(trip))) => return Ok(Err(trip)),
                Err(RecvError) => return Ok(Err(Trip::Hung)),
            }
        }
    }
}

impl Used {
    fn copy(&self, block: &[u8]) -> Vec<u8> {
        let mut copy = alive(&self.0).pop().unwrap_or_default();
        copy.clear();
        copy.extend_from_slice(block);
        copy
    }

    fn keep(&self, block: Vec<u8>) {
        alive(&self.0).push(block);
    }
}

/// What a mutex guards; nothing of ours is half done where a thread ended in the middle.
fn alive<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
