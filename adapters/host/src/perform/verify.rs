//! Verify: checks a sealed file in place. Content that is bad is an outcome; only what hinders the check is a failure.

use camino::Utf8Path;
use omnicraft_core::effect::Depth;
use omnicraft_core::model::{SchemaProfile, WorkspaceId};
use omnicraft_core::outcome::{Verification, Yield};

use super::guard;
use super::work::{Work, failed};
use crate::error::Result;
use crate::ports::filesystem::Watch;
use crate::sqlite;

const ATTEMPTED: &str = "check the file";

pub(super) fn verify(work: &Work<'_>, workspace: &WorkspaceId, file: &Utf8Path, depth: Depth) -> Result<Yield> {
    let verification = verified(work, work.profile(workspace), file, depth)?;
    Ok(Yield::Verified(Box::new(verification)))
}

/// What is in a sealed file that is nobody's live database.
pub(super) fn verified(
    work: &Work<'_>,
    profile: Option<&SchemaProfile>,
    file: &Utf8Path,
    depth: Depth,
) -> Result<Verification> {
    let path = work.path(file);
    guard::not_live(work, ATTEMPTED, &path)?;
    content(work, profile, file, depth)
}

/// The same for a file that was made just now and cannot be a live database.
pub(super) fn content(
    work: &Work<'_>,
    profile: Option<&SchemaProfile>,
    file: &Utf8Path,
    depth: Depth,
) -> Result<Verification> {
    let path = work.path(file);
    let stamp = work.present(ATTEMPTED, &path)?;
    let mut progress = work.progress("Checking", file);
    let files = work.files();
    let digest = |watch: Watch<'_>| {
        // Beside other checks, and where a core is left to the app, one is enough.
        let is_alone = depth == Depth::Digest;
        let digest = if is_alone { files.digest_on_cores(&path, watch) } else { files.digest(&path, watch) };
        digest.map_err(failed("read the file", &path))
    };
    sqlite::integrity::verify(work.sqlite(), &path, depth, profile, &digest, stamp, &mut progress)
}
