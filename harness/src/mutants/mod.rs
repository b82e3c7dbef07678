//! Is the proof one that can fail? Software with one durability bug each is put on trial as the shipped software is, and
//! each must be found guilty by some crash state. Some bugs are made by hand: broken file ports, broken plans, a
//! careless app. The others are made of every scenario's own trace: each sync dropped, each two changes swapped, each
//! promise given a sync too early. What nobody catches is waived in writing, with the reason, or the proof has a hole.
//!
//! Some bugs that others have had cannot be made here. Two operations never run at once, under the home's lock, and each
//! writer first removes what lies under its temporary name: that two operations share one makes no difference. An intent
//! that is not checked is a bug where it is written in place, which is caught as such; written beside and renamed, it is
//! never torn. A log that was merged before a restore has its removal made durable with the safeguard's folder already;
//! that the restore does not rely on this shows where there is no such safeguard.

mod app;
mod archives;
mod automatic;
mod catalog;
mod class;
mod deeds;
mod plan;
mod port;
mod recovery;
mod restore;
mod ring;
mod safeguard;
mod snapshot;
mod trial;
mod waivers;

pub use automatic::{Automatic, Survivor};
pub use trial::{ByHand, ByMachine, Made, Verdict, ablation, by_hand, by_machine};

use crate::crash::life::Parts;

/// Software with one durability bug.
#[derive(Clone, Copy)]
pub struct Mutant {
    /// A short name that stays: waivers say it.
    pub name: &'static str,
    /// What is wrong with it, for people.
    pub story: &'static str,
    /// How names of scenarios begin in which it may be caught, the most telling first.
    pub scenarios: &'static [&'static str],
    /// Makes it of the shipped software.
    pub breaks: fn(Parts) -> Parts,
}

/// All that are made by hand.
pub fn all() -> Vec<Mutant> {
    [app::ALL, snapshot::ALL, ring::ALL, safeguard::ALL, restore::ALL, recovery::ALL, catalog::ALL, archives::ALL]
        .into_iter()
        .flatten()
        .copied()
        .collect()
}
