//! How an operation ended, in words and as JSON; several workspaces make one answer.

use omnicraft_core::card;
use omnicraft_core::model::{Finding, Snapshot, Workspace, WorkspaceId};
use omnicraft_core::outcome::{Copied, Failure};
use omnicraft_core::state::Ending;
use omnicraft_core::transition::Conclusion;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::EngineError;
use serde_json::{Value, json};

use crate::cards;
use crate::output::{Exit, Reply};
use crate::problem::Problem;
use crate::session::Session;
use crate::words;

/// One workspace's part of an answer.
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) json: Value,
    pub(crate) exit: Exit,
}

/// What became of an event. Warnings are told on stderr at once; `idle` says it when nothing was to be done.
pub(crate) fn part(
    session: &Session,
    engine: &Engine,
    workspace: &WorkspaceId,
    ended: Result<Conclusion, EngineError>,
    idle: &str,
) -> Part {
    let name = name(engine, workspace);
    match ended.map_err(Problem::from).and_then(|conclusion| applied(conclusion, session, &name)) {
        Ok(conclusion) => {
            let exit = exit(&conclusion);
            let text = taken(engine, &conclusion).unwrap_or_else(|| idle.to_owned());
            let text = format!("{name}: {text}");
            Part { text, json: json(engine, workspace, &conclusion), exit }
        }
        Err(problem) => {
            session.note(&format!("{name}: {}", problem.text()));
            let mut json = problem.json();
            json["workspace"] = json!(workspace);
            json["workspace_name"] = json!(name);
            json["ending"] = json!(Ending::NotApplied);
            Part { text: String::new(), json, exit: Exit::Failed }
        }
    }
}

/// All parts as one answer.
pub(crate) fn all(parts: Vec<Part>) -> Reply {
    let exit = parts.iter().map(|part| part.exit).reduce(Exit::and).unwrap_or(Exit::Done);
    let text: Vec<&str> = parts.iter().map(|part| part.text.as_str()).filter(|text| !text.is_empty()).collect();
    let text = text.join("\n");
    let json: Vec<Value> = parts.into_iter().map(|part| part.json).collect();
    Reply { text, json: json!({ "workspaces": json }), exit }
}

/// The conclusion if something was applied, after its warnings were told; otherwise why not.
pub(crate) fn applied(conclusion: Conclusion, session: &Session, name: &str) -> Result<Conclusion, Problem> {
    for warning in &conclusion.warnings {
        session.note(&format!("{name}: {warning}"));
    }
    match (conclusion.ending, &conclusion.failure) {
        (Ending::NotApplied, Some(failure)) if conclusion.findings.is_empty() => Err(failure.clone().into()),
        (Ending::NotApplied, Some(failure)) => {
            Err(archive_problem(failure, conclusion.findings, conclusion.findings_unlisted))
        }
        (Ending::NotApplied, None) => {
            let reason =
                conclusion.warnings.first().cloned().unwrap_or_else(|| "stopped before it was done".to_owned());
            Err(Problem::failed(reason, "Nothing was changed"))
        }
        (Ending::Applied | Ending::AppliedWithWarnings, failure) => {
            if let Some(failure) = failure {
                session.note(&format!("{name}: {failure}"));
            }
            Ok(conclusion)
        }
    }
}

/// The failure says the first findings in a sentence; here each has a line of its own.
fn archive_problem(failure: &Failure, findings: Vec<Finding>, unlisted: u64) -> Problem {
    let reasons = words::plural(findings.len() as u64 + unlisted, "reason", "reasons");
    let reason = format!("cannot {} ({}) for {reasons}", failure.attempted, failure.path);
    Problem::failed(reason, &failure.remedy).with(findings, unlisted)
}

/// The exit code of something that was applied.
pub(crate) fn exit(conclusion: &Conclusion) -> Exit {
    match conclusion.ending {
        Ending::Applied => Exit::Done,
        Ending::AppliedWithWarnings => Exit::Warned,
        Ending::NotApplied => Exit::Failed,
    }
}

/// What `--json` says of something that was applied.
pub(crate) fn json(engine: &Engine, workspace: &WorkspaceId, conclusion: &Conclusion) -> Value {
    json!({
        "workspace": workspace,
        "workspace_name": name(engine, workspace),
        "ending": conclusion.ending,
        "published": cards::json_of(engine, &conclusion.published),
        "copied": conclusion.way,
        "removed": conclusion.removed,
        "warnings": conclusion.warnings,
    })
}

/// A workspace's name for people.
pub(crate) fn name(engine: &Engine, id: &WorkspaceId) -> String {
    engine.state().workspace(id).map_or_else(|| id.0.clone(), |workspace| workspace.name.clone())
}

/// "Daily Backup and Weekly Backup taken (4.2 MB)", with the way that it was copied where that was a slower one.
fn taken(engine: &Engine, conclusion: &Conclusion) -> Option<String> {
    let snapshots: Vec<&Snapshot> =
        conclusion.published.iter().filter_map(|id| engine.state().snapshots.get(id)).collect();
    let bytes = snapshots.first()?.bytes();
    let titles: Vec<String> = snapshots.iter().map(|snapshot| card::title(snapshot)).collect();
    let each = if titles.len() > 1 { " each" } else { "" };
    let slower = conclusion.way.as_ref().filter(|way| !Copied::is_fast(way));
    let slower = slower.map(|way| format!(", copied {way}")).unwrap_or_default();
    Some(format!("{} taken ({}{each}{slower})", words::list(&titles), card::size(bytes)))
}

/// Tells of frozen workspaces which good backup there is to go back to.
pub(crate) fn offer(session: &Session, engine: &Engine) {
    for workspace in &engine.state().workspaces {
        if let Some(best) = workspace.frozen.as_ref().and_then(|_| newest_good(engine, workspace)) {
            let card = card::card(best, &engine.now());
            session.note(&format!(
                "{}: the last good backup is {}, {card}. `omnicraft preview {1}` shows what going back would change",
                workspace.name, best.id
            ));
        }
    }
}

/// The newest snapshot that a restore can start from.
pub(crate) fn newest_good<'a>(engine: &'a Engine, workspace: &'a Workspace) -> Option<&'a Snapshot> {
    engine.state().last_good(&workspace.id, &engine.now())
}
