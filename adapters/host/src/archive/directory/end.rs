//! The end record, by which a zip file is read: exactly one, at the very end of the file, and its zip64 form.

use super::bytes::{Fields, Flaw, read_at};
use crate::ports::filesystem::OldFile;

const RECORD: usize = 22;
const LOCATOR: usize = 20;
const RECORD_64: usize = 56;
const SIGNATURE: [u8; 4] = *b"PK\x05\x06";
const LOCATOR_SIGNATURE: [u8; 4] = *b"PK\x06\x07";
const SIGNATURE_64: [u8; 4] = *b"PK\x06\x06";
/// How far a zip file begins.
const BEGINNING: usize = 4;
/// A comment behind the end record is this long at most.
const LONGEST_COMMENT: usize = 65_535;

/// What the end record says.
#[derive(Debug)]
pub(super) struct End {
    /// How many files there are.
    pub(super) entries: u64,
    /// Where the directory begins.
    pub(super) start: u64,
    /// Bytes of the directory.
    pub(super) size: u64,
}

pub(super) fn find(file: &mut dyn OldFile, length: u64) -> Result<End, Flaw> {
    let Some(at) = length.checked_sub(RECORD as u64) else {
        return Err(Flaw::bad(if length == 0 { "it is empty (0 bytes)" } else { NOT_A_ZIP }));
    };
    let record = read_at(file, at, RECORD)?;
    if !record.starts_with(&SIGNATURE) || record.get(20..) != Some(&[0, 0]) {
        return Err(Flaw::bad(why_not(file, length)?));
    }
    let mut fields = Fields::new(&record[4..]);
    let disks = [fields.u16()?, fields.u16()?];
    let (here, entries) = (fields.u16()?, fields.u16()?);
    let (size, start) = (fields.u32()?, fields.u32()?);
    let saturated = here == u16::MAX || entries == u16::MAX || size == u32::MAX || start == u32::MAX;
    let locator = match at.checked_sub(LOCATOR as u64) {
        Some(place) => Some((place, read_at(file, place, LOCATOR)?)),
        None => None,
    };
    let locator = locator.filter(|(_, locator)| locator.starts_with(&LOCATOR_SIGNATURE));
    let (end, behind) = match locator {
        Some((place, locator)) => {
            let (end, record) = large(file, place, &locator)?;
            let agrees = |short: u64, most: u64, long: u64| short == most || short == long;
            let (u16_max, u32_max) = (u64::from(u16::MAX), u64::from(u32::MAX));
            let agree = agrees(here.into(), u16_max, end.entries)
                && agrees(entries.into(), u16_max, end.entries)
                && agrees(size.into(), u32_max, end.size)
                && agrees(start.into(), u32_max, end.start);
            if !agree {
                return Err(Flaw::bad("its two end records contradict each other"));
            }
            (end, record)
        }
        None if saturated => return Err(Flaw::bad("its end record points to a larger one that is not there")),
        None if here != entries => return Err(Flaw::bad(SPLIT)),
        None => (End { entries: entries.into(), start: start.into(), size: size.into() }, at),
    };
    if disks.iter().any(|disk| *disk != 0 && *disk != u16::MAX) {
        return Err(Flaw::bad(SPLIT));
    }
    if end.start.checked_add(end.size) != Some(behind) {
        return Err(Flaw::bad(
            "its directory does not lie where the end record says, right before it: something was cut out, or put \
             before the archive or into it",
        ));
    }
    Ok(end)
}

const NOT_A_ZIP: &str = "it is not a zip file";
const SPLIT: &str = "it is one part of an archive that was split over several files";

/// The zip64 record and its place.
fn large(file: &mut dyn OldFile, place: u64, locator: &[u8]) -> Result<(End, u64), Flaw> {
    let mut fields = Fields::new(&locator[4..]);
    let (disk, at, disks) = (fields.u32()?, fields.u64()?, fields.u32()?);
    if disk != 0 || disks > 1 {
        return Err(Flaw::bad(SPLIT));
    }
    if at.checked_add(RECORD_64 as u64) != Some(place) {
        return Err(Flaw::bad("its large end record does not lie right before the small one"));
    }
    let record = read_at(file, at, RECORD_64)?;
    let mut fields = Fields::new(&record);
    if fields.bytes(4)? != SIGNATURE_64 || fields.u64()? != RECORD_64 as u64 - 12 {
        return Err(Flaw::bad("its large end record is not one"));
    }
    let _versions = fields.u32()?;
    let disks = [fields.u32()?, fields.u32()?];
    let (here, entries) = (fields.u64()?, fields.u64()?);
    if disks != [0, 0] || here != entries {
        return Err(Flaw::bad(SPLIT));
    }
    let (size, start) = (fields.u64()?, fields.u64()?);
    Ok((End { entries, start, size }, at))
}

/// Why the last bytes are no end record, as far as that can be told.
fn why_not(file: &mut dyn OldFile, length: u64) -> Result<String, Flaw> {
    let beginning = read_at(file, 0, BEGINNING)?;
    let tail = usize::try_from(length).unwrap_or(usize::MAX).min(RECORD + LONGEST_COMMENT);
    let last = read_at(file, length - tail as u64, tail)?;
    let place = last.windows(SIGNATURE.len()).rposition(|window| window == SIGNATURE);
    let Some(record) = place.and_then(|place| last.get(place..)).filter(|record| record.len() >= RECORD) else {
        let cut = "its end is missing: it was cut off, as by an interrupted download";
        return Ok(if beginning.starts_with(b"PK") { cut } else { NOT_A_ZIP }.to_owned());
    };
    let behind = record.len() - RECORD;
    let comment = u16::from_le_bytes([record[20], record[21]]);
    Ok(if usize::from(comment) == behind {
        "it has a comment, which no archive of this program has".to_owned()
    } else {
        format!("{behind} bytes lie behind its end")
    })
}
