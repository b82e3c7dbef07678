//! The content of an archive's files, one after another: each is unpacked to its end, and its length and checksum are
//! what the directory says, or that is a finding. The directory was read by our own code and nothing else reads it, so
//! no second reading can find a second meaning.

use std::io::{self, ErrorKind, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::directory::{Directory, Entry, Method};
use super::findings::Findings;
use crate::error::{Result, Stop};
use crate::ports::filesystem::OldFile;

/// Bytes that are read, and handed on, at a time.
const BLOCK: usize = 256 << 10;

const ATTEMPTED: &str = "read the archive";
const DAMAGED: &str = "; the archive is damaged";

/// An archive whose directory is in order.
pub(super) struct Members {
    path: PathBuf,
    directory: Directory,
    file: Box<dyn OldFile>,
}

impl Members {
    /// Checks the directory. `path` is for messages.
    pub(super) fn over(mut file: Box<dyn OldFile>, path: &Path) -> Result<std::result::Result<Self, Findings>> {
        let directory = Directory::read(&mut *file).map_err(|error| Stop::io(ATTEMPTED, path, &error))?;
        Ok(directory.map(|directory| Self { path: path.to_owned(), directory, file }))
    }

    /// Names, places and sizes.
    pub(super) const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Hands the content of a file on, block by block, and returns BLAKE3 of it in hex; `None` where a finding says
    /// that it is not what the directory says. An error of the sink ends the reading.
    pub(super) fn read(
        &mut self,
        name: &str,
        findings: &mut Findings,
        sink: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<Option<String>> {
        let Some(entry) = self.directory.get(name) else {
            findings.member(name, "it is not in the archive");
            return Ok(None);
        };
        let path = &self.path;
        let failed = |error: &io::Error| Stop::io(ATTEMPTED, path, error);
        self.file.seek(SeekFrom::Start(entry.data)).map_err(|error| failed(&error))?;
        let mut packed =
            Packed { file: &mut *self.file, left: entry.compressed, block: vec![0; BLOCK], begin: 0, end: 0 };
        let mut content = Content { entry, done: 0, crc: Crc::new(), hasher: blake3::Hasher::new(), sink };
        let unpacked = match entry.method {
            Method::Stored => copy(&mut packed, &mut content),
            Method::Deflated => inflate(&mut packed, &mut content),
        };
        match unpacked.and_then(|()| content.whole()) {
            Ok(digest) => Ok(Some(digest)),
            Err(Trip::Damage(text)) => {
                findings.member(name, format!("{text}{DAMAGED}"));
                Ok(None)
            }
            Err(Trip::File(error)) => Err(failed(&error)),
            Err(Trip::Stop(stop)) => Err(stop),
        }
    }
}

/// Why a file was not unpacked to its end.
enum Trip {
    /// It is not what the directory says.
    Damage(&'static str),
    /// The archive cannot be read; that says nothing about its content.
    File(io::Error),
    /// The sink's word.
    Stop(Stop),
}

fn copy(packed: &mut Packed<'_>, content: &mut Content<'_>) -> std::result::Result<(), Trip> {
    while packed.fill()? {
        content.take(packed.bytes())?;
        packed.begin = packed.end;
    }
    Ok(())
}

fn inflate(packed: &mut Packed<'_>, content: &mut Content<'_>) -> std::result::Result<(), Trip> {
    let mut inflater = Decompress::new(false);
    let mut block = vec![0; BLOCK];
    loop {
        let is_more = packed.fill()?;
        let (read, written) = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(packed.bytes(), &mut block, FlushDecompress::None);
        let status = status.map_err(|_| Trip::Damage("it cannot be unpacked"))?;
        let read = usize::try_from(inflater.total_in() - read).unwrap_or(usize::MAX);
        let written = usize::try_from(inflater.total_out() - written).unwrap_or(usize::MAX);
        packed.begin = packed.begin.saturating_add(read).min(packed.end);
        content.take(&block[..written.min(BLOCK)])?;
        match status {
            Status::StreamEnd if packed.fill()? => {
                return Err(Trip::Damage("something lies behind its packed content"));
            }
            Status::StreamEnd => return Ok(()),
            Status::Ok | Status::BufError if !is_more && written == 0 => {
                return Err(Trip::Damage("its packed content ends too early"));
            }
            Status::Ok | Status::BufError => {}
        }
    }
}

/// The bytes of a file in the archive.
struct Packed<'a> {
    file: &'a mut dyn OldFile,
    left: u64,
    block: Vec<u8>,
    begin: usize,
    end: usize,
}

impl Packed<'_> {
    /// Whether there are bytes; reads some where all were taken.
    fn fill(&mut self) -> std::result::Result<bool, Trip> {
        if self.begin < self.end {
            return Ok(true);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(BLOCK);
        (self.begin, self.end) = (0, 0);
        while self.end == 0 && most > 0 {
            match self.file.read(&mut self.block[..most]) {
                Ok(0) => return Err(Trip::File(ErrorKind::UnexpectedEof.into())),
                Ok(read) => self.end = read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Trip::File(error)),
            }
        }
        self.left -= self.end as u64;
        Ok(self.end > 0)
    }

    fn bytes(&self) -> &[u8] {
        &self.block[self.begin..self.end]
    }
}

/// What was unpacked so far.
struct Content<'a> {
    entry: &'a Entry,
    done: u64,
    crc: Crc,
    hasher: blake3::Hasher,
    sink: &'a mut dyn FnMut(&[u8]) -> Result<()>,
}

impl Content<'_> {
    fn take(&mut self, bytes: &[u8]) -> std::result::Result<(), Trip> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.done += bytes.len() as u64;
        if self.done > self.entry.size {
            return Err(Trip::Damage("it is longer than the directory says"));
        }
        self.crc.update(bytes);
        self.hasher.update(bytes);
        (self.sink)(bytes).map_err(Trip::Stop)
    }

    fn whole(self) -> std::result::Result<String, Trip> {
        if self.done < self.entry.size {
            return Err(Trip::Damage("it is shorter than the directory says"));
        }
        if self.crc.sum() != self.entry.crc {
            return Err(Trip::Damage("its content does not fit its checksum (CRC-32)"));
        }
        Ok(self.hasher.finalize().to_hex().to_string())
    }
}
