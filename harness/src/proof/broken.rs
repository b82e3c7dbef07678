//! Mutants, in the report's form.

use crate::mutants::{self, Verdict as Tried};
use crate::report::{Ablation, Automatic, Killed, Mutant, Options, Proof, Survivor, Verdict};

pub(super) fn by_hand(proof: &mut Proof, options: &Options) {
    let outcome = mutants::by_hand(options);
    proof.mutants = outcome.made.iter().map(mutant).collect();
    if options.only.is_empty() {
        proof.idle_waivers.extend(outcome.idle_waivers);
    }
    let of = outcome.made.len() as u64;
    let ablation = mutants::ablation(&outcome.made).into_iter();
    proof.ablation = ablation
        .map(|(model, killed)| Ablation { model: model.to_owned(), story: story(model), killed: killed as u64, of })
        .collect();
}

pub(super) fn by_machine(proof: &mut Proof, options: &Options) {
    let outcome = mutants::by_machine(options);
    proof.automatic = outcome.tried.iter().map(automatic).collect();
    if options.only.is_empty() {
        proof.idle_waivers.extend(outcome.idle_waivers);
    }
}

/// What may be lost in a model.
fn story(model: &str) -> String {
    let words = match model {
        "kill" => "the process is killed, the power stays: nothing",
        "all-lost" => "everything that was not synced",
        "prefix" => "everything after some change that was not synced",
        "names-kept" => "data that was not synced, but no name",
        "all-but-one" => "as prefix, or one change alone, or all but one",
        _ => "each change that was not synced, on its own, in whole or in part",
    };
    words.to_owned()
}

fn mutant(made: &mutants::Made) -> Mutant {
    let verdict = match (&made.verdict, &made.waived) {
        (Tried::Killed { scenario, guarantee, told, recipe, states, milliseconds, .. }, _) => Verdict::Killed(Killed {
            guarantee: (*guarantee).to_owned(),
            operation: (*scenario).to_owned(),
            story: told.clone(),
            replay: recipe.clone(),
            states: *states as u64,
            milliseconds: *milliseconds as f64,
        }),
        (_, Some(reason)) => Verdict::Waived(reason.clone()),
        (Tried::Survived { states }, None) => Verdict::Survived(*states as u64),
        (Tried::Lifeless { reason }, None) => Verdict::Lifeless(reason.clone()),
    };
    Mutant { name: made.name.to_owned(), story: made.story.to_owned(), verdict }
}

fn automatic(tried: &mutants::Automatic) -> Automatic {
    let survivors = tried.survivors.iter().map(|survivor| Survivor {
        kind: survivor.class.clone(),
        count: survivor.places.len() as u64,
        waiver: survivor.waived.clone(),
    });
    Automatic {
        operation: tried.scenario.clone(),
        killed: tried.killed as u64,
        without_difference: tried.without_difference as u64,
        states: tried.states as u64,
        recoveries: tried.runs as u64,
        seconds: tried.seconds,
        survivors: survivors.collect(),
    }
}
