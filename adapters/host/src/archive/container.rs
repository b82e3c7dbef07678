//! An archive whose directory and manifest are in order and say the same: what it holds is known, and nothing else of
//! it has been read yet.

mod consistency;
mod json;

use std::path::Path;

use omnicraft_core::model::{ArchiveFacts, ArchiveKind, ArchivedWorkspace, Facts};

use super::directory::Directory;
use super::findings::Findings;
use super::layout;
use super::manifest::{Manifest, WorkspaceRecord};
use super::members::Members;
use crate::error::{Result, Stop};
use crate::ports::filesystem::{FileSystem, OldFile};
pub use json::parse;

/// An archive that may be read further.
///
/// **Invariant:** it holds exactly the files that its manifest names.
pub struct Container {
    members: Members,
    manifest: Manifest,
}

impl Container {
    /// Opens an archive, which is not a live database, and checks its directory and manifest. Inside, what speaks
    /// against the archive; outside, what hindered the look at it.
    pub fn open(files: &dyn FileSystem, path: &Path) -> Result<std::result::Result<Self, Findings>> {
        let file = files.open(path).map_err(|error| Stop::io("open the archive", path, &error))?;
        Self::over(file, path)
    }

    /// The same over an open file; `path` is for messages.
    pub fn over(file: Box<dyn OldFile>, path: &Path) -> Result<std::result::Result<Self, Findings>> {
        let mut members = match Members::over(file, path)? {
            Ok(members) => members,
            Err(findings) => return Ok(Err(findings)),
        };
        let mut findings = Findings::default();
        let manifest = read_manifest(&mut members, &mut findings)?;
        if let Some(manifest) = &manifest {
            consistency::check(manifest, members.directory(), &mut findings);
        }
        Ok(match manifest {
            Some(manifest) if findings.is_empty() => Ok(Self { members, manifest }),
            _ => Err(findings),
        })
    }

    /// What the archive says that it holds.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Names, places and sizes of its files.
    pub const fn directory(&self) -> &Directory {
        self.members.directory()
    }

    /// Hands the content of a file on, block by block, and returns BLAKE3 of it in hex; `None` where a finding says
    /// that it is damaged. An error of the sink ends the reading.
    pub fn read(
        &mut self,
        member: &str,
        findings: &mut Findings,
        sink: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<Option<String>> {
        self.members.read(member, findings, sink)
    }

    /// The manifest's words for front ends.
    pub fn facts(&self) -> ArchiveFacts {
        match &self.manifest {
            Manifest::Csv(csv) => ArchiveFacts {
                kind: ArchiveKind::Csv,
                app: csv.app.clone(),
                taken_at: csv.taken_at.clone(),
                workspaces: vec![workspace(&csv.workspace, &csv.facts, "")],
            },
            Manifest::Global(global) => ArchiveFacts {
                kind: ArchiveKind::Global,
                app: global.app.clone(),
                taken_at: global.taken_at.clone(),
                workspaces: global
                    .workspaces
                    .iter()
                    .map(|entry| workspace(&entry.workspace, &entry.facts, &entry.database.file))
                    .collect(),
            },
        }
    }
}

fn workspace(record: &WorkspaceRecord, facts: &Facts, member: &str) -> ArchivedWorkspace {
    let WorkspaceRecord { id, name, database, schema, folder } = record.clone();
    ArchivedWorkspace { id, name, database, schema, folder, member: member.to_owned(), facts: facts.clone() }
}

fn read_manifest(members: &mut Members, findings: &mut Findings) -> Result<Option<Manifest>> {
    if members.directory().get(layout::MANIFEST).is_none() {
        findings
            .member(layout::MANIFEST, "it is missing: this is no archive of this program, or its list was taken out");
        return Ok(None);
    }
    // Its size was compared with a limit, and reading stops where it says that it ends.
    let mut content = Vec::new();
    let whole = members.read(layout::MANIFEST, findings, &mut |block| {
        content.extend_from_slice(block);
        Ok(())
    })?;
    if whole.is_none() {
        return Ok(None);
    }
    match parse(&content) {
        Ok(manifest) => Ok(Some(manifest)),
        Err(finding) => {
            findings.push(finding);
            Ok(None)
        }
    }
}
