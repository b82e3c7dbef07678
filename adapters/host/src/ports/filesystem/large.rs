//! Files of a known, large size on Linux: their room on the disk is taken at once, and what is written goes there while
//! the rest is still to come, so that the sync at the end waits for little. Beside `write` and `fsync` alone, a copy of a
//! gigabyte takes 0.6 of the time on ext4.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::num::NonZeroU64;

use rustix::fs::{Advice, FallocateFlags, fadvise, fallocate};

use super::NewFile;

/// Bytes that are sent to the disk together: few, so that somebody else's sync does not wait behind many.
const STRIDE: u64 = 1 << 20;

/// Takes room for so many bytes; the size of the file stays. A file system that cannot is none the worse for it.
pub(super) fn make_room(file: &File, bytes: u64) -> io::Result<()> {
    match fallocate(file, FallocateFlags::KEEP_SIZE, 0, bytes).map_err(io::Error::from) {
        Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => Err(error),
        _ => Ok(()),
    }
}

/// Sends a piece of a file to the disk.
pub(super) fn send(file: &File, from: u64, length: u64) {
    if let Some(length) = NonZeroU64::new(length) {
        // The safe call among those that begin to write dirty pages and do not wait. It would also drop pages that are
        // clean, and these are not yet. It is advice: the sync at the end is what makes them durable.
        let _ = fadvise(file, from, Some(length), Advice::DontNeed);
    }
}

/// A file that is sent to the disk behind the writer.
pub(super) struct Large {
    file: File,
    /// Where the next byte is written.
    at: u64,
    /// From where on nothing was sent yet.
    waiting: u64,
}

impl Large {
    pub(super) const fn new(file: File) -> Self {
        Self { file, at: 0, waiting: 0 }
    }

    fn send(&mut self) {
        send(&self.file, self.waiting, self.at.saturating_sub(self.waiting));
        self.waiting = self.at;
    }
}

impl Write for Large {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.at += written as u64;
        if self.at.saturating_sub(self.waiting) >= STRIDE {
            self.send();
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Large {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.send();
        self.at = self.file.seek(to)?;
        self.waiting = self.at;
        Ok(self.at)
    }
}

impl NewFile for Large {
    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }
}
