//! Hands tasks to worker processes, several at once, and gathers what they found.

use std::collections::VecDeque;
use std::fs;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::machine::{self, Kind};
use super::mutants::{MUTANTS, Mutant};
use super::operations;
use super::results::{MutantRow, Results, Row, Skipped, Verdict};
use super::task::Task;
use crate::strace;

/// A mutant gets this part of the time of an operation: it is found early, or hardly ever.
const MUTANT_SHARE: f64 = 0.2;
/// A worker that takes longer than its time by this much hangs.
const PATIENCE: Duration = Duration::from_secs(120);
/// Workers for each processor: half of the time they wait for a disk.
const WORKERS: usize = 2;
/// What a state takes of a processor, and what a mutant does: for a guess at how long all of it will take.
const SECONDS_PER_STATE: f64 = 0.15;
const SECONDS_PER_MUTANT: f64 = 10.0;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// So many distinct states of each operation on each file system.
    pub states: u64,
    /// How long one operation on one file system may take.
    pub budget: Duration,
    /// On which file systems.
    pub file_systems: Vec<Kind>,
    /// Which operations, and which mutants of them.
    pub operations: Vec<String>,
    /// Whether mutants are tried as well.
    pub mutants: bool,
    /// What random choices follow from.
    pub seed: u64,
    /// Where images of violations are kept.
    pub keep: Option<PathBuf>,
}

/// Does it with `worker`, the binary that takes a task, and tells each row when it is done. The current process lies in a
/// namespace of its own.
pub fn run(plan: &Plan, worker: &Path, tell: &(dyn Fn(&str) + Sync)) -> Results {
    let began = Instant::now();
    let mut results = Results {
        kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
        seed: plan.seed,
        wanted: plan.states,
        budget_seconds: plan.budget.as_secs_f64(),
        ..Results::default()
    };
    let tasks = tasks(plan, &mut results.skipped);
    let (all, processors) = (tasks.len(), std::thread::available_parallelism().map_or(1, usize::from));
    tell(&forecast(plan, &tasks, processors));
    let shared = Mutex::new(Shared { tasks, done: 0, results });
    std::thread::scope(|scope| {
        for _ in 0..processors * WORKERS {
            scope.spawn(|| {
                while let Some(task) = next(&shared) {
                    let found = work(worker, &task);
                    let mut shared = lock(&shared);
                    let told = keep(&mut shared.results, &task, found);
                    shared.done += 1;
                    tell(&format!("[{}/{all}] {told}", shared.done));
                }
            });
        }
    });
    let Shared { mut results, .. } = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    let why = "it is waived as one that no file system shows, and one does: take the waiver away";
    let wrongly: Vec<String> = results.wrongly_waived().into_iter().map(str::to_owned).collect();
    results.skipped.extend(wrongly.into_iter().map(|what| Skipped { what, why: why.to_owned(), broken: true }));
    results.seconds = began.elapsed().as_secs_f64();
    results
}

struct Shared {
    tasks: VecDeque<Task>,
    done: usize,
    results: Results,
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn next(shared: &Mutex<Shared>) -> Option<Task> {
    lock(shared).tasks.pop_front()
}

/// What is going to happen, and about how long it will take.
fn forecast(plan: &Plan, tasks: &VecDeque<Task>, processors: usize) -> String {
    let mutants = tasks.iter().filter(|task| task.mutant.is_some()).count();
    let rows = tasks.len() - mutants;
    let work = rows as f64 * plan.states as f64 * SECONDS_PER_STATE + mutants as f64 * SECONDS_PER_MUTANT;
    let minutes = (work / processors as f64 / 60.0).ceil();
    format!(
        "{rows} times an operation on a file system, each to {} crash states, and {mutants} times one with a hole in the \
         binary: about {minutes:.0} minutes, if nothing else runs here",
        plan.states
    )
}

/// The product comes first.
fn tasks(plan: &Plan, skipped: &mut Vec<Skipped>) -> VecDeque<Task> {
    let mut tasks = VecDeque::new();
    let seconds = plan.budget.as_secs_f64();
    let task = |kind: Kind, operation: &str, mutant: Option<&str>| Task {
        file_system: kind.name().to_owned(),
        operation: operation.to_owned(),
        mutant: mutant.map(str::to_owned),
        states: if mutant.is_some() { u64::MAX } else { plan.states },
        seconds: if mutant.is_some() { seconds * MUTANT_SHARE } else { seconds },
        seed: plan.seed,
        keep: plan.keep.clone().filter(|_| mutant.is_none()),
        owner: std::process::id(),
        number: 0,
    };
    let skip = |what: String, why: String| Skipped { what, why, broken: false };
    let mut kinds = Vec::new();
    for kind in &plan.file_systems {
        match machine::missing_for(*kind) {
            Some(why) => skipped.push(skip(kind.to_string(), why)),
            None => kinds.push(*kind),
        }
    }
    let traced = strace::missing();
    for operation in &plan.operations {
        match &traced {
            Some(why) if operations::needs_strace(operation) => skipped.push(skip(operation.clone(), why.clone())),
            _ => tasks.extend(kinds.iter().map(|kind| task(*kind, operation, None))),
        }
    }
    match traced {
        Some(why) if plan.mutants => skipped.push(skip("mutants".to_owned(), why)),
        _ => {
            let wanted = |name: &str| plan.mutants && plan.operations.iter().any(|operation| operation == name);
            for mutant in MUTANTS.iter().filter(|mutant| wanted(mutant.operation)) {
                tasks.extend(kinds.iter().map(|kind| task(*kind, mutant.operation, Some(mutant.name))));
            }
        }
    }
    (0..).zip(&mut tasks).for_each(|(number, task)| task.number = number);
    tasks
}

/// One task in a process and a mount namespace of its own.
fn work(worker: &Path, task: &Task) -> Result<Row, String> {
    let row = watch(worker, task);
    // A worker that was killed leaves them.
    let left = machine::detach(|file| file.contains(&task.disk_name()))?;
    if left.is_empty() { row } else { row.map_err(|error| format!("{error}; detached {}", left.join(", "))) }
}

/// The worker ends when its stdin does, so that none outlives this process; a Ctrl-C reaches this process alone, so that
/// the worker can clean up.
fn watch(worker: &Path, task: &Task) -> Result<Row, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "--"]).arg(worker);
    command.arg("worker").arg(serde_json::to_string(task).map_err(|error| text(&error))?);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().map_err(|error| text(&error))?;
    let mut stdout = child.stdout.take().ok_or("no stdout")?;
    let mut stderr = child.stderr.take().ok_or("no stderr")?;
    let stdin = child.stdin.take();
    let pid = child.id();
    let (ended, waiting) = std::sync::mpsc::channel::<()>();
    let patience = Duration::from_secs_f64(task.seconds) + PATIENCE;
    let guard = std::thread::spawn(move || {
        let hangs = waiting.recv_timeout(patience) == Err(std::sync::mpsc::RecvTimeoutError::Timeout);
        hangs && machine::kill_group(pid).is_ok()
    });
    let complaints = std::thread::spawn(move || {
        let mut said = Vec::new();
        stderr.read_to_end(&mut said).map(|_| said)
    });
    let mut said = String::new();
    let read = stdout.read_to_string(&mut said);
    let status = child.wait().map_err(|error| text(&error))?;
    drop((ended, stdin));
    let hung = guard.join().unwrap_or_default();
    let complaints = complaints.join().ok().and_then(Result::ok).unwrap_or_default();
    if hung {
        return Err(format!("it hung for more than {} seconds", patience.as_secs()));
    }
    read.map_err(|error| text(&error))?;
    serde_json::from_str(&said).map_err(|_| {
        let complaints = String::from_utf8_lossy(&complaints);
        let last: Vec<&str> = complaints.lines().rev().take(6).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        format!("the worker ended with {status}: {}", last.join(" / "))
    })
}

fn name(task: &Task) -> String {
    format!("{:5} {}", task.file_system, task.mutant.as_deref().unwrap_or(&task.operation))
}

/// Keeps what a task found, and tells it in a line.
fn keep(results: &mut Results, task: &Task, found: Result<Row, String>) -> String {
    let what = name(task);
    let broken = |why: String| Skipped { what: what.clone(), why, broken: true };
    match (found, &task.mutant) {
        (Err(why), _) => {
            let line = format!("{what}: broken: {why}");
            results.skipped.push(broken(why));
            line
        }
        (Ok(row), None) => {
            let end = if row.exhausted { ", all there are" } else { "" };
            let line = format!(
                "{what}: {} states{end} ({} acknowledged, {} halts, {} trees), {} violations, {:.1} s",
                row.states, row.acknowledged, row.shutdowns, row.trees, row.violation_count, row.seconds
            );
            if row.is_short {
                let (states, wanted, seconds) = (row.states, task.states, row.seconds);
                let why = format!("{states} of {wanted} states in {seconds:.0} s; --budget gives more time");
                results.skipped.push(broken(why));
            }
            results.rows.push(row);
            line
        }
        (Ok(row), Some(name)) => {
            let row = verdict(name, row);
            let line = format!("{what}: {:?} after {} states, {:.1} s", row.verdict, row.states, row.seconds);
            results.mutants.push(row);
            line
        }
    }
}

fn verdict(name: &str, row: Row) -> MutantRow {
    let mutant = Mutant::named(name);
    let verdict = match (row.violation_count, row.families_complete) {
        (0, true) => Verdict::Survived,
        (0, false) => Verdict::Undecided,
        _ => Verdict::Killed,
    };
    MutantRow {
        mutant: name.to_owned(),
        hole: mutant.map(Mutant::hole).unwrap_or_default(),
        waiver: mutant.and_then(|mutant| mutant.waiver).map(str::to_owned),
        operation: row.operation,
        file_system: row.file_system,
        verdict,
        violation: row.violations.into_iter().next(),
        states: row.states,
        seconds: row.seconds,
    }
}
