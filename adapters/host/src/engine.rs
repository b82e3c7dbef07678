//! The engine's loop: an event goes in, the core decides, the decision is recorded, its steps are performed, and each
//! outcome is the next event. A power cut finds the position on disk.

use std::path::{Path, PathBuf};

use camino::Utf8Path;
use jiff::Zoned;
use omnicraft_core::change::Change;
use omnicraft_core::effect::Effect;
use omnicraft_core::event::{Event, EventKind};
use omnicraft_core::health::Surroundings;
use omnicraft_core::names;
use omnicraft_core::outcome::Outcome;
use omnicraft_core::state::{Operation, State};
use omnicraft_core::transition::Conclusion;

use crate::error::{EngineError, Stop, shown};
use crate::home::Home;
use crate::perform::{self, Commits, Performer};
use crate::ports::Ports;
use crate::progress::{Observer, Progress};

/// A backup engine that holds a home's lock. Methods come in three kinds: [`Engine::create`] and [`Engine::open`] make
/// one, [`Engine::handle`] tells it what happened, the rest look at what it knows.
///
/// **Invariant:** no step runs before the changes that announce it are durable in the catalog; steps that change
/// nothing on disk, or nothing but staged files, are the exception, so that an app start with nothing due and an archive
/// that is refused write nothing.
pub struct Engine {
    home: Home,
    ports: Ports,
    observer: Box<dyn Observer>,
    state: State,
    pending: Vec<Change>,
    /// Whether the catalog says that an operation is under way.
    tracked: bool,
    /// Whether live databases were swapped by an operation whose end is not in the catalog yet.
    swapped: bool,
    recovery: Option<Conclusion>,
    /// What its steps have seen of the app's commits.
    commits: Commits,
}

impl Engine {
    /// Makes a home where there is none (the folder may exist and be empty), and opens it.
    pub fn create(path: &Path, ports: Ports, observer: Box<dyn Observer>) -> Result<Self, EngineError> {
        let home = Home::create(path, &ports)?;
        Self::recovered(home, ports, observer)
    }

    /// Takes the home's lock, loads the catalog, and finishes or undoes whatever was interrupted. A catalog that is
    /// missing or damaged is set aside and rebuilt from the folder and the manifests.
    pub fn open(path: &Path, ports: Ports, observer: Box<dyn Observer>) -> Result<Self, EngineError> {
        let home = Home::open(path, &ports)?;
        Self::recovered(home, ports, observer)
    }

    fn recovered(home: Home, ports: Ports, observer: Box<dyn Observer>) -> Result<Self, EngineError> {
        let mut engine = Self::over(home, ports, observer)?;
        let mut recovery = engine.drain(EventKind::EngineOpened)?;
        recovery.warnings.splice(0..0, engine.home.take_warnings());
        engine.recovery = Some(recovery);
        Ok(engine)
    }

    /// Looks at a home beside an engine that holds its lock: takes no lock, recovers nothing, records nothing. Only
    /// events whose steps change nothing, such as a preview, can be handled.
    pub fn view(path: &Path, ports: Ports, observer: Box<dyn Observer>) -> Result<Self, EngineError> {
        Self::over(Home::view(path, &ports)?, ports, observer)
    }

    fn over(mut home: Home, ports: Ports, observer: Box<dyn Observer>) -> Result<Self, EngineError> {
        let state = home.load()?;
        let tracked = home.is_locked() && state.operation.is_some();
        let (pending, commits) = (Vec::new(), Commits::default());
        let mut engine =
            Self { home, ports, observer, state, pending, tracked, swapped: false, recovery: None, commits };
        engine.swapped = engine.has_swapped();
        Ok(engine)
    }

    /// Tells the engine what happened, and stays until everything that follows from it is done.
    ///
    /// # Errors
    /// A refusal (nothing was changed) or a catalog that cannot be written. A step's failure is no error here: the
    /// conclusion holds it, after the clean-up.
    pub fn handle(&mut self, kind: EventKind) -> Result<Conclusion, EngineError> {
        // What another engine has under way is its affair: a view decides as if there were nothing.
        let theirs = if self.home.is_locked() { None } else { self.state.operation.take() };
        let result = self.recover_first().and_then(|()| self.drain(kind));
        if theirs.is_some() {
            self.state.operation = theirs;
        }
        result.map_err(|error| {
            let decided = self.is_decided();
            // What was not recorded did not happen: the next event starts from what the catalog holds. Where that cannot
            // be read either, state and pending changes stay together, to be recorded when it can.
            if let Ok(state) = self.home.load() {
                self.pending.clear();
                self.tracked = self.home.is_locked() && state.operation.is_some();
                self.state = state;
                self.swapped = self.has_swapped();
            }
            if decided { EngineError::Decided(Box::new(error)) } else { error }
        })
    }

    /// Whether a restore is past its commit point, so that the next start goes on with it.
    fn is_decided(&self) -> bool {
        let intent = self.home.path().join(names::INTENT);
        self.swapped || self.home.is_locked() && self.ports.files.stamp(&intent).is_ok_and(|stamp| stamp.is_some())
    }

    fn has_swapped(&self) -> bool {
        self.state.operation.as_ref().is_some_and(|operation| operation.swapped)
    }

    /// An operation that an error broke off, or a swap that could not be finished, comes before anything new.
    fn recover_first(&mut self) -> Result<(), EngineError> {
        if self.state.operation.is_some() && self.home.is_locked() {
            self.drain(EventKind::EngineOpened)?;
        }
        Ok(())
    }

    fn drain(&mut self, kind: EventKind) -> Result<Conclusion, EngineError> {
        let mut event = Event { now: self.ports.clock.now(), kind };
        loop {
            let next = (self.ports.decide)(&self.state, &event, self.ports.app.profiles());
            if let Some(refusal) = next.refused {
                return Err(EngineError::Refused(refusal));
            }
            for change in &next.changes {
                self.state.apply(change);
                self.swapped |= self.has_swapped();
            }
            next.changes.into_iter().for_each(|change| await_record(&mut self.pending, change));
            if let Some(conclusion) = next.conclusion {
                self.settle()?;
                return Ok(conclusion);
            }
            let outcome = self.perform_next()?;
            event = Event { now: self.ports.clock.now(), kind: EventKind::StepFinished(outcome) };
        }
    }

    fn perform_next(&mut self) -> Result<Outcome, EngineError> {
        let step = self.state.operation.as_ref().and_then(|operation| operation.remaining.first()).cloned();
        let Some(step) = step else {
            return Err(EngineError::Stuck);
        };
        if !step.effect.is_read_only() {
            self.prepare(&step.effect)?;
        }
        let (home, observer) = (self.home.path(), &*self.observer);
        let performer = Performer { home, ports: &self.ports, observer, commits: &self.commits };
        Ok(perform::perform(&performer, &self.state, &step))
    }

    /// Nothing is changed without the home's lock, and nothing before it is announced in the catalog; but staged files
    /// of an operation that has done nothing else need no announcement.
    fn prepare(&mut self, effect: &Effect) -> Result<(), EngineError> {
        if !self.home.is_locked() {
            return Err(EngineError::ViewOnly(shown(self.home.path())));
        }
        let is_untouched = !self.tracked && self.pending.iter().all(Change::is_bookkeeping);
        if effect.is_about_staged_alone() && is_untouched { Ok(()) } else { self.record() }
    }

    /// The end of an operation: mere bookkeeping that was never recorded need not be.
    fn settle(&mut self) -> Result<(), EngineError> {
        if self.tracked || !self.pending.iter().all(Change::is_bookkeeping) {
            return self.record();
        }
        self.pending.clear();
        Ok(())
    }

    fn record(&mut self) -> Result<(), EngineError> {
        if !self.pending.is_empty() {
            self.home.record(&self.pending)?;
            self.tracked = self.state.operation.is_some();
            self.swapped = self.has_swapped();
            self.pending.clear();
        }
        Ok(())
    }

    /// Has a front end look at something by itself, with the progress and the stop of this engine's observer.
    ///
    /// # Errors
    /// Those of the look.
    pub fn look<T>(&self, what: &str, look: impl FnOnce(&mut Progress<'_>) -> Result<T, Stop>) -> Result<T, Stop> {
        look(&mut Progress::new(&*self.observer, &*self.ports.clock, what.to_owned()))
    }

    /// Everything that the engine knows.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// What opening this engine had to finish, undo or report.
    pub const fn recovery(&self) -> Option<&Conclusion> {
        self.recovery.as_ref()
    }

    /// The engine's clock.
    pub fn now(&self) -> Zoned {
        self.ports.clock.now()
    }

    /// The ports that the engine was made with.
    pub const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// What health depends on and the state does not know.
    pub fn surroundings(&self) -> Surroundings {
        crate::surroundings(&self.state, self.home.path(), &self.ports)
    }

    /// The home's folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where a path of the core's lies on this machine.
    pub fn path_of(&self, path: &Utf8Path) -> PathBuf {
        self.home.path().join(path)
    }
}

/// Adds a change to those that are to be recorded. An operation holds all its plan, so where it has only gone on since
/// it was put last, that one is replaced: otherwise the steps that need no record would add up to their square.
fn await_record(pending: &mut Vec<Change>, change: Change) {
    match (pending.last_mut(), change) {
        (Some(Change::OperationPut(last)), Change::OperationPut(now))
            if last.number == now.number && ids_taken(last) <= ids_taken(&now) =>
        {
            *last = now;
        }
        (_, change) => pending.push(change),
    }
}

/// Recording an operation takes the ids of its drafts, which are never given again.
fn ids_taken(operation: &Operation) -> u64 {
    operation.drafts.iter().map(|draft| draft.id.0 + 1).max().unwrap_or_default().max(operation.reserved)
}

#[cfg(test)]
mod tests {
    use omnicraft_core::model::{Workspace, WorkspaceId};
    use omnicraft_core::state::Moment;
    use omnicraft_core::transition::transition;

    use super::*;

    /// The operation that a home with so many workspaces begins to verify them; the core made it.
    fn operation(workspaces: usize) -> (State, Operation) {
        let all = (0..workspaces).map(|n| Workspace::adopted(&format!("w{n}"), "w", &format!("{n}.db")));
        let state = State { workspaces: all.collect(), ..State::default() };
        let now = "2026-11-22T10:00:00+01:00[Europe/Berlin]".parse().unwrap();
        let event = Event { now, kind: EventKind::PreviewAllRequested("all.zip".into()) };
        let mut begun = state.clone();
        transition(&state, &event, &[]).changes.iter().for_each(|change| begun.apply(change));
        (state, begun.operation.unwrap())
    }

    fn after(mut state: State, changes: &[Change]) -> State {
        changes.iter().for_each(|change| state.apply(change));
        state
    }

    /// A look at an archive of 150 workspaces kept the whole plan once for every step that needed no record, hundreds
    /// of megabytes in all.
    #[test]
    fn an_operation_of_many_steps_waits_to_be_recorded_once() {
        let (state, first) = operation(150);
        let steps = (0..500).map(|n| Operation { warnings: vec![format!("step {n}")], ..first.clone() });
        let all: Vec<Change> = steps.map(|operation| Change::OperationPut(Box::new(operation))).collect();
        let mut pending = Vec::new();
        all.iter().cloned().for_each(|change| await_record(&mut pending, change));
        assert_eq!(pending.len(), 1);
        assert_eq!(after(state.clone(), &pending), after(state, &all));
    }

    #[test]
    fn nothing_else_is_left_out_or_changes_its_order() {
        let (state, first) = operation(2);
        let put = |number, reserved| Change::OperationPut(Box::new(Operation { number, reserved, ..first.clone() }));
        let popped = || Change::UndoPopped(WorkspaceId("w0".to_owned()));
        let all = [put(1, 9), put(1, 3), popped(), put(1, 3), popped(), Change::OperationEnded, put(2, 0), put(3, 0)];
        let mut pending = Vec::new();
        all.iter().cloned().for_each(|change| await_record(&mut pending, change));
        assert_eq!(pending, all);
        assert_eq!(after(state, &pending).next_snapshot, 9);
        assert!(matches!(first.moment, Moment::PreviewAll(_)));
    }
}
