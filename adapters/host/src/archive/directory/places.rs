//! Where the files lie: the first at the beginning, each right behind the one before it, the directory right behind
//! the last. So nothing is hidden between them, and no two of them share a byte.

use super::bytes::{Fields, Flaw, read_at};
use super::entry::Entry;
use crate::archive::findings::Findings;
use crate::ports::filesystem::OldFile;

const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

pub(super) fn check(
    file: &mut dyn OldFile,
    entries: &[Entry],
    directory: u64,
    findings: &mut Findings,
) -> Result<(), Flaw> {
    let mut ordered: Vec<&Entry> = entries.iter().collect();
    ordered.sort_by_key(|entry| entry.header);
    let starts = ordered.iter().skip(1).map(|entry| entry.header).chain([directory]);
    if let Some(first) = ordered.first().filter(|first| first.header > 0) {
        findings.archive(format!("{} bytes lie before its first file", first.header));
    }
    for (entry, next) in ordered.iter().zip(starts) {
        let end = entry.data.saturating_add(entry.compressed);
        let Some(behind) = next.checked_sub(end) else {
            findings.member(&entry.name, "it overlaps what lies behind it in the archive");
            continue;
        };
        if entry.has_descriptor {
            if !is_descriptor(file, entry, end, behind)? {
                findings.member(&entry.name, "its sizes and checksum do not stand again behind it, as it says");
            }
        } else if behind > 0 {
            findings.member(&entry.name, format!("{behind} bytes that belong to no file lie behind it"));
        }
    }
    Ok(())
}

/// Whether the bytes behind a file are its checksum and sizes once more, with or without a signature, and no more.
fn is_descriptor(file: &mut dyn OldFile, entry: &Entry, at: u64, length: u64) -> Result<bool, Flaw> {
    let (signed, wide) = match length {
        12 => (false, false),
        16 => (true, false),
        20 => (false, true),
        24 => (true, true),
        _ => return Ok(false),
    };
    let content = read_at(file, at, if wide { 20 } else { 12 } + if signed { 4 } else { 0 })?;
    let mut fields = Fields::new(&content);
    if signed && fields.bytes(4)? != DESCRIPTOR {
        return Ok(false);
    }
    let crc = fields.u32()?;
    let sizes = if wide { (fields.u64()?, fields.u64()?) } else { (fields.u32()?.into(), fields.u32()?.into()) };
    Ok(crc == entry.crc && sizes == (entry.compressed, entry.size))
}
