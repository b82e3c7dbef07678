//! What a run of the proof is asked for.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Duration;

/// How much, and of what.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long power cuts in every operation should take on two cores, about.
    pub budget: Duration,
    /// Only operations and mutants with these in their names; all of them where nothing is here.
    pub only: Vec<String>,
    /// Go as far as a night allows: more subsets, more lives.
    pub nightly: bool,
    /// Which parts of the proof.
    pub parts: BTreeSet<Part>,
    /// Threads that explore.
    pub threads: usize,
}

/// A part of the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Power cuts in every operation, on a disk that may do anything.
    Cuts,
    /// The same on the disks of certain platforms.
    Platforms,
    /// Disks that fail, and power cuts on top.
    Faults,
    /// The product with a bug made into it by hand.
    Mutants,
    /// Bugs that a machine makes of every operation's own changes.
    Automatic,
    /// Random lives against a reference model.
    Lives,
    /// The operating system's files beside the simulated ones.
    Conformance,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Cuts, Self::Platforms, Self::Faults, Self::Mutants, Self::Automatic, Self::Lives, Self::Conformance];

    /// Those that every push waits for: power cuts, and every mutant.
    pub const EVERY_PUSH: [Self; 3] = [Self::Cuts, Self::Mutants, Self::Automatic];

    /// Its short name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cuts => "cuts",
            Self::Platforms => "platforms",
            Self::Faults => "faults",
            Self::Mutants => "mutants",
            Self::Automatic => "automatic",
            Self::Lives => "lives",
            Self::Conformance => "conformance",
        }
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = Self::ALL.map(Self::name).join(", ");
        let found = Self::ALL.into_iter().find(|part| part.name() == name);
        found.ok_or_else(|| format!("there is no such part of the proof; its parts are {all}"))
    }
}

impl Options {
    /// Whether an operation or a mutant of this name is asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }

    /// Whether all of the proof is asked for.
    pub fn is_whole(&self) -> bool {
        self.only.is_empty() && Part::ALL.iter().all(|part| self.parts.contains(part))
    }
}

impl Default for Options {
    /// All parts as far as every push goes, on all cores.
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let parts = Part::ALL.into();
        Self { budget: Duration::from_secs(90), only: Vec::new(), nightly: false, parts, threads }
    }
}
