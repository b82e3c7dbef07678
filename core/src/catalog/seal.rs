//! The checksum of a row. SQLite keeps none, so a bit that flips inside a value would go unnoticed.

use serde::Serialize;

use crate::error::CatalogError;

/// FNV-1a (64 bits) over a row as JSON. Each step maps hashes one to one, so two rows that differ in one byte never
/// have the same seal. **Invariant:** a row's field names and their order are part of the format; a column added
/// later is left out of the JSON while it is NULL, so that older seals stay true.
pub(super) fn of(row: &impl Serialize) -> Result<i64, CatalogError> {
    let json = serde_json::to_vec(row).map_err(|error| CatalogError::Unavailable(error.to_string()))?;
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    Ok(json.iter().fold(0xcbf2_9ce4_8422_2325, step).cast_signed())
}

/// Gives back the rows whose seals are true; one that is not means that the file is damaged.
pub(super) fn check<R: Serialize>(table: &str, sealed: Vec<(R, i64)>) -> Result<Vec<R>, CatalogError> {
    let check = |(row, seal): (R, i64)| match of(&row)? == seal {
        true => Ok(row),
        false => Err(CatalogError::Damaged(format!("a row of the table {table} does not match its checksum"))),
    };
    sealed.into_iter().map(check).collect()
}
