//! `export`: a verified copy of one workspace or of everything, in a file that can be carried away.

use std::path::Path;

use camino::Utf8Path;
use omnicraft_core::card;
use omnicraft_core::event::{EventKind, Export};
use omnicraft_core::transition::Conclusion;
use omnicraft_host::engine::Engine;
use serde_json::{Value, json};

use super::preview::utf8_path;
use super::together::ALL;
use crate::args;
use crate::cards;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source;
use crate::tell;
use crate::words;

pub(crate) fn run(session: &Session, asked: &args::Export) -> Result<Reply, Problem> {
    let (kind, file) = kind(&asked.file)?;
    let absolute = std::path::absolute(file);
    let absolute =
        absolute.map_err(|error| Problem::usage(format!("--{kind} is not a path: {error}"), "Name a file"))?;
    let to = utf8_path(&absolute)?;
    if kind != "db" {
        only_as_zip(kind, &to)?;
    }
    let mut engine = session.engine()?;
    let chosen = asked.workspace.as_deref().map(|name| source::find(engine.state(), name)).transpose()?;
    let chosen = source::or_first(engine.state(), chosen)?.clone();
    let export = match kind {
        "db" => Export::Database(chosen.id.clone()),
        "csv" => Export::Csv(chosen.id.clone()),
        _ => Export::All { with_csv: asked.with_csv },
    };
    let is_all = matches!(export, Export::All { .. });
    let name = if is_all { ALL.to_owned() } else { chosen.name.clone() };
    let ended = engine.handle(EventKind::ExportRequested { export, to: to.clone(), replace: asked.force })?;
    let ended = tell::applied(ended, session, &name)?;
    let mut json = if is_all { everything(&engine, &ended) } else { tell::json(&engine, &chosen.id, &ended) };
    let bytes = size(&engine, &to)?;
    json["file"] = json!(to);
    json["kind"] = json!(kind);
    json["bytes"] = json!(bytes);
    let what = if is_all { names(&engine) } else { format!("“{name}” is") };
    let text = format!("{what} exported to {to} ({}).", card::size(bytes));
    Ok(Reply { text, json, exit: tell::exit(&ended) })
}

/// Which of the three, and the file.
fn kind(file: &args::ExportFile) -> Result<(&'static str, &Path), Problem> {
    let named = [("db", &file.db), ("csv", &file.csv), ("all", &file.all)];
    let mut named = named.into_iter().filter_map(|(kind, file)| Some((kind, file.as_deref()?)));
    named.next().ok_or_else(|| Problem::usage("nothing says what to export", "Add --db, --csv or --all"))
}

/// A zip file with another name would be opened by the wrong program, and look broken.
fn only_as_zip(kind: &str, file: &Utf8Path) -> Result<(), Problem> {
    if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip")) {
        return Ok(());
    }
    let better = file.with_extension("zip");
    let reason = format!("--{kind} writes a zip file, and {file} is not called one");
    Err(Problem::usage(reason, format!("Call it {}", better.file_name().unwrap_or("books.zip"))))
}

fn size(engine: &Engine, file: &Utf8Path) -> Result<u64, Problem> {
    let missing = |reason: String| {
        Problem::failed(
            format!("{file} was written and cannot be seen any more: {reason}"),
            "Check the disk, and export again",
        )
    };
    let stamp = engine.ports().files.stamp(file.as_std_path()).map_err(|error| missing(error.to_string()))?;
    stamp.map(|stamp| stamp.size).ok_or_else(|| missing("there is no such file".to_owned()))
}

fn everything(engine: &Engine, ended: &Conclusion) -> Value {
    let workspaces = engine.state().workspaces.iter();
    let of = |workspace: &omnicraft_core::model::Workspace| json!({ "workspace": workspace.id, "workspace_name": workspace.name });
    json!({
        "workspaces": workspaces.map(of).collect::<Vec<_>>(),
        "ending": ended.ending,
        "published": cards::json_of(engine, &ended.published),
        "removed": ended.removed,
        "warnings": ended.warnings,
    })
}

fn names(engine: &Engine) -> String {
    let names: Vec<String> = engine.state().workspaces.iter().map(|known| format!("“{}”", known.name)).collect();
    format!("{} {}", words::list(&names), if names.len() == 1 { "is" } else { "are" })
}
