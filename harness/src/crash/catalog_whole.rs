//! The catalog as SQLite reads it right after a power cut, before anything recovers. A record of several rows is there or
//! it is not: what is read must be what some commit left, and never a part of one.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use omnicraft_core::names;

use super::folder::{home, is_catalog, sidecar};
use super::probe::checked;
use crate::content::Digest;
use crate::sim::clock::SimClock;
use crate::sim::image::{Content, Image};
use crate::sim::machine::{Build, Machine};
use crate::sim::operation::Operation;
use crate::sim::vfs::SimVfs;

/// What SQLite reads in the catalog of a disk; nothing where there is none. Whoever looks at another machine on this file
/// layer must start it afterwards.
pub(super) fn read(vfs: &Arc<SimVfs>, image: &Image) -> Option<Digest> {
    let path = home(names::CATALOG);
    image.file(&path)?;
    let mut alone = image.clone();
    alone.names.retain(|path, file| file.is_none() || is_catalog(path));
    let machine = Machine::after_cut(vfs, alone, 1, SimClock::at(jiff::Zoned::default()), Build::shipped());
    Some(checked(machine.connect(&path)).unwrap_or(Digest::UNREADABLE))
}

/// Numbers for the bytes of the catalog and of its journal, from which follows what SQLite reads.
pub(super) fn bytes(image: &Image) -> [u64; 2] {
    let path = home(names::CATALOG);
    [path.clone(), sidecar(&path, "-journal")].map(|path| image.content_at(&path).map_or(0, Content::hash))
}

/// Everything that commits have left in the catalog, from the beginning of a log to its end. A commit is over when its
/// journal is.
pub(super) fn versions(vfs: &Arc<SimVfs>, base: &Image, log: &[Operation]) -> BTreeSet<Digest> {
    let (mut image, mut seen, mut versions) = (base.clone(), BTreeSet::new(), BTreeSet::new());
    let mut look = |image: &Image| {
        let journal = image.content_at(&sidecar(&home(names::CATALOG), "-journal"));
        if journal.is_none_or(|journal| journal.size() == 0) && seen.insert(bytes(image)) {
            versions.extend(read(vfs, image));
        }
    };
    look(&image);
    for operation in log.iter().filter(|operation| operation.is_change()) {
        image.apply(operation);
        if is_about_the_catalog(&image, operation) {
            look(&image);
        }
    }
    versions
}

fn is_about_the_catalog(image: &Image, operation: &Operation) -> bool {
    let file = operation.data_of();
    let is_of = |path: &Path| file.is_some() && image.file(path) == file;
    let path = home(names::CATALOG);
    operation.paths().any(|path| is_catalog(path)) || is_of(&path) || is_of(&sidecar(&path, "-journal"))
}
