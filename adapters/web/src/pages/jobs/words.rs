//! What a job is called, and what it is doing, in words.

use camino::Utf8Path;
use omnicraft_core::event::{Export, Source};
use omnicraft_core::model::{Act, SnapshotId, WorkspaceId};
use omnicraft_host::handle::Reached;

use crate::ctx::Ctx;
use crate::files;
use crate::lang::{Given, Lang};
use crate::pages::cards;
use crate::tasks::Label;

/// What a job is about: `Restoring “My Workshop” from Daily Backup (Yesterday | 4.2 MB)`.
pub(crate) fn title(ctx: &Ctx, label: &Label) -> String {
    let workspace = |id: &WorkspaceId| ("workspace", Given::from(name(ctx, id)));
    let backup = |id: &SnapshotId| ("backup", Given::from(backup(ctx, *id)));
    let (text, given) = match label {
        Label::Snapshot { workspace: id } => ("job-snapshot", vec![workspace(id)]),
        Label::Pin { snapshot } => ("job-pin", vec![backup(snapshot)]),
        Label::Verify { snapshot } => ("job-verify", vec![backup(snapshot)]),
        Label::Drill { snapshot } => ("job-drill", vec![backup(snapshot)]),
        Label::Preview { workspace: id, source: from } => ("job-preview", vec![workspace(id), source(ctx, from)]),
        Label::PreviewAll { archive } => ("job-preview-all", vec![file(archive)]),
        Label::Rows { table, .. } => ("job-rows", vec![("table", table.as_str().into())]),
        Label::Restore { workspace: id, source: from } => ("job-restore", vec![workspace(id), source(ctx, from)]),
        Label::RestoreAll { archive } => ("job-restore-all", vec![file(archive)]),
        Label::Undo { workspace: id } => ("job-undo", vec![workspace(id)]),
        Label::Export { export: Export::Database(id), .. } => ("job-export-database", vec![workspace(id)]),
        Label::Export { export: Export::Csv(id), .. } => ("job-export-csv", vec![workspace(id)]),
        Label::Export { export: Export::All { .. }, .. } => ("job-export-all", Vec::new()),
        Label::Reset { workspace: id, act: Act::FactoryReset } => ("job-factory-reset", vec![workspace(id)]),
        Label::Reset { workspace: id, .. } => ("job-accounting-reset", vec![workspace(id)]),
        Label::Policy => ("job-policy", Vec::new()),
    };
    ctx.lang.tell(text, &given)
}

/// A workspace's name for people.
pub(crate) fn name(ctx: &Ctx, id: &WorkspaceId) -> String {
    ctx.state().workspace(id).map_or_else(|| id.0.clone(), |workspace| workspace.name.clone())
}

fn backup(ctx: &Ctx, id: SnapshotId) -> String {
    let snapshot = ctx.state().snapshots.get(&id);
    snapshot.map_or_else(|| id.to_string(), |snapshot| cards::card(ctx.lang, snapshot, &ctx.now))
}

fn source(ctx: &Ctx, source: &Source) -> (&'static str, Given) {
    let text = match source {
        Source::Snapshot(id) => backup(ctx, *id),
        Source::File(path) | Source::Archive { path, .. } => shown_file(path),
    };
    ("source", text.into())
}

fn file(path: &Utf8Path) -> (&'static str, Given) {
    ("source", shown_file(path).into())
}

/// The name of a file as it was when it was brought here.
fn shown_file(path: &Utf8Path) -> String {
    files::owners_name(path).to_owned()
}

/// The host says what it does and to which file: `Copying shop.db`.
const STEPS: [(&str, &str); 14] = [
    ("Checking ", "checking"),
    ("Compacting ", "compacting"),
    ("Comparing with ", "comparing"),
    ("Copying ", "copying"),
    ("Exporting ", "exporting"),
    ("Importing ", "importing"),
    ("Keeping ", "keeping"),
    ("Optimizing ", "optimizing"),
    ("Packing ", "packing"),
    ("Preparing ", "preparing"),
    ("Reading back ", "reading-back"),
    ("Reading ", "reading"),
    ("Rehearsing ", "rehearsing"),
    ("Unpacking ", "unpacking"),
];

/// The step under way. The names of staged files tell a person nothing, so they are left out.
pub(super) fn step(lang: Lang, reached: &Reached) -> String {
    let known = STEPS.iter().find(|(verb, _)| reached.what.starts_with(verb));
    match known {
        Some((_, step)) => lang.say(&format!("step-{step}")),
        None if reached.what.is_empty() => lang.say("step-beginning"),
        None => reached.what.clone(),
    }
}
