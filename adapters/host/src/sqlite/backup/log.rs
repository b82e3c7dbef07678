//! What a read transaction pins in a write-ahead log, and where in the log the newest content of each page lies.
//!
//! Why main file and log together are one committed state, although the app commits and checkpoints while they are
//! read (SQLite's wal.c and <https://sqlite.org/walformat.html>). The index of the log is read when the transaction
//! holds a read lock already; its head says how many frames are committed: our mark. What the lock forbids until it
//! is let go:
//!
//! - Under one of the locks 1 to 4 nobody begins the log anew (`walRestartLog`, `walCheckpoint` with RESTART and
//!   TRUNCATE need all of them), so no frame up to the mark is ever overwritten. A checkpoint stops at the lock's own
//!   mark, which is at most ours (`mxSafeFrame`), so it writes only pages into the main file that have a frame up to
//!   our mark. Torn or not, these pages are laid over from the log; nobody writes the others.
//! - Under lock 0, which is given when the main file holds everything, no checkpoint writes at all, and none cuts the
//!   main file off. A writer may begin the log anew, once: after that it could do so only when a checkpoint has copied
//!   the new frames, which cannot be. So if the index says when it is read that all its frames are in the main file,
//!   the main file alone is the state, and the log is not needed. If it names frames that are not (somebody has
//!   committed since, in the old log or in a new one), these stay where they are.
//!
//! Which lock it is cannot be asked. It need not be: `backfilled >= frames` tells the case where the main file is
//! complete and at rest under either lock, and the other is the same under both. The last look at the index, when all
//! is copied, tells whether the lock has held.

use rusqlite::Connection;

use super::Hitch;
use crate::error::Result;
use crate::sqlite::ffi::{self, LogIndex, Of};

/// The version of the log and of its index; there has been no other.
const VERSION: u32 = 3_007_000;
/// Its last bit says how the words of the checksums are read.
const MAGIC: u32 = 0x377f_0682;
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// With more frames SQLite's own index of the log is quicker. Reading a log from its beginning takes the longer the longer
/// it is, and holds it meanwhile: beside two writers at full speed snapshots without a pause let it grow to 12 GB.
const MOST: u32 = 16_384;
/// Bytes of the log that are read at a time.
const BLOCK: usize = 256 << 10;
/// Looks at an index that a writer is just changing, which takes it some nanoseconds.
const LOOKS: u32 = 10_000;

/// A committed state: what the head of the index said when the read lock was held.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sqlite) struct Mark {
    pub(in crate::sqlite) page_size: usize,
    /// Pages of the database; 0 where the log has not said.
    pub(super) pages: u32,
    /// Whether the main file holds all frames, so that the log is not needed.
    pub(super) is_in_main_file: bool,
    frames: u32,
    salts: [u8; 8],
    checksum: [u32; 2],
    big_endian: bool,
}

/// A page and the frame with its newest content.
pub(super) type Newest = (u32, u32);

impl Mark {
    /// Reads the mark of a connection whose read transaction is in WAL mode; or says why it has none that we know.
    pub(super) fn read(connection: &Connection) -> std::result::Result<Self, String> {
        let unreadable = |error| format!("the index of its write-ahead log cannot be read: {error}");
        for _ in 0..LOOKS {
            let index = ffi::log_index(connection).map_err(unreadable)?;
            if index.copies[0] == index.copies[1] && index.copies[1] == index.copies[2] {
                let mark =
                    Self::of(&index.copies[0], index.backfilled).filter(|mark| mark.page_size > 0 || mark.frames == 0);
                let mut mark =
                    mark.ok_or_else(|| "the index of its write-ahead log is none that we know".to_owned())?;
                if mark.frames == 0 {
                    // A log that nothing was written to yet; the main file is at rest.
                    mark.page_size = page_size_of(&ffi::header(connection).map_err(|error| error.to_string())?);
                }
                return Ok(mark);
            }
            std::thread::yield_now();
        }
        Err("the index of its write-ahead log does not come to rest".to_owned())
    }

    /// What one copy of the head says (`struct WalIndexHdr`).
    fn of(head: &[u32; LogIndex::WORDS], backfilled: u32) -> Option<Self> {
        let [is_there, big_endian, low, high] = head[3].to_ne_bytes();
        let size = u32::from(u16::from_ne_bytes([low, high]));
        let page_size = (size & 0xfe00) + ((size & 1) << 16);
        let is_size = page_size.is_power_of_two() || page_size == 0;
        let sum = head[..10].chunks_exact(2).fold([0, 0], |sum, pair| added(sum, pair[0], pair[1]));
        let is_known = head[0] == VERSION && is_there == 1 && is_size && sum == head[10..];
        let mut salts = [0; 8];
        salts[..4].copy_from_slice(&head[8].to_ne_bytes());
        salts[4..].copy_from_slice(&head[9].to_ne_bytes());
        is_known.then(|| Self {
            page_size: page_size as usize,
            pages: head[5],
            is_in_main_file: backfilled >= head[4],
            frames: head[4],
            salts,
            checksum: [head[6], head[7]],
            big_endian: big_endian != 0,
        })
    }

    /// The newest frame of each page that the main file may not hold, by page. Every frame up to the mark is read and
    /// its checksum compared: they are a chain, and its end is in the index.
    pub(super) fn newest(
        &self,
        connection: &Connection,
        go_on: &mut dyn FnMut() -> Result<()>,
    ) -> std::result::Result<Vec<Newest>, Hitch> {
        if self.is_in_main_file {
            return Ok(Vec::new());
        }
        if self.frames > MOST {
            return Err(Hitch::Unexpected(format!("its log is long, {} frames", self.frames)));
        }
        let mut sum = self.begin(connection)?;
        let size = FRAME_HEADER + self.page_size;
        let at_a_time = u32::try_from(BLOCK / size).unwrap_or_default().max(1);
        let mut block = vec![0; size * at_a_time as usize];
        let mut newest: Vec<Newest> = Vec::new();
        let mut pages = 0;
        for first in (1..=self.frames).step_by(at_a_time as usize) {
            let count = at_a_time.min(self.frames - first + 1);
            let block = &mut block[..size * count as usize];
            read(connection, self.at(first), block)?;
            for (frame, number) in block.chunks_exact(size).zip(first..) {
                let (header, content) = frame.split_at(FRAME_HEADER);
                sum = self.summed(self.summed(sum, &header[..8]), content);
                if header[8..16] != self.salts || [word(header, 16), word(header, 20)] != sum {
                    return Err(unexpected(format!("frame {number} of its write-ahead log is none of this log")));
                }
                newest.push((word(header, 0), number));
                pages = word(header, 4);
            }
            go_on()?;
        }
        if sum != self.checksum || pages != self.pages {
            return Err(unexpected("its write-ahead log does not end where its index says".to_owned()));
        }
        newest.sort_unstable_by_key(|(page, frame)| (*page, u32::MAX - frame));
        newest.dedup_by_key(|(page, _)| *page);
        Ok(newest)
    }

    /// The content of a frame; `frame` is room for it.
    pub(super) fn content<'a>(
        &self,
        connection: &Connection,
        (page, number): Newest,
        frame: &'a mut Vec<u8>,
    ) -> std::result::Result<&'a [u8], Hitch> {
        frame.resize(FRAME_HEADER + self.page_size, 0);
        read(connection, self.at(number), frame)?;
        if word(frame, 0) != page || frame[8..16] != self.salts {
            return Err(unexpected(format!("frame {number} of its write-ahead log was overwritten")));
        }
        Ok(&frame[FRAME_HEADER..])
    }

    /// Whether nobody did meanwhile what the read lock forbids, as far as the index shows it. It cannot happen, unless
    /// somebody has taken the lock from us: by closing a descriptor of the database in this process.
    pub(in crate::sqlite) fn has_held(&self, connection: &Connection) -> std::result::Result<(), Hitch> {
        let now = ffi::log_index(connection).map_err(|error| unexpected(error.to_string()))?;
        let Some(current) = Self::of(&now.copies[2], now.backfilled) else {
            // A writer is just changing it, as it may.
            return Ok(());
        };
        let is_same_log = current.salts == self.salts;
        let has_held = match (self.is_in_main_file, is_same_log) {
            (false, same) => same && now.backfilled <= self.frames,
            (true, true) => now.backfilled <= self.frames,
            (true, false) => now.backfilled == 0,
        };
        let moved = || unexpected("somebody checkpointed beyond the moment that is held".to_owned());
        has_held.then_some(()).ok_or_else(moved)
    }

    /// Reads the log's own header; the checksum that the first frame goes on from.
    fn begin(&self, connection: &Connection) -> std::result::Result<[u32; 2], Hitch> {
        let mut header = [0; LOG_HEADER];
        read(connection, 0, &mut header)?;
        let sum = self.summed([0, 0], &header[..24]);
        let is_ours = word(&header, 0) == MAGIC | u32::from(self.big_endian)
            && word(&header, 4) == VERSION
            && word(&header, 8) as usize == self.page_size
            && header[16..24] == self.salts
            && [word(&header, 24), word(&header, 28)] == sum;
        is_ours.then_some(sum).ok_or_else(|| unexpected("its write-ahead log is not the one of its index".to_owned()))
    }

    fn at(&self, frame: u32) -> u64 {
        LOG_HEADER as u64 + u64::from(frame - 1) * (FRAME_HEADER + self.page_size) as u64
    }

    fn summed(&self, sum: [u32; 2], bytes: &[u8]) -> [u32; 2] {
        if self.big_endian { summed(sum, bytes, u32::from_be_bytes) } else { summed(sum, bytes, u32::from_le_bytes) }
    }
}

/// The size of a page, as a database's header tells it.
pub(super) fn page_size_of(header: &[u8]) -> usize {
    match usize::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65_536,
        bytes => bytes,
    }
}

/// `walChecksumBytes`.
fn summed(sum: [u32; 2], bytes: &[u8], word: impl Fn([u8; 4]) -> u32) -> [u32; 2] {
    let (pairs, _) = bytes.as_chunks::<8>();
    pairs.iter().fold(sum, |sum, [a, b, c, d, e, f, g, h]| added(sum, word([*a, *b, *c, *d]), word([*e, *f, *g, *h])))
}

const fn added([first, second]: [u32; 2], left: u32, right: u32) -> [u32; 2] {
    let first = first.wrapping_add(left).wrapping_add(second);
    [first, second.wrapping_add(right).wrapping_add(first)]
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn read(connection: &Connection, from: u64, into: &mut [u8]) -> std::result::Result<(), Hitch> {
    let unreadable = |error| unexpected(format!("its write-ahead log cannot be read: {error}"));
    ffi::read(connection, Of::Journal, from, into).map_err(unreadable)
}

const fn unexpected(reason: String) -> Hitch {
    Hitch::Unexpected(reason)
}
