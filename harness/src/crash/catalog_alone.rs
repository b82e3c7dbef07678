//! What the catalog alone knows, and what is lost if it is.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher as _;
use std::path::Path;
use std::sync::Arc;

use foldhash::fast::FixedState;
use omnicraft_core::names;
use omnicraft_core::policy::Policy;
use omnicraft_core::state::State;
use omnicraft_host::ports::clock::Clock as _;

use super::Card;
use super::folder::{self, backups, files_below, home};
use super::life::Parts;
use super::observe::{Found, listed, live, start};
use super::probe::{Offered, Probe, content_at};
use crate::content::Digest;
use crate::sim::clock::SimClock;
use crate::sim::machine::Machine;

/// What no other file tells, so that a power cut must not take it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogAlone {
    /// The rotation policy.
    pub policy: Policy,
    /// How many restores of each live database can be undone.
    pub undo: BTreeMap<Arc<Path>, usize>,
}

impl CatalogAlone {
    /// What a running engine knows.
    pub fn of(state: &State) -> Self {
        let mut undo = BTreeMap::new();
        for workspace in state.undo.iter().filter_map(|point| state.workspace(&point.workspace)) {
            *undo.entry(live(workspace)).or_default() += 1;
        }
        Self { policy: state.policy.clone(), undo }
    }

    /// How many restores of a live database can be undone.
    pub fn depth(&self, live: &Path) -> usize {
        self.undo.get(live).copied().unwrap_or_default()
    }
}

/// What could be restored, and could not or would be something else if the catalog were lost now. What a start without
/// one makes of a folder follows from all the other files in it, so it is found out once for each such folder.
pub(super) fn lost_with_catalog(
    parts: &Parts,
    machine: &Machine,
    probe: &mut Probe,
    found: &Found,
    starts: u64,
) -> Vec<String> {
    let files = files_below(machine, &backups()).into_iter().chain([home(names::REGISTRY).as_path().into()]);
    let others = files.filter(|path| !folder::is_catalog(path) && **path != *home(names::LOCK));
    let numbers: Vec<(Arc<Path>, u64)> = others.map(|path| (path.clone(), content_at(machine, &path))).collect();
    let key = FixedState::default().hash_one(&numbers);
    if !probe.rebuilt.contains_key(&key) {
        let offered = without_catalog(parts, machine, probe, starts);
        probe.rebuilt.insert(key, offered);
    }
    let rebuilt = &probe.rebuilt[&key];
    // Of several files with the same bytes only the catalog knows which is which.
    let is_twin = |card: &Card| {
        found.cards.iter().any(|(other, _)| other.id != card.id && other.live == card.live && other.bytes == card.bytes)
    };
    let same = |card: &Card, digest: &Digest| {
        let mut alike = rebuilt.iter().filter(|offered| offered.path == card.path && offered.content == *digest);
        alike.any(|offered| offered.id == card.id && offered.pinned == card.pinned || is_twin(card))
    };
    let good = found.cards.iter().filter(|(card, _)| card.is_good());
    let lost = good.filter(|(card, content)| !content.as_ref().is_ok_and(|digest| same(card, digest)));
    lost.map(|(card, _)| format!("{} ({})", card.id, card.path.display())).collect()
}

fn without_catalog(parts: &Parts, machine: &Machine, probe: &mut Probe, starts: u64) -> BTreeSet<Offered> {
    let mut image = machine.disk.image();
    image.names.retain(|path, _| !folder::is_catalog(path));
    image.prune();
    let clock = SimClock::at(machine.clock.now());
    let other = Machine::after_cut(&parts.vfs, image, starts + 1, clock, machine.build.clone());
    let cards = start(parts, &other).map(|engine| listed(&other, engine.state(), probe)).unwrap_or_default();
    // Whoever goes on with the machine that was looked at finds it running.
    parts.vfs.boot(machine.disk.clone(), machine.build.syncs.clone());
    let good = cards.into_iter().filter(|(card, _)| card.is_good());
    let offered = good.filter_map(|(card, content)| {
        Some(Offered { id: card.id, path: card.path, content: content.ok()?, pinned: card.pinned })
    });
    offered.collect()
}
