//! Proving a sealed database file good, and learning its facts and its digest on the way.
//!
//! A large file is checked on two cores, each with a connection of its own: `quick_check` on one, and beside it the
//! digest, the foreign keys and the rows. `integrity_check` takes so much longer than all the others that it is split over
//! the tables, with the use of the pages told apart. Where a part of it finds anything at all, the file is checked as on one
//! core: whether it is good does not depend on the cores.
//!
//! The file is not mapped into memory, although that would be quicker: of a disk that refuses a page, or a stick that is
//! pulled out, a mapping tells by a signal that ends the app, and a read by an error.

mod findings;
mod lane;
mod pages;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use omnicraft_core::effect::Depth;
use omnicraft_core::model::{Facts, FileStamp, Level, SchemaProfile};
use omnicraft_core::outcome::Verification;
use rusqlite::Connection;

use super::trouble::{Trouble, trouble};
use super::{Opener, ffi, header, open, schema};
use crate::error::Result;
use crate::ports::filesystem::Watch;
use crate::progress::{Progress, Watcher};
use crate::two_cores;
use findings::Findings;
use lane::{Lane, Tables, in_words};

/// Computes the digest of the file that is checked.
pub type Digest<'a> = &'a (dyn Fn(Watch<'_>) -> Result<String> + Sync);

/// SQLite's checks of the structure.
const QUICK: &str = "quick_check";
const FULL: &str = "integrity_check";

/// Checks a database file that nobody writes. `digest` and `stamp` are the caller's, of the same file. Problems with
/// the content are in the result, without a level then; trouble with the machine and a stop by the user are errors.
/// `facts.journal_mode` stays empty: a sealed file does not know it.
pub fn verify(
    opener: &Opener,
    file: &Path,
    depth: Depth,
    profile: Option<&SchemaProfile>,
    digest: Digest<'_>,
    stamp: FileStamp,
    progress: &mut Progress<'_>,
) -> Result<Verification> {
    let cores = if open::two_cores_pay(opener, stamp.size, progress) { Cores::Two } else { Cores::One };
    Check { opener, file, depth, profile, digest, stamp, cores }.run(progress)
}

/// On how many cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cores {
    One,
    Two,
}

/// What is to be checked, and how.
struct Check<'a> {
    opener: &'a Opener,
    file: &'a Path,
    depth: Depth,
    profile: Option<&'a SchemaProfile>,
    digest: Digest<'a>,
    stamp: FileStamp,
    cores: Cores,
}

/// A part of the check that needs nothing of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task<'a> {
    Digest,
    /// `quick_check` or `integrity_check` of the whole file.
    Whole(&'static str),
    /// `integrity_check` of one table and its indexes.
    Table(&'a str),
    /// What the checks of all tables leave out.
    Pages,
    ForeignKeys,
    Rows,
}

/// What a task has learnt.
#[derive(Debug, Default)]
struct Learnt {
    /// Whether a part of the check of the structure found what the whole has to judge.
    needs_the_whole: bool,
    findings: Findings,
    digest: Option<String>,
    violations: Option<u64>,
    rows: Option<BTreeMap<String, u64>>,
}

impl Check<'_> {
    fn run(&self, progress: &mut Progress<'_>) -> Result<Verification> {
        let mut found = Verification { stamp: self.stamp, ..Verification::default() };
        if self.depth == Depth::Digest {
            found.digest = self.digest(progress)?;
            return Ok(found);
        }
        if !open::present(self.opener, self.file) {
            return Err(open::missing("check the database file", self.file));
        }
        let mut lane = self.lane(progress);
        for suffix in open::SIDECARS.iter().filter(|suffix| open::has_content(self.opener, self.file, suffix)) {
            lane.found.problem(format!(
                "changes that are not in the file yet lie beside it, in the file that ends in {suffix}; \
                 open and close it once with the program that made it"
            ));
        }
        let connection = lane.learn(open::open_sealed(self.opener, self.file))?;
        let connection = if let Some(connection) = connection { readable(&mut lane, connection)? } else { None };
        let Some(connection) = connection else {
            let findings = lane.found;
            found.digest = self.digest(progress)?;
            found.problems = findings.sentences();
            return Ok(found);
        };
        found.facts = self.facts(&mut lane, &connection)?;
        let tables = lane.learn(schema::names(&connection))?.unwrap_or_default();
        let findings = lane.found;
        self.content(&connection, &tables, findings, &mut found, progress)?;
        Ok(found)
    }

    fn lane<'w>(&'w self, watcher: &'w mut dyn Watcher) -> Lane<'w> {
        Lane { file: self.file, adopted: self.profile.is_none(), watcher, found: Findings::default() }
    }

    fn digest(&self, watcher: &mut dyn Watcher) -> Result<String> {
        (self.digest)(&mut |done| watcher.at(done, self.stamp.size).is_ok())
    }

    fn facts(&self, lane: &mut Lane<'_>, connection: &Connection) -> Result<Facts> {
        let number = |pragma: &str| connection.query_row(&format!("PRAGMA main.{pragma}"), [], |row| row.get(0));
        let page_size = connection.query_row("PRAGMA main.page_size", [], |row| row.get(0));
        let mut facts = Facts {
            application_id: lane.learn(number("application_id"))?.unwrap_or_default(),
            user_version: lane.learn(number("user_version"))?.unwrap_or_default(),
            page_size: lane.learn(page_size)?.unwrap_or_default(),
            fingerprint: lane.learn(schema::fingerprint(connection))?.unwrap_or_default(),
            ..Facts::default()
        };
        if let Some(profile) = self.profile {
            facts.schema_version = lane.answer(connection, &profile.version_sql)?;
            facts.identity = lane.answer(connection, &profile.identity_sql)?;
        }
        Ok(facts)
    }

    fn content(
        &self,
        connection: &Connection,
        tables: &Tables,
        mut findings: Findings,
        found: &mut Verification,
        progress: &mut Progress<'_>,
    ) -> Result<()> {
        // Where the tables cannot be listed nothing is split: a list that lacks one would prove a file that nobody checked.
        let is_split = self.depth == Depth::Proven && self.cores == Cores::Two;
        let parts = if is_split { self.lane(progress).learn(schema::stored(connection))? } else { None };
        let learnt = self.perform_all(connection, tables, &self.tasks(parts.as_deref()), progress)?;
        if learnt.iter().any(|learnt| learnt.needs_the_whole) {
            *found = Check { cores: Cores::One, ..*self }.run(progress)?;
            return Ok(());
        }
        for learnt in learnt {
            findings.absorb(learnt.findings);
            if let Some(digest) = learnt.digest {
                found.digest = digest;
            }
            found.facts.foreign_key_violations += learnt.violations.unwrap_or_default();
            found.facts.rows.extend(learnt.rows.unwrap_or_default());
        }
        let is_complete = !findings.incomplete;
        found.problems = findings.sentences();
        if found.problems.is_empty() {
            let is_proven = self.depth == Depth::Proven && is_complete;
            found.level = Some(if is_proven { Level::Proven } else { Level::Sound });
        }
        Ok(())
    }

    /// The longest first, where two cores share them; `parts` are the tables over which the full check is split.
    fn tasks<'t>(&self, parts: Option<&'t [String]>) -> Vec<Task<'t>> {
        if let Some(parts) = parts {
            let tables = parts.iter().map(|name| Task::Table(name));
            return tables.chain([Task::Pages, Task::ForeignKeys, Task::Digest, Task::Rows]).collect();
        }
        // `integrity_check` does everything that `quick_check` does, and compares indexes with their tables.
        let whole = Task::Whole(if self.depth == Depth::Proven { FULL } else { QUICK });
        match self.cores {
            Cores::One => vec![Task::Digest, whole, Task::ForeignKeys, Task::Rows],
            Cores::Two => vec![whole, Task::Digest, Task::ForeignKeys, Task::Rows],
        }
    }

    /// Performs all tasks; what each has learnt, in their order.
    fn perform_all(
        &self,
        connection: &Connection,
        tables: &Tables,
        tasks: &[Task<'_>],
        progress: &mut Progress<'_>,
    ) -> Result<Vec<Learnt>> {
        let next = AtomicUsize::new(0);
        let perform_some = |connection: &Connection, watcher: &mut dyn Watcher| -> Result<Vec<(usize, Learnt)>> {
            let mut done = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(task) = tasks.get(place) else { return Ok(done) };
                watcher.at(place as u64, tasks.len() as u64)?;
                done.push((place, self.perform(connection, tables, *task, watcher)?));
            }
        };
        let mut done = match self.cores {
            Cores::One => perform_some(connection, progress)?,
            Cores::Two => {
                let with_another = |watcher: &mut two_cores::Beside<'_>| {
                    let another = open::sealed(self.opener, self.file)?;
                    perform_some(&another, watcher)
                };
                let (mut beside, here) =
                    two_cores::both(progress, with_another, |progress| perform_some(connection, progress))?;
                beside.extend(here);
                beside
            }
        };
        done.sort_by_key(|(place, _)| *place);
        Ok(done.into_iter().map(|(_, learnt)| learnt).collect())
    }

    fn perform(
        &self,
        connection: &Connection,
        tables: &Tables,
        task: Task<'_>,
        watcher: &mut dyn Watcher,
    ) -> Result<Learnt> {
        if matches!(task, Task::Digest) {
            return Ok(Learnt { digest: Some(self.digest(watcher)?), ..Learnt::default() });
        }
        let mut lane = self.lane(watcher);
        let mut learnt = Learnt::default();
        match task {
            Task::Digest => {}
            Task::Whole(pragma) => lane.structure(connection, pragma, tables)?,
            Task::Table(name) => lane.table(connection, FULL, name)?,
            Task::Pages => learnt.needs_the_whole = !lane.pages(connection)?,
            Task::ForeignKeys => learnt.violations = Some(lane.foreign_keys(connection, tables)?),
            Task::Rows => learnt.rows = Some(lane.rows(connection, tables)?),
        }
        learnt.findings = lane.found;
        learnt.needs_the_whole |= matches!(task, Task::Table(_)) && !learnt.findings.are_none();
        Ok(learnt)
    }
}

/// The connection, if anything can be read through it.
fn readable(lane: &mut Lane<'_>, connection: Connection) -> Result<Option<Connection>> {
    let (size, header) = (lane.learn(ffi::size(&connection))?, lane.learn(ffi::header(&connection))?);
    if size == Some(0) {
        lane.found.problem("the file is empty (0 bytes)".to_owned());
        return Ok(None);
    }
    // SQLite fills up a last page that is cut off with zeros, and says nothing.
    if let (Some(size), Some(header)) = (size, header)
        && let Some(problem) = header::judge(&header, size)
    {
        lane.found.problem(problem);
    }
    let read = connection.query_row("SELECT count(*) FROM main.sqlite_schema", [], |_| Ok(()));
    match read {
        Ok(()) => Ok(Some(connection)),
        Err(error) if trouble(&error) == Trouble::Machine => Err(lane.stop(&error)),
        Err(error) => {
            // Whatever the reason, nothing of it can be read by us or by an app with the same SQLite.
            lane.found.problem(in_words(&error));
            Ok(None)
        }
    }
}
