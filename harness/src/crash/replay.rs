//! Makes one crash state again and tells it as a story: what was going on, which changes were lost, the files as the power
//! cut left them and as recovery made them, what was promised and what was found.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use super::life::Parts;
use super::nested::go_on;
use super::observe::checked;
use super::recipe::{Cut, Recipe};
use super::recoveries::Recoveries;
use super::scenarios::{self, Scenario};
use super::shrink::shrink;
use super::states::{Fate, Point};
use super::trace::{Promise, Trace};
use crate::guarantees;
use crate::sim::clock::SimClock;
use crate::sim::machine::{Build, Machine};
use crate::sim::operation::{FileId, Operation};
use crate::sim::vfs::SimVfs;

/// A crash state that was made again.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The guarantee that is broken there, if one is.
    pub broken: Option<&'static str>,
    /// What happened, over many lines.
    pub story: String,
    /// The changes that were pending at each power cut.
    pub pending: Vec<Vec<usize>>,
}

/// Makes the state of a line again, on the product as it is shipped.
pub fn replay(line: &str, vfs: &Arc<SimVfs>) -> Result<Replayed, String> {
    let recipe: Recipe = line.parse()?;
    let scenario = scenario(&recipe)?;
    let parts = scenario.parts(vfs, Build::shipped());
    let (trace, clock) = scenario.trace(&parts);
    let told = again(&recipe, &trace, &parts, &clock)?;
    Ok(Replayed { story: format!("{}: {}\n{}", scenario.name, scenario.story, told.story), ..told })
}

/// The smallest state that breaks what the state of this recipe breaks.
pub fn smallest(recipe: &Recipe, trace: &Trace, parts: &Parts, clock: &SimClock) -> Recipe {
    let broken = again(recipe, trace, parts, clock).ok().and_then(|told| told.broken);
    let mut trial = |candidate: &Recipe| {
        let told = again(candidate, trace, parts, clock).ok()?;
        (broken.is_some() && told.broken == broken).then_some(told.pending)
    };
    shrink(recipe.clone(), &mut trial)
}

fn scenario(recipe: &Recipe) -> Result<Scenario, String> {
    let found = scenarios::all().into_iter().find(|scenario| scenario.name == recipe.operation);
    found.ok_or_else(|| format!("there is no operation `{}`", recipe.operation))
}

/// Makes a state of a trace again.
pub fn again(recipe: &Recipe, trace: &Trace, parts: &Parts, clock: &SimClock) -> Result<Replayed, String> {
    let mut recoveries = Recoveries::new(parts, clock);
    let mut told = Replayed { broken: None, story: String::new(), pending: Vec::new() };
    let mut trace = trace.clone();
    for (depth, cut) in recipe.cuts.iter().enumerate() {
        if cut.at > trace.log.len() {
            return Err(format!("the log has {} entries; there is no cut after {}", trace.log.len(), cut.at));
        }
        let point = Point::after(&trace.base, &trace.log, cut.at, recipe.model.barriers());
        if let Some((place, _)) = cut.fates.iter().find(|(place, _)| !point.pending.contains(place)) {
            return Err(format!("change {place} is not pending after {} entries", cut.at));
        }
        let promise = trace.promises()[cut.at].clone();
        let image = point.image(&trace.log, &cut.fates);
        tell_cut(&mut told.story, &trace, &point, cut, &promise);
        let wreck = Machine::after_cut(&parts.vfs, image.clone(), depth as u64 + 1, clock.clone(), parts.build.clone());
        tell_files(&mut told.story, "The power cut left:", &wreck, &promise);
        told.pending.push(point.pending);
        let (found, machine) = recoveries.observe(&image, depth);
        tell_files(&mut told.story, "After recovery there is:", &machine, &promise);
        let went_on = go_on(parts, &machine, &found, depth + 1);
        let verdict = guarantees::judge(&promise, &found).or_else(|| went_on.err().map(|story| ("G11", story)));
        if let Some((guarantee, story)) = verdict {
            told.broken = Some(guarantee);
            let _ = writeln!(told.story, "{guarantee} is broken: {story}");
            return Ok(told);
        }
        let _ = writeln!(told.story, "Everything that was promised is there.");
        let (base, log) = machine.disk.history();
        trace = Trace { base, log, start: (*promise).clone() };
    }
    Ok(told)
}

fn tell_cut(story: &mut String, trace: &Trace, point: &Point, cut: &Cut, promise: &Promise) {
    let during = promise.operation.as_deref().map_or_else(String::new, |operation| format!(", during {operation}"));
    let _ = writeln!(story, "The power was cut after {} of {} entries of the log{during}.", cut.at, trace.log.len());
    let names = names(trace, cut.at);
    for place in &point.pending {
        let fate = cut.fates.iter().find(|(at, _)| at == place).map_or(Fate::Lost, |(_, fate)| *fate);
        let words = match fate {
            Fate::Kept => continue,
            Fate::Lost => "lost",
            Fate::SizeAlone => "only its size is there",
            Fate::Head => "only its first half is there",
            Fate::Tail => "only its second half is there",
            Fate::Odd => "only every other sector is there",
            Fate::Garbage => "garbage",
        };
        let _ = writeln!(story, "  {words}: {place} {}", deed(&trace.log[*place], &names));
    }
}

/// Each file's last name by then.
fn names(trace: &Trace, at: usize) -> BTreeMap<FileId, Arc<Path>> {
    let mut names = BTreeMap::new();
    names.extend(trace.base.names.iter().filter_map(|(path, file)| file.map(|file| (file, path.clone()))));
    for operation in &trace.log[..at] {
        if let Operation::Create(path, file) | Operation::Link(path, file) | Operation::Rename(_, path, file) =
            operation
        {
            names.insert(*file, path.clone());
        }
    }
    names
}

/// A change in words.
fn deed(operation: &Operation, names: &BTreeMap<FileId, Arc<Path>>) -> String {
    let of = |file: &FileId| names.get(file).map_or_else(|| format!("file {file}"), |path| path.display().to_string());
    match operation {
        Operation::Create(path, _) => format!("create {}", path.display()),
        Operation::Link(path, file) => format!("link {} to {}", path.display(), of(file)),
        Operation::Rename(from, to, _) => format!("rename {} to {}", from.display(), to.display()),
        Operation::Unlink(path, _) => format!("remove {}", path.display()),
        Operation::MakeFolder(path) => format!("make folder {}", path.display()),
        Operation::Write { file, offset, bytes, .. } => {
            format!("write {} bytes at {offset} of {}", bytes.len(), of(file))
        }
        Operation::Resize { file, size, .. } => format!("resize {} to {size} bytes", of(file)),
        Operation::SyncFile(file, _) => format!("sync {}", of(file)),
        Operation::SyncFailed(file) => format!("failed sync of {}", of(file)),
        Operation::SyncFolder(folder) => format!("sync folder {}", folder.display()),
        Operation::Note(_) => "a promise".to_owned(),
    }
}

/// The files on a machine's disk, databases in the words of what was committed.
fn tell_files(story: &mut String, title: &str, machine: &Machine, promise: &Promise) {
    let _ = writeln!(story, "{title}");
    let image = machine.disk.image();
    for (path, file) in image.names.iter() {
        let Some(file) = file else { continue };
        let size = image.content(*file).map_or(0, crate::sim::image::Content::size);
        let holds = if path.extension().is_some_and(|end| end == "db") && size > 0 {
            match checked(machine.sealed(path)) {
                Ok(digest) => promise.known.get(&digest).map_or_else(String::new, |words| format!(": {words}")),
                Err(reason) => format!(": {}", reason.lines().next().unwrap_or_default()),
            }
        } else {
            String::new()
        };
        let _ = writeln!(story, "  {} {size} bytes{holds}", path.display());
    }
}
