//! A job: what somebody asked for, how far it is, and what came out of it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::EngineError;

/// Names a job of one handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for JobId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Which thread a job is done by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// By the engine that holds the lock.
    Work,
    /// By one that only looks.
    Look,
}

/// A job as it is at one moment.
#[derive(Debug)]
pub struct Job<L, A> {
    /// Its name.
    pub id: JobId,
    /// Where it is done.
    pub lane: Lane,
    /// What it is about.
    pub label: L,
    /// How far it is.
    pub phase: Phase<A>,
    /// Whether somebody asked for a stop.
    pub cancelled: bool,
}

/// How far a job is.
#[derive(Debug)]
pub enum Phase<A> {
    /// Others are done first.
    Waiting,
    /// Another engine works on the home, such as that of the running app; it is begun when that one lets go.
    Blocked,
    /// It is being done.
    Running(Reached),
    /// It came to an end.
    Ended(Arc<A>),
    /// It was refused or broken off.
    Failed(Arc<EngineError>),
    /// It was taken back before it began.
    TakenBack,
}

/// How far the step under way is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// What is being done, in English: `Copying shop.db`; empty at the beginning.
    pub what: String,
    /// So much of it.
    pub done: u64,
    /// Of so much; 0 where that is not known.
    pub total: u64,
}

impl<L, A> Job<L, A> {
    /// So many jobs that ended are remembered.
    pub const KEPT: usize = 64;

    /// Whether nothing more will come of it.
    pub const fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended(_) | Phase::Failed(_) | Phase::TakenBack)
    }
}

impl<L: Clone, A> Clone for Job<L, A> {
    fn clone(&self) -> Self {
        Self {
            id: self.id,
            lane: self.lane,
            label: self.label.clone(),
            phase: self.phase.clone(),
            cancelled: self.cancelled,
        }
    }
}

impl<A> Clone for Phase<A> {
    fn clone(&self) -> Self {
        match self {
            Self::Waiting => Self::Waiting,
            Self::Blocked => Self::Blocked,
            Self::Running(reached) => Self::Running(reached.clone()),
            Self::Ended(answer) => Self::Ended(Arc::clone(answer)),
            Self::Failed(error) => Self::Failed(Arc::clone(error)),
            Self::TakenBack => Self::TakenBack,
        }
    }
}
