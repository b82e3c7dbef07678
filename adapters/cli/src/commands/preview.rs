//! `preview`: what a restore would lose and bring back, in plain words and table by table.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use camino::Utf8PathBuf;
use omnicraft_core::card;
use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::{Inspection, SchemaProfile};
use omnicraft_core::outcome::Differences;
use omnicraft_host::archive::whose;
use omnicraft_host::engine::Engine;
use serde_json::{Value, json};

use super::{new_home, together};
use crate::archives;
use crate::args::From;
use crate::findings;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source::{self, Asked, Chosen, Target};
use crate::tell;
use crate::words;

pub(crate) fn run(session: &Session, from: &From) -> Result<Reply, Problem> {
    let mut engine = session.viewer().map_err(|problem| new_home::no_preview(from, problem))?;
    match chosen(&engine, from)? {
        Chosen::One(target) => one(session, &mut engine, &target),
        Chosen::All(path) => together::preview(session, &mut engine, &path),
    }
}

fn one(session: &Session, engine: &mut Engine, target: &Target) -> Result<Reply, Problem> {
    let preview = look(session, engine, target)?;
    let (name, title) = (tell::name(engine, &target.workspace), title(engine, &target.source));
    let mut lines = vec![format!("Restoring “{name}” from {title}:")];
    lines.extend(preview.lines());
    Ok(Reply::done(lines.join("\n"), preview.json(engine, target)))
}

/// What a comparison found.
pub(crate) struct Preview {
    pub(crate) differences: Differences,
    pub(crate) sentences: Vec<String>,
    pub(crate) changes_nothing: bool,
    /// Of an archive.
    pub(crate) inspection: Option<Inspection>,
}

impl Preview {
    /// What a person should read before he says yes.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.sentences.iter().map(|sentence| format!("  {sentence}.")).collect();
        lines.extend(self.inspection.iter().flat_map(edited));
        lines
    }

    pub(crate) fn json(&self, engine: &Engine, target: &Target) -> Value {
        let mut json = json!({
            "workspace": target.workspace,
            "workspace_name": tell::name(engine, &target.workspace),
            "source": shown(&target.source),
            "summary": self.sentences.join(". "),
            "changes_nothing": self.changes_nothing,
            "schema_differs": self.differences.schema_differs,
            "live_unreadable": self.differences.live_unreadable,
            "tables": self.differences.tables,
        });
        if let Some(inspection) = &self.inspection {
            tell_archive(&mut json, inspection);
        }
        json
    }
}

/// The rows of an archive that were changed since the export.
pub(crate) fn edited(inspection: &Inspection) -> Vec<String> {
    if inspection.edited.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["  Changed since the export, and taken as it is now:".to_owned()];
    let rows = findings::lines(&inspection.edited, inspection.edited_unlisted);
    lines.extend(rows.iter().map(|row| format!("  {row}")));
    lines
}

/// What `--json` says of an archive.
pub(crate) fn tell_archive(json: &mut Value, inspection: &Inspection) {
    json["exported_at"] = json!(inspection.facts.as_ref().map(|facts| &facts.taken_at));
    json["findings"] = json!(inspection.findings);
    json["edited"] = json!(inspection.edited);
    json["edited_unlisted"] = json!(inspection.edited_unlisted);
}

/// Compares the live database with a source. Changes nothing.
pub(crate) fn look(session: &Session, engine: &mut Engine, target: &Target) -> Result<Preview, Problem> {
    let ended = engine.handle(EventKind::PreviewRequested(target.workspace.clone(), target.source.clone()))?;
    let ended = tell::applied(ended, session, &tell::name(engine, &target.workspace))?;
    let differences = ended.differences.unwrap_or_default();
    let profile = profile(engine, target);
    let mut sentences = words::differences(&differences, profile);
    let exported = ended.inspection.as_ref().and_then(|inspection| archives::exported(inspection.facts.as_ref()?));
    sentences.splice(0..0, exported.map(|moment| format!("It is of {moment}")));
    Ok(Preview {
        sentences,
        changes_nothing: words::nothing_would_change(&differences, profile),
        differences,
        inspection: ended.inspection,
    })
}

/// What was named on the command line.
pub(crate) fn chosen(engine: &Engine, from: &From) -> Result<Chosen, Problem> {
    let text = utf8(&from.source)?;
    let written = absolute(from)?;
    let found = written.canonicalize();
    let is_named = source::names_a_backup(text);
    let file = found.as_deref().ok().filter(|_| !is_named);
    let look = |file| whose::introduce_beside(&*engine.ports().files, engine.home(), engine.state(), file);
    let archive = file.map(look).transpose()?.unwrap_or_default();
    let asked = Asked {
        text,
        workspace: from.workspace.as_deref(),
        exists: found.is_ok(),
        path: utf8_path(found.as_deref().unwrap_or(&written))?,
        archive: archive.kind,
        facts: archive.facts,
        accept_edited: from.accept_edited,
        trust_schema: from.trust_schema,
        home: utf8_path(&engine.home().canonicalize().unwrap_or_else(|_| engine.home().to_owned())).unwrap_or_default(),
    };
    source::resolve(engine.state(), &asked)
}

/// The source as a path, whether or not it is one.
pub(crate) fn absolute(from: &From) -> Result<PathBuf, Problem> {
    let text = utf8(&from.source)?;
    std::path::absolute(text).map_err(|error| Problem::usage(format!("SOURCE is no path: {error}"), ""))
}

/// A source as people know it.
pub(crate) fn title(engine: &Engine, source: &Source) -> String {
    match source {
        Source::File(path) | Source::Archive { path, .. } => path.to_string(),
        Source::Snapshot(id) => match engine.state().snapshots.get(id) {
            Some(snapshot) => format!("{} ({id})", card::card(snapshot, &engine.now())),
            None => id.to_string(),
        },
    }
}

/// A source as programs know it.
pub(crate) fn shown(source: &Source) -> String {
    match source {
        Source::File(path) | Source::Archive { path, .. } => path.to_string(),
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
