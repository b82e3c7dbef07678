//! The guarantees, one file each, in the README's words, and how each is judged in a crash state.

mod g01_complete_or_absent;
mod g02_one_is_restorable;
mod g04_old_or_new;
mod g08_catalog_and_folder_agree;

use crate::crash::observe::Found;
use crate::crash::trace::Promise;

/// A guarantee.
#[derive(Clone, Copy)]
pub struct Guarantee {
    /// Its number, such as `G1`.
    pub id: &'static str,
    /// The README's sentence.
    pub sentence: &'static str,
    /// What is wrong in a crash state, if it is broken there.
    pub judge: fn(&Promise, &Found) -> Result<(), String>,
}

/// All of them that a crash state can break.
pub const ALL: &[Guarantee] = &[
    g01_complete_or_absent::GUARANTEE,
    g02_one_is_restorable::GUARANTEE,
    g04_old_or_new::GUARANTEE,
    g08_catalog_and_folder_agree::GUARANTEE,
];

/// The first guarantee that a crash state breaks, and how.
pub fn judge(promise: &Promise, found: &Found) -> Option<(&'static str, String)> {
    ALL.iter().find_map(|guarantee| (guarantee.judge)(promise, found).err().map(|story| (guarantee.id, story)))
}
