//! A committed swap is finished. Before a rename the app must let go of the old database; after it, it may be at work in
//! the new one already.
//!
//! As long as no database is in its place, a swap in which somebody has worked since is given up: that leaves everything
//! as it was. Once one of several is, giving up would leave a mixture. Then what was committed since is safeguarded
//! again, the intent is committed again with the new safeguard, and the swap goes on: nothing is lost, and nothing mixed.

use camino::Utf8Path;

use super::super::{Case, restore};
use crate::effect::Effect;
use crate::model::{FileStamp, Found, Intent, IntentTarget, Inventory, LiveFile, LiveState};
use crate::plan::{Mode, Plan, Step};
use crate::state::{Operation, Part};

pub(super) fn plan(case: &Case<'_>, operation: &mut Operation, intent: &Intent, inventory: &Inventory) -> Plan {
    let waits = |target: &&IntentTarget| {
        let path = target.staged.clone();
        case.state.workspace(&target.workspace).is_some() && inventory.files.contains(&Found::Leftover { path })
    };
    let waiting: Vec<&IntentTarget> = intent.targets.iter().filter(waits).collect();
    let known = intent.targets.iter().filter(|target| case.state.workspace(&target.workspace).is_some()).count();
    if waiting.len() < known {
        operation.parts = waiting.iter().filter_map(|target| part(case, target)).collect();
    }
    let quiesce = waiting
        .iter()
        .map(|target| Effect::Quiesce { workspace: target.workspace.clone(), database: target.live.clone() });
    let looks = operation.parts.iter().map(|part| Effect::Look { database: part.database.clone() });
    quiesce
        .chain(looks)
        .fold(Plan::new(), Plan::require)
        .require(Effect::Swap { intent: intent.clone() })
        .require(Effect::VerifyLive { intent: intent.clone() })
        .require(Effect::Finish { intent: intent.clone() })
}

/// A database that waits for its turn, as it looked when it was safeguarded.
fn part(case: &Case<'_>, target: &IntentTarget) -> Option<Part> {
    let workspace = case.state.workspace(&target.workspace)?;
    let live = LiveFile { state: LiveState::Plausible, stamp: target.live_stamp };
    Some(Part { live: Some(live), ..Part::new(workspace, None) })
}

/// Before a database that waited is swapped: has somebody worked in it since it was safeguarded?
pub(super) fn looked(case: &Case<'_>, operation: &mut Operation, database: &Utf8Path, live: &LiveFile) {
    let Some((part, workspace)) = operation.part_at(database).cloned().zip(case.live_at(database)) else {
        return restore::safeguarded(operation, database, live);
    };
    let has_lost_its_log = |before: FileStamp| live.stamp.is_some_and(|now| now.has_lost_its_log_alone(&before));
    if part.live.as_ref().and_then(|before| before.stamp).is_some_and(has_lost_its_log) {
        // The interrupted swap has removed it; what it held lies in the safeguard.
        return;
    }
    let is_as_before = part.live.as_ref().and_then(|before| before.stamp) == live.stamp;
    if is_as_before || part.safeguard.is_some() {
        return restore::safeguarded(operation, database, live);
    }
    operation.warnings.push(format!(
        "somebody has worked in “{}” while a restore was interrupted; what it held then is kept as a snapshot",
        workspace.name
    ));
    let again = restore::guard(case, operation, workspace, &live.state);
    if let Some(part) = operation.part_at_mut(database) {
        part.live = Some(live.clone());
    }
    commit_again(operation);
    if let Some(id) = operation.part_at(database).and_then(|part| part.safeguard) {
        restore::note_safeguard(operation, &workspace.id, id);
    }
    operation.remaining.splice(0..0, again.require(Effect::Look { database: database.to_owned() }).steps);
}

/// The intent is amended, so it is made durable once more before the swap goes on.
fn commit_again(operation: &mut Operation) {
    if operation.remaining.iter().any(|step| matches!(step.effect, Effect::Commit { .. })) {
        return;
    }
    let mut effects = operation.remaining.iter().map(|step| &step.effect).enumerate();
    let swap = effects
        .find_map(|(at, effect)| if let Effect::Swap { intent } = effect { Some((at, intent.clone())) } else { None });
    if let Some((at, intent)) = swap {
        operation.remaining.insert(at, Step { mode: Mode::Require, effect: Effect::Commit { intent } });
    }
}
