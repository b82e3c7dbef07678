//! All mutants on trial, over some threads, and what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;

use super::automatic::{self, Automatic};
use super::waivers::{Waiver, Waivers};
use super::{Mutant, all};
use crate::crash::explorer::{Explorer, Limits, explore};
use crate::crash::model::Model;
use crate::crash::recipe::Recipe;
use crate::crash::recoveries::Recoveries;
use crate::crash::scenarios::{self, Scenario};
use crate::crash::trace::Trace;
use crate::sim::machine::Build;
use crate::sim::vfs::SimVfs;

/// Which mutants are tried.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether those made by hand are.
    pub made: bool,
    /// Whether those made of the scenarios' traces are.
    pub automatic: bool,
    /// Whether each of those made by hand is tried under every fault model, also where one has caught it.
    pub ablation: bool,
    /// Only mutants and scenarios whose names contain this.
    pub only: String,
    /// Over how many threads.
    pub threads: usize,
}

/// What came of all.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MutantOutcome {
    /// Those made by hand.
    pub made: Vec<Made>,
    /// Those made of each scenario's trace.
    pub automatic: Vec<Automatic>,
    /// All waivers, and what each covers.
    pub waivers: Vec<Waiver>,
}

impl MutantOutcome {
    /// How many of those made by hand each fault model catches; of use where every one was tried.
    pub fn ablation(&self) -> Vec<(&'static str, usize)> {
        let catches = |model: Model| {
            let by = |made: &&Made| matches!(&made.verdict, Verdict::Killed { models, .. } if models.contains(&model.name()));
            (model.name(), self.made.iter().filter(by).count())
        };
        ORDER.into_iter().map(catches).collect()
    }

    /// What nobody catches and nobody has waived, in a sentence each.
    pub fn complaints(&self) -> Vec<String> {
        let free = self.made.iter().filter(|made| made.waived.is_none());
        let free = free.filter(|made| !matches!(made.verdict, Verdict::Killed { .. }));
        let made = free.map(|made| format!("nobody catches {}: {:?}", made.name, made.verdict));
        let survivors = self.automatic.iter().flat_map(|one| &one.survivors);
        let changes = survivors.filter(|survivor| survivor.waived.is_none());
        let changes = changes.map(|survivor| format!("nobody catches {} at {:?}", survivor.class, survivor.places));
        made.chain(changes).collect()
    }

    /// Waivers that cover nothing; of use where all mutants were tried.
    pub fn idle_waivers(&self) -> impl Iterator<Item = &Waiver> {
        self.waivers.iter().filter(|waiver| waiver.covers == 0)
    }
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
    /// How long that took, with the life that was judged.
    pub milliseconds: u128,
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
        /// The fault model that shows it, or all that do where every one was tried; the first to do so comes first.
        models: Vec<&'static str>,
        /// After how many states.
        states: usize,
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

/// Tries all that the options name.
pub fn run(options: &Options) -> MutantOutcome {
    let named = |name: &str| name.contains(&options.only);
    let mutants: Vec<Mutant> = all().into_iter().filter(|mutant| options.made && named(mutant.name)).collect();
    let scenarios: Vec<Scenario> =
        scenarios::all().into_iter().filter(|scenario| options.automatic && named(scenario.name)).collect();
    let mut waivers = Waivers::written();
    let trials: Vec<Trial<'_>> = mutants.iter().map(|mutant| Trial { mutant, ablation: options.ablation }).collect();
    let mut made = share(&trials, options.threads, "made", try_made);
    acquit(&mut made, options.threads);
    for one in &mut made {
        if !matches!(one.verdict, Verdict::Killed { .. }) {
            one.waived = waivers.reason(one.name);
        }
    }
    let mut automatic = share(&scenarios, options.threads, "automatic", automatic::try_all);
    automatic.iter_mut().for_each(|one| one.waive(&mut waivers));
    MutantOutcome { made, automatic, waivers: waivers.into_all() }
}

/// A mutant, and whether every fault model is tried.
struct Trial<'a> {
    mutant: &'a Mutant,
    ablation: bool,
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
    let shipped = share(&pairs, threads, "shipped", |(scenario, model), vfs| {
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

/// Does a work for each item, in some threads that have a file layer each; the order stays.
fn share<I: Sync, O: Send>(items: &[I], threads: usize, name: &str, work: fn(&I, &Arc<SimVfs>) -> O) -> Vec<O> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for thread in 0..threads.max(1) {
            let (next, done) = (&next, &done);
            scope.spawn(move || {
                let vfs = Arc::new(SimVfs::register(&format!("mutants-{name}-{thread}")));
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let one = work(item, &vfs);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, one));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, one)| one).collect()
}

fn try_made(trial: &Trial<'_>, vfs: &Arc<SimVfs>) -> Made {
    let mutant = trial.mutant;
    let begun = Instant::now();
    let mut verdict = Verdict::Lifeless { reason: "no scenario is about it".to_owned() };
    let all = scenarios::all();
    let fitting = mutant.scenarios.iter().flat_map(|prefix| all.iter().filter(move |one| one.name.starts_with(prefix)));
    for scenario in fitting {
        match (try_in(trial, scenario, vfs), &mut verdict) {
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
    Made { name: mutant.name, story: mutant.story, verdict, milliseconds: begun.elapsed().as_millis(), waived: None }
}

fn try_in(trial: &Trial<'_>, scenario: &Scenario, vfs: &Arc<SimVfs>) -> Verdict {
    let parts = (trial.mutant.breaks)(scenario.parts(vfs, Build::shipped()));
    // A scenario's preparation takes a failure for a defect of the harness.
    let lived = catch_unwind(AssertUnwindSafe(|| {
        let mut life = scenario.prepared(&parts);
        let acted = (scenario.act)(&mut life);
        (acted, life.end())
    }));
    let Ok((acted, (trace, clock))) = lived else {
        return Verdict::Lifeless { reason: format!("{}: it cannot be prepared", scenario.name) };
    };
    match (judged(trial, scenario, Recoveries::new(&parts, &clock), &trace), acted) {
        // What the scenario itself finds without a power cut is no merit of the crash states.
        (Verdict::Survived { .. }, Err(reason)) => Verdict::Lifeless { reason: format!("{}: {reason}", scenario.name) },
        (verdict, _) => verdict,
    }
}

/// In what order the fault models are tried: few states that tell much come first.
const ORDER: [Model; 6] =
    [Model::AllLost, Model::Kill, Model::NamesKept, Model::Prefix, Model::AllButOne, Model::Strict];

fn judged<'a>(trial: &Trial<'_>, scenario: &Scenario, mut recoveries: Recoveries<'a>, trace: &'a Trace) -> Verdict {
    let (mut all, mut killed) = (0, None);
    for model in ORDER {
        let (outcome, known) = Explorer::over(recoveries, trace, limits(model)).explore();
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
        });
        if let Verdict::Killed { models, .. } = first {
            models.push(model.name());
        }
        if !trial.ablation {
            break;
        }
    }
    killed.unwrap_or(Verdict::Survived { states: all })
}

fn limits(model: Model) -> Limits {
    // A recovery that is broken shows when it is cut itself.
    let depth = usize::from(model == Model::Strict);
    Limits {
        model,
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
