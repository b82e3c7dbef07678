//! A crash state in words: the changes that a power cut lost, and the files as it left them and as recovery made them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::observe::checked;
use super::recipe::Cut;
use super::states::{Fate, Point};
use super::trace::{Promise, Trace};
use crate::sim::image::Content;
use crate::sim::machine::Machine;
use crate::sim::operation::{FileId, Operation};

/// What a person reads of a crash state; after several power cuts, of the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Changes that did not reach the disk, or not in whole.
    pub lost: Vec<String>,
    /// The disk as the power cut left it.
    pub before: Vec<Lying>,
    /// The disk as recovery left it.
    pub after: Vec<Lying>,
}

/// A file on a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lying {
    /// Its path.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// What it holds, if it is a database: a committed version by its words, or what is wrong with it.
    pub holds: String,
}

/// The changes of a trace that a power cut lost or tore.
pub(super) fn lost(trace: &Trace, point: &Point, cut: &Cut) -> Vec<String> {
    let names = names(trace, cut.at);
    let told = |place: &usize| {
        let fate = cut.fates.iter().find(|(at, _)| at == place).map_or(Fate::Lost, |(_, fate)| *fate);
        let words = match fate {
            Fate::Kept => return None,
            Fate::Lost => "lost",
            Fate::SizeAlone => "only its size is there",
            Fate::Head => "only its first half is there",
            Fate::Tail => "only its second half is there",
            Fate::Odd => "only every other sector is there",
            Fate::Garbage => "garbage",
        };
        Some(format!("{words}: {place} {}", deed(&trace.log[*place], &names)))
    };
    point.pending.iter().filter_map(told).collect()
}

/// Each file's last name by then.
fn names(trace: &Trace, at: usize) -> BTreeMap<FileId, Arc<Path>> {
    let mut names = BTreeMap::new();
    names.extend(trace.base.names.iter().filter_map(|(path, file)| file.map(|file| (file, path.clone()))));
    for operation in &trace.log[..at] {
        if let Operation::Create(path, file) | Operation::Link(path, file) | Operation::Rename(_, path, file) =
            operation
        {
            names.insert(*file, path.clone());
        }
    }
    names
}

/// A change in words.
fn deed(operation: &Operation, names: &BTreeMap<FileId, Arc<Path>>) -> String {
    let of = |file: &FileId| names.get(file).map_or_else(|| format!("file {file}"), |path| path.display().to_string());
    match operation {
        Operation::Create(path, _) => format!("create {}", path.display()),
        Operation::Link(path, file) => format!("link {} to {}", path.display(), of(file)),
        Operation::Rename(from, to, _) => format!("rename {} to {}", from.display(), to.display()),
        Operation::Unlink(path, _) => format!("remove {}", path.display()),
        Operation::MakeFolder(path) => format!("make folder {}", path.display()),
        Operation::Write { file, offset, bytes, .. } => {
            format!("write {} bytes at {offset} of {}", bytes.len(), of(file))
        }
        Operation::Resize { file, size, .. } => format!("resize {} to {size} bytes", of(file)),
        Operation::SyncFile(file, _) => format!("sync {}", of(file)),
        Operation::SyncFailed(file) => format!("failed sync of {}", of(file)),
        Operation::SyncFolder(folder) => format!("sync folder {}", folder.display()),
        Operation::Note(_) => "a promise".to_owned(),
    }
}

/// The files on a machine's disk, databases in the words of what was committed.
pub(super) fn files(machine: &Machine, promise: &Promise) -> Vec<Lying> {
    let image = machine.disk.image();
    let lying = |(path, file): (&Arc<Path>, &Option<FileId>)| {
        let bytes = image.content((*file)?).map_or(0, Content::size);
        let is_database = path.extension().is_some_and(|end| end == "db") && bytes > 0;
        let holds = if is_database { words(machine, path, promise) } else { String::new() };
        Some(Lying { path: path.display().to_string(), bytes, holds })
    };
    image.names.iter().filter_map(lying).collect()
}

fn words(machine: &Machine, path: &Path, promise: &Promise) -> String {
    match checked(machine.sealed(path)) {
        Ok(digest) => promise.known.get(&digest).cloned().unwrap_or_default(),
        Err(reason) => reason.lines().next().unwrap_or_default().to_owned(),
    }
}
