//! Every operation of the engine as a short life: what was before it, and the part of which every instant is judged.

mod archives;
mod exits;
mod exports;
mod global;
mod interrupted;
mod logs;
mod losses;
mod manual;
mod migrations;
mod nets;
mod previews;
mod registry;
mod restores;
mod rotation;
mod starts;
mod undo;

use std::sync::Arc;

use super::Subject;
use super::life::{Life, Parts};
use super::shop::Shop;
use super::trace::Trace;
use crate::sim::clock::SimClock;
use crate::sim::machine::Build;
use crate::sim::vfs::SimVfs;

/// An operation with what surrounds it.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// A short name that stays, such as `start-all-tiers`: replays and waivers say it.
    pub name: &'static str,
    /// What happens, for people.
    pub story: &'static str,
    /// The app.
    pub subject: fn() -> Arc<dyn Subject>,
    /// What was before; afterwards everything is durable.
    pub prepare: fn(&mut Life),
    /// What is judged. It ends with an error where the engine or the app is refused by the disk, and never panics for
    /// that; without faults it is `Ok`.
    pub act: fn(&mut Life) -> Result<(), String>,
}

/// All of them.
pub fn all() -> Vec<Scenario> {
    let every_day = [starts::ALL, exits::ALL, nets::ALL, manual::ALL, rotation::ALL];
    let rare = [registry::ALL, losses::ALL, logs::ALL];
    let restored = [restores::ALL, undo::ALL, archives::ALL, global::ALL, interrupted::ALL];
    let others = [exports::ALL, migrations::ALL, previews::ALL];
    every_day.into_iter().chain(rare).chain(restored).chain(others).flatten().copied().collect()
}

/// The app of most scenarios: small, so that many disks are judged in a second.
fn small() -> Arc<dyn Subject> {
    Arc::new(Shop::small())
}

impl Scenario {
    /// The parts of its machine, on this file layer and with this software.
    pub fn parts(&self, vfs: &Arc<SimVfs>, build: Build) -> Parts {
        Parts { vfs: vfs.clone(), subject: (self.subject)(), build }
    }

    /// A life up to the part that is judged.
    pub fn prepared(&self, parts: &Parts) -> Life {
        let mut life = Life::begin(parts);
        (self.prepare)(&mut life);
        life.settle();
        life
    }

    /// Lives it, and gives what the disk did, and the clock as it stands at the end.
    pub fn trace(&self, parts: &Parts) -> (Trace, SimClock) {
        let mut life = self.prepared(parts);
        let done = (self.act)(&mut life);
        assert!(done.is_ok(), "{} ends with {done:?}", self.name);
        life.end()
    }
}
