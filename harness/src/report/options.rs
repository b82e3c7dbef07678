//! What a run of the proof is asked for.

use std::time::Duration;

/// How much, and of what.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long it should take, about. States that do not fit are counted as skipped.
    pub budget: Duration,
    /// Only operations with these in their names; all of them where nothing is here.
    pub only: Vec<String>,
    /// Go as far as a night allows: more subsets, more lives.
    pub nightly: bool,
    /// Power cuts under the strict model, and nothing else.
    pub cuts_alone: bool,
    /// Put the mutants on trial too, which takes many minutes and memory.
    pub mutants: bool,
    /// Threads that explore.
    pub threads: usize,
}

impl Options {
    /// Whether an operation of this name is asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }

    /// Whether all of the proof is asked for.
    pub const fn is_whole(&self) -> bool {
        self.only.is_empty() && self.mutants && !self.cuts_alone
    }
}

impl Default for Options {
    /// What every push runs: 90 seconds on all cores.
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            budget: Duration::from_secs(90),
            only: Vec::new(),
            nightly: false,
            cuts_alone: false,
            mutants: false,
            threads,
        }
    }
}
