//! Reads a whole archive once and checks all that can be checked without a database. Front ends ask here, too, what an
//! archive is before they do anything with it.

mod edits;
mod tables;

use std::io::{self, Read as _};
use std::path::Path;

use omnicraft_core::model::{ArchiveFacts, ArchiveKind, Workspace};
use serde::Deserialize;

use super::container::Container;
use super::findings::Findings;
use super::layout;
use super::manifest::{GlobalEntry, GlobalManifest, Manifest, TableEntry};
use crate::error::{Result, Stop};
use crate::perform::registry;
use crate::ports::filesystem::{FileSystem, OldFile};
use crate::progress::Progress;

/// The first bytes of every SQLite database.
const DATABASE: &[u8] = b"SQLite format 3\0";
/// The first bytes of every zip file that holds something, and of one that does not.
const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";

/// How an archive is read.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// Whether content that was changed since the export is accepted.
    pub accept_edited: bool,
    /// Whether the rows are read, too, of files that are byte for byte what was exported. Whoever builds a database of
    /// the archive reads them then.
    pub all_rows: bool,
}

/// What reading an archive found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What speaks against it.
    pub findings: Findings,
    /// Rows that were changed since the export, where that is accepted.
    pub edited: Findings,
}

impl Report {
    fn append(&mut self, more: Self) {
        self.findings.append(more.findings);
        self.edited.append(more.edited);
    }
}

/// Told how many of how many bytes are read; an error ends the reading.
pub type Watch<'a> = &'a mut dyn FnMut(u64, u64) -> Result<()>;

/// What an archive holds; `None` for a file that is no zip file. A zip file whose manifest cannot be read counts as a
/// CSV archive, and is refused as one. Only a file that is named `….zip` is opened: closing any other could drop the
/// locks of a live database.
pub fn kind(files: &dyn FileSystem, path: &Path) -> Result<Option<ArchiveKind>> {
    let is_named_so = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    if !is_named_so || !begins_like_a_zip(files, path)? {
        return Ok(None);
    }
    Ok(Some(facts(files, path)?.map_or(ArchiveKind::Csv, |facts| facts.kind)))
}

/// What the manifest of an archive says; `None` where the archive is refused without reading further. Not for a live
/// database.
pub fn facts(files: &dyn FileSystem, path: &Path) -> Result<Option<ArchiveFacts>> {
    Ok(Container::open(files, path)?.ok().map(|container| container.facts()))
}

fn begins_like_a_zip(files: &dyn FileSystem, path: &Path) -> Result<bool> {
    let failed = |error: io::Error| Stop::io("look at the file", path, &error);
    let mut file: Box<dyn OldFile> = files.open(path).map_err(failed)?;
    let mut beginning = [0; 4];
    match file.read_exact(&mut beginning) {
        Ok(()) => Ok([ZIP, EMPTY_ZIP].contains(&beginning.as_slice())),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

/// Reads everything in an archive whose directory and manifest are in order.
pub fn read(container: &mut Container, accept_edited: bool, watch: Watch<'_>) -> Result<Report> {
    Reading::new(container, How { accept_edited, all_rows: true }, watch).all()
}

/// The same as it is wanted, on two cores where there is another reader of the same archive.
pub fn read_on_cores(
    container: &mut Container,
    another: Option<&mut Container>,
    how: How,
    progress: &mut Progress<'_>,
) -> Result<Report> {
    let manifest = container.manifest().clone();
    match (manifest, another) {
        (Manifest::Csv(manifest), Some(another)) => {
            // It is small.
            let mut unwatched = |_, _| Ok(());
            let mut reading = Reading::new(container, how, &mut unwatched);
            reading.plain(layout::README, None)?;
            let mut report = reading.report;
            let of_tables = tables::read_on_two_cores((container, another), &manifest.tables, how, progress)?;
            of_tables.into_iter().for_each(|found| report.append(found));
            Ok(report)
        }
        _ => Reading::new(container, how, &mut |done, total| progress.at(done, total)).all(),
    }
}

struct Reading<'a, 'w> {
    container: &'a mut Container,
    how: How,
    report: Report,
    watch: Watch<'w>,
    /// Bytes of the files that are read.
    done: u64,
    total: u64,
}

impl<'a, 'w> Reading<'a, 'w> {
    fn new(container: &'a mut Container, how: How, watch: Watch<'w>) -> Self {
        let total = container.directory().entries().iter().map(|entry| entry.size).sum();
        Self { container, how, report: Report::default(), watch, done: 0, total }
    }

    fn all(mut self) -> Result<Report> {
        self.plain(layout::README, None)?;
        match self.container.manifest().clone() {
            Manifest::Csv(csv) => csv.tables.iter().try_for_each(|table| self.table(table))?,
            Manifest::Global(global) => self.global(&global)?,
        }
        Ok(self.report)
    }

    fn table(&mut self, table: &TableEntry) -> Result<()> {
        let (before, total, watch) = (self.done, self.total, &mut self.watch);
        let found = tables::table(self.container, table, self.how, &mut |done| watch(before + done, total))?;
        self.report.append(found);
        let lines = table.lines.as_ref().map_or(0, |lines| self.size(lines));
        self.read_through(lines + self.size(&table.file))
    }

    fn global(&mut self, manifest: &GlobalManifest) -> Result<()> {
        self.registry(manifest)?;
        for entry in &manifest.workspaces {
            let database = &entry.database;
            let beginning = self.plain(&database.file, Some(&database.digest))?;
            if beginning.is_some_and(|beginning| beginning != DATABASE) {
                self.report.findings.member(&database.file, "it is not a database of SQLite");
            }
            let Some(csv) = &entry.csv else { continue };
            let beginning = self.plain(&csv.file, Some(&csv.digest))?;
            if beginning.is_some_and(|beginning| !beginning.starts_with(ZIP)) {
                self.report.findings.member(&csv.file, "it is not a zip file");
            }
        }
        Ok(())
    }

    /// The list of workspaces is one that this program could have written, and says what the manifest says.
    fn registry(&mut self, manifest: &GlobalManifest) -> Result<()> {
        let mut content = Vec::new();
        // Its size was compared with a limit.
        let digest = self.container.read(layout::REGISTRY, &mut self.report.findings, &mut |block| {
            content.extend_from_slice(block);
            Ok(())
        })?;
        self.read_through(self.size(layout::REGISTRY))?;
        let Some(digest) = digest else { return Ok(()) };
        let findings = &mut self.report.findings;
        if digest != manifest.registry_digest {
            findings.member(layout::REGISTRY, CHANGED);
        }
        match registry::parse(&content) {
            Err(reason) => findings.member(layout::REGISTRY, reason),
            Ok(_) if app(&content).is_none_or(|app| app != manifest.app) => {
                findings.member(layout::REGISTRY, "it is of another app than the manifest says");
            }
            Ok(workspaces) => {
                let same = |(there, entry): (&_, &GlobalEntry)| is_same(there, entry);
                let agree = workspaces.len() == manifest.workspaces.len()
                    && workspaces.iter().zip(&manifest.workspaces).all(same);
                if !agree {
                    findings.member(layout::REGISTRY, "its workspaces are not those of the manifest");
                }
            }
        }
        Ok(())
    }

    /// Reads a file for its checksum and digest alone; its first bytes, where it is whole.
    fn plain(&mut self, member: &str, digest: Option<&str>) -> Result<Option<Vec<u8>>> {
        let mut beginning = Vec::new();
        let (mut done, total, watch) = (self.done, self.total, &mut self.watch);
        let read = self.container.read(member, &mut self.report.findings, &mut |block| {
            let missing = DATABASE.len() - beginning.len();
            beginning.extend_from_slice(&block[..missing.min(block.len())]);
            done += block.len() as u64;
            watch(done, total)
        })?;
        self.read_through(self.size(member))?;
        let Some(read) = read else { return Ok(None) };
        if digest.is_some_and(|digest| digest != read) {
            self.report.findings.member(member, CHANGED);
        }
        Ok(Some(beginning))
    }

    fn size(&self, member: &str) -> u64 {
        self.container.directory().get(member).map_or(0, |entry| entry.size)
    }

    fn read_through(&mut self, size: u64) -> Result<()> {
        self.done += size;
        (self.watch)(self.done, self.total)
    }
}

/// The app of a registry.
fn app(content: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Registry {
        app: String,
    }
    serde_json::from_slice(content).ok().map(|Registry { app }| app)
}

const CHANGED: &str = "it is not what was exported: it was changed since, or is damaged";

fn is_same(there: &Workspace, entry: &GlobalEntry) -> bool {
    let said = &entry.workspace;
    let identities = there.identity.as_ref().zip(entry.facts.identity.as_ref());
    there.id == said.id
        && there.name == said.name
        && there.database == said.database
        && there.schema == said.schema
        && there.folder == said.folder
        && identities.is_none_or(|(there, said)| there == said)
}
