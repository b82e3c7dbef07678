//! A random life: days of a shop on the simulated computer, with everything that goes wrong in years, held against a
//! little book that the owner would keep of his own. A life that breaks a promise is shortened, and told day by day.

mod cards;
mod day;
mod harm;
mod hindsight;
mod intention;
mod judge;
mod life;
mod machine;
mod reference;
mod restores;
mod shelf;

use std::cell::RefCell;
use std::fmt;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _};
use std::sync::Arc;

use proptest::strategy::Strategy as _;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestCaseError, TestError, TestRng, TestRunner};

use crate::crash::life::Parts;
use crate::crash::shop::Shop;
use crate::sim::machine::Build;
use crate::sim::vfs::SimVfs;
use day::Step;
use life::Life;
use machine::Reader;

/// What came of some lives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifeOutcome {
    /// Lives that were lived; each was judged after every step.
    pub lives: u64,
    /// What happened in them.
    pub tally: Tally,
    /// A number for all that was told, equal in every run with the same seed.
    pub digest: u64,
    /// The life that broke a promise, shortened.
    pub violations: Vec<LifeViolation>,
}

/// How much happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Steps.
    pub steps: u64,
    /// Steps after which everything was looked at.
    pub judged: u64,
    /// Deeds that the engine said were done.
    pub done: u64,
    /// Power cuts.
    pub cuts: u64,
    /// Processes that were killed.
    pub kills: u64,
    /// Errors of the disk.
    pub faults: u64,
}

/// A promise that a life broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifeViolation {
    /// Which.
    pub promise: &'static str,
    /// What was found.
    pub what: String,
    /// The days, each in a sentence.
    pub days: Vec<String>,
    /// The life again: `OMNICRAFT_SEED` with this number.
    pub seed: u64,
}

/// A promise that does not hold.
#[derive(Clone, Debug)]
struct Broken {
    promise: &'static str,
    what: String,
}

impl Broken {
    fn new(promise: &'static str, what: impl Into<String>) -> Self {
        Self { promise, what: what.into() }
    }
}

/// So often a life is tried shorter.
const SHORTER: u32 = 250;

/// Lives so many lives of an app that was built so, each from its own seed, counting up from this one; ends with the
/// first that breaks a promise. The first file layer runs the computer, the second reads its disk.
pub fn run(vfs: &[Arc<SimVfs>; 2], build: &Build, seed: u64, lives: u64) -> LifeOutcome {
    let mut outcome = LifeOutcome::default();
    let mut hasher = foldhash::fast::FixedState::with_seed(7).build_hasher();
    for seed in (0..lives).map(|n| seed.wrapping_add(n)) {
        if !outcome.violations.is_empty() {
            break;
        }
        outcome.lives += 1;
        let (tally, days, violation) = one(vfs, build, seed);
        days.hash(&mut hasher);
        outcome.tally.add(tally);
        outcome.violations.extend(violation);
    }
    outcome.digest = hasher.finish();
    outcome
}

/// One life; where it breaks a promise, the shortest one of its kind that does.
fn one(vfs: &[Arc<SimVfs>; 2], build: &Build, seed: u64) -> (Tally, Vec<String>, Option<LifeViolation>) {
    let config = Config {
        max_shrink_iters: SHORTER,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let tree = day::life().new_tree(&mut runner).unwrap();
    let first: RefCell<Option<(Tally, Vec<String>)>> = RefCell::default();
    let shortest: RefCell<Option<LifeViolation>> = RefCell::default();
    let result = runner.run_one(tree, |steps| {
        let (life, broken) = live(vfs, build, &steps);
        first.borrow_mut().get_or_insert_with(|| (life.tally, life.told.clone()));
        let Some(broken) = broken else { return Ok(()) };
        let mut shortest = shortest.borrow_mut();
        // What breaks another promise on the way is another story.
        if shortest.as_ref().is_some_and(|violation| violation.promise != broken.promise) {
            return Ok(());
        }
        *shortest = Some(LifeViolation { promise: broken.promise, what: broken.what, days: life.told, seed });
        Err(TestCaseError::fail(broken.promise))
    });
    debug_assert!(!matches!(result, Err(TestError::Abort(_))));
    let (tally, days) = first.into_inner().unwrap_or_default();
    (tally, days, shortest.into_inner())
}

fn live(vfs: &[Arc<SimVfs>; 2], build: &Build, steps: &[Step]) -> (Life, Option<Broken>) {
    let parts = Parts { vfs: vfs[0].clone(), subject: Arc::new(Shop::small()), build: build.clone() };
    let mut life = Life::begin(&parts, Reader::new(vfs[1].clone()));
    let broken = steps.iter().find_map(|step| life.step(step).err());
    (life, broken)
}

impl Tally {
    const fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.judged += other.judged;
        self.done += other.done;
        self.cuts += other.cuts;
        self.kills += other.kills;
        self.faults += other.faults;
    }
}

impl fmt::Display for LifeViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.promise, self.what)?;
        self.days.iter().try_for_each(|day| writeln!(f, "  {day}"))?;
        write!(f, "  again: OMNICRAFT_SEED={}", self.seed)
    }
}
