//! Power cuts in recoveries, and after them: the machine starts over a crash state, recovers, the app goes on and commits,
//! and the power goes again anywhere in between. What had been promised at the first cut holds at the second, and what
//! the app was told in between holds for ever.

use std::collections::HashMap;
use std::path::Path;

use foldhash::fast::FixedState;
use omnicraft_host::engine::Engine;
use omnicraft_host::progress::Unobserved;

use super::Books;
use super::explorer::DEEPEST;
use super::ledger::Ledger;
use super::life::{HOME, Parts};
use super::observe::Found;
use super::recipe::Cut;
use super::recoveries::End;
use super::search::{Level, Numbered, Quota, Search};
use super::trace::{Promise, Trace};
use crate::sim::app::SimApp;
use crate::sim::image::Image;
use crate::sim::machine::Machine;

/// A recovery to be cut at each of its points costs at least so many others.
const RUNS: usize = 30;
/// How much of the limits power cuts in recoveries from the operation use up, in percent; the rest is for deeper ones.
const FIRST: usize = 70;

/// A crash state whose recovery will be cut.
pub(super) struct Nest {
    end: usize,
    image: Image,
    cuts: Vec<Cut>,
    promises: Vec<Numbered>,
    /// Whether the engine changed something, and not the app alone.
    by_engine: bool,
}

/// Crash states whose recoveries will be cut: for each kind of recovery one, or more where one did not meet all promises.
#[derive(Default)]
pub(super) struct Nests {
    list: Vec<Nest>,
    by_shape: HashMap<(usize, u64), Vec<usize>, FixedState>,
}

impl Nests {
    /// A recovery from this disk ended as this promise wanted.
    pub(super) fn meet(&mut self, end: &End, number: usize, image: &Image, cuts: Vec<Cut>, promise: Numbered) {
        let Some(shape) = end.shape else { return };
        let alike = self.by_shape.entry((cuts.len(), shape)).or_default();
        let same = alike.iter().find(|nest| self.list[**nest].end == number);
        let is_covered =
            alike.iter().any(|nest| self.list[*nest].promises.iter().any(|(covered, _)| *covered == promise.0));
        match same {
            Some(nest) => self.list[*nest].promises.push(promise),
            None if is_covered => {}
            None => {
                alike.push(self.list.len());
                let by_engine = end.found.changes > 0;
                self.list.push(Nest { end: number, image: image.clone(), cuts, promises: vec![promise], by_engine });
            }
        }
    }

    /// Those that so many power cuts led to; the engine's own first. Gives how many there were beyond `most`.
    fn take(&mut self, cuts: usize, most: usize) -> (Vec<Nest>, usize) {
        self.by_shape.retain(|(depth, _), _| *depth != cuts);
        let all = std::mem::take(&mut self.list);
        let (engines, apps): (Vec<Nest>, Vec<Nest>) = all.into_iter().partition(|nest| nest.by_engine);
        let beyond = (engines.len() + apps.len()).saturating_sub(most);
        let mut taken = evenly(engines, most);
        let left = most - taken.len();
        taken.extend(evenly(apps, left));
        (taken, beyond)
    }
}

/// So many of a list, in order, from all over it.
fn evenly<T>(list: Vec<T>, most: usize) -> Vec<T> {
    let all = list.len();
    let is_chosen = |at: usize| all <= most || (at + 1) * most / all > at * most / all;
    list.into_iter().enumerate().filter(|(at, _)| is_chosen(*at)).map(|(_, item)| item).collect()
}

impl Search<'_> {
    /// Cuts recoveries, and the recoveries from those.
    pub(super) fn recoveries_cut(&mut self) {
        let (from, limits) = (self.used(), self.limits);
        for depth in 1..=limits.depth.min(DEEPEST) {
            let share = if depth == limits.depth { 100 } else { FIRST };
            let to = Quota {
                states: from.states + limits.nested_states * share / 100,
                runs: from.runs + limits.nested_runs * share / 100,
            };
            let most = to.runs.saturating_sub(self.recoveries.runs()) / RUNS;
            let (nests, beyond) = self.nests.take(depth, most);
            self.outcome.uncut += beyond;
            for number in 0..nests.len() {
                let (used, left) = (self.used(), nests.len() - number);
                let even = |used: usize, to: usize| used + to.saturating_sub(used) / left;
                self.cut(&nests[number], even(used.states, to.states), even(used.runs, to.runs));
                if self.is_over() {
                    return;
                }
            }
        }
        self.outcome.runs += self.recoveries.runs() - from.runs;
    }

    fn cut(&mut self, nest: &Nest, states: usize, runs: usize) {
        let (found, machine) = self.recoveries.observe(&nest.image, nest.cuts.len() - 1);
        if let Err(story) = go_on(self.recoveries.parts, &machine, &found, nest.cuts.len()) {
            self.violation("G11", story, nest.cuts.clone());
            return;
        }
        let (base, log) = machine.disk.history();
        let trace = Trace { base, log, start: Promise::default() };
        let mut level = Level::new(&trace, self.limits.model, &nest.promises, &mut self.numbers);
        level.before.clone_from(&nest.cuts);
        let shares = [60, 100];
        let from = self.used();
        for (families, share) in self.limits.model.passes().iter().zip(shares) {
            let part = |from: usize, to: usize| from + to.saturating_sub(from) * share / 100;
            let to = Quota { states: part(from.states, states), runs: part(from.runs, runs) };
            self.pass(&mut level, to, |search, level, point| search.families(level, point, families));
        }
    }
}

/// The next start, in which the app commits once in each of its databases and is told so. The disk's log afterwards holds
/// it.
pub(super) fn go_on(parts: &Parts, machine: &Machine, found: &Found, cuts: usize) -> Result<(), String> {
    let ledger = Ledger::new(parts.subject.clone(), machine.disk.clone(), machine.vfs());
    let app = SimApp::new(parts.subject.clone(), machine.vfs(), ledger.handles.clone());
    let engine = Engine::open(Path::new(HOME), machine.ports(Box::new(app)), Box::new(Unobserved))
        .map_err(|error| format!("the second start after the power cut is refused: {error}"))?;
    let whole = found.live.iter().filter_map(|(path, content)| Some((path.clone(), *content.as_ref().ok()?)));
    let books: Books = whole.collect();
    if books.len() < found.live.len() {
        return Ok(());
    }
    ledger.settle(books);
    for (number, workspace) in (0..).zip(&engine.state().workspaces) {
        let profiles = parts.subject.profiles().iter();
        let Some(profile) = profiles.clone().find(|profile| Some(&profile.name) == workspace.schema.as_ref()) else {
            continue;
        };
        let live = Path::new(HOME).join(&workspace.database);
        // No life before has commits of these numbers.
        let number = 1_000_001 + 1_000 * i64::try_from(cuts).unwrap_or_default() + number;
        let words = format!("entry {number} of {}, after power cut {cuts}", workspace.id);
        let commit = |connection: &mut rusqlite::Connection| parts.subject.commit(profile, number, connection);
        ledger
            .change(&workspace.id, &live, &words, commit)
            .map_err(|error| format!("after recovery the app cannot commit to {}: {error}", live.display()))?;
    }
    drop(engine);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_of_many_come_from_all_over() {
        assert_eq!(evenly((0..10).collect(), 4), [2, 4, 7, 9]);
        assert_eq!(evenly((0..3).collect(), 4), [0, 1, 2]);
        assert_eq!(evenly((0..3).collect(), 0), [0; 0]);
    }
}
