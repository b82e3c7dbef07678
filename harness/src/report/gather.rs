//! Brings what the rooms of the proof found into the report's form, and explores the operations of an app.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::options::Options;
use super::rows::{File, Machine, Operation, Proof, Skipped, Violation};
use super::speaks::speaks;
use super::words::{many, thousands, time};
use crate::crash::Subject;
use crate::crash::explorer::{self, Explorer, Limits, Outcome};
use crate::crash::life::Parts;
use crate::crash::recipe::Recipe;
use crate::crash::replay::{self, Replayed};
use crate::crash::roles::NoPart;
use crate::crash::scenarios::Scenario;
use crate::crash::told::Lying;
use crate::crash::trace::Trace;
use crate::guarantees;
use crate::sim::machine::Build;
use crate::sim::vfs::SimVfs;
use crate::threads::share;

/// So many violations of an operation are told; the others are counted.
const TOLD: usize = 5;

/// Power cuts in those operations of these that the options want, over so many threads; `tell` hears a line for each.
/// Where an app of somebody else's is given, it lives them with its own plans. Operations that are about something which
/// it does not have are told as skipped; one at which it fails is an objection.
pub fn explored(
    scenarios: &[Scenario],
    app: Option<&Arc<dyn Subject>>,
    options: &Options,
    limits: Limits,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Proof {
    let start = Instant::now();
    let wanted: Vec<&Scenario> = scenarios.iter().filter(|scenario| options.wants(scenario.name)).collect();
    let tell = Mutex::new(tell);
    let lived = share(&wanted, options.threads, "explored", |scenario, vfs| {
        let lived = one(scenario, app, vfs, limits);
        let line = match &lived {
            Ok(operation) => operation.line(),
            Err(unlived) => format!("{:<36} not explored: {}", scenario.name, unlived.why),
        };
        tell.lock().unwrap_or_else(PoisonError::into_inner)(&line);
        lived
    });
    let mut proof = Proof { machine: Machine::this(options.threads), ..Proof::default() };
    for (scenario, lived) in wanted.iter().zip(lived) {
        match lived {
            Ok(operation) => proof.operations.push(operation),
            Err(unlived) => {
                let skipped = Skipped { what: scenario.name.to_owned(), why: unlived.why };
                let list = if unlived.is_not_for_it { &mut proof.skipped } else { &mut proof.unlived };
                list.push(skipped);
            }
        }
    }
    proof.seconds = start.elapsed().as_secs_f64();
    proof
}

fn one(
    scenario: &Scenario,
    app: Option<&Arc<dyn Subject>>,
    vfs: &Arc<SimVfs>,
    limits: Limits,
) -> Result<Operation, Unlived> {
    let start = Instant::now();
    let subject = app.cloned().unwrap_or_else(|| (scenario.subject)());
    let decider = subject.clone();
    let build = Build { decide: Arc::new(move || decider.decide()), ..Build::shipped() };
    let parts = Parts { vfs: vfs.clone(), subject, build };
    let (trace, clock) = match app {
        None => scenario.trace(&parts),
        Some(_) => catch_unwind(AssertUnwindSafe(|| scenario.trace(&parts))).map_err(|panic| Unlived::of(&*panic))?,
    };
    let mut outcome = Explorer::new(&parts, &trace, clock.clone(), limits).run();
    for violation in &mut outcome.violations {
        scenario.name.clone_into(&mut violation.recipe.operation);
    }
    let mut operation = Operation::of(scenario, &trace, &outcome, start.elapsed().as_secs_f64());
    if let Some(found) = operation.violations.first_mut() {
        let smallest = replay::smallest(&outcome.violations[0].recipe, &trace, &parts, &clock);
        found.retell(replay::again(&smallest, &trace, &parts, &clock).map(|replayed| (smallest, replayed)));
    }
    Ok(operation)
}

/// An operation that was not explored.
struct Unlived {
    why: String,
    /// It is about something that this app does not have. Otherwise the app or its plans failed, and that is no proof.
    is_not_for_it: bool,
}

impl Unlived {
    /// A scenario takes whatever it cannot live with for a defect, and panics.
    fn of(panic: &(dyn Any + Send)) -> Self {
        if let Some(NoPart(part)) = panic.downcast_ref() {
            return Self { why: format!("the app has no schema that plays the part of {part}"), is_not_for_it: true };
        }
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Self { why: text.unwrap_or("it panics").to_owned(), is_not_for_it: false }
    }
}

impl Operation {
    /// What the explorer found in a scenario.
    pub fn of(scenario: &Scenario, trace: &Trace, outcome: &Outcome, seconds: f64) -> Self {
        let distinct = outcome.distinct as u64;
        let mut broken = BTreeMap::<String, u64>::new();
        for violation in &outcome.violations {
            *broken.entry(violation.guarantee.to_owned()).or_default() += 1;
        }
        let told = outcome.violations.iter().take(TOLD);
        Self {
            name: scenario.name.to_owned(),
            story: scenario.story.to_owned(),
            log: outcome.log as u64,
            points: outcome.points as u64,
            complete: outcome.complete as u64,
            distinct,
            telling: outcome.telling as u64,
            nested: outcome.nested as u64,
            recoveries: outcome.runs as u64,
            skipped: outcome.skipped,
            unrun: outcome.unrun as u64,
            uncut: outcome.uncut as u64,
            seconds,
            judged: speaking(trace).into_iter().map(|id| (id.to_owned(), distinct)).collect(),
            broken,
            violations: told.map(|violation| Violation::of(scenario, violation)).collect(),
        }
    }

    /// A line while the proof runs.
    pub fn line(&self) -> String {
        let broken = self.broken.values().sum::<u64>().max(self.violations.len() as u64);
        let word = if broken == 0 { "held".to_owned() } else { many(broken, "VIOLATION", "VIOLATIONS") };
        let states = format!("{} states, {} of them telling", thousands(self.distinct), thousands(self.telling));
        let recoveries = many(self.recoveries, "recovery", "recoveries");
        format!("{:<36} {word}: {states}; {recoveries}, {}", self.name, time(self.seconds))
    }
}

/// Guarantees that some point of an operation can break.
fn speaking(trace: &Trace) -> Vec<&'static str> {
    let mut promises = trace.promises();
    promises.dedup_by(|one, other| Arc::ptr_eq(one, other));
    let all = guarantees::ALL.iter();
    all.filter(|one| promises.iter().any(|promise| speaks(one, promise))).map(|one| one.id).collect()
}

impl Violation {
    /// What the explorer found in a crash state.
    pub fn of(scenario: &Scenario, violation: &explorer::Violation) -> Self {
        Self {
            guarantee: violation.guarantee.to_owned(),
            operation: scenario.name.to_owned(),
            story: violation.story.clone(),
            replay: violation.recipe.to_string(),
            ..Self::default()
        }
    }

    /// Tells the smallest state instead that breaks the same, with what the power cut lost in it, and the disk before and
    /// after the recovery. Where none could be made again it stays as it is.
    pub fn retell(&mut self, smallest: Result<(Recipe, Replayed), String>) {
        let Some((recipe, Replayed { what, told, .. })) = smallest.ok().filter(|(_, told)| told.broken.is_some())
        else {
            return;
        };
        let files = |files: Vec<Lying>| {
            files.into_iter().map(|Lying { path, bytes, holds }| File { path, bytes, holds }).collect()
        };
        (self.story, self.replay, self.lost) = (what, recipe.to_string(), told.lost);
        (self.before, self.after) = (files(told.before), files(told.after));
    }
}
