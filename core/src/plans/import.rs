//! An archive of CSV files, on its way to becoming a database file that can be restored like any other.
//!
//! The whole archive is read before anything is built from it, and what its manifest says is compared with the
//! workspace that it shall go into. An archive that is refused leaves nothing behind.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use camino::Utf8Path;

use super::{Case, preview, restore, restore_all, stop};
use crate::effect::{Depth, Effect};
use crate::event::Source;
use crate::model::{
    ArchiveFacts, ArchiveKind, ArchivedWorkspace, Base, Facts, Finding, Imported, Inspection, SchemaSource, Snapshot,
    Workspace,
};
use crate::names;
use crate::outcome::{Failure, FailureKind, Verification};
use crate::plan::Plan;
use crate::policy::{Expectation, judge};
use crate::state::{Moment, Operation};

/// So many findings are told in a sentence; the conclusion has them all.
const SHOWN: usize = 3;
/// So many snapshots are asked for an adopted database's schema.
const ASKED: usize = 5;

/// Reads an archive; what it says decides what is done with it. The database that will be built goes in any case.
pub(super) fn read(operation: u64, archive: &Utf8Path, accept_edited: bool) -> Plan {
    Plan::new()
        .require(Effect::Inspect { archive: archive.to_owned(), accept_edited, all_rows: false })
        .always(Effect::Discard { path: names::imported(operation, 0) })
}

/// Refuses the archive, or goes on with it as the moment wants.
pub(super) fn inspected(case: &Case<'_>, operation: &mut Operation, archive: &Utf8Path, found: &Inspection) {
    operation.inspection = Some(found.clone());
    if !found.findings.is_empty() {
        return refuse(operation, archive, &found.findings, found.unlisted);
    }
    let Some(facts) = &found.facts else {
        return stop(operation, refused(archive, "it does not say what it holds".to_owned()));
    };
    let planned = if let Moment::Restore(id, source) | Moment::Preview(id, source) = operation.moment.clone() {
        let Some(workspace) = case.state.workspace(&id) else { return };
        operation.warnings.extend(elsewhere(case, workspace, facts));
        build(case, operation, workspace, &source, facts)
    } else {
        restore_all::plan(case, operation, archive, facts)
    };
    match planned {
        Ok(plan) => drop(operation.remaining.splice(0..0, plan.steps)),
        Err(failure) => stop(operation, failure),
    }
}

fn refuse(operation: &mut Operation, archive: &Utf8Path, findings: &[Finding], unlisted: u64) {
    operation.findings = findings.to_vec();
    operation.findings_unlisted = unlisted;
    stop(operation, refused(archive, first_of(findings, unlisted)));
}

/// The failure of an archive that must not be restored.
pub(super) fn refused(archive: &Utf8Path, reason: String) -> Failure {
    Failure {
        kind: FailureKind::Damaged,
        attempted: "restore this archive".to_owned(),
        path: archive.to_owned(),
        reason,
        remedy: "Nothing was changed".to_owned(),
    }
}

/// The first findings in a sentence.
pub(super) fn first_of(findings: &[Finding], unlisted: u64) -> String {
    let shown: Vec<String> = findings.iter().take(SHOWN).map(ToString::to_string).collect();
    let mut text = shown.join("; ");
    let more = u64::try_from(findings.len().saturating_sub(SHOWN)).unwrap_or(u64::MAX).saturating_add(unlisted);
    if more > 0 {
        // Writing into a text does not fail.
        let _ = write!(text, "; and {more} more");
    }
    text
}

/// The database is built; from there on it is a candidate like any other.
fn build(
    case: &Case<'_>,
    operation: &Operation,
    workspace: &Workspace,
    source: &Source,
    facts: &ArchiveFacts,
) -> Result<Plan, Failure> {
    let Source::Archive { path, accept_edited, trust_schema } = source else { return Ok(Plan::new()) };
    let archived = only(path, facts)?;
    let problems = problems(case, workspace, archived);
    if !problems.is_empty() {
        return Err(refused(path, problems.join("; ")));
    }
    let plan = Plan::new().require(Effect::Import {
        workspace: workspace.id.clone(),
        archive: path.clone(),
        to: names::imported(operation.number, 0),
        schema: sources(case, workspace, archived, *trust_schema),
        accept_edited: *accept_edited,
    });
    let next = if matches!(operation.moment, Moment::Preview(..)) {
        preview::steps(workspace, names::imported(operation.number, 0), Depth::Sound)
    } else {
        restore::check(case, operation)
    };
    Ok(plan.then(next))
}

/// An adopted database has no identity: two of one id may be two different businesses. Where they lie is all that tells.
fn elsewhere(case: &Case<'_>, workspace: &Workspace, facts: &ArchiveFacts) -> Option<String> {
    let archived = facts.workspaces.first().filter(|archived| archived.schema.is_none())?;
    let has_a_past = case.state.snapshots_of(&workspace.id).next().is_some();
    (has_a_past && archived.database != workspace.database).then(|| {
        format!(
            "the archive was exported from {}, and “{}” is {} here: make sure that it is the same",
            archived.database, workspace.name, workspace.database
        )
    })
}

fn only<'a>(path: &Utf8Path, facts: &'a ArchiveFacts) -> Result<&'a ArchivedWorkspace, Failure> {
    match (facts.kind, facts.workspaces.as_slice()) {
        (ArchiveKind::Csv, [archived]) => Ok(archived),
        (ArchiveKind::Csv, _) => Err(refused(path, "it does not say which workspace it holds".to_owned())),
        (ArchiveKind::Global, _) => Err(Failure {
            remedy: "Nothing was changed; restore it without naming a workspace, and all come back together".to_owned(),
            ..refused(path, "it holds all workspaces of a home together, not one alone".to_owned())
        }),
    }
}

/// What speaks against restoring an archived workspace as this one, each in a sentence.
pub(super) fn problems(case: &Case<'_>, workspace: &Workspace, archived: &ArchivedWorkspace) -> Vec<String> {
    match (&workspace.schema, &archived.schema) {
        (Some(ours), Some(theirs)) if ours == theirs => {}
        (None, None) if archived.id == workspace.id || archived.database == workspace.database => return Vec::new(),
        (None, None) => {
            let other = format!(
                "it is of another workspace, “{}” ({}), not of “{}”",
                archived.name, archived.id, workspace.name
            );
            return vec![other];
        }
        (ours, theirs) => {
            let named = |schema: &Option<String>| {
                schema.as_ref().map_or_else(|| "a schema of their own".to_owned(), |name| format!("the schema {name}"))
            };
            return vec![format!(
                "it is of another app: its tables follow {}, those of “{}” follow {}",
                named(theirs),
                workspace.name,
                named(ours)
            )];
        }
    }
    let Some(profile) = case.profile(workspace) else {
        return vec!["this program does not know its schema".to_owned()];
    };
    let found = Verification { facts: archived.facts.clone(), ..Verification::default() };
    judge(&Expectation { workspace, profile: Some(profile), fingerprints: None }, &found)
}

/// Where the schema may come from; of several the one that the archive was exported with wins. An app's own comes from
/// its migrations, and where somebody has added an index or a table to it, from what is here. Of an adopted database the
/// live one knows it best; snapshots whose schema was that of the archive come before the others.
fn sources(
    case: &Case<'_>,
    workspace: &Workspace,
    archived: &ArchivedWorkspace,
    trust_schema: bool,
) -> Vec<SchemaSource> {
    let own = archived.facts.schema_version.iter().filter(|_| workspace.schema.is_some());
    let own = own.cloned().map(SchemaSource::App);
    let good = |snapshot: &&Snapshot| snapshot.is_good() && snapshot.slot.base != Base::Damaged;
    let mut snapshots: Vec<&Snapshot> = case.state.snapshots_of(&workspace.id).filter(good).collect();
    snapshots.sort_by_key(|snapshot| snapshot.facts.fingerprint != archived.facts.fingerprint);
    // Of one content one is enough.
    let mut seen = BTreeSet::new();
    snapshots.retain(|snapshot| seen.insert(&snapshot.digest));
    let files = snapshots.into_iter().take(ASKED).map(|s| SchemaSource::Snapshot(names::slot(workspace, s.slot)));
    let archive = trust_schema.then_some(SchemaSource::Archive);
    own.chain([SchemaSource::Live(workspace.database.clone())]).chain(files).chain(archive).collect()
}

pub(super) fn imported(operation: &mut Operation, archive: &Utf8Path, built: &Imported) {
    if !built.findings.is_empty() {
        refuse(operation, archive, &built.findings, built.unlisted);
    }
}

/// What the manifest says of a database and the database itself does not; nothing where they agree. Rows of an archive
/// that was edited are the editor's; and the schema of one that was built is the app's own, whatever it was.
pub(super) fn lies(said: &Facts, source: &Source, found: &Facts) -> Vec<String> {
    let edited = matches!(source, Source::Archive { accept_edited: true, .. });
    let taken_out = matches!(source, Source::File(_));
    let lie = |what: &str| format!("its manifest does not say the truth about {what}");
    let mut lies = Vec::new();
    if said.schema_version != found.schema_version {
        lies.push(lie("the version of its tables"));
    }
    if said.identity != found.identity {
        lies.push(lie("the workspace that it belongs to"));
    }
    if said.rows != found.rows && !edited {
        lies.push(lie("the number of its rows"));
    }
    if taken_out && said.fingerprint != found.fingerprint {
        lies.push(lie("its tables"));
    }
    lies
}

/// An adopted database may have had rows that point nowhere when it was exported; more than those are a fault.
pub(super) fn broken_references(operation: &Operation, found: &Verification) -> Option<String> {
    let facts = operation.inspection.as_ref()?.facts.as_ref()?;
    let said = facts.workspaces.first()?.facts.foreign_key_violations;
    let now = found.facts.foreign_key_violations;
    (now > said)
        .then(|| format!("{now} of its rows point to rows that do not exist, and {said} did when it was exported"))
}
