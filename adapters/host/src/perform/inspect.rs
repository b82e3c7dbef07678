//! Inspect: reads an archive of the user's from beginning to end and changes nothing. Content that is bad is an
//! outcome; only what hinders the look is a failure.

use std::path::Path;

use camino::Utf8Path;
use omnicraft_core::model::{ArchiveFacts, FileStamp, Inspection};
use omnicraft_core::outcome::{FailureKind, Yield};

use super::guard;
use super::work::Work;
use crate::archive::container::Container;
use crate::archive::findings::Findings;
use crate::archive::inspect::{self as archive, How, Report};
use crate::archive::layout;
use crate::error::{Result, Stop};
use crate::sqlite::open;

const ATTEMPTED: &str = "read the archive";

pub(super) fn inspect(work: &Work<'_>, archive: &Utf8Path, how: How) -> Result<Yield> {
    let path = work.path(archive);
    guard::not_live(work, ATTEMPTED, &path)?;
    let stamp = work.present(ATTEMPTED, &path)?;
    let digest = work.digest(&path, &mut work.progress("Reading", archive))?;
    let (facts, report) = match Container::open(work.files(), &path)? {
        Err(findings) => (None, Report { findings, edited: Findings::default() }),
        Ok(mut container) => {
            let mut progress = work.progress("Checking", archive);
            let bytes = container.directory().entries().iter().map(|entry| entry.size).sum();
            let is_worth_it = open::two_cores_pay(work.sqlite(), bytes, &progress);
            let mut another = if is_worth_it { Container::open(work.files(), &path)?.ok() } else { None };
            (Some(container.facts()), archive::read_on_cores(&mut container, another.as_mut(), how, &mut progress)?)
        }
    };
    unchanged(work, &path, stamp)?;
    let Report { mut findings, edited } = report;
    of_another_app(work, facts.as_ref(), &mut findings);
    Ok(Yield::Inspected(Box::new(Inspection {
        digest,
        stamp,
        facts,
        findings: findings.listed,
        unlisted: findings.unlisted,
        edited: edited.listed,
        edited_unlisted: edited.unlisted,
    })))
}

/// An app's own data says nothing to another app; a database that was adopted belongs to none.
fn of_another_app(work: &Work<'_>, facts: Option<&ArchiveFacts>, findings: &mut Findings) {
    let ours = work.ports.app.name();
    let Some(facts) = facts.filter(|facts| facts.app != ours) else { return };
    if facts.workspaces.iter().any(|archived| archived.schema.is_some()) {
        findings.member(layout::MANIFEST, format!("it is of another app, “{}”, not of {ours}", facts.app));
    }
}

/// What was read is one file: the one whose digest was taken.
fn unchanged(work: &Work<'_>, path: &Path, before: FileStamp) -> Result<()> {
    let after = work.present(ATTEMPTED, path)?;
    if after == before {
        return Ok(());
    }
    let remedy = "Wait until the program that writes it is done, and try again";
    Err(Stop::new(FailureKind::Busy, ATTEMPTED, path, "it was changed while it was read", remedy))
}
