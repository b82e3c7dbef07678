//! Judges what a verification found: may this file be published, or restored, as a database of this workspace?

use std::collections::BTreeSet;

use crate::model::{SchemaProfile, Workspace};
use crate::outcome::Verification;

/// What a file must be.
#[derive(Clone, Debug)]
pub struct Expectation<'a> {
    /// Whose database it should be.
    pub workspace: &'a Workspace,
    /// The workspace's schema profile; `None` for an adopted database.
    pub profile: Option<&'a SchemaProfile>,
    /// For a file from outside of an adopted database: fingerprints of schemas that were seen in this workspace.
    /// `None` where any schema is fine, because the file is the live database itself or one of its snapshots.
    pub fingerprints: Option<BTreeSet<String>>,
}

/// What is wrong with the file, each in a sentence; nothing for a good one.
pub fn judge(expected: &Expectation<'_>, found: &Verification) -> Vec<String> {
    if !found.problems.is_empty() {
        // SQLite's reports can have several lines.
        return found.problems.iter().map(|p| p.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    }
    match expected.profile {
        Some(profile) => judge_owned(expected.workspace, profile, found),
        None => judge_adopted(expected, found),
    }
}

fn judge_owned(workspace: &Workspace, profile: &SchemaProfile, found: &Verification) -> Vec<String> {
    let facts = &found.facts;
    if facts.application_id != profile.application_id {
        return vec![format!(
            "it belongs to another app: its application id is {}, {} has {}",
            facts.application_id, profile.name, profile.application_id
        )];
    }
    let mut problems = Vec::new();
    match &facts.schema_version {
        None => problems.push(format!("it does not say which version of {} it is", profile.name)),
        Some(version) if profile.rank(version).is_none() => problems.push(format!(
            "it was written by a newer version of the app (schema {version}, this one knows up to {})",
            profile.newest().unwrap_or("none")
        )),
        Some(_) => {}
    }
    match (&workspace.identity, &facts.identity) {
        (_, None) => problems.push("it does not say which workspace it belongs to".to_owned()),
        (Some(ours), Some(theirs)) if ours != theirs => {
            problems.push(format!("it belongs to another workspace ({theirs}, this one is {ours})"));
        }
        (_, Some(_)) => {}
    }
    if facts.foreign_key_violations > 0 {
        problems.push(format!("{} of its rows point to rows that do not exist", facts.foreign_key_violations));
    }
    problems
}

/// Of an adopted database nothing is assumed; broken foreign keys in it are its normal content, since SQLite does not
/// enforce them unless asked.
fn judge_adopted(expected: &Expectation<'_>, found: &Verification) -> Vec<String> {
    let known = expected.fingerprints.as_ref().is_none_or(|known| known.contains(&found.facts.fingerprint));
    if known { Vec::new() } else { vec!["its tables are not those of this workspace".to_owned()] }
}
