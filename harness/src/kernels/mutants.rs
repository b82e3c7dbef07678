//! Holes made into the running binary: syncs that do nothing and say that they did. What the judge does not find with
//! them open it would not find in the product either.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::strace::Call;

/// A hole in one operation.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// Its name.
    pub name: &'static str,
    /// The operation that it is made into.
    pub operation: &'static str,
    /// Which syncs are swallowed.
    swallows: Syncs,
    /// Why no file system can show it, where that is known.
    pub waiver: Option<&'static str>,
}

/// Syncs of a run.
#[derive(Clone, Copy, Debug)]
enum Syncs {
    /// All.
    All,
    /// The first, the third, and so on.
    EverySecond,
    /// Those of files with this in their path.
    Of(&'static str),
    /// Those of folders.
    Folders,
}

const NAMES_FOLLOW: &str = "after each new name the catalog is written and synced beside it: ext4 and xfs then commit their \
                            whole log, in which names stand in order, and btrfs logs the folder of a file whose name was \
                            used before, as the catalog's journal's is";

/// All of them.
pub const MUTANTS: [Mutant; 33] = [
    mutant("open-syncs-nothing", "open", Syncs::All),
    mutant("close-syncs-nothing", "close", Syncs::All),
    mutant("snapshot-syncs-nothing", "snapshot", Syncs::All),
    mutant("restore-syncs-nothing", "restore", Syncs::All),
    mutant("undo-syncs-nothing", "undo", Syncs::All),
    mutant("restore-csv-syncs-nothing", "restore-csv", Syncs::All),
    mutant("restore-all-syncs-nothing", "restore-all", Syncs::All),
    mutant("export-db-syncs-nothing", "export-db", Syncs::All),
    mutant("export-csv-syncs-nothing", "export-csv", Syncs::All),
    mutant("export-all-syncs-nothing", "export-all", Syncs::All),
    mutant("reset-syncs-nothing", "reset-accounting", Syncs::All),
    mutant("migrate-syncs-nothing", "migrate", Syncs::All),
    mutant("init-syncs-nothing", "init", Syncs::All),
    mutant("restore-new-home-syncs-nothing", "restore-new-home", Syncs::All),
    mutant("workspace-add-syncs-nothing", "workspace-add", Syncs::All),
    mutant("workspace-remove-syncs-nothing", "workspace-remove", Syncs::All),
    mutant("pin-syncs-nothing", "pin", Syncs::All),
    mutant("verify-syncs-nothing", "verify", Syncs::All),
    mutant("export-db-again-syncs-nothing", "export-db-again", Syncs::All),
    mutant("restore-every-second-sync", "restore", Syncs::EverySecond),
    mutant("close-every-second-sync", "close", Syncs::EverySecond),
    mutant("reset-every-second-sync", "reset-accounting", Syncs::EverySecond),
    mutant("open-skips-the-copy", "open", Syncs::Of("staged-")),
    mutant("close-skips-the-copy", "close", Syncs::Of("staged-")),
    mutant("snapshot-skips-the-copy", "snapshot", Syncs::Of("staged-")),
    mutant("restore-skips-the-new-database", "restore", Syncs::Of(".omnicraft-staged-")),
    mutant("restore-csv-skips-the-new-database", "restore-csv", Syncs::Of(".omnicraft-staged-")),
    mutant("restore-all-skips-the-new-databases", "restore-all", Syncs::Of(".omnicraft-staged-")),
    mutant("export-db-skips-the-file", "export-db", Syncs::Of("-to-stick")),
    mutant("export-csv-skips-the-file", "export-csv", Syncs::Of("-to-stick")),
    mutant("reset-skips-the-log", "reset-accounting", Syncs::Of("shop.db-wal")),
    waived("close-skips-folders", "close", Syncs::Folders, NAMES_FOLLOW),
    mutant("restore-skips-folders", "restore", Syncs::Folders),
];

const fn mutant(name: &'static str, operation: &'static str, swallows: Syncs) -> Mutant {
    Mutant { name, operation, swallows, waiver: None }
}

const fn waived(name: &'static str, operation: &'static str, swallows: Syncs, why: &'static str) -> Mutant {
    Mutant { name, operation, swallows, waiver: Some(why) }
}

impl Mutant {
    /// By name.
    pub fn named(name: &str) -> Option<&'static Self> {
        MUTANTS.iter().find(|mutant| mutant.name == name)
    }

    /// What the hole is, in words.
    pub fn hole(&self) -> String {
        match self.swallows {
            Syncs::All => "every sync is swallowed".to_owned(),
            Syncs::EverySecond => "every second sync is swallowed".to_owned(),
            Syncs::Of(part) => format!("syncs of files named `…{part}…` are swallowed"),
            Syncs::Folders => "syncs of folders are swallowed".to_owned(),
        }
    }

    /// The paths whose syncs are swallowed, by what the command synced when it was watched; nothing stands for all.
    pub fn paths(&self, calls: &[Call]) -> Result<Vec<PathBuf>, String> {
        let wanted: &dyn Fn(&Path) -> bool = match self.swallows {
            Syncs::All | Syncs::EverySecond => return Ok(Vec::new()),
            Syncs::Of(part) => &move |path: &Path| path.to_string_lossy().contains(part),
            Syncs::Folders => &|path: &Path| path.is_dir(),
        };
        let synced = calls.iter().filter(|call| call.is_sync()).filter_map(|call| {
            // `fsync(5</a/file>)`.
            let (_, path) = call.arguments.split_once('<')?;
            Some(PathBuf::from(path.strip_suffix('>')?))
        });
        let paths: BTreeSet<PathBuf> = synced.filter(|path| wanted(path)).collect();
        if paths.is_empty() {
            return Err("no sync is swallowed by this mutant, so it is none".to_owned());
        }
        Ok(paths.into_iter().collect())
    }

    /// The command with the hole in it. What was swallowed is written to `log`.
    pub fn pierce(&self, command: &Command, paths: &[PathBuf], log: &Path) -> Command {
        let mut pierced = Command::new("strace");
        let step = if matches!(self.swallows, Syncs::EverySecond) { ":when=1+2" } else { "" };
        pierced.args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o"]).arg(log);
        pierced.arg("-e").arg(format!("inject=fsync,fdatasync:retval=0{step}"));
        for path in paths {
            pierced.arg("-P").arg(path);
        }
        pierced.arg("--").arg(command.get_program()).args(command.get_args()).env_clear();
        pierced.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
        if let Some(folder) = command.get_current_dir() {
            pierced.current_dir(folder);
        }
        pierced
    }
}
