//! The effects on a real home: an archive is looked at, and a database is taken out of one; nothing else happens.

use std::fs;
use std::path::Path;

use omnicraft_core::effect::Effect;
use omnicraft_core::model::{ArchiveKind, Finding, Inspection, Workspace};
use omnicraft_core::outcome::{FailureKind, Outcome, Yield};
use omnicraft_core::plan::{Mode, Step};
use omnicraft_core::state::State;
use omnicraft_host::archive::inspect;
use omnicraft_host::perform::{Commits, Performer, perform, prepare_home};
use omnicraft_host::ports::app::NoApp;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::OsFileSystem;
use omnicraft_host::ports::{Ports, core_decides};
use omnicraft_host::progress::Unobserved;
use omnicraft_host::sqlite::Opener;
use tempfile::TempDir;

use crate::support::{DATABASE, content, csv_files, digest, global_files, stored};

const STAGED: &str = "backups/.staged-7-shop.db";

struct Home {
    folder: TempDir,
    ports: Ports,
    state: State,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        prepare_home(folder.path(), &OsFileSystem).unwrap();
        let ports = Ports {
            clock: Box::new(SystemClock::new()),
            files: Box::new(OsFileSystem),
            app: Box::new(NoApp),
            sqlite: Opener::default(),
            decide: core_decides(),
        };
        let workspaces = vec![Workspace::adopted("shop", "The shop", "shop.db")];
        Self { folder, ports, state: State { workspaces, ..State::default() } }
    }

    fn run(&self, effect: Effect) -> Outcome {
        let (home, commits) = (self.folder.path(), Commits::default());
        let performer = Performer { home, ports: &self.ports, observer: &Unobserved, commits: &commits };
        perform(&performer, &self.state, &Step { mode: Mode::Require, effect })
    }

    fn put(&self, name: &str, content: &[u8]) {
        fs::write(self.folder.path().join(name), content).unwrap();
    }

    fn inspect(&self, name: &str) -> Inspection {
        match self.run(Effect::Inspect { archive: name.into(), accept_edited: false, all_rows: true }) {
            Outcome::Done(Yield::Inspected(inspection)) => *inspection,
            other => panic!("{other:?}"),
        }
    }

    fn unpack(&self, member: &str) -> Outcome {
        self.run(Effect::Unpack { archive: "all.zip".into(), member: member.to_owned(), to: STAGED.into() })
    }

    fn staged(&self) -> Option<Vec<u8>> {
        fs::read(self.folder.path().join(STAGED)).ok()
    }

    fn files(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { names.push(name(&path)) }
            }
        }
        names.sort();
        names
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn an_archive_is_inspected() {
    let home = Home::new();
    let archive = stored(&csv_files());
    home.put("books.zip", &archive);
    let before = home.files();
    let inspection = home.inspect("books.zip");
    assert_eq!(inspection.digest, digest(&archive));
    assert_eq!(inspection.stamp.size, archive.len() as u64);
    assert_eq!(inspection.facts.unwrap().kind, ArchiveKind::Csv);
    assert_eq!(inspection.findings, Vec::<Finding>::new());
    assert_eq!(home.files(), before);
}

#[test]
fn what_is_no_archive_is_an_outcome() {
    let home = Home::new();
    home.put("letter.zip", b"Dear Sirs");
    let inspection = home.inspect("letter.zip");
    assert_eq!(inspection.findings[0].to_string(), "it is not a zip file");
    assert_eq!(inspection.facts, None);
}

#[test]
fn a_live_database_is_never_opened_as_an_archive() {
    let home = Home::new();
    home.put("shop.db", DATABASE);
    let refused = home.run(Effect::Inspect { archive: "shop.db".into(), accept_edited: false, all_rows: true });
    assert!(matches!(refused, Outcome::Failed(failure) if failure.kind == FailureKind::Foreign));
}

#[test]
fn a_database_is_taken_out_of_a_global_archive() {
    let home = Home::new();
    home.put("all.zip", &stored(&global_files()));
    // What an interrupted run left there is replaced.
    home.put(STAGED, b"half");
    assert_eq!(home.unpack("0001_shop.db"), Outcome::Done(Yield::Nothing));
    assert_eq!(home.staged().unwrap(), DATABASE);
}

#[test]
fn a_database_that_is_not_what_was_exported_leaves_no_file() {
    let home = Home::new();
    let mut files = global_files();
    content(&mut files, "0001_shop.db")[20] ^= 1;
    home.put("all.zip", &stored(&files));
    let Outcome::Failed(failure) = home.unpack("0001_shop.db") else { panic!("it was taken") };
    assert_eq!(failure.reason, "0001_shop.db: it is not what was exported: it was changed since, or is damaged");
    assert_eq!(home.staged(), None);
    let Outcome::Failed(failure) = home.unpack("workspaces.json") else { panic!("it was taken") };
    assert_eq!(failure.reason, "it holds no database workspaces.json");
}

#[test]
fn front_ends_are_told_what_kind_it_is() {
    let home = Home::new();
    home.put("books.zip", &stored(&csv_files()));
    home.put("all.ZIP", &stored(&global_files()));
    home.put("broken.zip", b"PK\x03\x04 and no more");
    home.put("letter.zip", b"Dear Sirs");
    home.put("books.db", &stored(&csv_files()));
    let kind = |name: &str| inspect::kind(&OsFileSystem, &home.folder.path().join(name)).unwrap();
    assert_eq!(kind("books.zip"), Some(ArchiveKind::Csv));
    assert_eq!(kind("all.ZIP"), Some(ArchiveKind::Global));
    assert_eq!(kind("broken.zip"), Some(ArchiveKind::Csv));
    assert_eq!(kind("letter.zip"), None);
    assert_eq!(kind("books.db"), None);
    let facts = |name: &str| inspect::facts(&OsFileSystem, &home.folder.path().join(name)).unwrap();
    assert_eq!(facts("all.ZIP").unwrap().workspaces.len(), 2);
    assert_eq!(facts("broken.zip"), None);
}
