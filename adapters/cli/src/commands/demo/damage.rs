//! What a dying disk does to the demo's database: the header and a stretch in the middle become noise.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use crate::problem::Problem;

const PAGE: u64 = 4096;

/// Overwrites the header and a tenth of the pages; returns how many. Nobody has the database open: every engine of the
/// demo is gone by now.
pub(super) fn strike(database: &Path) -> Result<u64, Problem> {
    let failed = |error: std::io::Error| Problem::failed(format!("cannot damage {}: {error}", database.display()), "");
    let mut file = OpenOptions::new().write(true).open(database).map_err(failed)?;
    let pages = file.metadata().map_err(failed)?.len() / PAGE;
    let struck = (pages / 10).max(1);
    file.write_all(&noise(100, 1)).map_err(failed)?;
    file.seek(SeekFrom::Start(pages / 2 * PAGE)).map_err(failed)?;
    for page in 0..struck {
        file.write_all(&noise(PAGE, page + 2)).map_err(failed)?;
    }
    file.sync_all().map_err(failed)?;
    Ok(struck)
}

/// Bytes without a pattern (xorshift), the same on every machine.
fn noise(length: u64, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(next).collect()
}
