//! The reference: what a careful owner would note down in a book of his own about his databases and their backups. It
//! knows the promises and nothing of how the engine keeps them.
//!
//! It says which backups must still be there; that more are there breaks no promise.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, Zoned};
use omnicraft_core::model::{Act, Base, Level, Tier};
use omnicraft_core::policy::Policy;

use crate::content::Digest;

/// What a live database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Live {
    /// This, exactly.
    Holds(Digest),
    /// There is no file.
    Missing,
    /// Nothing that anybody can read.
    Ruined,
}

/// A database and what was done about it.
#[derive(Clone, Debug)]
pub(super) struct Business {
    /// What it holds now.
    pub(super) live: Live,
    /// Whether the engine looks after it.
    pub(super) listed: bool,
    /// Everything that it ever held.
    pub(super) history: BTreeSet<Digest>,
    /// Its backups that can be restored, in the order in which they were taken.
    pub(super) captures: Vec<Capture>,
    /// Its restores that can be undone, the newest last.
    pub(super) undo: Vec<Undo>,
    /// What it held before bytes of it decayed without anybody writing to it, as far as anything tells. An exit that finds
    /// a file which was not written since its newest backup takes no other one: that one holds what was committed.
    pub(super) before_decay: Option<Digest>,
}

/// A backup.
#[derive(Clone, Debug)]
pub(super) struct Capture {
    /// The engine's name for it.
    pub(super) id: u64,
    /// What it holds.
    pub(super) content: Digest,
    /// What it was taken for.
    pub(super) base: Base,
    /// When, by the clock of that moment.
    pub(super) at: Zoned,
    /// Whether somebody pinned it.
    pub(super) pin: Option<String>,
    /// How well it is proven.
    pub(super) level: Level,
    /// Where it lies.
    pub(super) path: String,
    /// Something was done to its file that the engine need not know yet.
    pub(super) harmed: bool,
    /// And it does not even look as if somebody had written to it.
    pub(super) hidden: bool,
    /// The facts beside it were spoilt by hand.
    pub(super) without_facts: bool,
}

/// A restore that can be undone.
#[derive(Clone, Debug)]
pub(super) struct Undo {
    /// What the database was before.
    pub(super) was: Live,
    /// The backup of that.
    pub(super) safeguard: Option<u64>,
    /// Restores of one number were one restore.
    pub(super) number: u64,
}

impl Business {
    pub(super) fn new(live: Live) -> Self {
        let history = if let Live::Holds(content) = live { BTreeSet::from([content]) } else { BTreeSet::new() };
        Self { live, listed: true, history, captures: Vec::new(), undo: Vec::new(), before_decay: None }
    }

    /// Somebody has written to it.
    pub(super) fn becomes(&mut self, live: Live) {
        self.live = live;
        self.before_decay = None;
        if let Live::Holds(content) = live {
            self.history.insert(content);
        }
    }

    /// It has decayed into this.
    pub(super) fn decays(&mut self, live: Live) {
        let before = match self.live {
            Live::Holds(content) => self.before_decay.or(Some(content)),
            Live::Missing | Live::Ruined => self.before_decay,
        };
        self.becomes(live);
        self.before_decay = before;
    }

    /// Which backups must be there, and why. `interrupted` says that a rotation of the ring may have come half way.
    pub(super) fn must(&self, policy: &Policy, now: &Zoned, interrupted: bool) -> BTreeMap<u64, &'static str> {
        let mut must = BTreeMap::new();
        let newest_first: Vec<&Capture> = self.captures.iter().rev().collect();
        self.of_each_kind(&newest_first, policy, interrupted, &mut must);
        for level in [Level::Sound, Level::Proven, Level::Drilled] {
            if let Some(capture) = newest_first.iter().find(|capture| capture.level >= level) {
                must.insert(capture.id, "it is the newest that is verified so well");
            }
        }
        for capture in &self.captures {
            if capture.pin.is_some() {
                must.insert(capture.id, "it is pinned");
            }
            if matches!(capture.base, Base::Before(_)) && self.is_recent(capture, now) {
                must.insert(capture.id, "it is a safeguard of the last seven days");
            }
        }
        let depth = usize::try_from(policy.undo_depth).unwrap_or(usize::MAX);
        for safeguard in self.undo.iter().rev().take(depth).filter_map(|undo| undo.safeguard) {
            if self.captures.iter().any(|capture| capture.id == safeguard) {
                must.insert(safeguard, "an undo needs it");
            }
        }
        // A file that somebody spoilt counts until that is found out, and is promised no more.
        must.retain(|id, _| self.captures.iter().any(|capture| capture.id == *id && !capture.harmed));
        must
    }

    fn of_each_kind(
        &self,
        newest_first: &[&Capture],
        policy: &Policy,
        interrupted: bool,
        must: &mut BTreeMap<u64, &'static str>,
    ) {
        let mut seen: BTreeMap<Base, usize> = BTreeMap::new();
        for capture in newest_first {
            // All places of the ring are one kind.
            let kind = if let Base::Close(_) = capture.base { Base::Close(1) } else { capture.base };
            if kind == Base::Manual && capture.pin.is_some() {
                continue;
            }
            let seen = seen.entry(kind).or_default();
            *seen += 1;
            if *seen <= depth(kind, policy, interrupted) {
                must.insert(capture.id, "it is among the newest of its kind");
            }
        }
    }

    /// No backup is from more than seven days later, and it is not later now either.
    fn is_recent(&self, safeguard: &Capture, now: &Zoned) -> bool {
        let stamps = self.captures.iter().map(|capture| capture.at.timestamp());
        let latest = stamps.chain([now.timestamp()]).max().unwrap_or(Timestamp::MAX);
        latest.duration_since(safeguard.at.timestamp()) <= SignedDuration::from_hours(7 * 24)
    }

    /// The tiers without a backup of the calendar period in which it is now.
    pub(super) fn uncovered(&self, now: &Zoned) -> Vec<Tier> {
        let covered = |tier: Tier| {
            let of_tier = self.captures.iter().filter(move |capture| capture.base == Base::Tier(tier));
            of_tier.into_iter().any(|capture| {
                let at = capture.at.with_time_zone(now.time_zone().clone());
                let ahead = at.timestamp().duration_since(now.timestamp()) > SignedDuration::from_mins(5);
                !ahead && period(tier, &at) == period(tier, now)
            })
        };
        Tier::ALL.into_iter().filter(|tier| !covered(*tier)).collect()
    }

    /// The newest backup of a kind.
    pub(super) fn newest(&self, kind: impl Fn(Base) -> bool) -> Option<&Capture> {
        self.captures.iter().rev().find(|capture| kind(capture.base))
    }
}

/// How many of a kind are promised.
fn depth(kind: Base, policy: &Policy, interrupted: bool) -> usize {
    let counts_bytes = policy.budget < Policy::default().budget;
    let depth = match kind {
        // The places of the ring are never trimmed for their bytes.
        Base::Close(_) => return usize::from(policy.ring.max(1)) - usize::from(interrupted),
        Base::Tier(Tier::Daily) => policy.daily,
        Base::Tier(Tier::Weekly) => policy.weekly,
        Base::Tier(Tier::Monthly) => policy.monthly,
        Base::Tier(Tier::Yearly) => policy.yearly,
        Base::Before(Act::Migration | Act::AccountingReset | Act::FactoryReset | Act::Restore) => policy.safeguards,
        Base::Manual if counts_bytes => 0,
        Base::Manual => policy.manual,
        Base::Kept | Base::Damaged => 0,
    };
    if counts_bytes { 1.min(depth as usize) } else { depth as usize }
}

/// The calendar period of a moment where it is.
fn period(tier: Tier, at: &Zoned) -> (i16, i16) {
    let date = at.date();
    let week = date.iso_week_date();
    match tier {
        Tier::Daily => (date.year(), date.day_of_year()),
        Tier::Weekly => (week.year(), i16::from(week.week())),
        Tier::Monthly => (date.year(), i16::from(date.month())),
        Tier::Yearly => (date.year(), 0),
    }
}
