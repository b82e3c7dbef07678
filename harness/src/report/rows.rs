//! What a run of the proof delivers, part by part. Whoever fills it counts; whoever reads it believes these figures.

use std::collections::BTreeMap;

use serde::Serialize;

use super::kernels::Kernels;

/// Everything that one run did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Proof {
    /// Whether it was all of it; a run of some operations proves nothing of the others, and the report says so.
    pub whole: bool,
    /// Whether only some operations and mutants were asked for.
    pub is_selected: bool,
    /// How long it took.
    pub seconds: f64,
    /// Where it ran.
    pub machine: Machine,
    /// Power cuts in each operation, under the strict model.
    pub operations: Vec<Operation>,
    /// The same under the models of certain platforms.
    pub profiles: Vec<Profile>,
    /// Disks that fail, and power cuts on top.
    pub faults: Vec<Faults>,
    /// The product with a bug made into it by hand.
    pub mutants: Vec<Mutant>,
    /// Each operation's own changes with a bug made into them by a machine.
    pub automatic: Vec<Automatic>,
    /// Waivers of mutants that cover none; the reason may have gone with what it was about.
    pub idle_waivers: Vec<String>,
    /// How many of the mutants weaker models would have found.
    pub ablation: Vec<Ablation>,
    /// Random lives against a reference model.
    pub lives: Option<Lives>,
    /// The operating system's files beside the simulated ones.
    pub conformance: Vec<Conformance>,
    /// Power cuts on real kernels.
    pub kernels: Option<Kernels>,
    /// What did not run, and why.
    pub skipped: Vec<Skipped>,
    /// Operations that the app or its plans could not live, and why; that is no proof.
    pub unlived: Vec<Skipped>,
}

/// The computer that ran it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Machine {
    /// Its operating system and processor.
    pub system: String,
    /// Cores that were used.
    pub cores: usize,
    /// The SQLite that was linked in.
    pub sqlite: String,
}

impl Machine {
    /// This one.
    pub fn this(cores: usize) -> Self {
        let system = format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH);
        Self { system, cores, sqlite: rusqlite::version().to_owned() }
    }
}

/// Power cuts in one operation.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Operation {
    /// The scenario's name.
    pub name: String,
    /// What happens in it.
    pub story: String,
    /// Entries of the disk's log while it ran.
    pub log: u64,
    /// Points of the log at which the power was cut.
    pub points: u64,
    /// Points of which every subset of the pending changes was judged.
    pub complete: u64,
    /// Distinct disks that were judged, `nested` ones among them.
    pub distinct: u64,
    /// How many of them recovery could tell from the disk on which nothing was lost.
    pub telling: u64,
    /// How many of them were left by a power cut during the recovery from another one, or after it.
    pub nested: u64,
    /// Recoveries that really ran; each other state is, in all that recovery reads, one of these.
    pub recoveries: u64,
    /// Subsets of pending changes that the model knows and that were not judged as such: there were too many.
    pub skipped: u128,
    /// Distinct disks that were made and not judged, for want of a recovery that the limits allow.
    pub unrun: u64,
    /// Kinds of recoveries that changed the disk and were not cut.
    pub uncut: u64,
    /// How long it took.
    pub seconds: f64,
    /// In how many of the distinct states each guarantee was judged, by its id: in all of them, if there is a point of the
    /// operation at which it can be broken.
    pub judged: BTreeMap<String, u64>,
    /// How often each was broken, by its id.
    pub broken: BTreeMap<String, u64>,
    /// Those that are told.
    pub violations: Vec<Violation>,
}

/// A broken guarantee.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Violation {
    /// Its id.
    pub guarantee: String,
    /// What was done when the power failed.
    pub operation: String,
    /// What was lost, in words.
    pub story: String,
    /// One line that makes the same state again.
    pub replay: String,
    /// Changes that did not reach the disk.
    pub lost: Vec<String>,
    /// The disk as the power cut left it.
    pub before: Vec<File>,
    /// The disk after the recovery.
    pub after: Vec<File>,
}

/// A line of a file tree.
#[derive(Clone, Debug, Default, Serialize)]
pub struct File {
    /// Its path.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// What it holds: a committed version by its words, or what is wrong with it.
    pub holds: String,
}

/// All operations under the model of a platform.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// What such a platform does.
    pub story: String,
    /// Operations explored.
    pub operations: u64,
    /// Distinct disks judged.
    pub distinct: u64,
    /// How often each guarantee was broken, by its id.
    pub broken: BTreeMap<String, u64>,
    /// Those that are told.
    pub violations: Vec<Violation>,
    /// Why violations are nobody's loss here, in writing; nothing where they are.
    pub waiver: Option<String>,
}

/// A disk that fails during an operation.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Faults {
    /// The operation's name.
    pub operation: String,
    /// Failures tried, each a life of its own: which kind, at which access of the disk, once or for good.
    pub tried: u64,
    /// Distinct disks judged after a power cut on top.
    pub distinct: u64,
    /// How often each guarantee was broken, by its id.
    pub broken: BTreeMap<String, u64>,
    /// Those that are told.
    pub violations: Vec<Violation>,
}

/// The product with a bug made into it, which must be found.
#[derive(Clone, Debug, Serialize)]
pub struct Mutant {
    /// Its name.
    pub name: String,
    /// The bug.
    pub story: String,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of a mutant.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was found.
    Killed(Killed),
    /// It was not found, and this is why that is right.
    Waived(String),
    /// It was not found, after so many states.
    Survived(u64),
    /// It could not live any operation, which proves nothing.
    Lifeless(String),
}

/// Mutants that a machine made of an operation: a sync dropped, two changes swapped, a promise given too early.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Automatic {
    /// The operation's name.
    pub operation: String,
    /// Mutants that were found.
    pub killed: u64,
    /// Mutants that leave no disk which the product does not leave.
    pub without_difference: u64,
    /// States judged for them.
    pub states: u64,
    /// Recoveries that really ran for them.
    pub recoveries: u64,
    /// How long it took.
    pub seconds: f64,
    /// Mutants that were not found, by kind.
    pub survivors: Vec<Survivor>,
}

impl Automatic {
    /// How many were not found and are waived, and how many are not.
    pub fn survivors(&self) -> [u64; 2] {
        let count = |waived: bool| {
            let kinds = self.survivors.iter().filter(|kind| kind.waiver.is_some() == waived);
            kinds.map(|kind| kind.count).sum()
        };
        [count(true), count(false)]
    }
}

/// Mutants of one kind that were not found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Survivor {
    /// What was changed.
    pub kind: String,
    /// How many.
    pub count: u64,
    /// Why that is right, in writing.
    pub waiver: Option<String>,
}

/// How a mutant was found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Killed {
    /// The guarantee that it broke.
    pub guarantee: String,
    /// In which operation.
    pub operation: String,
    /// What was lost.
    pub story: String,
    /// The crash state.
    pub replay: String,
    /// States judged until then.
    pub states: u64,
    /// Milliseconds until then.
    pub milliseconds: f64,
}

/// What a weaker model of power cuts would have found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Ablation {
    /// The model's name.
    pub model: String,
    /// What may be lost in it.
    pub story: String,
    /// Mutants made by hand that were found with it.
    pub killed: u64,
    /// Mutants made by hand that were tried.
    pub of: u64,
}

/// Random lives of an app against a reference model.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Lives {
    /// What all chance follows from.
    pub seed: u64,
    /// How many.
    pub lives: u64,
    /// Days and events in them together.
    pub steps: u64,
    /// Power cuts among these.
    pub power_cuts: u64,
    /// How long it took.
    pub seconds: f64,
    /// Lives that ended otherwise than the model says.
    pub violations: Vec<Violation>,
}

/// A scenario on the operating system's files, compared with the simulated disk.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Conformance {
    /// The scenario's name.
    pub operation: String,
    /// Changes and syncs that were compared, one by one.
    pub compared: u64,
    /// The first difference.
    pub difference: Option<String>,
}

/// Something that did not run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Skipped {
    /// What.
    pub what: String,
    /// Why, and what would make it run.
    pub why: String,
}
