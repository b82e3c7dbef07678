//! A computer that runs: a disk, a clock, and the software on it. When its power goes, another machine is started over
//! what a power cut left of the disk.

use std::path::Path;
use std::sync::Arc;

use omnicraft_host::ports::app::App;
use omnicraft_host::ports::filesystem::{FileSystem, OsFileSystem};
use omnicraft_host::ports::{Decide, Ports, core_decides};
use omnicraft_host::sqlite::Opener;
use rusqlite::{Connection, OpenFlags};

use super::clock::SimClock;
use super::disk::SimDisk;
use super::filesystem::SimFileSystem;
use super::image::Image;
use super::vfs::SimVfs;
use crate::crash::model::Model;

/// Bytes that are free on a machine's disk.
const FREE: u64 = 1 << 40;

/// How the software on a machine is built: the product's own parts, or broken ones in their place.
#[derive(Clone)]
pub struct Build {
    /// Makes the engine's file port out of the simulated one.
    pub files: Arc<dyn Fn(SimFileSystem) -> Box<dyn FileSystem> + Send + Sync>,
    /// Makes the one who decides.
    pub decide: Arc<dyn Fn() -> Decide + Send + Sync>,
    /// Which of SQLite's syncs are swallowed: given the file's path, whether a sync of it is done. Also asked for
    /// folders, which SQLite syncs for the names of its journals.
    pub syncs: Arc<dyn Fn(&Path) -> bool + Send + Sync>,
    /// Whether its system lets nobody remove, rename or replace a file that SQLite has open, as Windows does.
    pub holds_open: bool,
}

impl Build {
    /// The product as it is shipped.
    pub fn shipped() -> Self {
        Self {
            files: Arc::new(|files| Box::new(files)),
            decide: Arc::new(core_decides),
            syncs: Arc::new(|_| true),
            holds_open: false,
        }
    }

    /// The product as it is shipped, on the system of a platform.
    pub fn on(model: Model) -> Self {
        let shipped = Self { holds_open: model == Model::Windows, ..Self::shipped() };
        match model {
            Model::Cloning => Self { files: Arc::new(|files| Box::new(files.cloning())), ..shipped },
            _ => shipped,
        }
    }
}

/// A running machine.
pub struct Machine {
    /// Its disk.
    pub disk: SimDisk,
    /// Its clock.
    pub clock: SimClock,
    /// Its software.
    pub build: Build,
    place: Place,
}

enum Place {
    Simulated {
        files: SimFileSystem,
        vfs: Arc<SimVfs>,
    },
    /// The files of the computer that this runs on; the simulated disk then holds nothing but notes.
    Here,
}

/// The name of SQLite's own file layer.
const UNIX: &str = "unix";

impl Machine {
    /// Starts a machine over a disk. One file layer serves one machine at a time, and nobody may have a connection of the
    /// machine before open.
    pub fn boot(vfs: &Arc<SimVfs>, disk: SimDisk, clock: SimClock, build: Build) -> Self {
        disk.hold_open(build.holds_open);
        vfs.boot(disk.clone(), build.syncs.clone());
        let files = SimFileSystem::on(disk.clone(), FREE);
        Self { disk, clock, build, place: Place::Simulated { files, vfs: vfs.clone() } }
    }

    /// The shipped software on the files of the computer that this runs on.
    pub fn here(clock: SimClock) -> Self {
        Self { disk: SimDisk::new(), clock, build: Build::shipped(), place: Place::Here }
    }

    /// Starts a machine that was started so many times before over what a power cut left.
    pub fn after_cut(vfs: &Arc<SimVfs>, image: Image, starts: u64, clock: SimClock, build: Build) -> Self {
        Self::boot(vfs, SimDisk::of(image, starts), clock, build)
    }

    /// The ports of an engine on this machine.
    pub fn ports(&self, app: Box<dyn App>) -> Ports {
        Ports {
            clock: Box::new(self.clock.clone()),
            files: match &self.place {
                Place::Simulated { files, .. } => (self.build.files)(files.clone()),
                Place::Here => Box::new(OsFileSystem),
            },
            app,
            sqlite: Opener { vfs: Some(self.vfs()) },
            decide: (self.build.decide)(),
        }
    }

    /// Whether its files are those of the computer that this runs on.
    pub const fn is_here(&self) -> bool {
        matches!(self.place, Place::Here)
    }

    /// Its files, as they are.
    pub fn files(&self) -> &dyn FileSystem {
        match &self.place {
            Place::Simulated { files, .. } => files,
            Place::Here => &OsFileSystem,
        }
    }

    /// Its file layer's name.
    pub fn vfs(&self) -> String {
        match &self.place {
            Place::Simulated { vfs, .. } => vfs.name(),
            Place::Here => UNIX.to_owned(),
        }
    }

    /// Opens a database for reading and writing, as an app does; it must be there.
    pub fn connect(&self, path: &Path) -> rusqlite::Result<Connection> {
        connect(&self.vfs(), path, OpenFlags::empty())
    }

    /// Opens a file that nobody writes.
    pub fn sealed(&self, path: &Path) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let uri = format!("file://{}?immutable=1", path.display());
        Connection::open_with_flags_and_vfs(uri, flags, self.vfs().as_str())
    }
}

/// Opens a database of a file layer for reading and writing.
pub fn connect(vfs: &str, path: &Path, more: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    Connection::open_with_flags_and_vfs(path, flags, vfs)
}
