//! A cliff: so many rows are gone since the last good snapshot that rotation must not carry on as if nothing happened.

use crate::model::Facts;

/// Tables smaller than this come and go in daily work.
const SMALL_TABLE: u64 = 50;

/// Whether the rows fell off a cliff, and where, in a sentence. A table that lost nine rows of ten, or all rows
/// together having lost half, is a cliff; growth never is.
pub fn cliff(before: &Facts, after: &Facts) -> Option<String> {
    let (was, is) = (before.total_rows(), after.total_rows());
    if was >= SMALL_TABLE && is * 2 < was {
        return Some(format!("all tables together had {was} rows in the last good backup and have {is} now"));
    }
    before.rows.iter().find_map(|(table, was)| {
        let is = after.rows.get(table).copied().unwrap_or_default();
        (*was >= SMALL_TABLE && is * 10 < *was)
            .then(|| format!("the table {table} had {was} rows in the last good backup and has {is} now"))
    })
}
