//! Snapshots as cards for people and as objects for programs.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use jiff::Zoned;
use omnicraft_core::card;
use omnicraft_core::model::{Condition, Snapshot, SnapshotId, Workspace};
use omnicraft_core::names;
use omnicraft_core::state::State;
use omnicraft_host::engine::Engine;
use serde_json::{Value, json};

/// What `--json` says of a snapshot.
pub(crate) fn json(engine: &Engine, snapshot: &Snapshot) -> Value {
    let workspace = engine.state().workspace(&snapshot.workspace);
    let path = workspace.map(|workspace| engine.path_of(&names::slot(workspace, snapshot.slot)));
    let suspect = match &snapshot.condition {
        Condition::Good => None,
        Condition::Suspect(reason) => Some(reason),
    };
    json!({
        "id": snapshot.id,
        "workspace": snapshot.workspace,
        "workspace_name": workspace.map(|workspace| &workspace.name),
        "slot": snapshot.slot.to_string(),
        "trigger": snapshot.trigger.word(),
        "path": path.map(|path| path.to_string_lossy().into_owned()),
        "taken_at": snapshot.taken_at.to_string(),
        "bytes": snapshot.bytes(),
        "verification": snapshot.level.word(),
        "pinned": snapshot.pin.is_some(),
        "pin": snapshot.pin,
        "restorable": snapshot.is_good(),
        "suspect": suspect,
        "card": card::card(snapshot, &engine.now()),
    })
}

/// What `--json` says of the snapshots with these ids, as far as they are there.
pub(crate) fn json_of(engine: &Engine, ids: &[SnapshotId]) -> Vec<Value> {
    ids.iter().filter_map(|id| engine.state().snapshots.get(id)).map(|snapshot| json(engine, snapshot)).collect()
}

/// A workspace's cards, the newest first, under its name.
pub(crate) fn of_workspace(state: &State, workspace: &Workspace, now: &Zoned) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for snapshot in state.snapshots_of(&workspace.id) {
        let slot = snapshot.slot.to_string();
        table.add_row([snapshot.id.to_string(), card::card(snapshot, now), standing(snapshot), slot]);
    }
    let mut text = workspace.name.clone();
    if let Some(reason) = &workspace.frozen {
        text += &format!("\n  ! {reason}");
    }
    if table.is_empty() {
        return text + "\n  no backup yet";
    }
    text + "\n" + table.to_string().lines().map(|line| format!(" {}\n", line.trim_end())).collect::<String>().trim_end()
}

/// How far the snapshot can be trusted, in a word or two.
pub(crate) fn standing(snapshot: &Snapshot) -> String {
    match &snapshot.condition {
        Condition::Good => snapshot.level.word().to_owned(),
        Condition::Suspect(reason) => format!("not trusted: {}", reason.lines().next().unwrap_or_default()),
    }
}
