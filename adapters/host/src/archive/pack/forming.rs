//! Forms the CSV files of tables on a thread of its own, one after the other, ahead of the thread that compresses them:
//! the next table is under way before the last one is packed, so that neither core waits where a table ends.

use std::io::ErrorKind;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use rusqlite::Connection;

use crate::archive::sheet::{self, Digests, Sheet, Trip};
use crate::archive::tables::Archived;

/// Pieces that wait for compression at most.
const WAITING: usize = 8;

/// A piece of the files, in their order.
pub(super) enum Piece {
    /// Bytes of a file, and how many of its rows are formed.
    Block(Vec<u8>, u64),
    /// The end of a file. After a trip there is no other.
    End(Result<Sheet, Trip>),
}

/// Forms files.
pub(super) struct Former {
    pieces: SyncSender<Piece>,
    used: Receiver<Vec<u8>>,
}

/// What is formed. Dropping it ends the forming.
pub(super) struct Formed {
    pieces: Receiver<Piece>,
    used: Sender<Vec<u8>>,
}

/// Both ends.
pub(super) fn pair() -> (Former, Formed) {
    let ((sender, pieces), (used, again)) = (sync_channel(WAITING), channel());
    (Former { pieces: sender, used: again }, Formed { pieces, used })
}

impl Former {
    /// Forms the files of these tables, as long as somebody takes them.
    pub(super) fn form(self, connection: &Connection, tables: &[Archived]) {
        for table in tables {
            let formed = sheet::write(connection, table, Digests::OfFileAndRows, &mut |block, rows| {
                let mut copy = self.used.try_recv().unwrap_or_default();
                copy.clear();
                copy.extend_from_slice(block);
                self.pieces.send(Piece::Block(copy, rows)).map_err(|_| ErrorKind::BrokenPipe.into())
            });
            let is_last = formed.is_err();
            if self.pieces.send(Piece::End(formed)).is_err() || is_last {
                return;
            }
        }
    }
}

impl Formed {
    /// The next piece; `None` where forming broke off.
    pub(super) fn next(&self) -> Option<Piece> {
        self.pieces.recv().ok()
    }

    /// Gives back the memory of a block.
    pub(super) fn recycle(&self, block: Vec<u8>) {
        // Nobody needs it any more when all is formed.
        let _ = self.used.send(block);
    }
}
