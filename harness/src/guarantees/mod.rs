//! The guarantees, one file each, in the README's words, and how each is judged in a crash state.
//!
//! What is found in the live databases is judged once, by the guarantee that it concerns: see `world::guardian`.

mod g01_complete_or_absent;
mod g02_one_is_restorable;
mod g03_what_was_captured;
mod g04_old_or_new;
mod g05_safeguard_first;
mod g06_rotation_by_policy;
mod g07_commits_go_on;
mod g08_catalog_and_folder_agree;
mod g09_csv_is_lossless;
mod g10_damage_is_found_first;
mod g11_every_plan_ends;
mod g12_undo_leads_back;
#[cfg(test)]
mod stage;
mod world;

use std::collections::BTreeSet;

use crate::content::Digest;
use crate::crash::Card;
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
    /// What of it no crash state can show, and what proves that part; nothing where crash states show all of it.
    pub elsewhere: &'static str,
}

/// All of them.
pub const ALL: &[Guarantee] = &[
    g01_complete_or_absent::GUARANTEE,
    g02_one_is_restorable::GUARANTEE,
    g03_what_was_captured::GUARANTEE,
    g04_old_or_new::GUARANTEE,
    g05_safeguard_first::GUARANTEE,
    g06_rotation_by_policy::GUARANTEE,
    g07_commits_go_on::GUARANTEE,
    g08_catalog_and_folder_agree::GUARANTEE,
    g09_csv_is_lossless::GUARANTEE,
    g10_damage_is_found_first::GUARANTEE,
    g11_every_plan_ends::GUARANTEE,
    g12_undo_leads_back::GUARANTEE,
];

/// The first guarantee that a crash state breaks, and how.
pub fn judge(promise: &Promise, found: &Found) -> Option<(&'static str, String)> {
    ALL.iter().find_map(|guarantee| (guarantee.judge)(promise, found).err().map(|story| (guarantee.id, story)))
}

/// The cards that stay when what is under way is done; those of before where nothing is.
fn after(promise: &Promise) -> &[Card] {
    promise.after.as_ref().unwrap_or(&promise.before)
}

/// Whether somebody has thrown the catalog away, or damaged it, so that what it alone knew is gone.
fn is_catalog_tampered(promise: &Promise) -> bool {
    promise.tampered.iter().any(|list| list.ends_with(omnicraft_core::names::CATALOG))
}

/// Whether a card's database is still looked after; the files of one that is not are no longer the engine's business.
fn is_looked_after(found: &Found, card: &Card) -> bool {
    found.live.contains_key(&card.live)
}

/// Everything that a database of a card may have held when a copy of it was taken.
fn contents_of(promise: &Promise, card: &Card) -> BTreeSet<Digest> {
    let now = promise.worlds.iter().filter_map(|books| books.get(&card.live)).copied();
    let held = promise.held.get(&card.live).into_iter().flatten().copied();
    let cards = promise
        .before
        .iter()
        .chain(after(promise))
        .chain(promise.leaving.iter())
        .filter(|other| other.live == card.live);
    now.chain(held).chain(cards.filter_map(|other| other.content)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table that says one thing and a proof that shows another would be worth nothing.
    #[test]
    fn each_sentence_is_the_readmes() {
        let readme = include_str!("../../../README.md");
        for (number, guarantee) in (1..).zip(ALL) {
            assert_eq!(guarantee.id, format!("G{number}"));
            let row = readme.lines().find(|line| line.starts_with(&format!("| **{}** |", guarantee.id))).unwrap();
            assert_eq!(row.split('|').nth(2).unwrap().trim(), guarantee.sentence);
        }
        assert_eq!(ALL.len(), 12);
    }
}
