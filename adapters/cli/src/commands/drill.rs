//! `drill`: restores are rehearsed beside the live databases, with the time they take and the age of their data.

use jiff::SignedDuration;
use omnicraft_core::card;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::SnapshotId;
use omnicraft_host::engine::Engine;
use omnicraft_host::ports::clock::Clock;
use serde_json::json;

use crate::output::{Exit, Reply};
use crate::problem::Problem;
use crate::session::Session;
use crate::source;
use crate::tell::{self, Part};
use crate::words::plural;

pub(crate) fn run(session: &Session, ids: Vec<SnapshotId>) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    for id in &ids {
        source::backup(engine.state(), *id)?;
    }
    let ids = if ids.is_empty() { newest_of_each(&engine) } else { ids };
    if ids.is_empty() {
        return Err(Problem::refused("there is no backup to rehearse", "Take one with `omnicraft open`"));
    }
    let parts: Vec<Part> = ids.into_iter().map(|id| one(session, &mut engine, id)).collect();
    let exit = parts.iter().map(|part| part.exit).reduce(Exit::and).unwrap_or(Exit::Done);
    let text: Vec<&str> = parts.iter().map(|part| part.text.as_str()).filter(|text| !text.is_empty()).collect();
    let json: Vec<_> = parts.iter().map(|part| part.json.clone()).collect();
    Ok(Reply { text: text.join("\n"), json: json!({ "drills": json }), exit })
}

fn newest_of_each(engine: &Engine) -> Vec<SnapshotId> {
    engine
        .state()
        .workspaces
        .iter()
        .filter_map(|workspace| tell::newest_good(engine, workspace))
        .map(|s| s.id)
        .collect()
}

fn one(session: &Session, engine: &mut Engine, id: SnapshotId) -> Part {
    let begun = session.clock().monotonic();
    let ended = engine.handle(EventKind::DrillRequested(vec![id])).map_err(Problem::from);
    let ended = ended.and_then(|ended| tell::applied(ended, session, &format!("drill of {id}")));
    let took = session.clock().monotonic().saturating_sub(begun);
    let snapshot = source::snapshot(engine.state(), id);
    match ended.and_then(|ended| Ok((ended, snapshot?))) {
        Ok((ended, snapshot)) => {
            let now = engine.now();
            let age = now.duration_since(&snapshot.taken_at);
            let name = tell::name(engine, &snapshot.workspace);
            let outcome = if snapshot.is_good() { "comes back" } else { "does NOT come back" };
            let text = format!(
                "{name}: {id} {} {outcome} in {:.1} s; its data is {} old",
                card::card(snapshot, &now),
                took.as_secs_f64(),
                shown_age(age)
            );
            let json = json!({
                "id": id,
                "workspace": snapshot.workspace,
                "restorable": snapshot.is_good(),
                "verification": snapshot.level.word(),
                "seconds": took.as_secs_f64(),
                "data_age_seconds": age.as_secs(),
                "warnings": ended.warnings,
            });
            let exit = if snapshot.is_good() { tell::exit(&ended) } else { Exit::Failed };
            Part { text, json, exit }
        }
        Err(problem) => {
            session.note(&format!("{id}: {}", problem.text()));
            let mut json = problem.json();
            json["id"] = json!(id);
            json["restorable"] = json!(false);
            Part { text: String::new(), json, exit: Exit::Failed }
        }
    }
}

/// "3 days", "2 hours", "5 minutes".
pub(crate) fn shown_age(age: SignedDuration) -> String {
    // A clock that was set right by seconds makes an age below nothing.
    let minutes = u64::try_from(age.as_mins()).unwrap_or_default();
    match minutes {
        0 => "less than a minute".to_owned(),
        1..60 => plural(minutes, "minute", "minutes"),
        60..2880 => plural(minutes / 60, "hour", "hours"),
        _ => plural(minutes / 1440, "day", "days"),
    }
}
