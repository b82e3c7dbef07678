//! What happens to files, in the same words for a simulated disk and for the system calls of a real process: both must
//! tell the same of the same scenario, or the proof is about a disk that nobody has.
//!
//! Left out on both sides: reading, locking, shared memory of the log, files without a name, modes and owners.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use crate::crash::scenarios::Scenario;
use crate::sim::machine::Build;
use crate::sim::operation::{FileId, Operation};
use crate::sim::vfs::SimVfs;
use crate::strace::{self, Call};

/// A folder that is made when the part to compare begins, and removed when it ends.
pub const FROM_HERE: &str = "/judged-from-here";

/// Scenarios whose misfortune can be made on a simulated disk alone, and why. Any other that cannot be lived on this
/// computer is an objection: a likeness that nobody looked at is none.
const SIMULATED_ALONE: &[(&str, &str)] = &[
    ("interrupted-before-the-commit", BEGINS_WITH_A_POWER_CUT),
    ("interrupted-before-the-swap", BEGINS_WITH_A_POWER_CUT),
    ("interrupted-after-the-swap", BEGINS_WITH_A_POWER_CUT),
    ("interrupted-between-two", BEGINS_WITH_A_POWER_CUT),
    ("interrupted-between-two-and-settled", BEGINS_WITH_A_POWER_CUT),
    ("interrupted-over-damage", BEGINS_WITH_A_POWER_CUT),
    ("interrupted-and-worked-in", BEGINS_WITH_A_POWER_CUT),
];

const BEGINS_WITH_A_POWER_CUT: &str = "it begins with a power cut in the middle of a restore, and the disk that this \
                                       leaves is made from the log of the simulated one";

/// Why a scenario cannot be lived on the files of any computer; `None` where it must be.
pub fn simulated_alone(scenario: &Scenario) -> Option<&'static str> {
    SIMULATED_ALONE.iter().find(|(name, _)| *name == scenario.name).map(|(_, why)| *why)
}

/// A scenario on both disks.
#[derive(Debug)]
pub struct Compared {
    /// Changes and syncs that were compared, one by one.
    pub deeds: usize,
    /// Where they first differ.
    pub difference: Option<String>,
}

/// Why the files of this computer cannot be watched; `None` where they can.
pub fn missing() -> Option<String> {
    let is_root = rustix::process::geteuid().is_root();
    let chroot = (!is_root).then(|| "only root may take a folder for the whole disk (chroot)".to_owned());
    chroot.or_else(strace::missing)
}

/// Lives a scenario on both disks. `program` is the built `live_here`.
pub fn compare(vfs: &Arc<SimVfs>, scenario: &Scenario, program: &Path) -> Result<Compared, String> {
    let (simulated, real) = (simulated(vfs, scenario, Build::shipped()), real(scenario, program)?);
    if simulated.is_empty() {
        return Err(format!("{} does nothing", scenario.name));
    }
    let difference = (simulated != real).then(|| first_difference(&simulated, &real));
    Ok(Compared { deeds: simulated.len(), difference })
}

/// What a scenario does on the simulated disk.
pub fn simulated(vfs: &Arc<SimVfs>, scenario: &Scenario, build: Build) -> Vec<String> {
    let (trace, _) = scenario.trace(&scenario.parts(vfs, build));
    let files = trace.base.names.iter().filter_map(|(path, file)| Some(((*file)?, path.to_path_buf())));
    of_log(&files.collect(), &trace.log)
}

fn real(scenario: &Scenario, program: &Path) -> Result<Vec<String>, String> {
    let trouble = |error: io::Error| format!("cannot live {} on the files of this computer: {error}", scenario.name);
    let folder = tempfile::tempdir().map_err(trouble)?;
    let root = folder.path().join("disk");
    std::fs::create_dir(&root).map_err(trouble)?;
    let mut command = Command::new(program);
    command.env_clear().arg(&root).arg(scenario.name).current_dir("/");
    let (ran, calls) = strace::watch_all(&command, &folder.path().join("log"));
    if !ran.status.success() {
        return Err(format!("{}: {ran}", scenario.name));
    }
    Ok(of_calls(&root, &calls))
}

fn first_difference(simulated: &[String], real: &[String]) -> String {
    let same = simulated.iter().zip(real).take_while(|(simulated, real)| simulated == real).count();
    let from = same.saturating_sub(2);
    let shown = |lines: &[String]| lines.iter().skip(from).take(6).cloned().collect::<Vec<_>>().join("\n    ");
    format!("  simulated\n    {}\n  real\n    {}", shown(simulated), shown(real))
}

/// What a simulated disk did, from the given names of files on.
pub fn of_log(names: &BTreeMap<FileId, PathBuf>, log: &[Operation]) -> Vec<String> {
    let mut names = names.clone();
    let mut deeds = Deeds::default();
    let shown =
        |names: &BTreeMap<FileId, PathBuf>, file: &FileId| names.get(file).map(|path| path.display().to_string());
    for operation in log {
        match operation {
            Operation::Create(path, file) => {
                names.insert(*file, path.to_path_buf());
                deeds.tell("create", path);
            }
            Operation::Link(path, _) => deeds.tell("link", path),
            Operation::Rename(from, to, file) => {
                names.insert(*file, to.to_path_buf());
                deeds.push(format!("rename {} -> {}", from.display(), to.display()));
            }
            Operation::Unlink(path, _) => deeds.tell("remove", path),
            Operation::MakeFolder(path) => deeds.tell("folder", path),
            Operation::Write { file, .. } => deeds.write(shown(&names, file)),
            Operation::Resize { file, size, .. } => {
                deeds.extend(shown(&names, file).map(|path| format!("resize {path} to {size}")));
            }
            Operation::SyncFile(file, _) | Operation::SyncFailed(file) => {
                deeds.extend(shown(&names, file).map(|path| format!("sync {path}")));
            }
            Operation::SyncFolder(path) => deeds.tell("sync folder", path),
            Operation::Note(_) => {}
        }
    }
    deeds.lines
}

/// What a process did below `root`, between the two marks.
pub fn of_calls(root: &Path, calls: &[Call]) -> Vec<String> {
    let mut known = BTreeSet::new();
    let mut deeds = Deeds::default();
    let inside = |path: &str| path.strip_prefix(root.to_str().unwrap_or_default()).unwrap_or(path).to_owned();
    for call in calls.iter().filter(|call| call.result >= 0) {
        let quoted: Vec<String> = call.arguments.split('"').skip(1).step_by(2).map(inside).collect();
        let file = call.file().map(|path| inside(&path.to_string_lossy()));
        let first = quoted.first().cloned().unwrap_or_default();
        match call.name.as_str() {
            "mkdir" | "mkdirat" if first == FROM_HERE => deeds.lines.clear(),
            "rmdir" if first == FROM_HERE => break,
            "mkdir" | "mkdirat" => deeds.push(format!("folder {first}")),
            "openat" if call.arguments.contains("O_CREAT") && known.insert(first.clone()) => {
                deeds.push(format!("create {first}"));
            }
            "rename" | "renameat" | "renameat2" => {
                known.remove(&first);
                let to = quoted.last().cloned().unwrap_or_default();
                known.insert(to.clone());
                deeds.push(format!("rename {first} -> {to}"));
            }
            "link" | "linkat" => {
                let to = quoted.last().cloned().unwrap_or_default();
                known.insert(to.clone());
                deeds.push(format!("link {to}"));
            }
            "unlink" | "unlinkat" => {
                known.remove(&first);
                deeds.push(format!("remove {first}"));
            }
            "write" | "pwrite64" | "pwritev" => deeds.write(file),
            "copy_file_range" | "sendfile" if call.result > 0 => deeds.write(copied_to(call).map(|path| inside(&path))),
            "ftruncate" => {
                let size = call.arguments.rsplit(", ").next().unwrap_or_default();
                deeds.extend(file.map(|file| format!("resize {file} to {size}")));
            }
            "fsync" | "fdatasync" => {
                let is_folder = file.as_ref().is_some_and(|file| !known.contains(file));
                let what = if is_folder { "sync folder" } else { "sync" };
                deeds.extend(file.map(|file| format!("{what} {file}")));
            }
            _ => {}
        }
    }
    deeds.lines
}

/// The target of a copy that the kernel makes: `copy_file_range(from, …, to, …)`, `sendfile(to, from, …)`.
fn copied_to(call: &Call) -> Option<String> {
    let place = if call.name == "sendfile" { 0 } else { 1 };
    let mut files = call.arguments.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
    files.nth(place).map(|(path, _)| path.to_owned())
}

/// Lines; writes to one file that follow each other are one.
#[derive(Default)]
struct Deeds {
    lines: Vec<String>,
}

impl Deeds {
    fn tell(&mut self, what: &str, path: &Path) {
        self.push(format!("{what} {}", path.display()));
    }

    fn write(&mut self, path: Option<String>) {
        let Some(path) = path else { return };
        let line = format!("write {path}");
        if self.lines.last() != Some(&line) {
            self.push(line);
        }
    }

    fn extend(&mut self, line: Option<String>) {
        line.into_iter().for_each(|line| self.push(line));
    }

    fn push(&mut self, line: String) {
        let path = line.split(' ').nth(1).unwrap_or_default();
        let is_left_out = path.ends_with("-shm") || path.contains("etilqs_") || line.contains("/dev/");
        if !is_left_out {
            self.lines.push(line);
        }
    }
}
