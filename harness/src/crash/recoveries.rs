//! Recoveries from crash states of one scenario, each kind of which really runs once: whatever answers every question of
//! an earlier recovery alike has the same end. Kept apart from the search, so that traces that differ little (a sync
//! fewer, two changes swapped) share them.

use std::hash::{BuildHasher as _, Hash as _, Hasher as _};
use std::mem::discriminant;

use foldhash::fast::FixedState;
use jiff::Zoned;
use omnicraft_host::ports::clock::Clock as _;

use super::life::Parts;
use super::memory::Memory;
use super::observe::{Found, Probe, observe};
use crate::sim::clock::SimClock;
use crate::sim::image::Image;
use crate::sim::machine::Machine;
use crate::sim::operation::Operation;

/// What recovery made of disks.
pub struct Recoveries<'a> {
    /// What the machines are made of.
    pub parts: &'a Parts,
    now: Zoned,
    probe: Probe,
    /// One for each depth of power cuts: a machine that was started more often gives files other numbers.
    memories: Vec<Memory>,
    ends: Vec<End>,
}

/// The end of a recovery.
pub struct End {
    /// What was found.
    pub found: Found,
    /// Equal for recoveries that found the same and changed the disk in the same way; nothing for one that changed nothing.
    pub shape: Option<u64>,
}

impl<'a> Recoveries<'a> {
    /// None yet.
    pub fn new(parts: &'a Parts, clock: &SimClock) -> Self {
        let memories = (0..=super::explorer::DEEPEST).map(|_| Memory::default()).collect();
        Self { parts, now: clock.now(), probe: Probe::default(), memories, ends: Vec::new() }
    }

    /// How many really ran.
    pub const fn runs(&self) -> usize {
        self.ends.len()
    }

    /// How one ended.
    pub fn end(&self, end: usize) -> &End {
        &self.ends[end]
    }

    /// The end of the recovery that one from this disk would repeat. `depth` power cuts came before the one that left it.
    pub fn recall(&mut self, image: &Image, depth: usize) -> Option<usize> {
        self.memories[depth].recall(image)
    }

    /// Runs a recovery that is not known yet, and gives the number of its end.
    pub fn run(&mut self, image: &Image, depth: usize) -> usize {
        let (found, machine) = self.observe(image, depth);
        let shape = shape(&found, &machine.disk.history().1);
        let end = self.ends.len();
        self.ends.push(End { found, shape });
        self.memories[depth].keep(&machine.disk.questions(), end);
        end
    }

    /// Runs a recovery for the sake of its machine.
    pub fn observe(&mut self, image: &Image, depth: usize) -> (Found, Machine) {
        // Every recovery looks at a clock that has not moved, or its end would depend on what ran before it.
        let clock = SimClock::at(self.now.clone());
        observe(self.parts, &mut self.probe, image.clone(), depth as u64 + 1, &clock)
    }
}

/// Which changes recovery made, whatever bytes it wrote.
fn shape(found: &Found, log: &[Operation]) -> Option<u64> {
    if !log.iter().any(Operation::is_change) {
        return None;
    }
    let mut hasher = FixedState::default().build_hasher();
    format!("{found:?}").hash(&mut hasher);
    for operation in log {
        discriminant(operation).hash(&mut hasher);
        operation.paths().for_each(|path| path.hash(&mut hasher));
        match operation {
            Operation::Write { file, offset, bytes, .. } => (file, offset, bytes.len()).hash(&mut hasher),
            Operation::Resize { file, size, .. } => (file, size).hash(&mut hasher),
            _ => {}
        }
    }
    Some(hasher.finish())
}
