//! Rotation policies: pure answers to "is a tier due", "who moves in the ring", "what may be removed, and why".

mod cliff;
mod evidence;
mod gfs;
mod reasons;
mod retention;
mod ring;
mod soundness;
mod upkeep;

use serde::{Deserialize, Serialize};

pub use cliff::cliff;
pub use evidence::allowing;
pub use gfs::{due, period_key};
pub use reasons::{Keep, Reasons};
pub use retention::{Excess, Verdict, is_protected_from_rotation, retain};
pub use ring::{Push, push};
pub use soundness::{Expectation, judge};
pub use upkeep::next_look;

/// How many older generations are kept, and how many bytes they may take per workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Daily backups, the slot included.
    pub daily: u32,
    /// Weekly backups, the slot included.
    pub weekly: u32,
    /// Monthly backups, the slot included.
    pub monthly: u32,
    /// Yearly backups, the slot included.
    pub yearly: u32,
    /// Safeguards of each kind, the slot included; those of the last days are kept beyond it.
    pub safeguards: u32,
    /// Snapshots taken on request and not pinned.
    pub manual: u32,
    /// Places of the ring of close backups.
    pub ring: u8,
    /// Bytes of all snapshots of one workspace, trimmed deepest first; the manual's slots are never trimmed.
    pub budget: u64,
    /// Restores that can be undone, one after the other.
    pub undo_depth: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            daily: 7,
            weekly: 4,
            monthly: 6,
            yearly: 2,
            safeguards: 5,
            manual: 20,
            ring: 3,
            budget: 1 << 30,
            undo_depth: 5,
        }
    }
}
