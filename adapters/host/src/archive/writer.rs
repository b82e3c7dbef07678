//! Writes the members of an archive, one after the other: the only place that knows how the zip crate writes.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use jiff::Zoned;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use super::layout::{MAX_RATIO, RATIO_COUNTS_FROM};
use crate::ports::filesystem::NewFile;

/// zlib's level. On a business of 200 MB, 6 takes twice as much of the processor and saves 2 % of the archive.
const LEVEL: i64 = 3;

/// Bytes from which a member needs zip64, with room for what deflate adds to what it cannot make smaller.
const LARGE_FROM: u64 = u32::MAX as u64 - (64 << 20);

/// Bytes that are written to the file at a time.
const BUFFER: usize = 256 << 10;

/// How a member is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct How {
    /// As it is, without compression.
    pub(super) stored: bool,
    /// With the fields of zip64, for 4 GiB and more.
    pub(super) large: bool,
}

impl How {
    /// As it is; for a member whose size is known.
    pub(super) const fn stored(bytes: u64) -> Self {
        Self { stored: true, large: bytes >= LARGE_FROM }
    }

    /// Compressed; for a member whose size is known.
    pub(super) const fn deflated(bytes: u64) -> Self {
        Self { stored: false, large: bytes >= LARGE_FROM }
    }
}

/// An archive that is being written.
pub(super) struct Writer {
    zip: ZipWriter<Tail>,
    time: DateTime,
    how: How,
    /// Where the member under way begins.
    start: u64,
    /// Bytes of the member under way, before compression.
    bytes: u64,
}

impl Writer {
    /// Begins an archive in an empty file; `at` becomes the time of its members.
    pub(super) fn new(file: Box<dyn NewFile>, at: &Zoned) -> Self {
        let tail = Tail { file: BufWriter::with_capacity(BUFFER, file), position: 0, end: 0, broken: false };
        Self { zip: ZipWriter::new(tail), time: local(at), how: How::default(), start: 0, bytes: 0 }
    }

    /// Begins a member.
    pub(super) fn begin(&mut self, name: &str, how: How) -> io::Result<()> {
        let method = if how.stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default()
            .system(System::Unix)
            .unix_permissions(0o644)
            .last_modified_time(self.time)
            .compression_method(method)
            .compression_level((!how.stored).then_some(LEVEL))
            .large_file(how.large);
        self.zip.start_file(name, options).map_err(unzipped)?;
        (self.how, self.start, self.bytes) = (how, self.position(), 0);
        Ok(())
    }

    /// Writes a piece of the member under way.
    pub(super) fn write(&mut self, block: &[u8]) -> io::Result<()> {
        self.bytes += block.len() as u64;
        // What does not fit is not written: `end` will say so.
        if self.outgrown() { Ok(()) } else { self.zip.write_all(block) }
    }

    /// Ends a member. The answer is `None`, or how the member must be written again: then it is gone.
    pub(super) fn end(&mut self) -> io::Result<Option<How>> {
        let again = if self.outgrown() {
            Some(How { large: true, ..self.how })
        } else if self.suspicious()? {
            Some(How { stored: true, ..self.how })
        } else {
            None
        };
        if again.is_some() {
            self.zip.abort_file().map_err(unzipped)?;
        }
        Ok(again)
    }

    /// Writes a small member in whole.
    pub(super) fn whole(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut how = Some(How::deflated(content.len() as u64));
        while let Some(now) = how {
            self.begin(name, now)?;
            self.write(content)?;
            how = self.end()?;
        }
        Ok(())
    }

    /// Ends the archive and makes it durable.
    pub(super) fn finish(self) -> io::Result<()> {
        let tail = self.zip.finish().map_err(unzipped)?;
        let mut file = tail.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync()
    }

    const fn outgrown(&self) -> bool {
        !self.how.large && self.bytes >= LARGE_FROM
    }

    /// Whether a reader would have to take the member for an attack by compression.
    fn suspicious(&mut self) -> io::Result<bool> {
        if self.how.stored || self.bytes <= RATIO_COUNTS_FROM {
            return Ok(false);
        }
        self.zip.flush()?;
        Ok((self.position() - self.start) * MAX_RATIO < self.bytes)
    }

    fn position(&self) -> u64 {
        self.zip.get_ref().map_or(self.start, |tail| tail.position)
    }
}

/// The file behind the archive, and how far it is written. The zip crate writes on when it is dropped half way, and
/// complains on the terminal when it cannot, or panics when a position is behind another: after the first error nothing
/// reaches the file any more, no further error comes back, and positions only grow.
struct Tail {
    file: BufWriter<Box<dyn NewFile>>,
    position: u64,
    /// The furthest position so far.
    end: u64,
    broken: bool,
}

impl Tail {
    fn noting<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if result.is_err() {
            self.broken = true;
            self.position = self.end;
        }
        result
    }

    fn at(&mut self, position: u64) -> u64 {
        self.position = position;
        self.end = self.end.max(position);
        position
    }
}

impl Write for Tail {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = if self.broken { Ok(bytes.len()) } else { self.file.write(bytes) };
        let written = self.noting(written)?;
        self.at(self.position + written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.broken {
            return Ok(());
        }
        let flushed = self.file.flush();
        self.noting(flushed)
    }
}

impl Seek for Tail {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        // Where it is, the zip crate asks before and after each member; an answer need not empty the buffer.
        if self.broken || to == SeekFrom::Current(0) {
            return Ok(self.position);
        }
        let sought = self.file.seek(to);
        let position = self.noting(sought)?;
        Ok(self.at(position))
    }
}

/// The error of the file below, as it was; anything else would be a defect of ours.
fn unzipped(error: ZipError) -> io::Error {
    error.into()
}

/// The time on the shop's wall, which is what zip files hold; before 1980 and after 2107 they cannot.
fn local(at: &Zoned) -> DateTime {
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    let (year, month, day) = (u16::try_from(at.year()).unwrap_or_default(), part(at.month()), part(at.day()));
    DateTime::from_date_and_time(year, month, day, part(at.hour()), part(at.minute()), part(at.second()))
        .unwrap_or_default()
}
