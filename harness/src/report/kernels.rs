//! What the program `kernels` found on real file systems, read from its JSON. It runs on Linux alone, and is read
//! everywhere: a report may be looked at on another computer.

use serde::{Deserialize, Serialize};

/// Everything that one call of `kernels` did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Kernels {
    /// The kernel's release.
    pub kernel: String,
    /// How long it took.
    pub seconds: f64,
    /// A row for each file system and operation.
    pub rows: Vec<Row>,
    /// A row for each mutant and file system.
    pub mutants: Vec<MutantRow>,
    /// What did not run.
    pub skipped: Vec<Skipped>,
}

/// One operation of the shipped binary on one file system.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which file system.
    pub file_system: String,
    /// Which operation.
    pub operation: String,
    /// Distinct disk images, each mounted and judged.
    pub states: u64,
    /// How many violations there were.
    pub violation_count: u64,
    /// Those that are told.
    pub violations: Vec<Violation>,
}

/// A crash state of a real disk in which something was lost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Violation {
    /// What was lost, and where.
    pub found: String,
    /// Which writes reached the disk, in one line.
    pub recipe: String,
}

/// A hole in the binary, on one file system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MutantRow {
    /// Its name.
    pub mutant: String,
    /// What it is.
    pub hole: String,
    /// Why no file system can show it, where that is known.
    pub waiver: Option<String>,
    /// On which file system.
    pub file_system: String,
    /// Whether it was found.
    pub verdict: Verdict,
}

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was found.
    Killed,
    /// It was not found.
    Survived,
    /// It was not found in the states that there was time for.
    Undecided,
}

/// Something that did not run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Skipped {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
    /// Whether something broke, and not merely lacks here.
    pub broken: bool,
}

impl Kernels {
    /// Reads what `kernels --json` wrote.
    pub fn read(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| format!("these are no results of `kernels`: {error}"))
    }

    /// Distinct images judged.
    pub fn states(&self) -> u64 {
        self.rows.iter().map(|row| row.states).sum()
    }

    /// Violations on all file systems.
    pub fn broken(&self) -> u64 {
        self.rows.iter().map(|row| row.violation_count.max(row.violations.len() as u64)).sum()
    }

    /// File systems that were tried, in the order of the rows.
    pub fn file_systems(&self) -> Vec<&str> {
        distinct(self.rows.iter().map(|row| row.file_system.as_str()))
    }

    /// How many mutants were found on at least one file system, and how many there are.
    pub fn killed(&self) -> (usize, usize) {
        let killed = self.mutants.iter().filter(|row| row.verdict == Verdict::Killed);
        let all = self.mutants.iter().map(|row| row.mutant.as_str());
        (distinct(killed.map(|row| row.mutant.as_str())).len(), distinct(all).len())
    }

    /// Mutants that no file system found and nobody waived.
    pub fn survivors(&self) -> Vec<&str> {
        let killed = |name: &str| self.mutants.iter().any(|row| row.mutant == name && row.verdict == Verdict::Killed);
        let unwaived = self.mutants.iter().filter(|row| row.waiver.is_none() && !killed(&row.mutant));
        distinct(unwaived.map(|row| row.mutant.as_str()))
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    names.for_each(|name| {
        if !found.contains(&name) {
            found.push(name);
        }
    });
    found
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{Kernels, Verdict};
    use crate::kernels::results;

    #[test]
    fn what_kernels_writes_is_read() {
        let violation = results::Violation {
            found: "the sale of 18:05 is gone".to_owned(),
            recipe: "ext4 restore 3 4 7".to_owned(),
            acknowledged: true,
            image: None,
        };
        let row = |system: &str| results::Row { file_system: system.to_owned(), states: 40, ..Default::default() };
        let mutant = |system: &str, verdict| results::MutantRow {
            mutant: "restore-skips-fsync".to_owned(),
            hole: "files are not synced".to_owned(),
            waiver: None,
            operation: "restore".to_owned(),
            file_system: system.to_owned(),
            verdict,
            violation: None,
            states: 2,
            seconds: 0.1,
        };
        let bad = results::Row { violations: vec![violation], violation_count: 3, ..row("xfs") };
        let written = results::Results {
            rows: vec![row("ext4"), bad, row("ext4")],
            mutants: vec![
                mutant("ext4", results::Verdict::Survived),
                mutant("xfs", results::Verdict::Killed),
                mutant("btrfs", results::Verdict::Undecided),
            ],
            ..Default::default()
        };
        let read = Kernels::read(&serde_json::to_string(&written).unwrap()).unwrap();
        assert_eq!((read.states(), read.broken(), read.killed()), (120, 3, (1, 1)));
        assert_eq!(read.file_systems(), ["ext4", "xfs"]);
        assert_eq!(read.rows[1].violations[0].recipe, "ext4 restore 3 4 7");
        let verdicts: Vec<Verdict> = read.mutants.iter().map(|row| row.verdict).collect();
        assert_eq!(verdicts, [Verdict::Survived, Verdict::Killed, Verdict::Undecided]);
        assert!(Kernels::read("{}").unwrap_err().starts_with("these are no results"));
    }
}
