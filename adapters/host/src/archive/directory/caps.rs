//! How many, how large, how dense: an archive that would burst on unpacking is told by what its directory says, before
//! any of it is unpacked. A file that turns out larger than the directory says is refused when it does.

use super::super::layout;
use super::bytes::Flaw;
use super::entry::Entry;
use crate::archive::findings::Findings;

const TOTAL: u64 = 4 * layout::MOST_BYTES;
/// Twice as dense as whoever writes an archive lets a file become.
const RATIO: u64 = 2 * layout::MAX_RATIO;
/// Deflate makes nothing smaller than this.
const DENSEST: u64 = 1032;

pub(super) fn members(count: u64) -> Result<(), Flaw> {
    if count <= layout::MOST_MEMBERS {
        return Ok(());
    }
    let (count, most) = (grouped(count), grouped(layout::MOST_MEMBERS));
    Err(Flaw::bad(format!("it says that it holds {count} files, and an archive holds {most} at most")))
}

pub(super) fn check(entries: &[Entry], length: u64, findings: &mut Findings) {
    for entry in entries {
        if let Some(text) = too_much(entry) {
            findings.member(&entry.name, text);
        }
    }
    let total = entries.iter().fold(0_u64, |total, entry| total.saturating_add(entry.size));
    if total > TOTAL || total > length.saturating_mul(DENSEST) {
        findings.archive(format!(
            "it says that it unpacks to {} bytes, more than an archive of {} bytes can hold",
            grouped(total),
            grouped(length)
        ));
    }
}

fn too_much(entry: &Entry) -> Option<String> {
    let Entry { name, size, compressed, .. } = entry;
    let most = layout::most_bytes(name);
    if *size > most {
        return Some(format!(
            "it says that it is {} bytes large, and it may be {} at most",
            grouped(*size),
            grouped(most)
        ));
    }
    (*size > layout::RATIO_COUNTS_FROM && *size > compressed.saturating_mul(RATIO)).then(|| {
        format!(
            "it unpacks to {} bytes from {}, more than {RATIO} times as much, as archives do that are made to fill a \
             disk; whoever packs such a file packs it without compression",
            grouped(*size),
            grouped(*compressed)
        )
    })
}

/// `10,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
