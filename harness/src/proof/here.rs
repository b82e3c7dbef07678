//! Random lives, and the simulated disk beside this computer's.

use std::sync::Arc;
use std::time::Instant;

use super::skipped;
use crate::crash::scenarios::Scenario;
use crate::report::{Conformance, Lives, Options, Proof, Violation};
use crate::sim::machine::Build;
use crate::sim::vfs::SimVfs;
use crate::{conformance as likeness, model};

/// What all chance follows from; the next night's is another one where somebody says so.
const SEED: u64 = 1;
/// Lives in a run that a push waits for.
const LIVES: u64 = 300;

pub(super) fn lives(proof: &mut Proof, options: &Options) {
    let start = Instant::now();
    let vfs = ["lives-here", "lives-beside"].map(|name| Arc::new(SimVfs::register(name)));
    let lives = if options.nightly { LIVES * 20 } else { LIVES };
    let outcome = model::run(&vfs, &Build::shipped(), SEED, lives);
    let violations = outcome.violations.iter().map(|violation| Violation {
        guarantee: violation.promise.to_owned(),
        operation: "a random life".to_owned(),
        story: violation.to_string(),
        replay: format!("life-{}", violation.seed),
        ..Violation::default()
    });
    proof.lives = Some(Lives {
        seed: SEED,
        lives: outcome.lives,
        steps: outcome.tally.steps,
        power_cuts: outcome.tally.cuts,
        seconds: start.elapsed().as_secs_f64(),
        violations: violations.collect(),
    });
}

/// Lives the life of a seed, and tells it if it breaks a promise.
pub fn life_again(seed: u64) -> Option<String> {
    let vfs = ["life-here", "life-beside"].map(|name| Arc::new(SimVfs::register(name)));
    model::run(&vfs, &Build::shipped(), seed, 1).violations.first().map(ToString::to_string)
}

pub(super) fn conformance(proof: &mut Proof, wanted: &[Scenario]) {
    let program = std::env::current_exe().map(|program| program.with_file_name("live_here"));
    let program = match (likeness::missing(), program) {
        (Some(reason), _) => return proof.skipped.push(skipped("conformance", reason)),
        (None, Ok(program)) if program.is_file() => program,
        (None, _) => {
            return proof.unlived.push(skipped("conformance", "the program `live_here` is not built beside this"));
        }
    };
    let vfs = Arc::new(SimVfs::register("likeness"));
    for scenario in wanted {
        let what = format!("conformance of {}", scenario.name);
        match (likeness::compare(&vfs, scenario, &program), likeness::simulated_alone(scenario)) {
            (Ok(found), None) => proof.conformance.push(Conformance {
                operation: scenario.name.to_owned(),
                compared: found.deeds as u64,
                difference: found.difference,
            }),
            (Ok(_), Some(_)) => {
                proof.unlived.push(skipped(&what, "it can, and is on the list of those that cannot; take it off"));
            }
            (Err(_), Some(why)) => proof.skipped.push(skipped(&what, why)),
            (Err(reason), None) => proof.unlived.push(skipped(&what, reason)),
        }
    }
}
