//! `preview`: what a restore would lose and bring back, in plain words and table by table.

use std::ffi::OsStr;
use std::path::Path;

use camino::Utf8PathBuf;
use omnicraft_core::card;
use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::SchemaProfile;
use omnicraft_core::outcome::Differences;
use omnicraft_host::engine::Engine;
use serde_json::{Value, json};

use crate::args::From;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source::{self, Asked, Target};
use crate::tell;
use crate::words;

pub(crate) fn run(session: &Session, from: &From) -> Result<Reply, Problem> {
    let mut engine = session.viewer()?;
    let target = target(&engine, from)?;
    let preview = look(session, &mut engine, &target)?;
    let (name, title) = (tell::name(&engine, &target.workspace), title(&engine, &target.source));
    let mut lines = vec![format!("Restoring “{name}” from {title}:")];
    lines.extend(preview.sentences.iter().map(|sentence| format!("  {sentence}.")));
    Ok(Reply::done(lines.join("\n"), preview.json(&engine, &target)))
}

/// What a comparison found.
pub(crate) struct Preview {
    pub(crate) differences: Differences,
    pub(crate) sentences: Vec<String>,
    pub(crate) changes_nothing: bool,
}

impl Preview {
    pub(crate) fn json(&self, engine: &Engine, target: &Target) -> Value {
        json!({
            "workspace": target.workspace,
            "workspace_name": tell::name(engine, &target.workspace),
            "source": shown(&target.source),
            "summary": self.sentences.join(". "),
            "changes_nothing": self.changes_nothing,
            "schema_differs": self.differences.schema_differs,
            "live_unreadable": self.differences.live_unreadable,
            "tables": self.differences.tables,
        })
    }
}

/// Compares the live database with a source. Changes nothing.
pub(crate) fn look(session: &Session, engine: &mut Engine, target: &Target) -> Result<Preview, Problem> {
    let ended = engine.handle(EventKind::PreviewRequested(target.workspace.clone(), target.source.clone()))?;
    let ended = tell::applied(ended, session, &tell::name(engine, &target.workspace))?;
    let differences = ended.differences.unwrap_or_default();
    let profile = profile(engine, target);
    Ok(Preview {
        sentences: words::differences(&differences, profile),
        changes_nothing: words::nothing_would_change(&differences, profile),
        differences,
    })
}

/// What was named on the command line.
pub(crate) fn target(engine: &Engine, from: &From) -> Result<Target, Problem> {
    let text = utf8(&from.source)?;
    let written =
        std::path::absolute(text).map_err(|error| Problem::usage(format!("SOURCE is no path: {error}"), ""))?;
    let found = written.canonicalize();
    let asked = Asked {
        text,
        workspace: from.workspace.as_deref(),
        exists: found.is_ok(),
        path: utf8_path(found.as_deref().unwrap_or(&written))?,
        home: utf8_path(&engine.home().canonicalize().unwrap_or_else(|_| engine.home().to_owned())).unwrap_or_default(),
    };
    source::resolve(engine.state(), &asked)
}

/// A source as people know it.
pub(crate) fn title(engine: &Engine, source: &Source) -> String {
    match source {
        Source::File(path) => path.to_string(),
        Source::Snapshot(id) => match engine.state().snapshots.get(id) {
            Some(snapshot) => format!("{} ({id})", card::card(snapshot, &engine.now())),
            None => id.to_string(),
        },
    }
}

/// A source as programs know it.
pub(crate) fn shown(source: &Source) -> String {
    match source {
        Source::File(path) => path.to_string(),
        Source::Snapshot(id) => id.to_string(),
    }
}

fn profile<'a>(engine: &'a Engine, target: &Target) -> Option<&'a SchemaProfile> {
    let schema = engine.state().workspace(&target.workspace)?.schema.as_deref()?;
    engine.ports().app.profiles().iter().find(|profile| profile.name == schema)
}

/// A path that the engine can remember.
pub(crate) fn utf8_path(path: &Path) -> Result<Utf8PathBuf, Problem> {
    Utf8PathBuf::from_path_buf(path.to_owned()).map_err(|path| not_utf8(path.as_os_str()))
}

fn utf8(text: &OsStr) -> Result<&str, Problem> {
    text.to_str().ok_or_else(|| not_utf8(text))
}

fn not_utf8(text: &OsStr) -> Problem {
    let reason = format!("the name {} is not valid Unicode, and cannot be remembered", text.to_string_lossy());
    Problem::usage(reason, "Rename the file, or name it through a link")
}
