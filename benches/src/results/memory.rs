//! How much memory the built program takes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::megabytes;

/// Kinds of figures.
pub const MEMORY: &str = "memory";

/// The most memory that a command took.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Peak {
    /// What was done.
    pub what: String,
    /// Bytes of the business that it was done with.
    pub business: u64,
    /// Bytes that were resident at most, files that were read through SQLite's own cache included.
    pub bytes: u64,
    /// What it may be.
    pub limit: u64,
}

impl Peak {
    /// Whether it kept within its limit.
    pub const fn is_within(&self) -> bool {
        self.bytes <= self.limit
    }
}

impl fmt::Display for Peak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_within() { "" } else { "  OVER ITS LIMIT" };
        let [bytes, limit, business] = [self.bytes, self.limit, self.business].map(megabytes);
        write!(f, "  {bytes:>6.1} MB of {limit:.1} for {} ({business:.1} MB){word}", self.what)
    }
}

/// The part of the page about memory.
pub fn section(peaks: &[Peak]) -> String {
    let row = |peak: &Peak| {
        let [bytes, limit, business] = [peak.bytes, peak.limit, peak.business].map(megabytes);
        let word = if peak.is_within() { "yes" } else { "**no**" };
        format!("| {}, {business:.0} MB | {bytes:.1} MB | {limit:.1} MB | {word} |\n", peak.what)
    };
    let rows: String = peaks.iter().map(row).collect();
    if rows.is_empty() {
        return rows;
    }
    format!(
        "\n## Memory\n\nThe most that the built program took.\n\n| what | took | may take | |\n|---|---|---|---|\n{rows}"
    )
}
