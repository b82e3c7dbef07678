//! A business as a CSV archive and back, step by step as the engine does it, with every check.

use std::fs;
use std::path::Path;

use jiff::Zoned;
use omnicraft_core::effect::Depth;
use omnicraft_core::model::{Facts, FileStamp, Workspace};
use omnicraft_erp::{BUSINESS, OmniCraft};
use omnicraft_host::archive::container::Container;
use omnicraft_host::archive::inspect::{self, How};
use omnicraft_host::archive::load::{Load, Source, load};
use omnicraft_host::archive::manifest::Manifest;
use omnicraft_host::archive::pack::{Origin, pack};
use omnicraft_host::ports::app::App as _;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::{FileSystem as _, OsFileSystem, Watch};
use omnicraft_host::progress::{Progress, Unobserved};
use omnicraft_host::sqlite::{Opener, integrity, open};

/// What an archive says about a business.
pub struct Archivist {
    app: OmniCraft,
    workspace: Workspace,
    facts: Facts,
    taken_at: Zoned,
}

impl Archivist {
    /// Learns what verification knows before anything is packed.
    pub fn of(database: &Path) -> Self {
        let app = OmniCraft::new();
        let profile = app.profiles().iter().find(|profile| profile.name == BUSINESS);
        let (opener, stamp, clock) = (Opener::default(), FileStamp::default(), SystemClock::new());
        let mut progress = Progress::new(&Unobserved, &clock, String::new());
        let digest = |_: Watch<'_>| Ok(String::new());
        let found = integrity::verify(&opener, database, Depth::Sound, profile, &digest, stamp, &mut progress).unwrap();
        assert!(found.problems.is_empty(), "{:?}", found.problems);
        let mut workspace = Workspace::adopted("shop", "The shop", "shop.db");
        workspace.schema = Some(BUSINESS.to_owned());
        let taken_at = "2026-11-20T18:05:00+01:00[Europe/Berlin]".parse().unwrap();
        Self { app, workspace, facts: found.facts, taken_at }
    }

    /// Writes the archive of a database and makes it durable.
    pub fn pack(&self, from: &Path, to: &Path) {
        let clock = SystemClock::new();
        let origin =
            Origin { app: self.app.name(), workspace: &self.workspace, facts: &self.facts, taken_at: &self.taken_at };
        let file = OsFileSystem.create_new(to).unwrap();
        let mut progress = Progress::new(&Unobserved, &clock, String::new());
        let bytes = fs::metadata(from).unwrap().len();
        let mut connections = open::sealed_for_cores(&Opener::default(), from, bytes, &progress).unwrap();
        pack(&mut connections, file, &origin, from, to, &mut progress).unwrap();
    }

    /// Reads all of an archive and all of its rows, as every export does at its end.
    pub fn read_back(&self, archive: &Path) {
        self.read(archive, true);
    }

    /// Reads all of an archive before anything is touched, as every restore does at its beginning. The rows are read when
    /// the database is built.
    pub fn inspect(&self, archive: &Path) {
        self.read(archive, false);
    }

    fn read(&self, archive: &Path, all_rows: bool) {
        OsFileSystem.digest(archive, &mut |_| true).unwrap();
        let [mut container, mut another] = [(); 2].map(|()| Container::open(&OsFileSystem, archive).unwrap().unwrap());
        let clock = SystemClock::new();
        let mut progress = Progress::new(&Unobserved, &clock, String::new());
        let how = How { accept_edited: false, all_rows };
        let report = inspect::read_on_cores(&mut container, Some(&mut another), how, &mut progress).unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }

    /// Builds a new database from an archive, proves that it holds what the archive says, and makes it durable.
    pub fn build(&self, archive: &Path, to: &Path) {
        let container = Container::open(&OsFileSystem, archive).unwrap().unwrap();
        let Manifest::Csv(manifest) = container.manifest() else { return };
        let profile = self.app.profiles().iter().find(|profile| profile.name == BUSINESS).unwrap();
        let version = self.facts.schema_version.as_deref().unwrap();
        let order = Load {
            files: &OsFileSystem,
            opener: &Opener::default(),
            archive,
            manifest,
            to,
            sources: &[Source::App { app: &self.app, profile, version }],
            accept_edited: false,
            adopted: false,
        };
        let clock = SystemClock::new();
        OsFileSystem.write_new(to, b"").unwrap();
        let findings = load(&order, &mut Progress::new(&Unobserved, &clock, String::new())).unwrap();
        assert!(findings.is_empty(), "{findings:?}");
        OsFileSystem.sync_file(to).unwrap();
    }
}
