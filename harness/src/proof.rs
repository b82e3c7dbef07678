//! The proof: power cuts in every operation, on the disks of certain platforms, after failures of the disk, in a product
//! that was broken on purpose, in random lives; and the simulated disk beside the real one.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::crash::explorer::{self, Limits, explore};
use crate::crash::faults::{self, faults};
use crate::crash::model::Model;
use crate::crash::replay;
use crate::crash::scenarios::{self, Scenario};
use crate::report::{Faults, Machine, Options, Part, Profile, Proof, Skipped, Violation, gather, words};
use crate::sim::machine::Build;
use crate::threads::share;

mod broken;
mod here;

pub use here::life_again;

/// Runs what the options ask for; `tell` hears a line for each part.
pub fn run(options: &Options, tell: &mut (dyn FnMut(&str) + Send)) -> Proof {
    let start = Instant::now();
    let wanted: Vec<Scenario> = scenarios::all().into_iter().filter(|scenario| options.wants(scenario.name)).collect();
    let mut proof = Proof { machine: Machine::this(options.threads), ..Proof::default() };
    for part in Part::ALL {
        if !options.parts.contains(&part) {
            proof.skipped.push(skipped(part.name(), "this run was not asked for it"));
            continue;
        }
        let begun = Instant::now();
        tell(story(part));
        match part {
            Part::Cuts => {
                let explored = gather::explored(&wanted, None, options, limits(options), tell);
                proof = Proof { skipped: proof.skipped, ..explored };
            }
            Part::Platforms => {
                proof.profiles =
                    PLATFORMS.into_iter().map(|(model, story)| platform(&wanted, model, story, options)).collect();
            }
            Part::Faults => proof.faults = failing(&wanted, options),
            Part::Mutants => broken::by_hand(&mut proof, options),
            Part::Automatic => broken::by_machine(&mut proof, options),
            Part::Lives => here::lives(&mut proof, options),
            Part::Conformance => here::conformance(&mut proof, &wanted),
        }
        tell(&format!("  took {}", words::time(begun.elapsed().as_secs_f64())));
    }
    proof.whole = options.is_whole();
    proof.is_selected = !options.only.is_empty();
    proof.seconds = start.elapsed().as_secs_f64();
    proof
}

const fn story(part: Part) -> &'static str {
    match part {
        Part::Cuts => "power cuts in every operation",
        Part::Platforms => "the disks of certain platforms",
        Part::Faults => "disks that fail",
        Part::Mutants => "the product, broken by hand",
        Part::Automatic => "the product, broken by a machine",
        Part::Lives => "random lives",
        Part::Conformance => "the files of this computer",
    }
}

/// How far each operation goes: what a push can wait for, or more or less of it by the budget, or a night.
fn limits(options: &Options) -> Limits {
    let push = Limits::default();
    let share = |of: usize| usize::try_from(of as u64 * options.budget.as_secs() / PUSH).unwrap_or(of).max(1);
    Limits {
        exhaustive: if options.nightly { 16 } else { push.exhaustive },
        states: share(push.states),
        runs: share(push.runs),
        nested_states: share(push.nested_states),
        nested_runs: share(push.nested_runs),
        by_chance: share(push.by_chance),
        ..push
    }
}

/// For so many seconds on two cores the default limits are made.
const PUSH: u64 = 90;

/// Platforms, and what their disks do.
const PLATFORMS: [(Model, &str); 5] = [
    (Model::Cloning, "btrfs and xfs: the live database is cloned, and what its log has newer is laid over"),
    (Model::Ordered, "ext4 and xfs with ordered data: names in order, and a file's data before its later names"),
    (Model::XfsZero, "a file's size is durable where its data is zeros"),
    (Model::MacFsync, "macOS: a sync that is not a full one is no barrier"),
    (Model::Windows, "Windows: no folder can be synced"),
];

fn platform(wanted: &[Scenario], model: Model, story: &str, options: &Options) -> Profile {
    let limits =
        Limits { model, exhaustive: 4, by_chance: 4, inside: 0, states: 600, runs: 20, depth: 0, ..Limits::default() };
    let explored = share(wanted, options.threads, model.name(), |scenario, vfs| {
        let outcome = explore(scenario, &scenario.parts(vfs, Build::on(model)), limits);
        let told = outcome.violations.first().map(|violation| {
            let mut told = Violation::of(scenario, violation);
            told.retell(replay::shortest(&violation.recipe, vfs));
            told
        });
        (outcome, told)
    });
    let mut profile = Profile { name: model.name().to_owned(), story: story.to_owned(), ..Profile::default() };
    for (outcome, told) in explored {
        profile.operations += 1;
        profile.distinct += outcome.distinct as u64;
        count(&mut profile.broken, &outcome.violations);
        profile.violations.extend(told);
    }
    profile
}

fn count(broken: &mut BTreeMap<String, u64>, violations: &[explorer::Violation]) {
    for violation in violations {
        *broken.entry(violation.guarantee.to_owned()).or_default() += 1;
    }
}

fn failing(wanted: &[Scenario], options: &Options) -> Vec<Faults> {
    let push = faults::Limits::default();
    let limits = if options.nightly { faults::Limits { places: 400, runs: 6_000, ..push } } else { push };
    share(wanted, options.threads, "faults", |scenario, vfs| {
        let outcome = faults(scenario, vfs, limits);
        let mut row = Faults {
            operation: scenario.name.to_owned(),
            tried: outcome.faults as u64,
            distinct: outcome.distinct as u64,
            ..Faults::default()
        };
        for broken in &outcome.violations {
            *row.broken.entry(broken.guarantee.to_owned()).or_default() += 1;
        }
        if let Some(first) = outcome.violations.first() {
            let mut told = Violation {
                guarantee: first.guarantee.to_owned(),
                operation: scenario.name.to_owned(),
                story: first.story.clone(),
                replay: first.recipe.to_string(),
                ..Violation::default()
            };
            told.retell(replay::shortest(&first.recipe, vfs));
            told.story = format!("{} (the disk fails: {})", told.story, first.failure);
            row.violations.push(told);
        }
        row
    })
}

/// Something that did not run.
fn skipped(what: &str, why: impl Into<String>) -> Skipped {
    Skipped { what: what.to_owned(), why: why.into() }
}
