//! Hands tasks to worker processes, as many at once as there are processors, shares the time among them, and gathers
//! what they found.

use std::collections::VecDeque;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::machine::{self, Kind};
use super::mutants::{MUTANTS, Mutant};
use super::results::{MutantRow, Results, Row, Skipped, Verdict};
use super::task::Task;
use crate::strace;

/// A mutant gets this part of the time of an operation: it is found early, or hardly ever.
const MUTANT_SHARE: f64 = 0.3;
/// A worker that takes longer than its time by this much hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The time for all of it.
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
        budget_seconds: plan.budget.as_secs_f64(),
        ..Results::default()
    };
    let tasks = tasks(plan, &mut results.skipped);
    let shared = Mutex::new(Shared { weight: tasks.iter().map(weight).sum(), tasks, results });
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(task) = next(&shared, began + plan.budget, workers) {
                    let found = work(worker, &task);
                    let told = keep(&mut lock(&shared).results, &task, found);
                    tell(&told);
                }
            });
        }
    });
    let Shared { mut results, .. } = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.seconds = began.elapsed().as_secs_f64();
    results
}

struct Shared {
    tasks: VecDeque<Task>,
    /// Of the tasks that are left.
    weight: f64,
    results: Results,
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn weight(task: &Task) -> f64 {
    if task.mutant.is_some() { MUTANT_SHARE } else { 1.0 }
}

/// The product comes first: if time runs out, mutants are left out and not operations.
fn tasks(plan: &Plan, skipped: &mut Vec<Skipped>) -> VecDeque<Task> {
    let mut tasks = VecDeque::new();
    let task = |kind: Kind, operation: &str, mutant: Option<&str>| Task {
        file_system: kind.name().to_owned(),
        operation: operation.to_owned(),
        mutant: mutant.map(str::to_owned),
        seconds: 0.0,
        seed: plan.seed,
        keep: plan.keep.clone().filter(|_| mutant.is_none()),
        owner: std::process::id(),
    };
    let skip = |what: String, why: String| Skipped { what, why, broken: false };
    let mut kinds = Vec::new();
    for kind in &plan.file_systems {
        match machine::missing_for(*kind) {
            Some(why) => skipped.push(skip(kind.to_string(), why)),
            None => kinds.push(*kind),
        }
    }
    for operation in &plan.operations {
        tasks.extend(kinds.iter().map(|kind| task(*kind, operation, None)));
    }
    match strace::missing() {
        Some(why) if plan.mutants => skipped.push(skip("mutants".to_owned(), why)),
        _ => {
            let wanted = |name: &str| plan.mutants && plan.operations.iter().any(|operation| operation == name);
            for mutant in MUTANTS.iter().filter(|mutant| wanted(mutant.operation)) {
                tasks.extend(kinds.iter().map(|kind| task(*kind, mutant.operation, Some(mutant.name))));
            }
        }
    }
    tasks
}

/// The next task, with its part of the time that is left.
fn next(shared: &Mutex<Shared>, until: Instant, workers: usize) -> Option<Task> {
    let mut shared = lock(shared);
    let left = until.saturating_duration_since(Instant::now()).as_secs_f64();
    if left == 0.0 {
        let rest = std::mem::take(&mut shared.tasks);
        let why = "the time was over; --budget gives more";
        let skipped = rest.iter().map(|task| Skipped { what: name(task), why: why.to_owned(), broken: false });
        shared.results.skipped.extend(skipped);
    }
    let mut task = shared.tasks.pop_front()?;
    let share = workers.min(shared.tasks.len() + 1) as f64 * weight(&task) / shared.weight;
    task.seconds = left * share.min(1.0);
    shared.weight -= weight(&task);
    Some(task)
}

/// One task in a process and a mount namespace of its own. The worker ends when its stdin does, so that none outlives
/// this process.
fn work(worker: &Path, task: &Task) -> Result<Row, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "--"]).arg(worker);
    command.arg("worker").arg(serde_json::to_string(task).map_err(|error| text(&error))?);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| text(&error))?;
    let mut stdout = child.stdout.take().ok_or("no stdout")?;
    let mut stderr = child.stderr.take().ok_or("no stderr")?;
    let stdin = child.stdin.take();
    let pid = child.id().to_string();
    let (ended, waiting) = std::sync::mpsc::channel::<()>();
    let patience = Duration::from_secs_f64(task.seconds) + PATIENCE;
    let guard = std::thread::spawn(move || {
        let hangs = waiting.recv_timeout(patience) == Err(std::sync::mpsc::RecvTimeoutError::Timeout);
        hangs && machine::run(&["kill", "-KILL", &pid]).is_ok()
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
    match (found, &task.mutant) {
        (Err(why), _) => {
            let line = format!("{what}: broken: {why}");
            results.skipped.push(Skipped { what, why, broken: true });
            line
        }
        (Ok(row), _) if row.states == 0 => {
            let why = format!("nothing was judged in {:.1} s; --budget gives more", row.seconds);
            let line = format!("{what}: skipped: {why}");
            results.skipped.push(Skipped { what, why, broken: false });
            line
        }
        (Ok(row), None) => {
            let line = format!(
                "{what}: {} states ({} acknowledged, {} halts, {} trees), {} violations, {:.1} s, {:.0} s per 500",
                row.states,
                row.acknowledged,
                row.shutdowns,
                row.trees,
                row.violation_count,
                row.seconds,
                row.seconds_for_500
            );
            results.rows.push(row);
            line
        }
        (Ok(row), Some(name)) => {
            let verdict = match (row.violation_count, row.families_complete) {
                (0, true) => Verdict::Survived,
                (0, false) => Verdict::Undecided,
                _ => Verdict::Killed,
            };
            let line = format!("{what}: {verdict:?} after {} states, {:.1} s", row.states, row.seconds);
            let mutant = Mutant::named(name);
            results.mutants.push(MutantRow {
                mutant: name.clone(),
                hole: mutant.map(Mutant::hole).unwrap_or_default(),
                waiver: mutant.and_then(|mutant| mutant.waiver).map(str::to_owned),
                operation: row.operation,
                file_system: row.file_system,
                verdict,
                violation: row.violations.into_iter().next(),
                states: row.states,
                seconds: row.seconds,
            });
            line
        }
    }
}
