//! What a run on real kernels found, as the report reads it: a row for each file system and operation, a row for each
//! mutant and file system, and what was left out with the reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Everything that one call of `kernels` did. Written as one JSON document.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Results {
    /// The kernel's release.
    pub kernel: String,
    /// What all random choices follow from. (Times and inode numbers differ between recordings, so a violation is
    /// repeated from the image that `--keep` stores, not from the seed alone.)
    pub seed: u64,
    /// So many distinct states were wanted of each row.
    pub wanted: u64,
    /// How long a row was allowed to take.
    pub budget_seconds: f64,
    /// How long it took.
    pub seconds: f64,
    /// The product as it is, a row for each file system and operation.
    pub rows: Vec<Row>,
    /// The product with a hole made into it, a row for each mutant and file system.
    pub mutants: Vec<MutantRow>,
    /// What did not run.
    pub skipped: Vec<Skipped>,
}

/// One operation on one file system.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Row {
    /// `ext4`, `xfs` or `btrfs`.
    pub file_system: String,
    /// A name of [`super::operations::NAMES`].
    pub operation: String,
    /// The recorded disk.
    pub recorded: Recorded,
    /// Distinct disk images that were mounted and judged: they differ in the content of at least one block.
    pub states: u64,
    /// How many of `states` were judged as acknowledged: the power failed after the process had ended with 0.
    pub acknowledged: u64,
    /// How many of `states` are halts by the shutdown ioctl in the middle of a run; 0 where the file system has none.
    pub shutdowns: u64,
    /// Distinct file trees that the file system's own recovery made of `states`; each went through the whole oracle.
    pub trees: u64,
    /// How many judged trees turned out with the old content, and with the new.
    pub old: u64,
    /// See `old`. Of operations that leave the live content as it is, all are old.
    pub new: u64,
    /// What must never happen. At most five are told in full.
    pub violations: Vec<Violation>,
    /// How many violations there were.
    pub violation_count: u64,
    /// Whether the families that end (every prefix, all but one, only one) were tried to their end.
    pub families_complete: bool,
    /// Whether the recording has no more distinct states, as far as many random ones in vain tell.
    pub exhausted: bool,
    /// Whether there was no time for as many as were wanted.
    pub is_short: bool,
    /// Seconds of this row: preparing, recording, judging.
    pub seconds: f64,
}

/// The block device's log while the operation ran, until the file system was unmounted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Recorded {
    /// Write requests.
    pub writes: u64,
    /// Flushes that reached the disk.
    pub flushes: u64,
    /// Flushes before the process had ended.
    pub flushes_before_acknowledgement: u64,
    /// Bytes in `writes`.
    pub bytes: u64,
}

/// A crash state in which a guarantee does not hold.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Violation {
    /// What the judge says: what was lost, and where.
    pub found: String,
    /// Which writes of the recording reached the disk, in one line.
    pub recipe: String,
    /// Whether the operation had been acknowledged.
    pub acknowledged: bool,
    /// The disk image, where `--keep` asked for it: `mount -o loop` shows it.
    pub image: Option<String>,
}

/// A hole made into the running binary, on one file system.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MutantRow {
    /// A name of [`super::mutants::MUTANTS`].
    pub mutant: String,
    /// What the hole is.
    pub hole: String,
    /// Why no file system can show it, where that is known.
    pub waiver: Option<String>,
    /// The operation that it was made into.
    pub operation: String,
    /// `ext4`, `xfs` or `btrfs`.
    pub file_system: String,
    /// Whether the judge found a violation.
    pub verdict: Verdict,
    /// The first violation.
    pub violation: Option<Violation>,
    /// Distinct images judged until then.
    pub states: u64,
    /// Seconds until then.
    pub seconds: f64,
}

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The judge found it.
    Killed,
    /// The judge found nothing wrong, and every family of states that ends was tried to its end.
    Survived,
    /// The judge found nothing wrong in the states that there was time for.
    Undecided,
}

/// Something that did not run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Skipped {
    /// A file system, an operation on it, or a mutant on it.
    pub what: String,
    /// Why, and what would make it run.
    pub why: String,
    /// Whether that is a failure of the proof (something broke, or time was over), and not a property of this machine.
    pub broken: bool,
}

impl Results {
    /// Whether the product held everywhere and nothing broke. What was skipped for want of a tool does not count.
    pub fn held(&self) -> bool {
        self.rows.iter().all(|row| row.violation_count == 0) && !self.skipped.iter().any(|skipped| skipped.broken)
    }

    /// Mutants that no file system found and nobody waived, by name, with what is known of them at best.
    pub fn unfound(&self) -> Vec<(&str, Verdict)> {
        let unfound = self.mutants.iter().filter(|row| row.waiver.is_none() && !self.is_killed(&row.mutant));
        let mut by_name = BTreeMap::new();
        for row in unfound {
            // It survived if it did so anywhere.
            let verdict = by_name.entry(row.mutant.as_str()).or_insert(row.verdict);
            if row.verdict == Verdict::Survived {
                *verdict = Verdict::Survived;
            }
        }
        by_name.into_iter().collect()
    }

    /// Mutants that are waived because no file system can show them, and that one shows.
    pub fn wrongly_waived(&self) -> Vec<&str> {
        let killed = self.mutants.iter().filter(|row| row.verdict == Verdict::Killed && row.waiver.is_some());
        killed.map(|row| row.mutant.as_str()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn is_killed(&self, mutant: &str) -> bool {
        self.mutants.iter().any(|row| row.mutant == mutant && row.verdict == Verdict::Killed)
    }
}
