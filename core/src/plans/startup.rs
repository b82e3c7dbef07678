//! App start, and the same check while the app runs: copy once, verify, publish into every tier that is due, or into as
//! many as the disk has room for.
//!
//! A look at the live file comes first. A damaged live database freezes rotation: nothing moves and nothing is removed
//! until it is good again. A cliff in its row counts does too, but then the copy is kept under a dated name, so that
//! somebody who ignores the warning goes on being backed up.
//!
//! A check that finds nothing due while the app runs goes on as upkeep.

use jiff::SignedDuration;

use super::copying::{self, News};
use super::{Case, stop, upkeep};
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{Base, Slot, Snapshot, Tier, Trigger, Workspace, WorkspaceId};
use crate::names;
use crate::outcome::{Failure, Yield};
use crate::plan::{Mode, Plan};
use crate::policy::{cliff, due};
use crate::state::{JournalEntry, Moment, Operation};
use crate::transition::Begun;

pub(crate) fn begin(case: &Case<'_>, id: &WorkspaceId, trigger: Trigger) -> Begun {
    let workspace = case.workspace(id)?;
    let tiers = tiers(case, workspace, trigger);
    let look = Plan::new().require(Effect::Look { database: workspace.database.clone() });
    let mut operation = case.operation(Moment::Startup(id.clone(), trigger), look);
    operation.drafts = (0..)
        .zip(&tiers)
        .map(|(n, tier)| copying::draft(case, workspace, n, Slot::plain(Base::Tier(*tier)), trigger))
        .collect();
    operation.remaining.extend(fill_slots(case, workspace, &operation.drafts).steps);
    Ok((operation, Vec::new()))
}

/// While rotation is frozen only a day's copy beside the slots can come of it, so only a new day is a reason; and every
/// minute is too often for a check in full of what was just found damaged.
fn tiers(case: &Case<'_>, workspace: &Workspace, trigger: Trigger) -> Vec<Tier> {
    let of_tiers = Slot::plain(Base::Tier(Tier::Daily))..=Slot::last(Base::Tier(Tier::Yearly));
    let tiers = due(case.state.snapshots.holders(&workspace.id, of_tiers), case.now);
    if workspace.frozen.is_none() {
        return tiers;
    }
    let is_too_soon = trigger == Trigger::Timer && was_bad_within_the_hour(case, workspace);
    if tiers.contains(&Tier::Daily) && !is_too_soon { tiers } else { Vec::new() }
}

/// Whichever way the clock was set since. Only a copy that turned out bad counts: a file that was missing may be back.
fn was_bad_within_the_hour(case: &Case<'_>, workspace: &Workspace) -> bool {
    let is_of_it = |entry: &&JournalEntry| {
        entry.workspace.as_ref() == Some(&workspace.id) && copying::tells_of_a_bad_copy(&entry.text)
    };
    let last = case.state.journal.iter().rev().find(is_of_it);
    last.is_some_and(|entry| case.now.duration_since(&entry.at).abs() < SignedDuration::from_hours(1))
}

fn fill_slots(case: &Case<'_>, workspace: &Workspace, drafts: &[Snapshot]) -> Plan {
    let Some((last, others)) = drafts.split_last() else {
        return Plan::new();
    };
    let staged = copying::staged(case, workspace);
    let mut plan = copying::take(case, workspace);
    for (place, draft) in others.iter().enumerate() {
        let before = &others[..place];
        plan = plan.then(copying::publish_into_slot(case, workspace, draft, before, staged.clone(), true));
    }
    plan.then(copying::publish_into_slot(case, workspace, last, others, staged.clone(), false))
        .always(Effect::Discard { path: staged })
}

pub(super) fn learn(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    effect: &Effect,
    learnt: &Yield,
) -> Vec<Change> {
    match copying::gather(case, operation, workspace, effect, learnt) {
        News::Nothing => {
            if is_idle(operation) {
                upkeep::go_on(case, operation, workspace);
            }
            Vec::new()
        }
        News::Unusable(failure) => damaged(case, operation, workspace, failure),
        News::Bad(failure) => {
            keep_bad_copy(case, operation, workspace);
            damaged(case, operation, workspace, failure)
        }
        News::Good => good(case, operation, workspace),
    }
}

/// Whether the timer's check has nothing to publish. A start of the app is left alone: then the shop wants to work.
const fn is_idle(operation: &Operation) -> bool {
    matches!(operation.moment, Moment::Startup(_, Trigger::Timer)) && operation.drafts.is_empty()
}

/// Where there is no room for a copy of the copy, the copy itself fills the slot that it was for; the tiers after it stay
/// due. Whether this was such a case.
pub(super) fn makes_do(operation: &mut Operation, effect: &Effect, failure: &Failure) -> bool {
    let Effect::Publish { snapshot, staged, to, manifest, keep_staged: true } = effect else {
        return false;
    };
    let Some(place) = operation.drafts.iter().position(|draft| draft.id == *snapshot) else {
        return false;
    };
    let given_up = operation.drafts.split_off(place + 1);
    let slots: Vec<String> = given_up.iter().map(|draft| draft.slot.to_string()).collect();
    operation.warnings.push(format!("{} must wait for room on the disk: {}", slots.join(", "), failure.reason));
    operation.remaining.retain(|step| step.mode == Mode::Always);
    let publish = Plan::new().require(Effect::Publish {
        snapshot: *snapshot,
        staged: staged.clone(),
        to: to.clone(),
        manifest: manifest.clone(),
        keep_staged: false,
    });
    operation.remaining.splice(0..0, publish.steps);
    true
}

/// Freezes rotation, and offers the last good snapshot.
pub(super) fn damaged(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    mut failure: Failure,
) -> Vec<Change> {
    let offer = match case.state.last_good(&workspace.id, case.now) {
        Some(snapshot) => format!(
            "Restore the last good snapshot with `restore {}` (taken {})",
            snapshot.id,
            snapshot.taken_at.strftime("%Y-%m-%d %H:%M")
        ),
        None => "There is no snapshot of it yet; look for a copy on another disk, and keep this file".to_owned(),
    };
    let rescue = if failure.remedy.is_empty() { String::new() } else { format!(". {}", failure.remedy) };
    failure.remedy = format!("Nothing was rotated and nothing was deleted. {offer}{rescue}");
    let reason = failure.reason.clone();
    stop(operation, failure);
    case.amended(&workspace.id, |workspace| workspace.frozen = Some(reason)).into_iter().collect()
}

/// The first bad copy is kept for whoever wants to rescue what is in it; later ones would only fill the disk.
pub(super) fn keep_bad_copy(case: &Case<'_>, operation: &mut Operation, workspace: &Workspace) {
    if workspace.frozen.is_some() {
        return;
    }
    let slot = copying::free(case, workspace, Base::Damaged, case.now.date());
    let from = copying::staged_of(operation, workspace);
    let aside = Plan::new().always(Effect::SetAside { from, to: names::slot(workspace, slot) });
    operation.remaining.splice(0..0, aside.steps);
}

fn good(case: &Case<'_>, operation: &mut Operation, workspace: &Workspace) -> Vec<Change> {
    match fell_off_a_cliff(case, operation, workspace) {
        None => thawed(case, workspace),
        Some(reason) => {
            publish_beside(case, operation, workspace);
            operation.warnings.push(cliff_warning(case, workspace, &reason));
            case.amended(&workspace.id, |w| w.frozen = Some(reason)).into_iter().collect()
        }
    }
}

/// Compared with what stood in a plain slot or was asked for: the dated daily copies of a frozen time do not count.
pub(super) fn fell_off_a_cliff(case: &Case<'_>, operation: &Operation, workspace: &Workspace) -> Option<String> {
    if workspace.cliff_expected {
        return None;
    }
    let before = case.state.snapshots_of(&workspace.id).find(|snapshot| is_baseline(snapshot))?;
    cliff(&before.facts, &operation.copy.as_ref()?.facts)
}

fn is_baseline(snapshot: &Snapshot) -> bool {
    snapshot.is_good() && (snapshot.is_plain() || snapshot.slot.base == Base::Manual)
}

/// A good copy without a cliff: whatever froze rotation is over.
pub(super) fn thawed(case: &Case<'_>, workspace: &Workspace) -> Vec<Change> {
    let change = case.amended(&workspace.id, |w| {
        w.frozen = None;
        w.cliff_expected = false;
    });
    change.into_iter().collect()
}

pub(super) fn cliff_warning(case: &Case<'_>, workspace: &Workspace, reason: &str) -> String {
    let before = case.state.snapshots_of(&workspace.id).find(|snapshot| is_baseline(snapshot));
    let back = before.map_or_else(|| "restore".to_owned(), |snapshot| format!("`restore {}`", snapshot.id));
    format!(
        "rotation is paused, so that your older backups stay: {reason}. If that was intended, take a snapshot to go on; \
         if not, {back} brings back what was there before"
    )
}

/// One copy under a dated name of the daily tier; no slot is touched.
fn publish_beside(case: &Case<'_>, operation: &mut Operation, workspace: &Workspace) {
    let slot = copying::free(case, workspace, Base::Tier(Tier::Daily), case.now.date());
    let staged = copying::staged_of(operation, workspace);
    operation.drafts.truncate(1);
    operation.retained = true;
    if let Some(draft) = operation.drafts.first_mut() {
        draft.slot = slot;
        operation.remaining =
            copying::publish(workspace, draft, staged.clone(), false).always(Effect::Discard { path: staged }).steps;
    }
}
