//! Numbers in raw bytes, the least byte first, and the two ways in which reading them ends early.

use std::io::{self, SeekFrom};

use crate::ports::filesystem::OldFile;

/// Why the directory cannot be read to its end.
#[derive(Debug)]
pub(super) enum Flaw {
    /// The operating system's word.
    Io(io::Error),
    /// What is wrong with the archive.
    Bad(String),
}

impl Flaw {
    pub(super) fn bad(text: impl Into<String>) -> Self {
        Self::Bad(text.into())
    }
}

impl From<io::Error> for Flaw {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Bytes of the file. The caller has compared the place with the file's length and the length with a limit.
pub(super) fn read_at(file: &mut dyn OldFile, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut content = vec![0; length];
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(&mut content)?;
    Ok(content)
}

/// Reads fields one after another.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn bytes(&mut self, length: usize) -> Result<&'a [u8], Flaw> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or_else(cut_short)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Flaw> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Flaw> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, Flaw> {
        self.array().map(u64::from_le_bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Flaw> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or_else(cut_short)?;
        self.rest = rest;
        Ok(*bytes)
    }
}

fn cut_short() -> Flaw {
    Flaw::bad("its directory is cut short; the archive is damaged")
}
