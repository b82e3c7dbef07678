//! Holes made into the running binary: system calls that do nothing and say that they did. What the judge does not find
//! with them open it would not find in the product either.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A hole in one operation.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// Its name.
    pub name: &'static str,
    /// What it is, in words.
    pub hole: &'static str,
    /// The operation that it is made into.
    pub operation: &'static str,
    /// What `strace` is told to inject.
    inject: &'static str,
    /// The one folder, below the world, whose syncs are swallowed; those of every file where there is none.
    folder: Option<&'static str>,
}

const NO_SYNC: &str = "fsync,fdatasync:retval=0";
const NO_FSYNC: &str = "fsync:retval=0";
const NO_FDATASYNC: &str = "fdatasync:retval=0";

const fn mutant(name: &'static str, hole: &'static str, operation: &'static str, inject: &'static str) -> Mutant {
    Mutant { name, hole, operation, inject, folder: None }
}

/// All of them.
pub const MUTANTS: [Mutant; 20] = [
    mutant("open-syncs-nothing", "every sync is swallowed", "open", NO_SYNC),
    mutant("close-syncs-nothing", "every sync is swallowed", "close", NO_SYNC),
    mutant("snapshot-syncs-nothing", "every sync is swallowed", "snapshot", NO_SYNC),
    mutant("restore-syncs-nothing", "every sync is swallowed", "restore", NO_SYNC),
    mutant("undo-syncs-nothing", "every sync is swallowed", "undo", NO_SYNC),
    mutant("restore-csv-syncs-nothing", "every sync is swallowed", "restore-csv", NO_SYNC),
    mutant("restore-all-syncs-nothing", "every sync is swallowed", "restore-all", NO_SYNC),
    mutant("export-db-syncs-nothing", "every sync is swallowed", "export-db", NO_SYNC),
    mutant("export-csv-syncs-nothing", "every sync is swallowed", "export-csv", NO_SYNC),
    mutant("export-all-syncs-nothing", "every sync is swallowed", "export-all", NO_SYNC),
    mutant("reset-syncs-nothing", "every sync is swallowed", "reset-accounting", NO_SYNC),
    mutant("migrate-syncs-nothing", "every sync is swallowed", "migrate", NO_SYNC),
    mutant("close-skips-fsync", "files and folders are not synced, SQLite's are", "close", NO_FSYNC),
    mutant("restore-skips-fsync", "files and folders are not synced, SQLite's are", "restore", NO_FSYNC),
    mutant("export-db-skips-fsync", "files and folders are not synced, SQLite's are", "export-db", NO_FSYNC),
    mutant("reset-skips-fdatasync", "SQLite's syncs are swallowed", "reset-accounting", NO_FDATASYNC),
    mutant("restore-every-second-sync", "every second sync is swallowed", "restore", "fsync,fdatasync:retval=0:when=1+2"),
    mutant("close-every-second-sync", "every second sync is swallowed", "close", "fsync,fdatasync:retval=0:when=1+2"),
    Mutant {
        folder: Some("home/backups"),
        ..mutant("close-skips-folder", "the folder of snapshots is not synced", "close", NO_FSYNC)
    },
    Mutant { folder: Some(""), ..mutant("export-db-skips-folder", "the folder of the file is not synced", "export-db", NO_FSYNC) },
];

impl Mutant {
    /// By name.
    pub fn named(name: &str) -> Option<&'static Self> {
        MUTANTS.iter().find(|mutant| mutant.name == name)
    }

    /// The command with the hole in it.
    pub fn pierce(&self, command: &Command) -> Command {
        let mut pierced = Command::new("strace");
        let calls = self.inject.split(':').next().unwrap_or_default();
        pierced.args(["-f", "-qq", "-o", "/dev/null", "-e"]).arg(format!("trace={calls}"));
        pierced.arg("-e").arg(format!("inject={}", self.inject));
        let root = command.get_current_dir().map(Path::to_owned).unwrap_or_default();
        if let Some(folder) = self.folder {
            // By components, so that nothing below the root is the root itself, without a slash behind it.
            pierced.arg("-P").arg(root.join(folder).components().collect::<PathBuf>());
        }
        pierced.arg("--").arg(command.get_program()).args(command.get_args()).env_clear().current_dir(&root);
        pierced.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
        pierced
    }
}
