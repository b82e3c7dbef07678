//! The report for a terminal: one table of guarantees, what else was tried in a line each, and every violation as a story.

use super::kernels::Kernels;
use super::rows::{Automatic, Operation, Proof, Verdict, Violation};
use super::summary::Report;
use super::words::{many, size, thousands, time};

/// So wide is a guarantee's sentence.
const WIDTH: usize = 58;

/// The table, and in a line each what else was tried.
pub fn text(report: &Report) -> String {
    let mut text = format!("{}\n\n{}\n", verdict(report), guarantees(report));
    let last = format!("{}, {}", time(report.proof.seconds), machine(&report.proof));
    for line in elsewhere(&report.proof).into_iter().chain(besides(&report.proof)).chain([last]) {
        text.push_str(&format!("{line}\n"));
    }
    for violation in report.violations() {
        text.push_str(&format!("\n{}", story(violation)));
    }
    if !report.holds() {
        text.push_str("\nThe proof does not hold:\n");
        report.objections.iter().for_each(|objection| text.push_str(&format!("  {objection}\n")));
    }
    text
}

/// Every operation and every mutant made by hand.
pub fn details(report: &Report) -> String {
    let heads = ["operation", "log", "complete", "distinct", "telling", "nested", "recoveries", "skipped", "seconds"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for one in &report.proof.operations {
        let complete = format!("{} of {}", thousands(one.complete), thousands(one.points));
        let figures = [one.distinct, one.telling, one.nested, one.recoveries].map(thousands);
        let first = [one.name.clone(), thousands(one.log), complete].into_iter();
        let last = [not_judged(one), format!("{:.1}", one.seconds)];
        rows.push(first.chain(figures).chain(last).collect());
    }
    let mut text = table(&rows);
    if !report.proof.automatic.is_empty() {
        text.push_str(&format!("\n{}", by_machine(&report.proof)));
    }
    let mut rows = vec![["mutant", "verdict", "states", "ms"].map(str::to_owned).to_vec()];
    rows.extend(report.proof.mutants.iter().map(|mutant| {
        let (verdict, states, milliseconds) = match &mutant.verdict {
            Verdict::Killed(killed) => (
                format!("killed by {} in {}", killed.guarantee, killed.operation),
                thousands(killed.states),
                format!("{:.0}", killed.milliseconds),
            ),
            Verdict::Waived(reason) => (format!("waived: {reason}"), String::new(), String::new()),
            Verdict::Survived(states) => ("SURVIVED".to_owned(), thousands(*states), String::new()),
            Verdict::Lifeless(reason) => (format!("CANNOT LIVE: {reason}"), String::new(), String::new()),
        };
        vec![mutant.name.clone(), verdict, states, milliseconds]
    }));
    if rows.len() > 1 {
        text.push_str(&format!("\n{}", table(&rows)));
    }
    text
}

/// What became of the mutants of each operation that a machine made.
fn by_machine(proof: &Proof) -> String {
    let heads = ["made by a machine", "killed", "waived", "survived", "alike", "states", "recoveries", "seconds"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for one in &proof.automatic {
        let [waived, survived] = one.survivors();
        let figures = [one.killed, waived, survived, one.without_difference, one.states, one.recoveries].map(thousands);
        let row = [one.operation.clone()].into_iter().chain(figures).chain([format!("{:.1}", one.seconds)]);
        rows.push(row.collect());
    }
    table(&rows)
}

/// What was not judged in an operation, in short.
pub(super) fn not_judged(operation: &Operation) -> String {
    let Operation { skipped, unrun, uncut, .. } = operation;
    let others = [(unrun, "not run"), (uncut, "not cut")];
    let others = others.into_iter().filter(|(count, _)| **count > 0);
    let others: String = others.map(|(count, what)| format!(" + {} {what}", thousands(*count))).collect();
    format!("{}{others}", thousands(*skipped))
}

/// The first line: whether it holds.
pub(super) fn verdict(report: &Report) -> String {
    let [killed, waived, survived] = report.mutants();
    let holds = match (report.holds(), report.proof.whole) {
        (true, true) => "The proof holds",
        (true, false) => "What was asked for holds (it was not the whole proof)",
        (false, _) => "The proof does not hold",
    };
    format!(
        "{holds}: {} in {}, {}; of the mutants {} killed, {} waived, {} survived.",
        many(report.distinct(), "distinct crash state", "distinct crash states"),
        many(report.proof.operations.len() as u64, "operation", "operations"),
        many(report.broken(), "violation", "violations"),
        thousands(killed),
        thousands(waived),
        thousands(survived),
    )
}

fn guarantees(report: &Report) -> String {
    let heads = ["", "guarantee", "operations", "states", "violations", "mutants killed", "profiles"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let profiles = report.proof.profiles.len();
    for row in &report.guarantees {
        let mut sentence = wrapped(&row.sentence, WIDTH).into_iter();
        let first = sentence.next().unwrap_or_default();
        let figures = [row.operations, row.distinct, row.violations, row.killed].map(thousands);
        let line = [row.id.clone(), first].into_iter().chain(figures);
        rows.push(line.chain([format!("{} of {profiles}", row.profiles)]).collect());
        rows.extend(sentence.map(|more| vec![String::new(), more]));
    }
    table(&rows)
}

/// Other disks, weaker models and real kernels, a line each.
fn elsewhere(proof: &Proof) -> Vec<String> {
    let mut lines = Vec::new();
    for profile in &proof.profiles {
        let broken = profile.broken.values().sum::<u64>().max(profile.violations.len() as u64);
        let waiver = profile.waiver.as_ref().map(|reason| format!(" (waived: {reason})")).unwrap_or_default();
        let states = many(profile.distinct, "state", "states");
        let broken = many(broken, "violation", "violations");
        lines.push(format!("profile {} ({}): {states}, {broken}{waiver}", profile.name, profile.story));
    }
    if !proof.ablation.is_empty() {
        let models = proof.ablation.iter().map(|one| format!("{} {} of {}", one.model, one.killed, one.of));
        lines.push(format!("mutants made by hand that each model finds: {}", models.collect::<Vec<_>>().join(", ")));
    }
    lines.extend(proof.kernels.as_ref().map(on_kernels));
    lines
}

/// What else was tried, and what was not, a line each.
pub(super) fn besides(proof: &Proof) -> Vec<String> {
    let mut lines = Vec::new();
    if !proof.automatic.is_empty() {
        let sum = |count: fn(&Automatic) -> u64| thousands(proof.automatic.iter().map(count).sum::<u64>());
        lines.push(format!(
            "mutants made by a machine of {}: {} killed, {} waived, {} survived, {} that leave no other disk",
            many(proof.automatic.len() as u64, "operation", "operations"),
            sum(|one| one.killed),
            sum(|one| one.survivors()[0]),
            sum(|one| one.survivors()[1]),
            sum(|one| one.without_difference),
        ));
    }
    if !proof.faults.is_empty() {
        let tried = proof.faults.iter().map(|faults| faults.tried).sum();
        let distinct = proof.faults.iter().map(|faults| faults.distinct).sum();
        lines.push(format!(
            "failing disks: {} in {}, and {} after power cuts on top",
            many(tried, "failure", "failures"),
            many(proof.faults.len() as u64, "operation", "operations"),
            many(distinct, "state", "states"),
        ));
    }
    if let Some(lives) = &proof.lives {
        let count = many(lives.lives, "life", "lives");
        let steps = many(lives.steps, "step", "steps");
        let cuts = many(lives.power_cuts, "power cut", "power cuts");
        lines.push(format!("random lives: {count}, {steps}, {cuts}, seed {}", lives.seed));
    }
    if !proof.conformance.is_empty() {
        let compared = proof.conformance.iter().map(|one| one.compared).sum();
        lines.push(format!(
            "operating system's files: {} compared in {}",
            many(compared, "change", "changes"),
            many(proof.conformance.len() as u64, "operation", "operations"),
        ));
    }
    let skipped = proof.skipped.iter().map(|skipped| (&skipped.what, &skipped.why));
    let on_kernels = proof.kernels.iter().flat_map(|kernels| &kernels.skipped);
    let skipped = skipped.chain(on_kernels.map(|skipped| (&skipped.what, &skipped.why)));
    lines.extend(skipped.map(|(what, why)| format!("skipped: {what} ({why})")));
    lines
}

/// Where it ran.
pub(super) fn machine(proof: &Proof) -> String {
    let machine = &proof.machine;
    let cores = many(machine.cores as u64, "core", "cores");
    format!("{cores}, {}, SQLite {}", machine.system, machine.sqlite)
}

/// Real kernels in a line.
pub(super) fn on_kernels(kernels: &Kernels) -> String {
    let (killed, mutants) = kernels.killed();
    format!(
        "real kernels ({}, kernel {}): {}, {}; {killed} of {mutants} mutants killed",
        kernels.file_systems().join(", "),
        kernels.kernel,
        many(kernels.states(), "state", "states"),
        many(kernels.broken(), "violation", "violations"),
    )
}

/// A violation as it is told in a terminal and to CI.
pub(super) fn story(violation: &Violation) -> String {
    let Violation { guarantee, operation, story, replay, lost, before, after } = violation;
    let mut text = format!("{guarantee} is broken by a power cut during {operation}: {story}\n");
    if !lost.is_empty() {
        text.push_str("  changes that did not reach the disk:\n");
        lost.iter().for_each(|change| text.push_str(&format!("    {change}\n")));
    }
    for (heading, files) in [("the disk after the power cut", before), ("the disk after the recovery", after)] {
        if !files.is_empty() {
            text.push_str(&format!("  {heading}:\n"));
        }
        for file in files {
            let line = format!("    {:<44} {:>10}  {}", file.path, size(file.bytes), file.holds);
            text.push_str(&format!("{}\n", line.trim_end()));
        }
    }
    text.push_str(&format!("  to see it again: {}\n", command(replay)));
    text
}

/// What a developer types to make a crash state again.
pub(super) fn command(replay: &str) -> String {
    format!("cargo xtask guarantees --replay '{replay}'")
}

/// Words on lines of at most so many letters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.len() - 1;
        if lines[line].is_empty() {
            lines[line].push_str(word);
        } else if lines[line].chars().count() + 1 + word.chars().count() <= width {
            lines[line].push_str(&format!(" {word}"));
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Columns side by side: those whose every cell below the head is a figure are flush right.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let cell = |row: &[String], at: usize| row.get(at).cloned().unwrap_or_default();
    let width = |at| rows.iter().map(|row| cell(row, at).chars().count()).max().unwrap_or_default();
    let is_figure = |text: &str| text.chars().all(|letter| letter.is_ascii_digit() || ".,".contains(letter));
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let right: Vec<bool> = (0..columns).map(|at| rows.iter().skip(1).all(|row| is_figure(&cell(row, at)))).collect();
    let line = |row: &Vec<String>| {
        let cells = (0..columns).map(|at| match right[at] {
            true => format!("{:>1$}", cell(row, at), widths[at]),
            false => format!("{:<1$}", cell(row, at), widths[at]),
        });
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::example::{bad, good};
    use super::{details, text};

    #[test]
    fn a_proof_that_holds() {
        let expected = "\
The proof holds: 1,204,000 distinct crash states in 2 operations, 0 violations; of the mutants 42 killed, 3 waived, 0 survived.

    guarantee                                                   operations     states  violations  mutants killed  profiles
G1  A published snapshot is complete and verified, or it is              2  1,204,000           0               1  1 of 1
    absent.
G4  A power cut during a restore leaves the old database or              1    204,000           0               1  1 of 1
    the new one, never a mixture.
G9  CSV archive → restore is lossless for every SQLite value &           1    204,000           0               0  1 of 1
    every \"kind\" of table.

profile ordered (data is on the disk before its file's new name or size): 40,000 states, 0 violations
mutants made by hand that each model finds: kill 1 of 2
real kernels (ext4, kernel 6.8.0): 640 states, 0 violations; 1 of 1 mutants killed
mutants made by a machine of 1 operation: 40 killed, 3 waived, 0 survived, 9 that leave no other disk
failing disks: 412 failures in 1 operation, and 9,000 states after power cuts on top
random lives: 500 lives, 9,000 steps, 800 power cuts, seed 1
operating system's files: 141 changes compared in 1 operation
skipped: windows (no such machine is here)
skipped: btrfs (mkfs.btrfs is not installed)
1 min 24 s, 2 cores, linux on x86_64, SQLite 3.53.0
";
        assert_eq!(text(&good()), expected);
    }

    #[test]
    fn a_violation_is_a_story() {
        let expected = "
G4 is broken by a power cut during RestoreRequested: shop.db holds a mixture: entry 3 of \"shop\" & pages of <nothing>\u{7}
  changes that did not reach the disk:
    139 remove /home/shop.db-wal
  the disk after the power cut:
    /home/shop.db                                     20 KB  the first rows of shop
    /home/shop.db-wal                               8,272 B
  the disk after the recovery:
    /home/shop.db                                     20 KB  a mixture
  to see it again: cargo xtask guarantees --replay 'restore-wal@141:137,138h,140g'

The proof does not hold:
  restore-wal: 1 violation
  the mutant torn-catalog survived 70,000 states, and no waiver covers it
";
        let text = text(&bad());
        assert!(text.starts_with("The proof does not hold: "), "{text}");
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn every_operation_and_mutant_on_request() {
        let expected = "\
operation        log  complete   distinct  telling  nested  recoveries  skipped         seconds
start-all-tiers  141  31 of 60  1,000,000    4,000   5,000         812  77 + 1 not cut      2.1
restore-wal      141  31 of 60    204,000    4,000   5,000         812  77 + 1 not cut      2.1

made by a machine  killed  waived  survived  alike  states  recoveries  seconds
restore-wal            40       3         0      9   5,000         812      2.1

mutant              verdict                          states  ms
rename-before-sync  killed by G1 in start-all-tiers     220  41
keep-wal            killed by G4 in restore-wal         220  41
torn-catalog        SURVIVED                         70,000
";
        assert_eq!(details(&bad()), expected);
    }
}
