//! A core whose plans are wrong: what it decides is changed before the engine sees it.

use std::sync::Arc;

use omnicraft_core::change::Change;
use omnicraft_core::effect::Effect;
use omnicraft_core::event::Event;
use omnicraft_core::model::WorkspaceId;
use omnicraft_core::plan::{Mode, Step};
use omnicraft_core::state::{Operation, State};
use omnicraft_core::transition::Transition;
use omnicraft_host::ports::Decide;

use crate::crash::life::Parts;
use crate::crash::observe::bounded;

/// Software that decides something else.
pub(super) fn decisions(mut parts: Parts, change: fn(&State, &Event, &mut Transition)) -> Parts {
    let rightly = parts.build.decide;
    parts.build.decide = Arc::new(move || {
        let decide = rightly();
        let decide: Decide = Box::new(move |state, event, profiles| {
            let mut decided = decide(state, event, profiles);
            change(state, event, &mut decided);
            decided
        });
        decide
    });
    // A wrong plan may come to no end, and would take all memory with it.
    parts.build = bounded(&parts.build);
    parts
}

/// Software that plans other steps. The plan is changed each time that it is put, so a change must not be one that adds
/// up.
pub(super) fn steps(mut parts: Parts, change: fn(&State, &mut Operation)) -> Parts {
    let rightly = parts.build.decide;
    parts.build.decide = Arc::new(move || {
        let decide = rightly();
        let decide: Decide = Box::new(move |state, event, profiles| {
            let mut decided = decide(state, event, profiles);
            for put in &mut decided.changes {
                if let Change::OperationPut(operation) = put {
                    change(state, operation);
                }
            }
            decided
        });
        decide
    });
    parts.build = bounded(&parts.build);
    parts
}

/// Moves the steps of one kind before the first of another.
pub(super) fn move_before(operation: &mut Operation, moved: fn(&Effect) -> bool, first: fn(&Effect) -> bool) {
    let Some(at) = position(operation, first) else { return };
    let (early, mut late): (Vec<Step>, Vec<Step>) =
        operation.remaining.split_off(at).into_iter().partition(|step| moved(&step.effect));
    operation.remaining.extend(early);
    operation.remaining.append(&mut late);
}

/// Moves the steps of one kind after the last of another.
pub(super) fn move_after(operation: &mut Operation, moved: fn(&Effect) -> bool, last: fn(&Effect) -> bool) {
    let Some(at) = operation.remaining.iter().rposition(|step| last(&step.effect)) else { return };
    let tail = operation.remaining.split_off(at + 1);
    let (late, early): (Vec<Step>, Vec<Step>) =
        std::mem::take(&mut operation.remaining).into_iter().partition(|step| moved(&step.effect));
    operation.remaining = early;
    operation.remaining.extend(late);
    operation.remaining.extend(tail);
}

/// Leaves the steps of one kind out. Something that does nothing stands in their places, so that a plan still comes to
/// its end.
pub(super) fn leave_out(operation: &mut Operation, left_out: fn(&Effect) -> bool) {
    for step in operation.remaining.iter_mut().filter(|step| left_out(&step.effect)) {
        *step = Step { mode: Mode::Attempt, effect: Effect::Relaunch { workspace: WorkspaceId("nobody".to_owned()) } };
    }
}

/// Adds a step before the first of a kind, unless it is there.
pub(super) fn insert_before(operation: &mut Operation, effect: Effect, first: fn(&Effect) -> bool) {
    if operation.remaining.iter().any(|step| step.effect == effect) {
        return;
    }
    if let Some(at) = position(operation, first) {
        operation.remaining.insert(at, Step { mode: Mode::Require, effect });
    }
}

/// The same for a step that may be gone again while the one before which it comes still waits.
pub(super) fn insert_once_before(operation: &mut Operation, effect: Effect, first: fn(&Effect) -> bool) {
    let mark = format!("the step `{effect}` has been added");
    if !operation.warnings.contains(&mark) && position(operation, first).is_some() {
        operation.warnings.push(mark);
        insert_before(operation, effect, first);
    }
}

pub(super) fn position(operation: &Operation, of: fn(&Effect) -> bool) -> Option<usize> {
    operation.remaining.iter().position(|step| of(&step.effect))
}
