//! Words for the entries of a trace that are the same wherever the same thing is done: a file is told by the part that it
//! plays, not by its name, so that a waiver covers what it gives a reason for, and nothing else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use omnicraft_core::model::{Base, Slot};
use omnicraft_core::names;

use crate::crash::Note;
use crate::crash::folder::main_file;
use crate::crash::life::HOME;
use crate::crash::trace::Trace;
use crate::sim::operation::{FileId, Operation};

/// The head of a journal or a log is at most so long, and no page is as short.
const HEAD: usize = 32;

/// Words for every entry of a trace's log.
pub(super) fn words(trace: &Trace) -> Vec<String> {
    let mut names: BTreeMap<FileId, Arc<Path>> = BTreeMap::new();
    names.extend(trace.base.names.iter().filter_map(|(path, file)| file.map(|file| (file, path.clone()))));
    let mut words: Vec<String> = trace.log.iter().map(|operation| entry(&mut names, operation)).collect();
    let is_note = |operation: &Operation| matches!(operation, Operation::Note(_));
    let last = |at: usize| trace.log[..at].iter().rposition(|before| !is_note(before));
    // Files first, because folders are told by what is said of files.
    for (at, last) in (0..words.len()).filter_map(|at| Some((at, last(at)?))) {
        if matches!(trace.log[at], Operation::SyncFile(..)) {
            words[at] = of_file(&words[at], &words[last]);
        }
    }
    let plain = words.clone();
    for (at, last) in (0..words.len()).filter_map(|at| Some((at, last(at)?))) {
        // A folder is synced for the sake of what was done last; nothing else tells one such sync from another.
        if matches!(trace.log[at], Operation::SyncFolder(_)) {
            words[at] = format!("{} after {}", plain[at], plain[last]);
        }
    }
    words
}

/// A journal is synced for its records, for its head, and for its end.
fn of_file(sync: &str, last: &str) -> String {
    let Some(file) = sync.strip_prefix("sync ").filter(|file| file.ends_with("'s journal")) else {
        return sync.to_owned();
    };
    match last.strip_suffix(file) {
        Some("write the head of ") => format!("sync the head of {file}"),
        Some("resize ") => format!("sync the end of {file}"),
        _ => sync.to_owned(),
    }
}

fn entry(names: &mut BTreeMap<FileId, Arc<Path>>, operation: &Operation) -> String {
    let of = |names: &BTreeMap<FileId, Arc<Path>>, file: &FileId| {
        names.get(file).map_or_else(|| "a file without a name".to_owned(), |path| part(path))
    };
    match operation {
        Operation::Create(path, file) => {
            names.insert(*file, path.clone());
            format!("create {}", part(path))
        }
        Operation::Link(path, file) => format!("link {} to {}", of(names, file), part(path)),
        Operation::Rename(from, to, file) => {
            names.insert(*file, to.clone());
            format!("rename {} to {}", part(from), part(to))
        }
        Operation::Unlink(path, _) => format!("unlink {}", part(path)),
        Operation::MakeFolder(path) => format!("make {}", folder(path)),
        // What says how much of a journal counts, or that a log has begun anew.
        Operation::Write { file, offset: 0, bytes, .. } if bytes.len() <= HEAD => {
            format!("write the head of {}", of(names, file))
        }
        Operation::Write { file, .. } => format!("write {}", of(names, file)),
        Operation::Resize { file, .. } => format!("resize {}", of(names, file)),
        Operation::SyncFile(file, _) => format!("sync {}", of(names, file)),
        Operation::SyncFailed(file) => format!("failed sync {}", of(names, file)),
        Operation::SyncFolder(path) => format!("sync {}", folder(path)),
        Operation::Note(note) => match &**note {
            Note::Ended { operation, .. } => format!("the end of {operation}"),
            Note::Worlds(_) => "the commit".to_owned(),
            _ => "a note".to_owned(),
        },
    }
}

/// The part that a file plays, with the sidecar that it is.
fn part(path: &Path) -> String {
    let main = main_file(path);
    let suffix = &name(path)[name(&main).len()..];
    let sidecar = match suffix {
        "" => "",
        "-journal" => "'s journal",
        "-wal" => "'s log",
        _ => suffix,
    };
    format!("{}{sidecar}", main_part(&main))
}

fn main_part(path: &Path) -> String {
    let below = path.strip_prefix(HOME).ok();
    let in_backups = below.is_some_and(|below| below.starts_with(names::BACKUPS));
    let is = |known: &str| below == Some(Path::new(known));
    if let Some((_, target)) = staged_to(name(path)) {
        return format!("staged {}", main_part(&path.with_file_name(target)));
    }
    let words = match name(path) {
        _ if is(names::CATALOG) => "catalog",
        _ if is(names::INTENT) => "intent",
        _ if is(names::REGISTRY) => "list of workspaces",
        name if name.starts_with(names::REGISTRY) => "damaged list of workspaces",
        _ if is(names::LOCK) => "lock",
        name if names::is_unpublished(name) && name.ends_with("-back") => "staged way back",
        name if names::is_unpublished(name) && !names::is_staged(name) => "staged database",
        name if names::is_unpublished(name) && name.contains("-import") => "staged import",
        name if names::is_unpublished(name) && name.ends_with(".zip") => "staged archive",
        name if names::is_unpublished(name) => "staged copy",
        name if in_backups => return Slot::parse(name).map_or_else(|| other(path), slot),
        _ if below.is_none() => "file elsewhere",
        _ => "live database",
    };
    words.to_owned()
}

/// A temporary file's number, and the name that it will have.
fn staged_to(name: &str) -> Option<(u64, &str)> {
    let (number, target) = name.strip_prefix(".staged-")?.split_once("-to-")?;
    Some((number.parse().ok()?, target))
}

fn slot(slot: Slot) -> String {
    let words = match slot.base {
        Base::Tier(_) => "tier",
        Base::Close(_) => "place in the ring",
        Base::Before(_) => "safety net",
        Base::Manual => "manual snapshot",
        Base::Kept => "kept snapshot",
        Base::Damaged => "damaged database",
    };
    format!(
        "{}{words}",
        if slot.generation.is_some() && !matches!(slot.base, Base::Manual | Base::Kept | Base::Damaged) {
            "dated "
        } else {
            ""
        }
    )
}

fn other(path: &Path) -> String {
    let in_manifests = path.parent().is_some_and(|folder| folder.ends_with(names::MANIFESTS));
    let words = if in_manifests {
        "manifest"
    } else if name(path).starts_with("catalog.damaged") {
        "damaged catalog"
    } else {
        "foreign file"
    };
    words.to_owned()
}

/// The part that a folder plays.
fn folder(path: &Path) -> String {
    let below = path.strip_prefix(HOME).ok();
    let words = match below.map(|below| below.to_str().unwrap_or_default()) {
        Some("") => "the home",
        Some(names::BACKUPS) => "the backups",
        Some(_) if path.ends_with(names::MANIFESTS) => "manifests",
        Some(below) if Path::new(below).starts_with(names::BACKUPS) => "a workspace's backups",
        Some(_) => "a folder of the home",
        None => "a folder elsewhere",
    };
    words.to_owned()
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
