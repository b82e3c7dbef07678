//! Reports for tests: one of a proof that holds, one of a proof that does not.

use std::collections::BTreeMap;

use super::kernels::{self, Kernels};
use super::rows::{
    Ablation, Automatic, Conformance, Faults, File, Killed, Lives, Machine, Mutant, Operation, Profile, Proof, Skipped,
    Survivor, Verdict, Violation,
};
use super::summary::Report;

const GUARANTEES: [[&str; 3]; 3] = [
    ["G1", "A published snapshot is complete and verified, or it is absent.", ""],
    ["G4", "A power cut during a restore leaves the old database or the new one, never a mixture.", ""],
    [
        "G9",
        "CSV archive → restore is lossless for every SQLite value & every \"kind\" of table.",
        "random values, 3 ways",
    ],
];

/// Everything held.
pub(super) fn good() -> Report {
    Report::over(GUARANTEES.into_iter(), proof())
}

/// A restore lost a sale, and a mutant was not found.
pub(super) fn bad() -> Report {
    let mut proof = proof();
    proof.operations[1].violations.push(violation());
    proof.mutants.push(mutant("torn-catalog", "The catalog is written in place.", Verdict::Survived(70_000)));
    Report::over(GUARANTEES.into_iter(), proof)
}

fn proof() -> Proof {
    let machine = Machine { system: "linux on x86_64".to_owned(), cores: 2, sqlite: "3.53.0".to_owned() };
    let all = [("G1", 1_000_000)];
    let restored = [("G1", 204_000), ("G4", 204_000), ("G9", 204_000)];
    Proof {
        whole: true,
        is_selected: false,
        seconds: 84.25,
        machine,
        operations: vec![
            operation("start-all-tiers", "the first start: <one copy> in four tiers", &all),
            operation("restore-wal", "a snapshot is restored over a database with a log", &restored),
        ],
        profiles: vec![Profile {
            name: "ordered".to_owned(),
            story: "data is on the disk before its file's new name or size".to_owned(),
            operations: 2,
            distinct: 40_000,
            ..Profile::default()
        }],
        faults: vec![Faults {
            operation: "start-all-tiers".to_owned(),
            tried: 412,
            distinct: 9_000,
            ..Faults::default()
        }],
        mutants: vec![
            mutant("rename-before-sync", "The file gets its name first.", killed("G1", "start-all-tiers")),
            mutant("keep-wal", "The old log stays.", killed("G4", "restore-wal")),
        ],
        automatic: vec![Automatic {
            operation: "restore-wal".to_owned(),
            killed: 40,
            without_difference: 9,
            states: 5_000,
            recoveries: 812,
            seconds: 2.1,
            survivors: vec![Survivor {
                kind: "restore-wal: drop sync of catalog.db-journal".to_owned(),
                count: 3,
                waiver: Some("the second sync covers it".to_owned()),
            }],
        }],
        idle_waivers: Vec::new(),
        ablation: vec![Ablation { model: "kill".to_owned(), story: "nothing is lost".to_owned(), killed: 1, of: 2 }],
        lives: Some(Lives { seed: 1, lives: 500, steps: 9_000, power_cuts: 800, seconds: 11.0, violations: vec![] }),
        conformance: vec![Conformance { operation: "start-all-tiers".to_owned(), compared: 141, difference: None }],
        kernels: Some(kernels()),
        skipped: vec![Skipped { what: "windows".to_owned(), why: "no such machine is here".to_owned() }],
        unlived: Vec::new(),
    }
}

fn operation(name: &str, story: &str, judged: &[(&str, u64)]) -> Operation {
    Operation {
        name: name.to_owned(),
        story: story.to_owned(),
        log: 141,
        distinct: judged[0].1,
        nested: 5_000,
        recoveries: 812,
        points: 60,
        complete: 31,
        telling: 4_000,
        skipped: 77,
        unrun: 0,
        uncut: 1,
        seconds: 2.125,
        judged: judged.iter().map(|(id, states)| ((*id).to_owned(), *states)).collect(),
        broken: BTreeMap::new(),
        violations: Vec::new(),
    }
}

fn mutant(name: &str, story: &str, verdict: Verdict) -> Mutant {
    Mutant { name: name.to_owned(), story: story.to_owned(), verdict }
}

fn killed(guarantee: &str, operation: &str) -> Verdict {
    Verdict::Killed(Killed {
        guarantee: guarantee.to_owned(),
        operation: operation.to_owned(),
        story: "auto_daily.db is torn".to_owned(),
        replay: format!("{operation}@31:30"),
        states: 220,
        milliseconds: 41.0,
    })
}

fn violation() -> Violation {
    let file = |path: &str, bytes, holds: &str| File { path: path.to_owned(), bytes, holds: holds.to_owned() };
    Violation {
        guarantee: "G4".to_owned(),
        operation: "RestoreRequested".to_owned(),
        story: "shop.db holds a mixture: entry 3 of \"shop\" & pages of <nothing>\u{7}".to_owned(),
        replay: "restore-wal@141:137,138h,140g".to_owned(),
        lost: vec!["139 remove /home/shop.db-wal".to_owned()],
        before: vec![file("/home/shop.db", 20_480, "the first rows of shop"), file("/home/shop.db-wal", 8_272, "")],
        after: vec![file("/home/shop.db", 20_480, "a mixture")],
    }
}

fn kernels() -> Kernels {
    let row = kernels::Row {
        file_system: "ext4".to_owned(),
        operation: "restore".to_owned(),
        states: 640,
        ..kernels::Row::default()
    };
    let mutant = kernels::MutantRow {
        mutant: "restore-syncs-nothing".to_owned(),
        hole: "every sync is swallowed".to_owned(),
        waiver: None,
        file_system: "ext4".to_owned(),
        verdict: kernels::Verdict::Killed,
    };
    let skipped =
        kernels::Skipped { what: "btrfs".to_owned(), why: "mkfs.btrfs is not installed".to_owned(), broken: false };
    Kernels {
        kernel: "6.8.0".to_owned(),
        seconds: 300.0,
        rows: vec![row],
        mutants: vec![mutant],
        skipped: vec![skipped],
    }
}
