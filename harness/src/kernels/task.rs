//! One operation on one file system: the operation is recorded, the states that a power cut may leave are mounted and
//! judged until time is up; where the file system can be halted, it is halted at random moments as well.

mod halts;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::disk::{Blocks, Disk, Event};
use super::judge::{Outcome, judge_whole, verdict};
use super::machine::{self, Kind, Loop, Mount};
use super::mutants::Mutant;
use super::operations::{self, Case};
use super::results::{Recorded, Row, Violation};
use super::states::{Recording, Search};
use super::trees::tree;
use crate::process::{self, Ran};
use crate::strace;

/// How many violations of a row are told in full.
const TOLD: usize = 5;
/// Judging takes so long at least, once the recording is there.
const LEAST: Duration = Duration::from_secs(4);
/// One of so many states is made by a halt, where the file system can be halted.
const HALTS: u64 = 5;

/// What a worker process is asked to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    /// `ext4`, `xfs` or `btrfs`.
    pub file_system: String,
    /// The operation.
    pub operation: String,
    /// A hole to make; then the first violation ends it.
    pub mutant: Option<String>,
    /// So many distinct states are enough.
    pub states: u64,
    /// How long it may take.
    pub seconds: f64,
    /// What random choices follow from.
    pub seed: u64,
    /// Where images of violations are kept.
    pub keep: Option<PathBuf>,
    /// Who asks: its disks are named after this process.
    pub owner: u32,
    /// Which task of his it is.
    pub number: usize,
}

impl Task {
    /// How the files of its disks are named.
    pub fn disk_name(&self) -> String {
        format!("{}{}.", machine::disk_name(self.owner), self.number)
    }
}

/// Does a task, in a mount namespace of its own.
pub fn run(task: &Task) -> Result<Row, String> {
    let began = Instant::now();
    let kind = Kind::parse(&task.file_system).ok_or("no such file system")?;
    let mutant = task.mutant.as_deref().map(|name| Mutant::named(name).ok_or("no such mutant")).transpose()?;
    let case = operations::prepare(&task.operation).ok_or("no such operation")?;
    let mut bench = Bench::new(kind, case, task)?;
    let swallowed = mutant.map(|mutant| bench.swallowed(mutant)).transpose()?.unwrap_or_default();
    bench.make()?;
    let recording = bench.record(mutant, &swallowed)?;
    let until = (began + Duration::from_secs_f64(task.seconds)).max(Instant::now() + LEAST);
    let halts = if kind.can_be_halted() && mutant.is_none() { task.states / HALTS } else { 0 };
    let mut search = Search::new(&recording, task.seed);
    bench.explore(&mut search, &recording, task.states - halts, until)?;
    bench.halt(&recording, halts, until)?;
    // Halts before the first flush are all the same state.
    bench.explore(&mut search, &recording, task.states, until)?;
    bench.row.is_short = bench.row.states < task.states && !bench.row.exhausted && mutant.is_none();
    let mut row = bench.row;
    row.seconds = began.elapsed().as_secs_f64();
    Ok(row)
}

/// A disk, the place where it is mounted, and what has been judged on it.
struct Bench<'a> {
    kind: Kind,
    case: Case,
    task: &'a Task,
    scratch: TempDir,
    /// Where the world lies.
    place: PathBuf,
    /// The file of the disk that is judged, and its device. The device stays, since btrfs knows its disks by it.
    file: PathBuf,
    device: Option<Loop>,
    /// The file that the operation wrote for the user.
    complete: Option<Vec<u8>>,
    /// What became of file trees that have been judged.
    trees: HashMap<(blake3::Hash, bool), Result<Outcome, String>>,
    /// Images that have been judged.
    images: HashSet<u64>,
    row: Row,
}

impl<'a> Bench<'a> {
    fn new(kind: Kind, case: Case, task: &'a Task) -> Result<Self, String> {
        let scratch = TempDir::new_in("/dev/shm").map_err(|error| error.to_string())?;
        let file = scratch.path().join(format!("{}state", task.disk_name()));
        let place = case.world.root().parent().ok_or("the world has no folder")?.to_owned();
        let row = Row { file_system: task.file_system.clone(), operation: task.operation.clone(), ..Row::default() };
        Ok(Self {
            kind,
            case,
            task,
            scratch,
            place,
            file,
            device: None,
            complete: None,
            trees: HashMap::new(),
            images: HashSet::new(),
            row,
        })
    }

    fn mount(&self) -> Result<Mount, String> {
        let device = self.device.as_ref().ok_or("no disk yet")?;
        Mount::of(self.kind, device, &self.place)
    }

    /// Makes the disk and moves the world there.
    fn make(&mut self) -> Result<(), String> {
        machine::format(self.kind, &self.file)?;
        self.device = Some(Loop::over(&self.file)?);
        let kept = self.scratch.path().join("world");
        let text = |path: &Path| path.to_str().unwrap_or_default().to_owned();
        machine::run(&["mv", &text(&self.case.world.root()), &text(&kept)])?;
        operations::move_out(&mut self.case.world);
        let mount = self.mount()?;
        machine::run(&["cp", "-a", &text(&kept), &text(&self.case.world.root())])?;
        let world = &self.case.world;
        // A copy has other times and inodes than the files that the engine remembers: it looks at them first.
        let looked = world.home().exists().then(|| world.run("list")).filter(|looked| !looked.is_applied());
        mount.unmount()?;
        operations::rewind(world);
        looked.map_or(Ok(()), |looked| Err(format!("the world did not survive its copy: {looked}")))
    }

    /// Runs the operation on a disk that remembers.
    fn record(&mut self, mutant: Option<&Mutant>, swallowed: &[PathBuf]) -> Result<Recording, String> {
        let blocks = machine::read(&self.file).map_err(|error| error.to_string())?;
        let folder = self.scratch.path().join("recorded");
        fs::create_dir(&folder).map_err(|error| error.to_string())?;
        let name = format!("{}recorded", self.task.disk_name());
        let disk = Disk::serve(&folder, &name, self.kind.size(), blocks).map_err(|error| format!("FUSE: {error}"))?;
        let device = self.device.take().ok_or("no disk yet")?.moved_to(disk.path())?;
        let mount = Mount::of(self.kind, &device, &self.place)?;
        operations::interrupt(&self.case.world, self.case.interrupted.as_ref());
        machine::run(&["sync", "-f", self.place.to_str().unwrap_or_default()])?;
        let base = disk.record();
        let ran = self.perform(mutant, swallowed)?;
        if ran.is_applied() {
            disk.acknowledge();
            self.complete = self.written(mutant.is_none())?;
        }
        mount.unmount()?;
        self.device = Some(device.moved_to(&self.file)?);
        let events = disk.finish().map_err(|error| format!("FUSE: {error}"))?;
        if !ran.is_applied() && mutant.is_none() {
            return Err(format!("`{}`: {ran}", self.case.command));
        }
        operations::rewind(&self.case.world);
        self.row.recorded = summary(&events);
        if self.row.recorded.flushes == 0 && mutant.is_none() {
            return Err("no flush reached the disk, so nothing can be concluded from the recording".to_owned());
        }
        Ok(Recording::new(base, &events))
    }

    /// The file that the operation wrote for the user, which is whole.
    fn written(&self, must_be_whole: bool) -> Result<Option<Vec<u8>>, String> {
        let Some((path, _)) = &self.case.written else { return Ok(None) };
        let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        if must_be_whole {
            judge_whole(path, &bytes, &self.case.world)?;
        }
        Ok(Some(bytes))
    }

    /// Whose syncs a mutant swallows, found out in memory.
    fn swallowed(&self, mutant: &Mutant) -> Result<Vec<PathBuf>, String> {
        let (world, log) = (&self.case.world, self.scratch.path().join("watched"));
        let (_, calls) = strace::watch(&world.command(&self.case.command), &world.root(), &log);
        let swallowed = mutant.paths(&calls);
        operations::rewind(world);
        swallowed
    }

    fn perform(&self, mutant: Option<&Mutant>, swallowed: &[PathBuf]) -> Result<Ran, String> {
        let mut command = self.case.world.command(&self.case.command);
        let Some(mutant) = mutant else { return Ok(process::run(&mut command)) };
        let log = self.scratch.path().join("swallowed");
        let ran = process::run(&mut mutant.pierce(&command, swallowed, &log));
        let told = fs::read_to_string(&log).map_err(|error| error.to_string())?;
        if told.contains("INJECTED") { Ok(ran) } else { Err("nothing was swallowed".to_owned()) }
    }

    /// Judges the states that a power cut may leave, until there are as many as wanted, or no more, or time is up.
    fn explore(
        &mut self,
        search: &mut Search<'_>,
        recording: &Recording,
        wanted: u64,
        until: Instant,
    ) -> Result<(), String> {
        while self.row.states < wanted && Instant::now() < until && !self.is_decided() {
            let Some((known, recipe)) = search.next() else {
                self.row.exhausted = true;
                break;
            };
            let written = recording.image(&recipe);
            machine::fill(&self.file, self.kind.size(), &[&recording.base, &written])
                .map_err(|error| error.to_string())?;
            let found = self.judge_mounted(recipe.acknowledged, true)?;
            // One that is judged once more, because it may have come after the acknowledgement too, counts once.
            if self.images.insert(known) {
                self.row.states += 1;
                self.row.acknowledged += u64::from(recipe.acknowledged);
            }
            self.note(found, &recipe.to_string(), recipe.acknowledged, &[&recording.base, &written])?;
        }
        self.row.families_complete = search.families_ended();
        Ok(())
    }

    /// Mounts the disk as it is, which lets the file system recover, and judges what is on it.
    fn judge_mounted(&mut self, acknowledged: bool, is_recorded: bool) -> Result<Result<Outcome, String>, String> {
        let mount = match self.mount() {
            Ok(mount) => mount,
            Err(error) => return Ok(Err(format!("the file system cannot be mounted: {error}"))),
        };
        let tree = match tree(&self.case.world.root()) {
            Ok(tree) => (tree, acknowledged),
            Err(error) => {
                mount.unmount()?;
                return Ok(Err(format!("files cannot be read: {error}")));
            }
        };
        if let Some(known) = self.trees.get(&tree) {
            mount.unmount()?;
            return Ok(known.clone());
        }
        let complete = self.complete.as_deref().filter(|_| is_recorded);
        let case = &mut self.case;
        let found = catch_unwind(AssertUnwindSafe(|| verdict(case, complete, acknowledged)));
        let found = found.unwrap_or_else(|panic| Err(said(panic.as_ref())));
        mount.unmount()?;
        operations::rewind(&self.case.world);
        self.row.trees += 1;
        match found {
            Ok(Outcome::Old) => self.row.old += 1,
            Ok(Outcome::New) => self.row.new += 1,
            Err(_) => {}
        }
        self.trees.insert(tree, found.clone());
        Ok(found)
    }

    fn note(
        &mut self,
        found: Result<Outcome, String>,
        recipe: &str,
        acknowledged: bool,
        layers: &[&Blocks],
    ) -> Result<(), String> {
        let Err(found) = found else { return Ok(()) };
        self.row.violation_count += 1;
        let told = &mut self.row.violations;
        if told.len() >= TOLD || told.iter().any(|other| other.found == found) {
            return Ok(());
        }
        let image = match &self.task.keep {
            None => None,
            Some(folder) => {
                let number = told.len() + 1;
                let name = format!("{}-{}-{number}.img", self.task.file_system, self.task.operation);
                let path = folder.join(name);
                machine::fill(&path, self.kind.size(), layers).map_err(|error| error.to_string())?;
                Some(path.display().to_string())
            }
        };
        told.push(Violation { found, recipe: recipe.to_owned(), acknowledged, image });
        Ok(())
    }

    /// A mutant is decided with its first violation.
    const fn is_decided(&self) -> bool {
        self.task.mutant.is_some() && self.row.violation_count > 0
    }
}

fn summary(events: &[Event]) -> Recorded {
    let mut recorded = Recorded::default();
    for event in events {
        match event {
            Event::Write(_, data) => {
                recorded.writes += 1;
                recorded.bytes += data.len() as u64;
            }
            Event::Flush => recorded.flushes += 1,
            Event::Acknowledged => recorded.flushes_before_acknowledgement = recorded.flushes,
        }
    }
    recorded
}

/// What somebody panicked with: the harness' own functions do so where a command fails that must not.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
