//! Looks into files that nobody writes, and remembers what was in them by their bytes: a million crash states share a few
//! hundred files.

use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher as _;
use std::path::Path;
use std::sync::Arc;

use foldhash::fast::FixedState;
use omnicraft_core::model::{Manifest, SnapshotId};
use rusqlite::Connection;

use super::{catalog_whole, folder};
use crate::content::{self, Digest};
use crate::sim::image::Image;
use crate::sim::machine::Machine;
use crate::sim::vfs::SimVfs;

/// What was found in a database: its content, or what is wrong with it.
pub type Content = Result<Digest, String>;

/// Remembers what files hold.
#[derive(Default)]
pub struct Probe {
    sealed: HashMap<u64, Content>,
    digests: HashMap<u64, String>,
    manifests: HashMap<u64, Result<Manifest, String>>,
    /// What SQLite reads in catalogs, by their bytes.
    catalogs: HashMap<[u64; 2], Option<Digest>, FixedState>,
    /// What an engine without a catalog offers, by everything else that lies in the folder.
    pub(super) rebuilt: HashMap<u64, BTreeSet<Offered>>,
}

/// A snapshot that can be restored without the catalog.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Offered {
    /// Which.
    pub(super) id: SnapshotId,
    /// Where.
    pub(super) path: Arc<Path>,
    /// What it holds.
    pub(super) content: Digest,
    /// Whether it is pinned.
    pub(super) pinned: bool,
}

impl Probe {
    /// The content of a database file that nobody writes.
    pub fn sealed(&mut self, machine: &Machine, path: &Path) -> Content {
        if machine.is_here() {
            return checked(machine.sealed(path));
        }
        let Ok(file) = machine.disk.file(path) else { return Err("there is no such file".to_owned()) };
        let bytes = machine.disk.content(file);
        let look = || machine.disk.unrecorded(|| checked(machine.sealed(path)));
        self.sealed.entry(bytes.hash()).or_insert_with(look).clone()
    }

    /// What SQLite reads in the catalog of a disk on which no machine runs yet.
    pub fn catalog(&mut self, vfs: &Arc<SimVfs>, image: &Image) -> Option<Digest> {
        *self.catalogs.entry(catalog_whole::bytes(image)).or_insert_with(|| catalog_whole::read(vfs, image))
    }

    /// The digest of a file as manifests give it.
    pub fn digest(&mut self, machine: &Machine, path: &Path) -> Option<String> {
        let digest = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
        if machine.is_here() {
            return machine.files().read(path, u64::MAX).ok().map(|bytes| digest(&bytes));
        }
        let bytes = machine.disk.content(machine.disk.file(path).ok()?);
        Some(self.digests.entry(bytes.hash()).or_insert_with(|| digest(&bytes.bytes())).clone())
    }

    /// What a manifest says.
    pub fn manifest(&mut self, machine: &Machine, path: &Path) -> Result<&Manifest, String> {
        let Ok(file) = machine.disk.file(path) else { return Err("there is none".to_owned()) };
        let bytes = machine.disk.content(file);
        let read = || serde_json::from_slice(&bytes.bytes()).map_err(|error| error.to_string());
        self.manifests.entry(bytes.hash()).or_insert_with(read).as_ref().map_err(Clone::clone)
    }
}

/// The content of a database, if SQLite finds nothing wrong with it.
pub fn checked(connection: rusqlite::Result<Connection>) -> Content {
    let found = connection.and_then(|connection| content::checked(&connection));
    found.map_err(|error| error.to_string())?
}

/// Sidecars that hold data.
const DATA: [&str; 2] = ["-wal", "-journal"];

/// Bytes of a database file that say what kind of file it is; a copy has others.
const HEADER: usize = 100;

/// A number for the pages of a database that nothing can read, whatever its header says, and for the log and the journal
/// beside it, which hold its last commits; 0 where there is no file.
pub fn pages_at(machine: &Machine, path: &Path) -> u64 {
    let bytes =
        |path: &Path| machine.disk.file(path).map_or_else(|_| Vec::new(), |file| machine.disk.content(file).bytes());
    let beside = DATA.map(|suffix| bytes(&folder::sidecar(path, suffix)));
    bytes(path).get(HEADER..).map_or(0, |pages| FixedState::default().hash_one((pages, beside)))
}

/// A number for the content of a file; 0 where there is none.
pub fn content_at(machine: &Machine, path: &Path) -> u64 {
    machine.disk.file(path).map_or(0, |file| machine.disk.content(file).hash())
}
