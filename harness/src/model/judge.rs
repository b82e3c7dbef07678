//! What is found on the computer after a step, held against the owner's book.

use std::collections::BTreeMap;
use std::path::Path;

use omnicraft_core::event::EventKind;
use omnicraft_core::model::Slot;
use omnicraft_core::names;
use omnicraft_core::state::State;

use super::Broken;
use super::intention::{Answer, Intention, Turn, live};
use super::life::{Course, Life, NAMES};
use super::machine::{Start, bytes};
use super::reference::{Capture, Live, Undo};
use crate::crash::life::HOME;
use crate::sim::image::Image;

/// What every database held before a step.
pub(super) type Before = BTreeMap<&'static str, Live>;

impl Life {
    /// Everything that was promised is there.
    pub(super) fn judge(
        &mut self,
        intention: &Intention,
        course: &Course,
        before: &Before,
        interrupted: bool,
    ) -> Result<(), Broken> {
        self.tally.judged += 1;
        self.tally.done += u64::from(course.done);
        let image = self.computer.machine.disk.image();
        let starts = self.computer.fresh.take() == Some(Start::Clean);
        if starts {
            self.learn_what_was_done_by_hand(&image)?;
        }
        self.judge_answer(intention, course, interrupted)?;
        let turns = possible(intention, course, interrupted);
        let turn = self.came_about(&image, &turns)?;
        self.turn(&turn);
        let is_exit = matches!(intention.event, Some(EventKind::AppClosing(_)));
        self.judge_cards(&image, before, &turns, interrupted && is_exit)?;
        self.remember_restores(&turn, before)?;
        self.judge_done(&image, intention, course, before)?;
        self.judge_foreign(&image)?;
        if starts { self.judge_start(&image) } else { Ok(()) }
    }

    pub(super) fn state(&self) -> &State {
        self.computer.engine.as_ref().unwrap().state()
    }

    fn judge_answer(&self, intention: &Intention, course: &Course, interrupted: bool) -> Result<(), Broken> {
        if interrupted || course.unaware {
            return Ok(());
        }
        match (intention.answer, course.done) {
            (Answer::Done, false) => {
                let why = course.refusal.as_deref().unwrap_or("without a reason");
                Err(Broken::new("G11", format!("it could be done, and the engine says: {why}")))
            }
            (Answer::Refused, true) => Err(Broken::new("G10", "the engine said that it was done, and it cannot be")),
            (Answer::Done | Answer::Any, true) | (Answer::Refused | Answer::Any, false) => Ok(()),
        }
    }

    /// The one turn that is found on the computer.
    fn came_about(&mut self, image: &Image, turns: &[Turn]) -> Result<Turn, Broken> {
        let names: Vec<&'static str> = self.books.keys().copied().collect();
        let found: Before = names.into_iter().map(|name| (name, self.look(image, name))).collect();
        let mut against = Vec::new();
        for turn in turns {
            match self.speaks_against(&found, turn) {
                None => return Ok(turn.clone()),
                Some(reason) => against.push(reason),
            }
        }
        Err(Broken::new("G4", against.join("; or, if it came about: ")))
    }

    fn look(&mut self, image: &Image, name: &str) -> Live {
        match self.reader.content(image, &live(name)) {
            None => Live::Missing,
            Some(Ok(content)) => Live::Holds(content),
            Some(Err(_)) => Live::Ruined,
        }
    }

    fn speaks_against(&self, found: &Before, turn: &Turn) -> Option<String> {
        let state = self.state();
        for (name, business) in &self.books {
            let expected = turn.live.iter().find(|(other, _)| other == name).map_or(business.live, |(_, live)| *live);
            if found[name] != expected {
                return Some(format!(
                    "{name} holds {}, not {}",
                    self.shown_live(found[name]),
                    self.shown_live(expected)
                ));
            }
            let listed = turn.listed.iter().find(|(other, _)| other == name).map_or(business.listed, |(_, on)| *on);
            if state.workspaces.iter().any(|workspace| workspace.id.0 == *name) != listed {
                let what = if listed { "no longer" } else { "still" };
                return Some(format!("{name} is {what} looked after"));
            }
            let undone = usize::from(turn.undone.contains(name));
            let points =
                if listed { business.undo.len() + usize::from(turn.restored.contains(name)) - undone } else { 0 };
            if !turn.is_vague && undo_points(state, name) != points {
                return Some(format!("{} restores of {name} can be undone, not {points}", undo_points(state, name)));
            }
        }
        let policy = turn.policy.as_ref().unwrap_or(&self.policy);
        (state.policy != *policy).then(|| "the policy is another one".to_owned())
    }

    fn shown_live(&self, live: Live) -> &str {
        match live {
            Live::Holds(content) => self.shelf.name(content),
            Live::Missing => "nothing, for there is no file",
            Live::Ruined => "nothing that can be read",
        }
    }

    fn turn(&mut self, turn: &Turn) {
        for (name, live) in &turn.live {
            self.books.get_mut(name).unwrap().becomes(*live);
        }
        for (name, on) in &turn.listed {
            if *on { self.take_up(name) } else { self.let_go(name) }
        }
        if let Some(policy) = &turn.policy {
            self.policy = policy.clone();
        }
        if let Some((id, pin)) = &turn.pin {
            let mut captures = self.books.values_mut().flat_map(|business| &mut business.captures);
            if let Some(capture) = captures.find(|capture| capture.id == *id) {
                capture.pin.clone_from(pin);
            }
        }
    }

    /// A database that is no longer looked after: its backups stay where they are.
    fn let_go(&mut self, name: &'static str) {
        let image = self.computer.machine.disk.image();
        let business = self.books.get_mut(name).unwrap();
        business.listed = false;
        business.undo.clear();
        let captures = std::mem::take(&mut business.captures);
        let left: Vec<Capture> = captures.into_iter().filter(|capture| !capture.harmed).collect();
        self.foreign.extend(bytes(&image, |path| left.iter().any(|capture| capture.path == path)));
        self.dormant.entry(name).or_default().extend(left);
    }

    fn take_up(&mut self, name: &'static str) {
        self.books.get_mut(name).unwrap().listed = true;
    }

    /// A restore can be undone, and an undo has used one up.
    fn remember_restores(&mut self, turn: &Turn, before: &Before) -> Result<(), Broken> {
        self.next_restore += 1;
        for name in &turn.restored {
            let was = before.get(name).copied().unwrap_or(Live::Missing);
            let points = self.state().undo.iter().rev();
            let safeguard =
                points.filter(|point| point.workspace.0 == *name).find_map(|point| Some(point.safeguard?.0));
            let business = self.books.get_mut(name).unwrap();
            let kept = business.captures.iter().find(|capture| Some(capture.id) == safeguard);
            if let Live::Holds(content) = was
                && kept.is_none_or(|capture| capture.content != content)
            {
                return Err(Broken::new(
                    "G5",
                    format!("{name} was restored over, and what it held is in no safeguard"),
                ));
            }
            business.undo.push(Undo { was, safeguard, number: self.next_restore });
        }
        for name in &turn.undone {
            self.books.get_mut(name).unwrap().undo.pop();
        }
        if turn.is_vague {
            self.count_undo_again();
        }
        Ok(())
    }

    /// Where nobody could say which restores can be undone still.
    pub(super) fn count_undo_again(&mut self) {
        for name in NAMES {
            let points = undo_points(self.state(), name);
            let Some(business) = self.books.get_mut(name) else { continue };
            business.undo.truncate(points);
            while business.undo.len() < points {
                business.undo.insert(0, Undo { was: Live::Ruined, safeguard: None, number: 0 });
            }
        }
    }

    fn judge_foreign(&self, image: &Image) -> Result<(), Broken> {
        let there = bytes(image, |path| self.foreign.contains_key(path) || path.starts_with("/home/backups"));
        if let Some((path, _)) = self.foreign.iter().find(|(path, number)| there.get(*path) != Some(number)) {
            return Err(Broken::new("G6", format!("{path} is not the engine's, and is not what it was")));
        }
        let is_there = |number: &&u64| there.values().any(|other| other == *number);
        if self.suspects.iter().any(|number| !is_there(&number)) {
            return Err(Broken::new("G6", "a backup that somebody had spoilt was removed or changed"));
        }
        for export in &self.exports {
            if bytes(image, |path| path == export.path).values().next() != Some(&export.bytes) {
                return Err(Broken::new("G6", format!("the export {} is not what it was", export.path)));
            }
        }
        Ok(())
    }

    /// A start leaves nothing half done, and every backup on a card.
    fn judge_start(&self, image: &Image) -> Result<(), Broken> {
        let recovery = self.computer.engine.as_ref().and_then(|engine| engine.recovery());
        if let Some(failure) = recovery.and_then(|recovery| recovery.failure.as_ref()) {
            return Err(Broken::new("G8", format!("recovery could not finish: {failure}")));
        }
        for path in bytes(image, |path| !self.foreign.contains_key(path)).keys() {
            let name = path.rsplit('/').next().unwrap_or_default();
            if names::is_unpublished(name) || *path == format!("{HOME}/{}", names::INTENT) {
                return Err(Broken::new("G8", format!("{path} was left behind")));
            }
            let listed = self.state().workspaces.iter();
            let ours = listed.into_iter().any(|workspace| {
                Path::new(path).parent() == Some(Path::new(&format!("{HOME}/{}", names::folder(workspace))))
            });
            let on_a_card = || {
                self.state().snapshots.values().any(|snapshot| {
                    let workspace = self.state().workspaces.iter().find(|workspace| workspace.id == snapshot.workspace);
                    workspace.is_some_and(|w| format!("{HOME}/{}", names::slot(w, snapshot.slot)) == *path)
                })
            };
            if ours && Slot::parse(name).is_some() && !on_a_card() {
                return Err(Broken::new("G8", format!("{path} is on no card")));
            }
        }
        Ok(())
    }
}

/// What may have come of it, the certain first.
fn possible(intention: &Intention, course: &Course, interrupted: bool) -> Vec<Turn> {
    let done = intention.turns.last().cloned().unwrap_or_default();
    let heard = course.done || course.commit.is_some();
    let mut turns = match (heard, &intention.event) {
        (true, Some(_)) => vec![done],
        (_, None) => vec![Turn::default()],
        (false, _) if !interrupted => vec![Turn::default()],
        (false, _) => {
            let none = [Turn::default()].into_iter();
            // An error that says that nothing was changed means the databases.
            none.chain(intention.turns.iter().filter(|turn| course.open || turn.live.is_empty()).cloned()).collect()
        }
    };
    if let Some(commit) = course.commit.as_ref().filter(|_| interrupted) {
        let after = commit.between.iter().chain([&commit.after]);
        turns.extend(after.map(|content| Turn { live: vec![(commit.name, Live::Holds(*content))], ..Turn::default() }));
    }
    // An undo of what nobody could say everything about leads to one of those that the book names.
    if heard && intention.turns.len() > 1 {
        turns.extend(intention.turns.iter().cloned());
    }
    turns
}

pub(super) fn undo_points(state: &State, name: &str) -> usize {
    state.undo.iter().filter(|point| point.workspace.0 == name).count()
}
