//! `verify`: backups are checked in full, in place.

use omnicraft_core::card;
use omnicraft_core::effect::Depth;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::SnapshotId;
use serde_json::json;

use crate::cards;
use crate::output::{Exit, Reply};
use crate::problem::Problem;
use crate::session::Session;
use crate::source;
use crate::tell;

pub(crate) fn run(session: &Session, ids: Vec<SnapshotId>) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    for id in &ids {
        source::backup(engine.state(), *id)?;
    }
    if engine.state().snapshots.is_empty() {
        return Ok(Reply::done("There is no backup to verify yet.", json!({ "snapshots": [], "warnings": [] })));
    }
    let ended = engine.handle(EventKind::VerifyRequested(ids.clone(), Depth::Proven))?;
    let ended = tell::applied(ended, session, "verify")?;
    let now = engine.now();
    let asked = |id: &SnapshotId| ids.is_empty() || ids.contains(id);
    let looked_at: Vec<_> = engine.state().snapshots.values().rev().filter(|snapshot| asked(&snapshot.id)).collect();
    let line = |snapshot: &&_| {
        let snapshot: &omnicraft_core::model::Snapshot = snapshot;
        format!("{} {}: {}", snapshot.id, card::card(snapshot, &now), cards::standing(snapshot))
    };
    let text: Vec<String> = looked_at.iter().map(line).collect();
    let bad = looked_at.iter().any(|snapshot| snapshot.is_backup() && !snapshot.is_good());
    let json: Vec<_> = looked_at.iter().map(|snapshot| cards::json(&engine, snapshot)).collect();
    let exit = if bad { Exit::Warned } else { tell::exit(&ended) };
    Ok(Reply { text: text.join("\n"), json: json!({ "snapshots": json, "warnings": ended.warnings }), exit })
}
