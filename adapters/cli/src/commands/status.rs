//! `status`: am I safe? On one screen.

use omnicraft_core::card;
use omnicraft_core::health::{self, Health, Safety, WorkspaceHealth};
use omnicraft_host::engine::Engine;
use serde_json::{Value, json};

use super::drill::shown_age;
use crate::cards;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::tell;
use crate::words::plural;

pub(crate) fn run(session: &Session) -> Result<Reply, Problem> {
    let engine = session.viewer()?;
    let health = health::assess(engine.state(), &engine.now(), &engine.surroundings());
    Ok(Reply::done(text(&engine, &health), json(&engine, &health)))
}

fn text(engine: &Engine, health: &Health) -> String {
    let mut lines = vec![verdict(health.safety).to_owned(), String::new()];
    lines.extend(health.workspaces.iter().map(|workspace| of_workspace(engine, workspace)));
    let free = health.free.map_or_else(|| "unknown".to_owned(), card::size);
    lines.push(format!("Disk: backups use {}, {free} are free.", card::size(health.used)));
    for finding in &health.findings {
        let mark = match finding.safety {
            Safety::Safe => "-",
            Safety::AtRisk => "!",
            Safety::Unsafe => "!!",
        };
        lines.push(format!("{mark:>2} {}.\n   {}.", finding.text, finding.remedy));
    }
    for failure in &health.failures {
        let name = failure.workspace.as_ref().map(|id| tell::name(engine, id)).unwrap_or_default();
        lines.push(format!(" ! {} {name}: {}.", failure.at.strftime("%Y-%m-%d %H:%M"), failure.text));
    }
    lines.join("\n")
}

const fn verdict(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "You are safe: every database has a good backup.",
        Safety::AtRisk => "You are AT RISK: something should be looked at.",
        Safety::Unsafe => "You are NOT SAFE: work can be lost now.",
    }
}

fn of_workspace(engine: &Engine, health: &WorkspaceHealth) -> String {
    let name = tell::name(engine, &health.id);
    let newest = health.newest_good.and_then(|id| engine.state().snapshots.get(&id)).zip(health.age);
    let newest = match newest {
        Some((best, age)) => format!("newest good backup is {} old: {} {}", shown_age(age), best.id, card::title(best)),
        None => "no good backup".to_owned(),
    };
    let [sound, proven, drilled] = health.levels;
    let mut line = format!("{name}: {newest}\n  {sound} sound, {proven} proven, {drilled} drilled; ");
    line += &card::size(health.bytes);
    if let Some(last) = health.undo.first() {
        let count = plural(health.undo.len() as u64, "restore", "restores");
        line += &format!("\n  {count} can be undone, the last from {last}");
    }
    line
}

fn json(engine: &Engine, health: &Health) -> Value {
    let workspaces: Vec<Value> =
        health.workspaces.iter().map(|workspace| of_workspace_json(engine, workspace)).collect();
    json!({
        "safety": health.safety,
        "verdict": verdict(health.safety),
        "workspaces": workspaces,
        "findings": health.findings,
        "failures": health.failures,
        "disk": { "used_by_backups": health.used, "free": health.free },
        "copies": { "on_this_computer": true, "offsite": 0 },
    })
}

fn of_workspace_json(engine: &Engine, health: &WorkspaceHealth) -> Value {
    let newest = health.newest_good.and_then(|id| engine.state().snapshots.get(&id));
    let [sound, proven, drilled] = health.levels;
    json!({
        "workspace": health.id,
        "workspace_name": tell::name(engine, &health.id),
        "newest_good": newest.map(|snapshot| cards::json(engine, snapshot)),
        "age_seconds": health.age.map(|age| age.as_secs()),
        "levels": { "sound": sound, "proven": proven, "drilled": drilled },
        "bytes": health.bytes,
        "frozen": engine.state().workspace(&health.id).and_then(|workspace| workspace.frozen.as_ref()),
        "undo": health.undo,
    })
}
