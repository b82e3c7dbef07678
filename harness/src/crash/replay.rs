//! Makes one crash state again and tells it as a story: what was going on, which changes were lost, the files as the power
//! cut left them and as recovery made them, what was promised and what was found.

use std::fmt::Write as _;
use std::sync::Arc;

use super::faults;
use super::life::Parts;
use super::nested::go_on;
use super::recipe::{Cut, Recipe};
use super::recoveries::Recoveries;
use super::scenarios::{self, Scenario};
use super::shrink::shrink;
use super::states::Point;
use super::told::{self, Lying, Told};
use super::trace::{Promise, Trace};
use crate::guarantees;
use crate::sim::clock::SimClock;
use crate::sim::machine::{Build, Machine};
use crate::sim::vfs::SimVfs;

/// A crash state that was made again.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// The guarantee that is broken there, if one is.
    pub broken: Option<&'static str>,
    /// What speaks against it; nothing where none is.
    pub what: String,
    /// What happened, over many lines.
    pub story: String,
    /// The same, for reports.
    pub told: Told,
    /// The changes that were pending at each power cut.
    pub pending: Vec<Vec<usize>>,
}

/// Makes the state of a line again, on the product as it is shipped.
pub fn replay(line: &str, vfs: &Arc<SimVfs>) -> Result<Replayed, String> {
    let recipe: Recipe = line.parse()?;
    let scenario = scenario(&recipe)?;
    let parts = scenario.parts(vfs, Build::on(recipe.model));
    let (trace, clock, said) = lived(&recipe, &scenario, &parts);
    let replayed = again(&recipe, &trace, &parts, &clock)?;
    Ok(Replayed { story: format!("{}: {}\n{said}{}", scenario.name, scenario.story, replayed.story), ..replayed })
}

/// The smallest state that breaks what the state of this recipe breaks, made again on the product as it is shipped.
pub fn shortest(recipe: &Recipe, vfs: &Arc<SimVfs>) -> Result<(Recipe, Replayed), String> {
    let scenario = scenario(recipe)?;
    let parts = scenario.parts(vfs, Build::on(recipe.model));
    let (trace, clock, _) = lived(recipe, &scenario, &parts);
    let smallest = smallest(recipe, &trace, &parts, &clock);
    let replayed = again(&smallest, &trace, &parts, &clock)?;
    Ok((smallest, replayed))
}

/// The life that a recipe is about: one on a disk that fails, where it says so, and then with what the operation said.
fn lived(recipe: &Recipe, scenario: &Scenario, parts: &Parts) -> (Trace, SimClock, String) {
    let Some(failure) = recipe.failure else {
        let (trace, clock) = scenario.trace(parts);
        return (trace, clock, String::new());
    };
    let failed = faults::live(scenario, parts, failure);
    let said = match failed.said {
        Ok(Ok(())) => "it is done".to_owned(),
        Ok(Err(said)) => said,
        Err(panic) => format!("it falls over: {panic}"),
    };
    (failed.trace, failed.clock, format!("The disk fails: {failure}. The operation says: {said}\n"))
}

/// The smallest state that breaks what the state of this recipe breaks.
pub fn smallest(recipe: &Recipe, trace: &Trace, parts: &Parts, clock: &SimClock) -> Recipe {
    let broken = again(recipe, trace, parts, clock).ok().and_then(|told| told.broken);
    let mut trial = |candidate: &Recipe| {
        let told = again(candidate, trace, parts, clock).ok()?;
        (broken.is_some() && told.broken == broken).then_some(told.pending)
    };
    shrink(recipe.clone(), &mut trial)
}

fn scenario(recipe: &Recipe) -> Result<Scenario, String> {
    let found = scenarios::all().into_iter().find(|scenario| scenario.name == recipe.operation);
    found.ok_or_else(|| format!("there is no operation `{}`", recipe.operation))
}

/// Makes a state of a trace again.
pub fn again(recipe: &Recipe, trace: &Trace, parts: &Parts, clock: &SimClock) -> Result<Replayed, String> {
    let mut recoveries = Recoveries::new(parts, clock);
    let mut replayed = Replayed::default();
    let mut trace = trace.clone();
    for (depth, cut) in recipe.cuts.iter().enumerate() {
        if cut.at > trace.log.len() {
            return Err(format!("the log has {} entries; there is no cut after {}", trace.log.len(), cut.at));
        }
        let point = Point::after(&trace.base, &trace.log, cut.at, recipe.model.barriers());
        if let Some((place, _)) = cut.fates.iter().find(|(place, _)| !point.pending.contains(place)) {
            return Err(format!("change {place} is not pending after {} entries", cut.at));
        }
        let promise = recipe.model.promises(&trace, &Arc::new(trace.start.clone()))[cut.at].clone();
        let image = point.image(&trace.log, &cut.fates);
        let wreck = Machine::after_cut(&parts.vfs, image.clone(), depth as u64 + 1, clock.clone(), parts.build.clone());
        let before = told::files(&wreck, &promise);
        let lost = told::lost(&trace, &point, cut);
        tell_cut(&mut replayed.story, &trace, cut, &promise, &lost);
        tell_files(&mut replayed.story, "The power cut left:", &before);
        let (found, machine) = recoveries.observe(&image, depth);
        let after = told::files(&machine, &promise);
        tell_files(&mut replayed.story, "After recovery there is:", &after);
        replayed.told = Told { lost, before, after };
        replayed.pending.push(point.pending);
        let went_on = go_on(parts, &machine, &found, depth + 1);
        let verdict = guarantees::judge(&promise, &found).or_else(|| went_on.err().map(|story| ("G11", story)));
        if let Some((guarantee, story)) = verdict {
            let _ = writeln!(replayed.story, "{guarantee} is broken: {story}");
            return Ok(Replayed { broken: Some(guarantee), what: story, ..replayed });
        }
        let _ = writeln!(replayed.story, "Everything that was promised is there.");
        let (base, log) = machine.disk.history();
        trace = Trace { base, log, start: (*promise).clone() };
    }
    Ok(replayed)
}

fn tell_cut(story: &mut String, trace: &Trace, cut: &Cut, promise: &Promise, lost: &[String]) {
    let during = promise.operation.as_deref().map_or_else(String::new, |operation| format!(", during {operation}"));
    let _ = writeln!(story, "The power was cut after {} of {} entries of the log{during}.", cut.at, trace.log.len());
    for change in lost {
        let _ = writeln!(story, "  {change}");
    }
}

fn tell_files(story: &mut String, title: &str, files: &[Lying]) {
    let _ = writeln!(story, "{title}");
    for Lying { path, bytes, holds } in files {
        let holds = if holds.is_empty() { String::new() } else { format!(": {holds}") };
        let _ = writeln!(story, "  {path} {bytes} bytes{holds}");
    }
}
