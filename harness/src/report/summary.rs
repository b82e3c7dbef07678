//! What follows from a run: a row for each guarantee, and every reason why the proof does not hold.

use std::collections::BTreeMap;

use serde::Serialize;

use super::rows::{Proof, Verdict, Violation};
use super::words::many;
use crate::guarantees;

/// A run of the proof, and what follows from it. As JSON it is one document with everything in it.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Why the proof does not hold; nothing if it does.
    pub objections: Vec<String>,
    /// Each guarantee.
    pub guarantees: Vec<Row>,
    /// What was done.
    #[serde(flatten)]
    pub proof: Proof,
}

/// A guarantee, and what became of it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// What it says.
    pub sentence: String,
    /// Operations in which a crash state was judged by it.
    pub operations: u64,
    /// Distinct crash states that were judged by it.
    pub distinct: u64,
    /// How often it was broken: by power cuts, failing disks, and under profiles without a waiver.
    pub violations: u64,
    /// Mutants made by hand that were found because they broke it.
    pub killed: u64,
    /// Profiles under which it held, or was waived.
    pub profiles: u64,
    /// What of it no crash state can show, and what proves that part.
    pub elsewhere: String,
}

/// A kind of proof with what it found.
type Part<'a> = (String, &'a BTreeMap<String, u64>, &'a [Violation]);

impl Report {
    /// What follows from a run, for all guarantees.
    pub fn of(proof: Proof) -> Self {
        let all = guarantees::ALL.iter();
        Self::over(all.map(|guarantee| [guarantee.id, guarantee.sentence, guarantee.elsewhere]), proof)
    }

    /// For guarantees given by id, sentence, and what proves them elsewhere.
    pub(super) fn over<'a>(guarantees: impl Iterator<Item = [&'a str; 3]>, proof: Proof) -> Self {
        let rows: Vec<Row> = guarantees.map(|guarantee| row(guarantee, &proof)).collect();
        let mut objections = objections(&proof);
        if proof.whole {
            objections.extend(missing(&proof, &rows));
        }
        Self { objections, guarantees: rows, proof }
    }

    /// Whether every guarantee held and every mutant was found.
    pub fn holds(&self) -> bool {
        self.objections.is_empty()
    }

    /// The report as one JSON document.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    /// All violations that are told, those of power cuts first.
    pub fn violations(&self) -> Vec<&Violation> {
        let lives = self.proof.lives.iter().flat_map(|lives| &lives.violations);
        parts(&self.proof).into_iter().flat_map(|(_, _, told)| told).chain(lives).collect()
    }

    /// Distinct crash states of all operations.
    pub fn distinct(&self) -> u64 {
        self.proof.operations.iter().map(|operation| operation.distinct).sum()
    }

    /// Violations, told or not, outside of real kernels.
    pub fn broken(&self) -> u64 {
        let lives = self.proof.lives.as_ref().map_or(0, |lives| lives.violations.len() as u64);
        parts(&self.proof).into_iter().map(|(_, broken, told)| count(broken, told)).sum::<u64>() + lives
    }

    /// Mutants killed, waived and survived, made by hand and by a machine.
    pub fn mutants(&self) -> [u64; 3] {
        let mut counts = [0; 3];
        for mutant in &self.proof.mutants {
            counts[match mutant.verdict {
                Verdict::Killed(_) => 0,
                Verdict::Waived(_) => 1,
                Verdict::Survived(_) | Verdict::Lifeless(_) => 2,
            }] += 1;
        }
        for automatic in &self.proof.automatic {
            let [waived, survived] = automatic.survivors();
            counts = [counts[0] + automatic.killed, counts[1] + waived, counts[2] + survived];
        }
        counts
    }
}

/// Everything that is judged by guarantees, but for profiles that are waived.
fn parts(proof: &Proof) -> Vec<Part<'_>> {
    let operations = proof.operations.iter();
    let cuts = operations.map(|one| (one.name.clone(), &one.broken, one.violations.as_slice()));
    let failing = proof.faults.iter();
    let failing =
        failing.map(|one| (format!("{} on a failing disk", one.operation), &one.broken, one.violations.as_slice()));
    let profiles = proof.profiles.iter().filter(|profile| profile.waiver.is_none());
    let profiles = profiles.map(|one| (format!("the profile {}", one.name), &one.broken, one.violations.as_slice()));
    cuts.chain(failing).chain(profiles).collect()
}

/// A count never says less than what is told.
fn count(broken: &BTreeMap<String, u64>, told: &[Violation]) -> u64 {
    broken.values().sum::<u64>().max(told.len() as u64)
}

fn row([id, sentence, elsewhere]: [&str; 3], proof: &Proof) -> Row {
    let judged = || proof.operations.iter().filter_map(|one| one.judged.get(id)).filter(|states| **states > 0);
    let broken = |broken: &BTreeMap<String, u64>, told: &[Violation]| {
        let told = told.iter().filter(|violation| violation.guarantee == id).count() as u64;
        broken.get(id).copied().unwrap_or_default().max(told)
    };
    let killed = proof.mutants.iter().filter(|mutant| match &mutant.verdict {
        Verdict::Killed(killed) => killed.guarantee == id,
        Verdict::Waived(_) | Verdict::Survived(_) | Verdict::Lifeless(_) => false,
    });
    let profiles = proof.profiles.iter();
    let held = profiles.filter(|one| one.waiver.is_some() || broken(&one.broken, &one.violations) == 0);
    Row {
        id: id.to_owned(),
        sentence: sentence.to_owned(),
        operations: judged().count() as u64,
        distinct: judged().sum(),
        violations: parts(proof).into_iter().map(|(_, all, told)| broken(all, told)).sum(),
        killed: killed.count() as u64,
        profiles: held.count() as u64,
        elsewhere: elsewhere.to_owned(),
    }
}

fn objections(proof: &Proof) -> Vec<String> {
    let mut objections = Vec::new();
    objections.extend(proof.unlived.iter().map(|one| format!("{} cannot be lived: {}", one.what, one.why)));
    if is_idle(proof) {
        objections.push("nothing was explored".to_owned());
    }
    for operation in proof.operations.iter().filter(|operation| operation.distinct == 0) {
        objections.push(format!("{}: no state was judged", operation.name));
    }
    for (what, broken, told) in parts(proof) {
        let count = count(broken, told);
        if count > 0 {
            objections.push(format!("{what}: {}", many(count, "violation", "violations")));
        }
    }
    objections.extend(of_mutants(proof));
    if let Some(lives) = proof.lives.as_ref().filter(|lives| !lives.violations.is_empty()) {
        let wrong = many(lives.violations.len() as u64, "life", "lives");
        objections.push(format!("random lives: {wrong} ended otherwise than the model says"));
    }
    for one in &proof.conformance {
        if let Some(difference) = &one.difference {
            objections.push(format!("{} differs on the operating system's files: {difference}", one.operation));
        } else if one.compared == 0 {
            objections.push(format!("{} was compared with the operating system's files in nothing", one.operation));
        }
    }
    objections.extend(on_kernels(proof));
    objections
}

/// Whether no part found anything to judge.
fn is_idle(proof: &Proof) -> bool {
    let on_disks = proof.operations.is_empty() && proof.profiles.is_empty() && proof.faults.is_empty();
    let of_mutants = proof.mutants.is_empty() && proof.automatic.is_empty();
    on_disks && of_mutants && proof.lives.is_none() && proof.conformance.is_empty()
}

/// What a whole proof lacks.
fn missing(proof: &Proof, rows: &[Row]) -> Vec<String> {
    let parts = [
        ("operations", proof.operations.is_empty()),
        ("platforms", proof.profiles.is_empty()),
        ("failing disks", proof.faults.is_empty()),
        ("mutants made by hand", proof.mutants.is_empty()),
        ("mutants made by a machine", proof.automatic.is_empty()),
        ("weaker models", proof.ablation.is_empty()),
        ("random lives", proof.lives.as_ref().is_none_or(|lives| lives.lives == 0)),
    ];
    let lacking = parts
        .iter()
        .filter(|(_, lacks)| *lacks)
        .map(|(part, _)| format!("a whole proof has {part}, and this has none"));
    let unjudged =
        rows.iter().filter(|row| row.distinct == 0).map(|row| format!("{} was judged in no operation", row.id));
    lacking.chain(unjudged).collect()
}

fn of_mutants(proof: &Proof) -> Vec<String> {
    let by_hand = proof.mutants.iter().filter_map(|mutant| match &mutant.verdict {
        Verdict::Killed(_) | Verdict::Waived(_) => None,
        Verdict::Survived(states) => {
            let states = many(*states, "state", "states");
            Some(format!("the mutant {} survived {states}, and no waiver covers it", mutant.name))
        }
        Verdict::Lifeless(reason) => Some(format!("the mutant {} cannot live: {reason}", mutant.name)),
    });
    let survivors = proof.automatic.iter().flat_map(|automatic| &automatic.survivors);
    let survivors = survivors.filter(|survivor| survivor.waiver.is_none()).map(|survivor| {
        let mutants = many(survivor.count, "mutant", "mutants");
        format!("{mutants} survived, and no waiver covers them: {}", survivor.kind)
    });
    let idle = proof.idle_waivers.iter().map(|waiver| format!("the waiver `{waiver}` covers no mutant"));
    by_hand.chain(survivors).chain(idle).collect()
}

fn on_kernels(proof: &Proof) -> Vec<String> {
    let Some(kernels) = &proof.kernels else { return Vec::new() };
    let bad = kernels.rows.iter().filter(|row| row.violation_count > 0 || !row.violations.is_empty());
    let bad = bad.map(|row| {
        let count = row.violation_count.max(row.violations.len() as u64);
        format!("{} on {}: {}", row.operation, row.file_system, many(count, "violation", "violations"))
    });
    let broken = kernels.skipped.iter().filter(|skipped| skipped.broken);
    let broken = broken.map(|skipped| format!("{} broke: {}", skipped.what, skipped.why));
    let survivors = kernels.survivors().into_iter();
    let survivors = survivors.map(|name| format!("the mutant {name} survived on all file systems, without a waiver"));
    bad.chain(broken).chain(survivors).collect()
}

#[cfg(test)]
mod tests {
    use super::super::example::{bad, good};
    use super::super::rows::{Conformance, Mutant, Proof, Verdict};
    use super::Report;

    /// The objections to a proof after a change.
    fn check(change: impl FnOnce(&mut Proof), expected: &[&str]) {
        let mut report = good();
        change(&mut report.proof);
        let guarantees = report.guarantees.iter().map(|row| [row.id.as_str(), &row.sentence, &row.elsewhere]);
        let report = Report::over(guarantees, report.proof);
        assert_eq!(report.objections, expected);
        assert_eq!(report.holds(), expected.is_empty());
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a list of everything that can go wrong")]
    fn everything_that_went_wrong_is_an_objection() {
        check(|_| {}, &[]);
        check(|proof| *proof = Proof::default(), &["nothing was explored"]);
        let unlived = super::super::rows::Skipped { what: "exit".to_owned(), why: "no disk".to_owned() };
        check(|proof| proof.unlived.push(unlived), &["exit cannot be lived: no disk"]);
        check(|proof| proof.operations[0].distinct = 0, &["start-all-tiers: no state was judged"]);
        check(
            |proof| {
                proof.faults.clear();
                proof.lives.as_mut().unwrap().lives = 0;
                proof.operations.remove(1);
            },
            &[
                "a whole proof has failing disks, and this has none",
                "a whole proof has random lives, and this has none",
                "G4 was judged in no operation",
                "G9 was judged in no operation",
            ],
        );
        // A count without a story is a violation too.
        check(
            |proof| {
                proof.operations[1].broken.insert("G4".to_owned(), 2);
            },
            &["restore-wal: 2 violations"],
        );
        let violation = bad().proof.operations[1].violations[0].clone();
        check(|proof| proof.operations[1].violations.push(violation.clone()), &["restore-wal: 1 violation"]);
        check(
            |proof| proof.faults[0].violations.push(violation.clone()),
            &["start-all-tiers on a failing disk: 1 violation"],
        );
        check(|proof| proof.profiles[0].violations.push(violation.clone()), &["the profile ordered: 1 violation"]);
        check(
            |proof| {
                proof.profiles[0].waiver = Some("no such disk is sold".to_owned());
                proof.profiles[0].violations.push(violation.clone());
            },
            &[],
        );
        check(
            |proof| proof.lives.as_mut().unwrap().violations.push(violation.clone()),
            &["random lives: 1 life ended otherwise than the model says"],
        );
        let verdict = Verdict::Survived(7);
        let mutant = Mutant { name: "no-sync".into(), story: String::new(), verdict };
        let lifeless = Mutant { verdict: Verdict::Lifeless("it panics".to_owned()), ..mutant.clone() };
        check(
            |proof| proof.mutants.extend([mutant, lifeless]),
            &[
                "the mutant no-sync survived 7 states, and no waiver covers it",
                "the mutant no-sync cannot live: it panics",
            ],
        );
        check(
            |proof| {
                proof.automatic[0].survivors[0].waiver = None;
                proof.idle_waivers.push("exit: *".to_owned());
            },
            &[
                "3 mutants survived, and no waiver covers them: restore-wal: drop sync of catalog.db-journal",
                "the waiver `exit: *` covers no mutant",
            ],
        );
        let conformance = |difference: Option<&str>| Conformance {
            operation: "exit".to_owned(),
            difference: difference.map(str::to_owned),
            compared: 0,
        };
        check(
            |proof| proof.conformance = vec![conformance(Some("entry 3")), conformance(None)],
            &[
                "exit differs on the operating system's files: entry 3",
                "exit was compared with the operating system's files in nothing",
            ],
        );
        check(
            |proof| {
                let kernels = proof.kernels.as_mut().unwrap();
                kernels.rows[0].violation_count = 1;
                kernels.skipped[0].broken = true;
                kernels.mutants[0].verdict = super::super::kernels::Verdict::Survived;
            },
            &[
                "restore on ext4: 1 violation",
                "btrfs broke: mkfs.btrfs is not installed",
                "the mutant restore-syncs-nothing survived on all file systems, without a waiver",
            ],
        );
    }

    #[test]
    fn a_guarantee_is_the_sum_of_its_operations() {
        let report = bad();
        let figures = report.guarantees.iter().map(|row| {
            let states = (row.operations, row.distinct);
            format!("{} {states:?} {} {} {}", row.id, row.violations, row.killed, row.profiles)
        });
        assert_eq!(
            figures.collect::<Vec<_>>(),
            ["G1 (2, 1204000) 0 1 1", "G4 (1, 204000) 1 1 1", "G9 (1, 204000) 0 0 1"]
        );
        assert_eq!((report.distinct(), report.broken(), report.mutants()), (1_204_000, 1, [42, 3, 1]));
        assert_eq!(report.violations().len(), 1);
    }
}
