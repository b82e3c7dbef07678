//! Copy all: one moment of several live databases, each in one durable, sealed file.

use std::path::PathBuf;

use omnicraft_core::effect::CopyOf;
use omnicraft_core::outcome::{Copied, Yield};

use super::look::live_stamp;
use super::work::{Work, parent};
use crate::error::Result;
use crate::progress::Progress;
use crate::sqlite;

const ATTEMPTED: &str = "copy all databases";

/// A database, its staged file, and about how many bytes there are to copy.
struct Job {
    live: PathBuf,
    staged: PathBuf,
    bytes: u64,
}

pub(super) fn copy_all(work: &Work<'_>, copies: &[CopyOf]) -> Result<Yield> {
    let jobs: Vec<Job> = copies.iter().map(|copy| job(work, copy)).collect::<Result<_>>()?;
    let copied = make_room(work, &jobs).and_then(|()| copy(work, &jobs));
    if copied.is_err() {
        for job in &jobs {
            // The first error is the one to tell; a file that stays is swept by its name at the next start.
            let _ = work.discard(&job.staged);
        }
    }
    copied.map(Yield::CopiedAll)
}

fn job(work: &Work<'_>, copy: &CopyOf) -> Result<Job> {
    let (live, staged) = (work.path(&copy.database), work.path(&copy.to));
    work.present(ATTEMPTED, &live)?;
    let bytes = live_stamp(work, &live)?.map_or(0, |stamp| stamp.size);
    Ok(Job { live, staged, bytes })
}

/// Makes sure that all copies fit together.
fn make_room(work: &Work<'_>, jobs: &[Job]) -> Result<()> {
    for job in jobs {
        work.ensure_folder(parent(&job.staged))?;
        work.discard(&job.staged)?;
    }
    if let Some(first) = jobs.first() {
        work.require_space(ATTEMPTED, &first.staged, total(jobs))?;
    }
    Ok(())
}

/// Holds all, then copies one after the other; each is let go as soon as it is copied.
fn copy(work: &Work<'_>, jobs: &[Job]) -> Result<Vec<Copied>> {
    let lives: Vec<PathBuf> = jobs.iter().map(|job| job.live.clone()).collect();
    let what = format!("Copying {} databases", jobs.len());
    let mut progress = Progress::new(work.observer, &*work.ports.clock, what);
    let all = sqlite::backup::hold_all(work.sqlite(), &lives, &*work.ports.clock, &mut progress)?;
    let (mut before, total) = (0, total(jobs));
    let mut copies = Vec::with_capacity(jobs.len());
    for (held, job) in all.into_iter().zip(jobs) {
        let mut report = |pages, of, _| progress.at(before + share(job.bytes, pages, of), total);
        copies.push(held.copy(work.sqlite(), work.files(), &job.staged, &mut report)?);
        before += job.bytes;
    }
    Ok(copies)
}

fn total(jobs: &[Job]) -> u64 {
    jobs.iter().map(|job| job.bytes).sum()
}

/// The part of some bytes that so many pages of all are.
fn share(bytes: u64, pages: u64, of: u64) -> u64 {
    u64::try_from(u128::from(bytes) * u128::from(pages) / u128::from(of.max(1))).unwrap_or(bytes)
}
