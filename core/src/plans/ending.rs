//! How an operation ends: its last word, what is remembered of it, and a line for the journal where something happened.

use super::Case;
use crate::change::Change;
use crate::effect::Effect;
use crate::model::Permit;
use crate::plan::Step;
use crate::state::{Ending, JournalEntry, Moment, Operation};
use crate::transition::{Conclusion, Transition};

pub(super) fn conclude(case: &Case<'_>, operation: Operation, mut changes: Vec<Change>) -> Transition {
    let took_some =
        matches!(operation.moment, Moment::Startup(..) | Moment::Shutdown(_)) && !operation.published.is_empty();
    let ending = match (&operation.failure, operation.warnings.is_empty()) {
        (Some(_), _) if took_some || operation.unfinished => Ending::AppliedWithWarnings,
        (Some(_), _) => Ending::NotApplied,
        (None, true) => Ending::Applied,
        (None, false) => Ending::AppliedWithWarnings,
    };
    let permit = match (&operation.moment, operation.published.last()) {
        (Moment::Safeguard(workspace, act), Some(safeguard)) if operation.failure.is_none() => {
            Some(Permit::new(workspace.clone(), *act, *safeguard))
        }
        _ => None,
    };
    let only_looked = changes.is_empty() && only_looked(case);
    if operation.unfinished {
        changes.push(Change::OperationPut(Box::new(operation.clone())));
    } else if case.state.operation.is_some() {
        changes.push(Change::OperationEnded);
    }
    if !only_looked && !came_to_nothing(&operation) {
        changes.extend(journal(case, &operation, ending).map(Change::Noted));
    }
    let conclusion = Conclusion {
        moment: operation.moment,
        ending,
        way: operation.way,
        published: operation.published,
        removed: operation.removed,
        warnings: operation.warnings,
        failure: operation.failure,
        differences: operation.differences,
        inspection: operation.inspection,
        findings: operation.findings,
        findings_unlisted: operation.findings_unlisted,
        overview: operation.overview,
        permit,
    };
    Transition { changes, conclusion: Some(conclusion), ..Transition::default() }
}

/// Whether a recovery ends with its scan: what that warns of it will warn of again, and nothing needs to be written.
fn only_looked(case: &Case<'_>) -> bool {
    let steps = case.state.operation.as_ref().map_or(&[][..], |operation| &operation.remaining);
    matches!(steps, [Step { effect: Effect::Scan, .. }])
}

/// Whether a restore, or a look at one, ended before anything was changed: an archive that is refused leaves the home as
/// it was, the journal included.
const fn came_to_nothing(operation: &Operation) -> bool {
    let is_restore = matches!(
        operation.moment,
        Moment::Restore(..) | Moment::Preview(..) | Moment::RestoreAll(_) | Moment::PreviewAll(_)
    );
    is_restore && operation.failure.is_some() && !operation.touched
}

/// A line for the journal, unless nothing happened.
fn journal(case: &Case<'_>, operation: &Operation, ending: Ending) -> Option<JournalEntry> {
    let mut texts = Vec::new();
    texts.extend(operation.failure.as_ref().map(ToString::to_string));
    texts.extend(operation.warnings.iter().cloned());
    if !operation.published.is_empty() {
        let ids: Vec<String> = operation.published.iter().map(ToString::to_string).collect();
        texts.push(format!("published {}", ids.join(", ")));
    }
    if operation.swapped && operation.failure.is_none() {
        let one = operation.parts.len() <= 1;
        texts.push(if one { "the live database was replaced" } else { "the live databases were replaced" }.to_owned());
    }
    (!texts.is_empty()).then(|| JournalEntry {
        at: case.now.clone(),
        workspace: operation.moment.workspace().cloned(),
        moment: operation.moment.word().to_owned(),
        ending,
        text: texts.join("; "),
    })
}
