//! Restore: the user's choice replaces live databases; mostly one, and all of a home when a global archive comes back.
//!
//! Every candidate is checked in place before anything else is touched. Then each is staged beside its live file,
//! migrated forward there if it is older, and verified again: what will be swapped in is never touched after that. The
//! app lets go of its files *before* the safeguards are taken, so that they hold its last commits. One durable intent
//! is the commit point for all; from then on the new databases win, whatever happens.

mod candidate;
mod deed;
mod guard;
mod rollback;
mod swap;

pub(super) use candidate::{candidate, candidate_of, found_of, problems, suspected, unfit};
pub(super) use guard::{damage_kept, guard, keep_damaged_instead, note_safeguard};
pub(super) use swap::{fail, given_up, restored};

use camino::Utf8Path;

use super::copying::{self, News};
use super::{Case, import, stop};
use crate::change::Change;
use crate::effect::Effect;
use crate::event::Source;
use crate::model::{IntentTarget, LiveFile, LiveState, WorkspaceId};
use crate::outcome::{Failure, FailureKind, Verification, Yield};
use crate::plan::{Mode, Plan};
use crate::state::{Moment, Operation, Part};
use crate::transition::Begun;

pub(crate) fn begin(case: &Case<'_>, id: &WorkspaceId, source: &Source) -> Begun {
    let workspace = case.workspace(id)?;
    let mut operation = case.operation(Moment::Restore(id.clone(), source.clone()), Plan::new());
    candidate(case, workspace, source, operation.number, false)?;
    operation.parts = vec![Part::new(workspace, Some(source.clone()))];
    operation.remaining = match source {
        Source::Archive { path, accept_edited, .. } => import::read(operation.number, path, *accept_edited),
        Source::Snapshot(_) | Source::File(_) => check(case, &operation),
    }
    .steps;
    Ok((operation, Vec::new()))
}

/// The first part: look at everything, touch nothing. The second part is planned from what it finds.
pub(super) fn check(case: &Case<'_>, operation: &Operation) -> Plan {
    let candidates = operation.parts.iter().filter_map(|part| Some((part, candidate_of(case, operation, part)?)));
    let checks = candidates.map(|(part, candidate)| candidate.check(&part.workspace));
    let looks = operation.parts.iter().map(|part| Effect::Look { database: part.database.clone() });
    checks.chain(looks).fold(Plan::new(), Plan::require)
}

pub(super) fn learn(case: &Case<'_>, operation: &mut Operation, effect: &Effect, learnt: &Yield) -> Vec<Change> {
    match (effect, learnt) {
        (Effect::Inspect { archive, .. }, Yield::Inspected(found)) => {
            import::inspected(case, operation, archive, found);
        }
        (Effect::Import { archive, .. }, Yield::Imported(built)) => import::imported(operation, archive, built),
        (Effect::Verify { file, .. }, Yield::Verified(found)) => return verified(case, operation, effect, file, found),
        (Effect::Look { database }, Yield::Looked(live)) => looked(case, operation, database, live),
        (Effect::Copy { .. }, Yield::Copied(_)) => gather(case, operation, effect, learnt),
        (Effect::KeepDamaged { database, to }, Yield::KeptDamaged(found)) => {
            return damage_kept(case, operation, database, to, found);
        }
        (Effect::VerifyLive { intent }, _) => return restored(case, operation, intent),
        _ => {}
    }
    Vec::new()
}

/// A candidate, a staged database, or the copy of what is live: its path tells.
pub(super) fn verified(
    case: &Case<'_>,
    operation: &mut Operation,
    effect: &Effect,
    file: &Utf8Path,
    found: &Verification,
) -> Vec<Change> {
    let is_candidate = |part: &Part| {
        part.candidate.is_none() && candidate_of(case, operation, part).is_some_and(|candidate| candidate.path == *file)
    };
    if let Some(part) = operation.parts.iter().position(is_candidate) {
        return candidate_checked(case, operation, part, file, found);
    }
    match target_at(operation, file).cloned() {
        Some(target) => {
            let problems = candidate::problems_of_staged(case, operation, &target, found);
            staged_checked(operation, file, found, &problems);
        }
        None => gather(case, operation, effect, &Yield::Verified(Box::new(found.clone()))),
    }
    Vec::new()
}

fn candidate_checked(
    case: &Case<'_>,
    operation: &mut Operation,
    part: usize,
    file: &Utf8Path,
    found: &Verification,
) -> Vec<Change> {
    let Some(source) = operation.parts[part].source.clone() else { return Vec::new() };
    let Some(workspace) = case.known(operation, &operation.parts[part].workspace).cloned() else { return Vec::new() };
    let found = found_of(case, &source, found);
    let problems = problems(case, operation, &workspace, &source, &found);
    if problems.is_empty() {
        operation.parts[part].candidate = Some(found);
        return Vec::new();
    }
    let failure = unfit(operation, &workspace, file, &problems);
    stop(operation, failure);
    suspected(case, &source, &problems)
}

/// The target of the swap that comes whose staged file this is.
fn target_at<'a>(operation: &'a Operation, staged: &Utf8Path) -> Option<&'a IntentTarget> {
    let mut effects = operation.remaining.iter().map(|step| &step.effect);
    let intent = effects.find_map(|effect| if let Effect::Commit { intent } = effect { Some(intent) } else { None })?;
    intent.targets.iter().find(|target| target.staged == *staged)
}

/// The intents name the staged file by its digest.
fn staged_checked(operation: &mut Operation, file: &Utf8Path, found: &Verification, problems: &[String]) {
    if !problems.is_empty() {
        return stop(operation, candidate::unfit_file(file, problems));
    }
    amend_targets(operation, |target| {
        if target.staged == *file {
            target.digest.clone_from(&found.digest);
            target.staged_stamp = found.stamp;
        }
    });
}

/// The copy of a live database; where it is bad, the bytes themselves are kept.
fn gather(case: &Case<'_>, operation: &mut Operation, effect: &Effect, learnt: &Yield) {
    let copied = if let Effect::Copy { database, .. } = effect { case.live_at(database) } else { None };
    let checked = if let Effect::Verify { workspace, .. } = effect { case.state.workspace(workspace) } else { None };
    let Some(workspace) = copied.or(checked) else { return };
    if let News::Bad(failure) = copying::gather(case, operation, workspace, effect, learnt) {
        operation.warnings.push(format!("the live database is kept as it was: {}", failure.reason));
        keep_damaged_instead(case, operation, workspace);
    }
}

/// Three times each: in the first part; before its safeguard is taken; and after it.
fn looked(case: &Case<'_>, operation: &mut Operation, database: &Utf8Path, live: &LiveFile) {
    let mut before_commit = operation.remaining.iter().map(|step| &step.effect);
    let is_first = !before_commit.clone().any(|effect| matches!(effect, Effect::Commit { .. }));
    let is_last = !before_commit.any(|effect| matches!(effect, Effect::Look { database: other } if other == database));
    if !is_first && is_last {
        return safeguarded(operation, database, live);
    }
    if let Some(part) = operation.part_at_mut(database) {
        part.live = Some(live.clone());
    }
    if is_first {
        if !is_free(operation, database, live) {
            return;
        }
        if operation.remaining.iter().all(|step| step.mode != Mode::Require) {
            let deed = deed::plan(case, operation);
            operation.remaining.splice(0..0, deed.steps);
        }
    }
}

/// Nothing may lie where a database will be added; the operation stops where something does.
pub(super) fn is_free(operation: &mut Operation, database: &Utf8Path, live: &LiveFile) -> bool {
    let newcomer = operation.newcomers.iter().find(|newcomer| newcomer.database == *database);
    let Some(newcomer) = newcomer.filter(|_| live.state != LiveState::Missing) else {
        return true;
    };
    let failure = Failure {
        kind: FailureKind::Foreign,
        attempted: format!("put “{}” here", newcomer.name),
        path: database.to_owned(),
        reason: "a file lies there already that belongs to no workspace".to_owned(),
        remedy: "Nothing was changed; move that file to another folder and try again".to_owned(),
    };
    stop(operation, failure);
    false
}

/// Since the look before the safeguard nobody may have written, or the safeguard lacks it; and the intent remembers how
/// the live files looked, so that nobody's later work is swapped away.
pub(super) fn safeguarded(operation: &mut Operation, database: &Utf8Path, live: &LiveFile) {
    let before = operation.part_at(database).and_then(|part| part.live.as_ref()).and_then(|live| live.stamp);
    if before.is_some_and(|before| Some(before) != live.stamp) {
        let failure = Failure {
            kind: FailureKind::Busy,
            attempted: "restore over this database".to_owned(),
            path: database.to_owned(),
            reason: "somebody wrote to it while it was being safeguarded".to_owned(),
            remedy: "Close the app and try again; nothing was changed".to_owned(),
        };
        return swap::give_up(operation, failure);
    }
    amend_targets(operation, |target| {
        if target.live == *database {
            target.live_stamp = live.stamp;
        }
    });
}

/// Changes the targets of the swap that comes, in every step that names them.
fn amend_targets(operation: &mut Operation, amend: impl Fn(&mut IntentTarget)) {
    for step in &mut operation.remaining {
        if let Effect::Commit { intent }
        | Effect::Swap { intent }
        | Effect::VerifyLive { intent }
        | Effect::Finish { intent } = &mut step.effect
        {
            intent.targets.iter_mut().for_each(&amend);
        }
    }
}
