//! Files of a known, large size on Linux: their room on the disk is taken at once, and what is written goes there while
//! the rest is still to come, so that the sync at the end waits for little. Beside `write` and `fsync` alone, a copy of a
//! gigabyte takes 0.6 of the time on ext4. Never more than a few megabytes wait in the disk's queue, since a commit of
//! the app waits behind them.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};

use rustix::fs::{FallocateFlags, fallocate};

use super::{NewFile, kernel};

/// Bytes that are sent to the disk together: few, so that somebody else's sync does not wait behind many.
const STRIDE: u64 = 1 << 20;
/// Bytes that wait for the disk at most.
const WAITING: u64 = 4 << 20;

/// Takes room for so many bytes; the size of the file stays. A file system that cannot is none the worse for it.
pub(super) fn make_room(file: &File, bytes: u64) -> io::Result<()> {
    match fallocate(file, FallocateFlags::KEEP_SIZE, 0, bytes).map_err(io::Error::from) {
        Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => Err(error),
        _ => Ok(()),
    }
}

/// How far a file that is written from its beginning to its end has come on its way to the disk.
#[derive(Default)]
pub(super) struct Behind {
    sent: u64,
    /// On the disk, but for its cache.
    arrived: u64,
}

impl Behind {
    /// Sends what is written up to here, and waits until all but the last megabytes have arrived.
    ///
    /// # Errors
    /// When the disk could not take something, which the sync at the end may not hear of.
    pub(super) fn at(&mut self, file: &File, written: u64) -> io::Result<()> {
        if written.saturating_sub(self.sent) < STRIDE {
            return Ok(());
        }
        kernel::send(file, self.sent, written - self.sent)?;
        self.sent = written;
        let arrives = written.saturating_sub(WAITING);
        if arrives > self.arrived {
            kernel::arrived(file, self.arrived, arrives - self.arrived)?;
            self.arrived = arrives;
        }
        Ok(())
    }
}

/// A file that is sent to the disk behind the writer.
pub(super) struct Large {
    file: File,
    /// Where the next byte is written.
    at: u64,
    behind: Behind,
}

impl Large {
    pub(super) fn new(file: File) -> Self {
        Self { file, at: 0, behind: Behind::default() }
    }
}

impl Write for Large {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.at += written as u64;
        self.behind.at(&self.file, self.at)?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Large {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}

impl NewFile for Large {
    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }
}
