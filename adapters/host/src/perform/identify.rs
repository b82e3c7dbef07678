//! Identify: what a file with a slot's name is. The digest decides which manifest describes it; a verification decides
//! what it is worth.

use camino::Utf8Path;
use omnicraft_core::effect::Depth;
use omnicraft_core::model::{Manifest, WorkspaceId};
use omnicraft_core::names;
use omnicraft_core::outcome::{Identified, Yield};

use super::verify;
use super::work::{Work, failed};
use crate::error::Result;

const LIMIT: u64 = 16 << 20;

pub(super) fn identify(work: &Work<'_>, workspace: &WorkspaceId, file: &Utf8Path) -> Result<Yield> {
    let verification = verify::verified(work, work.profile(workspace), file, Depth::Sound)?;
    let manifest = describing(work, file, &verification.digest)?;
    Ok(Yield::Identified(Box::new(Identified { manifest, verification })))
}

/// Several snapshots can have one content: then the one that was published under this name, or else the newest.
fn describing(work: &Work<'_>, file: &Utf8Path, digest: &str) -> Result<Option<Manifest>> {
    let matching = manifests(work, file)?.into_iter().filter(|manifest| manifest.snapshot.digest == digest);
    Ok(matching.max_by_key(|manifest| {
        let same_name = file.file_name() == Some(manifest.snapshot.slot.file_name().as_str());
        (same_name, manifest.snapshot.id)
    }))
}

/// All manifests of the file's folder that this build can read.
fn manifests(work: &Work<'_>, file: &Utf8Path) -> Result<Vec<Manifest>> {
    let folder = work.path(file.parent().unwrap_or_else(|| Utf8Path::new("")).join(names::MANIFESTS).as_path());
    let entries = work.files().list(&folder).map_err(failed("list the facts of the backups", &folder))?;
    let mut manifests = Vec::new();
    for entry in entries.iter().filter(|entry| entry.is_file && entry.name.ends_with(".json")) {
        // A manifest that cannot be read describes nothing; the file is then judged by its content alone.
        let Ok(content) = work.files().read(&folder.join(&entry.name), LIMIT) else { continue };
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&content) else { continue };
        if manifest.format <= Manifest::FORMAT {
            manifests.push(manifest);
        }
    }
    Ok(manifests)
}
