//! Words for the entries of a trace that are the same wherever the same thing is done: numbers of operations, snapshots
//! and days are left out, so that a waiver covers what it gives a reason for, and nothing else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::crash::life::HOME;
use crate::crash::trace::Trace;
use crate::crash::{Note, states::Point};
use crate::sim::operation::{FileId, Operation};

/// Words for every entry of a trace's log.
pub(super) fn words(trace: &Trace) -> Vec<String> {
    let mut names: BTreeMap<FileId, Arc<Path>> = BTreeMap::new();
    names.extend(trace.base.names.iter().filter_map(|(path, file)| file.map(|file| (file, path.clone()))));
    trace.log.iter().map(|operation| entry(&mut names, operation)).collect()
}

fn entry(names: &mut BTreeMap<FileId, Arc<Path>>, operation: &Operation) -> String {
    let of = |names: &BTreeMap<FileId, Arc<Path>>, file: &FileId| {
        names.get(file).map_or_else(|| "a file without a name".to_owned(), |path| shown(path))
    };
    match operation {
        Operation::Create(path, file) => {
            names.insert(*file, path.clone());
            format!("create {}", shown(path))
        }
        Operation::Link(path, file) => format!("link {} to {}", of(names, file), shown(path)),
        Operation::Rename(from, to, file) => {
            names.insert(*file, to.clone());
            format!("rename {} to {}", shown(from), shown(to))
        }
        Operation::Unlink(path, _) => format!("unlink {}", shown(path)),
        Operation::MakeFolder(path) => format!("make folder {}", shown(path)),
        Operation::Write { file, .. } => format!("write {}", of(names, file)),
        Operation::Resize { file, .. } => format!("resize {}", of(names, file)),
        Operation::SyncFile(file, _) => format!("sync {}", of(names, file)),
        Operation::SyncFailed(file) => format!("failed sync {}", of(names, file)),
        Operation::SyncFolder(path) => format!("sync folder {}", shown(path)),
        Operation::Note(note) => match &**note {
            Note::Ended { operation, .. } => format!("the end of {operation}"),
            Note::Worlds(_) => "the commit".to_owned(),
            _ => "a note".to_owned(),
        },
    }
}

/// What a sync at this point makes durable.
pub(super) fn settled(point: &Point, log: &[Operation], at: usize, words: &[String]) -> String {
    let mut after = point.clone();
    after.step(log, at);
    let mut settled: Vec<&str> = point
        .pending
        .iter()
        .filter(|place| !after.pending.contains(place))
        .map(|place| words[*place].as_str())
        .collect();
    settled.sort_unstable();
    settled.dedup();
    settled.join(", ")
}

/// A path below the home, without numbers.
fn shown(path: &Path) -> String {
    let text = path.strip_prefix(HOME).unwrap_or(path).to_string_lossy();
    let mut shown = String::new();
    for letter in text.chars() {
        match letter {
            '0'..='9' if shown.ends_with('#') => {}
            '0'..='9' => shown.push('#'),
            other => shown.push(other),
        }
    }
    if shown.is_empty() { "the home".to_owned() } else { shown }
}
