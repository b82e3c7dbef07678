//! Writes a global archive: the registry, every workspace as a sealed database file and perhaps as a CSV archive too.

use std::io::Read as _;
use std::path::Path;

use jiff::Zoned;
use omnicraft_core::model::{Facts, Workspace};

use super::layout::{self, MANIFEST, MOST_FILES, README, REGISTRY};
use super::manifest::{FORMAT, FileEntry, GlobalEntry, GlobalManifest, Manifest};
use super::pack::{fits, record, rendered, unfit, unwritten, written_by};
use super::readme;
use super::writer::{How, Writer};
use crate::error::{Result, Stop};
use crate::ports::filesystem::{FileSystem, NewFile};
use crate::progress::Progress;

/// One workspace of the archive.
pub struct Packed<'a> {
    /// Whose.
    pub workspace: &'a Workspace,
    /// What verification learnt of the database.
    pub facts: &'a Facts,
    /// The sealed, verified copy and its size.
    pub database: (&'a Path, u64),
    /// Its CSV archive and the size of that, where it has one.
    pub csv: Option<(&'a Path, u64)>,
}

/// What the archive says about all of its workspaces.
pub struct Whole<'a> {
    /// The app whose data it is.
    pub app: &'a str,
    /// The content of `workspaces.json`, which lists exactly these workspaces.
    pub registry: &'a [u8],
    /// When their content was live.
    pub taken_at: &'a Zoned,
    /// In the registry's order.
    pub workspaces: &'a [Packed<'a>],
}

/// Bytes that are read at a time.
const BLOCK: usize = 256 << 10;

/// Writes the archive into an empty file and makes it durable. `to` is its path, for messages. After an error or a stop
/// the file holds a part of an archive.
pub fn bundle(
    files: &dyn FileSystem,
    file: Box<dyn NewFile>,
    whole: &Whole<'_>,
    to: &Path,
    progress: &mut Progress<'_>,
) -> Result<()> {
    let Whole { app, registry, taken_at, workspaces } = whole;
    if workspaces.len() > MOST_FILES {
        let reason = format!("there are {} workspaces, and an archive can hold {MOST_FILES}", workspaces.len());
        return Err(unfit(to, reason));
    }
    let sizes = workspaces.iter().map(|packed| packed.database.1 + packed.csv.map_or(0, |(_, size)| size));
    let (writer, total) = (Writer::new(file, taken_at), sizes.sum());
    let mut bundling = Bundling { files, writer, to, progress, done: 0, total };
    let names: Vec<_> = (1..).zip(*workspaces).map(|(number, packed)| names(number, packed)).collect();
    bundling.whole(README, readme::of_workspaces(app, taken_at, &names).as_bytes())?;
    bundling.whole(REGISTRY, registry)?;
    let numbered = (1..).zip(*workspaces);
    let workspaces = numbered.map(|(number, packed)| bundling.workspace(number, packed)).collect::<Result<_>>()?;
    let manifest = Manifest::Global(GlobalManifest {
        format: FORMAT,
        app: (*app).to_owned(),
        written_by: written_by(),
        taken_at: taken_at.to_string(),
        registry_digest: blake3::hash(registry).to_hex().to_string(),
        workspaces,
    });
    bundling.whole(MANIFEST, &rendered(&manifest, to)?)?;
    bundling.writer.finish().map_err(|error| unwritten(to, &error))
}

/// What a workspace is called and the names of its files.
fn names(number: usize, packed: &Packed<'_>) -> (String, Vec<String>) {
    let id = &packed.workspace.id.0;
    let csv = packed.csv.map(|_| layout::member(number, id, "zip"));
    let files = std::iter::once(layout::member(number, id, "db")).chain(csv).collect();
    (packed.workspace.name.clone(), files)
}

/// An archive under way.
struct Bundling<'a, 'p> {
    files: &'a dyn FileSystem,
    writer: Writer,
    to: &'a Path,
    progress: &'a mut Progress<'p>,
    /// Bytes of the members that are written.
    done: u64,
    total: u64,
}

impl Bundling<'_, '_> {
    fn whole(&mut self, name: &str, content: &[u8]) -> Result<()> {
        fits(name, content, self.to)?;
        self.writer.whole(name, content).map_err(|error| unwritten(self.to, &error))
    }

    fn workspace(&mut self, number: usize, packed: &Packed<'_>) -> Result<GlobalEntry> {
        let id = &packed.workspace.id.0;
        let (database, size) = packed.database;
        let database = self.file(layout::member(number, id, "db"), database, How::deflated(size))?;
        // It is compressed already.
        let csv = packed.csv.map(|(csv, size)| self.file(layout::member(number, id, "zip"), csv, How::stored(size)));
        let csv = csv.transpose()?;
        Ok(GlobalEntry { workspace: record(packed.workspace), facts: packed.facts.clone(), database, csv })
    }

    fn file(&mut self, name: String, path: &Path, mut how: How) -> Result<FileEntry> {
        loop {
            self.writer.begin(&name, how).map_err(|error| unwritten(self.to, &error))?;
            let (bytes, digest) = self.content(path)?;
            match self.writer.end().map_err(|error| unwritten(self.to, &error))? {
                Some(again) => how = again,
                None => {
                    self.done += bytes;
                    return Ok(FileEntry { file: name, bytes, digest });
                }
            }
        }
    }

    /// Writes the content of a file and says how long it is and what its digest is.
    fn content(&mut self, path: &Path) -> Result<(u64, String)> {
        let unread = |error: std::io::Error| Stop::io("read the copy", path, &error);
        let mut file = self.files.open(path).map_err(unread)?;
        let mut hasher = blake3::Hasher::new();
        let mut block = vec![0; BLOCK];
        let mut bytes = 0;
        loop {
            let read = match file.read(&mut block) {
                Ok(0) => return Ok((bytes, hasher.finalize().to_hex().to_string())),
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unread(error)),
            };
            hasher.update(&block[..read]);
            bytes += read as u64;
            self.writer.write(&block[..read]).map_err(|error| unwritten(self.to, &error))?;
            self.progress.at(self.done + bytes, self.total)?;
        }
    }
}
