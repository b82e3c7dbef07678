//! All mutants on trial, over some threads, and what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::automatic::{self, Automatic};
use super::waivers::Waivers;
use super::{Mutant, all};
use crate::crash::explorer::{Explorer, Limits, explore};
use crate::crash::model::Model;
use crate::crash::recipe::Recipe;
use crate::crash::recoveries::Recoveries;
use crate::crash::scenarios::{self, Scenario};
use crate::crash::trace::Trace;
use crate::report::Options;
use crate::sim::machine::Build;
use crate::sim::vfs::SimVfs;
use crate::threads::share;

/// What came of the mutants that were made by hand.
#[derive(Clone, Debug, Default)]
pub struct ByHand {
    /// Each of them.
    pub made: Vec<Made>,
    /// Waivers that cover none; of use where all were tried.
    pub idle_waivers: Vec<String>,
}

/// What came of those made of the scenarios' traces.
#[derive(Clone, Debug, Default)]
pub struct ByMachine {
    /// Each scenario's.
    pub tried: Vec<Automatic>,
    /// Waivers that cover none; of use where all scenarios were tried.
    pub idle_waivers: Vec<String>,
}

/// How many of those made by hand each fault model catches.
pub fn ablation(made: &[Made]) -> Vec<(&'static str, usize)> {
    let catches = |model: Model| {
        let by =
            |made: &&Made| matches!(&made.verdict, Verdict::Killed { models, .. } if models.contains(&model.name()));
        (model.name(), made.iter().filter(by).count())
    };
    ORDER.into_iter().map(catches).collect()
}

/// What came of a mutant that was made by hand.
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    /// Its name.
    pub name: &'static str,
    /// What is wrong with it.
    pub story: &'static str,
    /// Whether it was caught.
    pub verdict: Verdict,
    /// Why nobody needs to catch it.
    pub waived: Option<String>,
}

/// Whether a mutant was caught.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A crash state breaks a guarantee.
    Killed {
        /// In which scenario.
        scenario: &'static str,
        /// Which guarantee.
        guarantee: &'static str,
        /// What was found.
        told: String,
        /// How to make the state again.
        recipe: String,
        /// The fault models that show it, the first to do so first.
        models: Vec<&'static str>,
        /// After how many states.
        states: usize,
        /// How long that took, with the life that was judged, and with the scenarios before that do not show it.
        milliseconds: u128,
    },
    /// No crash state breaks any.
    Survived {
        /// How many were judged.
        states: usize,
    },
    /// It cannot live the life at all, which proves nothing.
    Lifeless {
        /// Why not.
        reason: String,
    },
}

/// Tries those made by hand whose names the options want.
pub fn by_hand(options: &Options) -> ByHand {
    let mutants: Vec<Mutant> = all().into_iter().filter(|mutant| options.wants(mutant.name)).collect();
    let mut made = share(&mutants, options.threads, "made", try_made);
    acquit(&mut made, options.threads);
    let mut waivers = Waivers::by_hand();
    for one in &mut made {
        if !matches!(one.verdict, Verdict::Killed { .. }) {
            one.waived = waivers.reason(one.name);
        }
    }
    ByHand { made, idle_waivers: waivers.idle() }
}

/// Tries those made of the traces of all scenarios that the options want.
pub fn by_machine(options: &Options) -> ByMachine {
    let wanted = |scenario: &Scenario| options.wants(scenario.name);
    let scenarios: Vec<Scenario> = scenarios::all().into_iter().filter(wanted).collect();
    let mut waivers = Waivers::by_machine();
    let is_waived = |class: &str| !options.nightly && waivers.cover(class);
    let mut tried =
        share(&scenarios, options.threads, "automatic", |one, vfs| automatic::try_all(one, vfs, &is_waived));
    tried.iter_mut().for_each(|one| one.waive(&mut waivers));
    ByMachine { tried, idle_waivers: waivers.idle() }
}

/// The control: where the shipped software is found guilty of the same scenario under the same fault model, nothing is
/// proven about a mutant.
fn acquit(made: &mut [Made], threads: usize) {
    let killed = |made: &Made| match &made.verdict {
        Verdict::Killed { scenario, models, .. } => Some((*scenario, *models.first()?)),
        Verdict::Survived { .. } | Verdict::Lifeless { .. } => None,
    };
    let pairs: BTreeSet<(&str, &str)> = made.iter().filter_map(killed).collect();
    let pairs: Vec<(&str, &str)> = pairs.into_iter().collect();
    let shipped = share(&pairs, threads, "shipped", |(scenario, model): &(&str, &str), vfs| {
        let scenario = scenarios::all().into_iter().find(|one| one.name == *scenario)?;
        let limits = limits(model.parse().ok()?);
        let outcome = explore(&scenario, &scenario.parts(vfs, Build::shipped()), limits);
        let violation = outcome.violations.into_iter().next()?;
        Some(format!("{}: {} [{}]", violation.guarantee, violation.story, violation.recipe))
    });
    let guilty: BTreeMap<_, _> =
        pairs.into_iter().zip(shipped).filter_map(|(pair, story)| Some((pair, story?))).collect();
    for one in made {
        if let Some(((scenario, model), story)) = killed(one).and_then(|pair| guilty.get_key_value(&pair)) {
            let reason = format!("{scenario} under {model} finds the shipped software guilty too: {story}");
            one.verdict = Verdict::Lifeless { reason };
        }
    }
}

fn try_made(mutant: &Mutant, vfs: &Arc<SimVfs>) -> Made {
    let begun = Instant::now();
    let mut verdict = Verdict::Lifeless { reason: "no scenario is about it".to_owned() };
    let all = scenarios::all();
    let fitting = mutant.scenarios.iter().flat_map(|prefix| all.iter().filter(move |one| one.name.starts_with(prefix)));
    for scenario in fitting {
        match (try_in(mutant, scenario, vfs, begun), &mut verdict) {
            (killed @ Verdict::Killed { .. }, _) => {
                verdict = killed;
                break;
            }
            (Verdict::Survived { states: more }, Verdict::Survived { states }) => *states += more,
            (survived @ Verdict::Survived { .. }, _) => verdict = survived,
            (lifeless @ Verdict::Lifeless { .. }, Verdict::Lifeless { .. }) => verdict = lifeless,
            (Verdict::Lifeless { .. }, _) => {}
        }
    }
    Made { name: mutant.name, story: mutant.story, verdict, waived: None }
}

fn try_in(mutant: &Mutant, scenario: &Scenario, vfs: &Arc<SimVfs>, begun: Instant) -> Verdict {
    let parts = (mutant.breaks)(scenario.parts(vfs, Build::shipped()));
    // A scenario's preparation takes a failure for a defect of the harness.
    let lived = catch_unwind(AssertUnwindSafe(|| {
        let mut life = scenario.prepared(&parts);
        let acted = (scenario.act)(&mut life);
        (acted, life.end())
    }));
    let Ok((acted, (trace, clock))) = lived else {
        return Verdict::Lifeless { reason: format!("{}: it cannot be prepared", scenario.name) };
    };
    match (judged(scenario, Recoveries::new(&parts, &clock), &trace, begun), acted) {
        // What the scenario itself finds without a power cut is no merit of the crash states.
        (Verdict::Survived { .. }, Err(reason)) => Verdict::Lifeless { reason: format!("{}: {reason}", scenario.name) },
        (verdict, _) => verdict,
    }
}

/// In what order the fault models are tried: few states that tell much come first.
const ORDER: [Model; 6] =
    [Model::AllLost, Model::Kill, Model::NamesKept, Model::Prefix, Model::AllButOne, Model::Strict];

/// Where the mutant is known to do something else than the shipped software, the power is first cut from there on: the
/// disks before it are also those of the shipped software. All others come after that, for the models that have not
/// caught it: it may also do something else in recoveries.
fn judged<'a>(scenario: &Scenario, mut recoveries: Recoveries<'a>, trace: &'a Trace, begun: Instant) -> Verdict {
    let (mut all, mut killed) = (0, None);
    let strays = trace.strays_from().into_iter().flat_map(|from| ORDER.map(|model| (model, from)));
    for (model, from) in strays.chain(ORDER.map(|model| (model, 0))) {
        if matches!(&killed, Some(Verdict::Killed { models, .. }) if models.contains(&model.name())) {
            continue;
        }
        let (outcome, known) = Explorer::over(recoveries, trace, Limits { from, ..limits(model) }).explore();
        recoveries = known;
        all += outcome.judged;
        let Some(violation) = outcome.violations.into_iter().next() else { continue };
        let recipe = Recipe { operation: scenario.name.to_owned(), ..violation.recipe };
        let first = killed.get_or_insert_with(|| Verdict::Killed {
            scenario: scenario.name,
            guarantee: violation.guarantee,
            told: violation.story,
            recipe: recipe.to_string(),
            models: Vec::new(),
            states: all,
            milliseconds: begun.elapsed().as_millis(),
        });
        if let Verdict::Killed { models, .. } = first {
            models.push(model.name());
        }
    }
    killed.unwrap_or(Verdict::Survived { states: all })
}

fn limits(model: Model) -> Limits {
    // A recovery that is broken shows when it is cut itself.
    let depth = usize::from(model == Model::Strict);
    Limits {
        model,
        from: 0,
        exhaustive: 8,
        by_chance: 20,
        inside: 0,
        states: 6_000,
        runs: 800,
        depth,
        nested_states: 1_000,
        nested_runs: 100,
        stop_at_first: true,
    }
}
