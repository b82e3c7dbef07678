//! One file as the directory has it, and as its own header has it once more: both must say the same, and nothing in
//! either may give it a second meaning.

use super::bytes::{Fields, Flaw, read_at};
use super::end::End;
use crate::archive::findings::Findings;
use crate::ports::filesystem::OldFile;

const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const LOCAL_HEADER: usize = 30;
/// The directory of as many files as there may be, with generous notes of whoever packed them.
const LARGEST_DIRECTORY: u64 = 16 << 20;

const ENCRYPTED: u16 = 1;
const DESCRIPTOR: u16 = 1 << 3;
/// How hard it was compressed, that a descriptor follows, that the name is UTF-8.
const KNOWN_FLAGS: u16 = 0b110 | DESCRIPTOR | 1 << 11;
const STRONGLY_ENCRYPTED: u16 = ENCRYPTED | 1 << 6 | 1 << 13;
/// Zip64 came with version 4.5.
const NEWEST_VERSION: u16 = 45;

const FOLDER: u32 = 0x10;
const VOLUME: u32 = 0x08;
const KIND_OF_FILE: u32 = 0o170_000;

const ZIP64: u16 = 1;
/// Times and owners, which packing programs note: NTFS, Unix of four kinds, and libarchive's copy of attributes.
const HARMLESS: [u16; 6] = [0x000A, 0x000D, 0x5455, 0x5855, 0x7855, 0x7875];
const HARMLESS_TOO: u16 = 0x6C78;

/// How a file's content is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// As it is.
    Stored,
    /// Compressed with Deflate.
    Deflated,
}

/// A file of an archive. Its header says the same as the directory.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, which is on the allow-list.
    pub name: String,
    /// How it is kept.
    pub method: Method,
    /// CRC-32 of its content.
    pub crc: u32,
    /// Bytes in the archive.
    pub compressed: u64,
    /// Bytes of its content.
    pub size: u64,
    /// Where its header begins.
    pub header: u64,
    /// Where its content begins.
    pub data: u64,
    /// Whether checksum and sizes stand behind the content too, as programs write it that pack in one go.
    pub(super) has_descriptor: bool,
}

/// A file as the directory has it.
pub(super) struct Header {
    pub(super) name: Vec<u8>,
    version: u16,
    flags: u16,
    method: u16,
    crc: u32,
    compressed: u64,
    size: u64,
    /// Where its header begins.
    pub(super) start: u64,
    attributes: u32,
    /// Something in the notes that is not allowed.
    note: Option<String>,
    has_comment: bool,
    disk: u16,
}

/// The whole directory.
pub(super) fn central(file: &mut dyn OldFile, end: &End) -> Result<Vec<Header>, Flaw> {
    if end.size > LARGEST_DIRECTORY {
        return Err(Flaw::bad(format!("its directory has {} bytes, far more than its files need", end.size)));
    }
    let content = read_at(file, end.start, usize::try_from(end.size).unwrap_or(usize::MAX))?;
    let mut fields = Fields::new(&content);
    let mut headers = Vec::new();
    while !fields.is_empty() {
        headers.push(header(&mut fields)?);
    }
    if headers.len() as u64 != end.entries {
        let (said, there) = (end.entries, headers.len());
        return Err(Flaw::bad(format!("it says that it holds {said} files, and its directory has {there}")));
    }
    Ok(headers)
}

fn header(fields: &mut Fields<'_>) -> Result<Header, Flaw> {
    if fields.bytes(4)? != CENTRAL {
        return Err(Flaw::bad("its directory holds something that is no file; the archive is damaged"));
    }
    let _made_by = fields.u16()?;
    let (version, flags, method) = (fields.u16()?, fields.u16()?, fields.u16()?);
    let _time = fields.u32()?;
    let (crc, compressed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let lengths = [fields.u16()?, fields.u16()?, fields.u16()?];
    let (disk, _internal, attributes, start) = (fields.u16()?, fields.u16()?, fields.u32()?, fields.u32()?);
    let name = fields.bytes(lengths[0].into())?.to_vec();
    let notes = fields.bytes(lengths[1].into())?;
    let comment = fields.bytes(lengths[2].into())?;
    let mut wide = [size, compressed, start].map(u64::from);
    let note = notes_of(notes, &mut wide).err();
    let [size, compressed, start] = wide;
    let has_comment = !comment.is_empty();
    Ok(Header { name, version, flags, method, crc, compressed, size, start, attributes, note, has_comment, disk })
}

impl Header {
    /// Everything that can be said without looking at the file itself. Lists all that is wrong.
    pub(super) fn check(&self, shown: &str, findings: &mut Findings) {
        let mut refuse = |text: &str| findings.member(shown, text);
        if self.flags & STRONGLY_ENCRYPTED != 0 {
            refuse("it is encrypted; pack it again without a password");
        } else if self.flags & !KNOWN_FLAGS != 0 {
            refuse("it is packed in an unusual way (unknown flags)");
        }
        if !matches!(self.method, 0 | 8) {
            refuse("it is packed by a method other than Deflate; pack it again as an ordinary zip file");
        }
        if self.version & 0xFF > NEWEST_VERSION {
            refuse("it asks for a newer zip program than an archive needs");
        }
        if self.method == 0 && self.compressed != self.size {
            refuse("it is stored as it is, and yet its two sizes differ");
        }
        match self.attributes >> 16 & KIND_OF_FILE {
            0 | 0o100_000 if self.attributes & FOLDER != 0 => refuse("it is a folder, which no archive holds"),
            0 | 0o100_000 if self.attributes & VOLUME != 0 => refuse("it is the name of a disk"),
            0 | 0o100_000 => {}
            0o120_000 => refuse("it is a link, which no archive holds"),
            0o040_000 => refuse("it is a folder, which no archive holds"),
            _ => refuse("it is a device or a pipe, which no archive holds"),
        }
        if let Some(note) = &self.note {
            refuse(note);
        }
        if self.has_comment {
            refuse("it has a comment, which no file of an archive has");
        }
        if self.disk != 0 {
            refuse("it lies in another part of an archive that was split");
        }
    }

    /// The file itself, which begins where the directory says and says the same.
    pub(super) fn entry(&self, file: &mut dyn OldFile, directory: u64, name: String) -> Result<Entry, Flaw> {
        let outside = || Flaw::bad("it does not lie inside the archive");
        let behind_header = self.start.saturating_add(LOCAL_HEADER as u64);
        if behind_header > directory {
            return Err(outside());
        }
        let header = read_at(file, self.start, LOCAL_HEADER)?;
        let mut fields = Fields::new(&header);
        if fields.bytes(4)? != LOCAL {
            return Err(Flaw::bad("there is no file where the directory says that it lies"));
        }
        let _version = fields.u16()?;
        let (flags, method) = (fields.u16()?, fields.u16()?);
        let _time = fields.u32()?;
        let (crc, compressed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (name_length, notes_length) = (fields.u16()?, fields.u16()?);
        let behind = usize::from(name_length) + usize::from(notes_length);
        let data = behind_header.saturating_add(behind as u64);
        if data.saturating_add(self.compressed) > directory {
            return Err(outside());
        }
        let rest = read_at(file, behind_header, behind)?;
        let (own_name, notes) = rest.split_at(name_length.into());
        if own_name != self.name {
            return Err(Flaw::bad("its own header gives it another name than the directory"));
        }
        let mut wide = [size, compressed].map(u64::from);
        notes_of(notes, &mut wide).map_err(Flaw::Bad)?;
        let has_descriptor = flags & DESCRIPTOR != 0;
        // What follows behind the content may be left out before it.
        let agrees = |own: u64, said: u64| own == said || has_descriptor && own == 0;
        let same = agrees(wide[0], self.size) && agrees(wide[1], self.compressed);
        if flags != self.flags || method != self.method || !same || !agrees(crc.into(), self.crc.into()) {
            return Err(Flaw::bad("its own header contradicts the directory"));
        }
        let method = if method == 0 { Method::Stored } else { Method::Deflated };
        let Self { crc, compressed, size, start, .. } = *self;
        Ok(Entry { name, method, crc, compressed, size, header: start, data, has_descriptor })
    }
}

/// Reads the notes beside a file. Numbers that are too large for their place stand in the zip64 note, in order and with
/// nothing else; any note that could change what is read is refused.
fn notes_of(notes: &[u8], numbers: &mut [u64]) -> Result<(), String> {
    let is_marked = |number: &u64| *number == u64::from(u32::MAX);
    let mut seen = Vec::new();
    let mut fields = Fields::new(notes);
    let words = |flaw: Flaw| match flaw {
        Flaw::Bad(text) => text,
        Flaw::Io(error) => error.to_string(),
    };
    let mut wide = None;
    while !fields.is_empty() {
        let (id, length) = (fields.u16().map_err(words)?, fields.u16().map_err(words)?);
        let note = fields.bytes(length.into()).map_err(words)?;
        if seen.contains(&id) {
            return Err(format!("it has two notes of one kind (0x{id:04X})"));
        }
        seen.push(id);
        if id == ZIP64 {
            wide = Some(note);
        } else if !HARMLESS.contains(&id) && id != HARMLESS_TOO {
            return Err(format!("it has a note of an unknown kind (0x{id:04X}), which could change its meaning"));
        }
    }
    let mut wide = Fields::new(wide.unwrap_or_default());
    for number in numbers.iter_mut().filter(|number| is_marked(number)) {
        *number = wide.u64().map_err(|_| "one of its sizes is missing")?;
    }
    if wide.is_empty() { Ok(()) } else { Err("it has more sizes than it needs".to_owned()) }
}
