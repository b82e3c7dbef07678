//! What somebody sets out to do, as far as the owner's book can tell before it is done: what is told to the engine, what
//! the app itself commits, and what the databases may hold afterwards.

use std::path::Path;

use omnicraft_core::effect::Depth;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Act, Base, SchemaProfile, SnapshotId, Workspace, WorkspaceId};
use omnicraft_core::policy::Policy;

use super::day::{self, Deed};
use super::life::{Exported, Life, NAMES, SCHEMAS};
use super::reference::{Business, Live};
use crate::content::Digest;

/// A change of the owner's book.
#[derive(Clone, Debug, Default)]
pub(super) struct Turn {
    /// Databases that hold something else now.
    pub(super) live: Vec<(&'static str, Live)>,
    /// Databases that are looked after from now on, or no longer.
    pub(super) listed: Vec<(&'static str, bool)>,
    /// Restores that can be undone now.
    pub(super) restored: Vec<&'static str>,
    /// Restores that were undone.
    pub(super) undone: Vec<&'static str>,
    /// Another policy.
    pub(super) policy: Option<Policy>,
    /// Another pin.
    pub(super) pin: Option<(u64, Option<String>)>,
    /// How many restores can be undone is for the engine to say.
    pub(super) is_vague: bool,
}

/// What the engine must say, if nothing goes wrong meanwhile and it knows of everything that was done by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// That it is done.
    Done,
    /// That it cannot be done; then nothing is changed.
    Refused,
    /// Either.
    Any,
}

/// What the app commits, and what the database then holds.
#[derive(Clone, Debug)]
pub(super) struct Commit {
    pub(super) name: &'static str,
    pub(super) change: Change,
    /// Contents on the way there, where it takes several transactions.
    pub(super) between: Vec<Digest>,
    pub(super) after: Digest,
}

/// How the app changes a database.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    Sale(i64),
    Wipe,
    Migrate,
}

/// What somebody sets out to do.
#[derive(Debug)]
pub(super) struct Intention {
    /// In words.
    pub(super) words: String,
    /// The app closes this database first.
    pub(super) leaves: Option<&'static str>,
    /// What the engine is told.
    pub(super) event: Option<EventKind>,
    /// What it must answer.
    pub(super) answer: Answer,
    /// What may come of it; the last is what comes of it when it is done.
    pub(super) turns: Vec<Turn>,
    /// What the app commits after that.
    pub(super) commits: Vec<Commit>,
    /// A file that is made.
    pub(super) export: Option<Exported>,
}

impl Intention {
    pub(super) fn tell(words: String, event: EventKind, answer: Answer) -> Self {
        let (leaves, turns, commits, export) = (None, Vec::new(), Vec::new(), None);
        Self { words, leaves, event: Some(event), answer, turns, commits, export }
    }
}

pub(super) fn id(name: &str) -> WorkspaceId {
    WorkspaceId(name.to_owned())
}

/// A database that nobody can read may be noticed or not; one that is well must do.
const fn of(live: Live) -> Answer {
    match live {
        Live::Holds(_) => Answer::Done,
        Live::Missing | Live::Ruined => Answer::Any,
    }
}

impl Life {
    /// What a deed means now; nothing where it cannot be done.
    pub(super) fn intend(&mut self, deed: &Deed) -> Option<Intention> {
        match *deed {
            Deed::Sales(which, count) => self.sales(which, count),
            Deed::Start(which) => self.moment(which, "the app starts with", EventKind::AppStarted),
            Deed::Tick(which) => self.moment(which, "time passes with", EventKind::TimePassed),
            Deed::Exit(which, holds) => self.exit(which, holds),
            Deed::Snapshot(which, pinned) => self.snapshot(which, pinned),
            Deed::Pin(which, n, on) => self.pin(which, n, on),
            Deed::Restore(which, n) => self.restore(which, n),
            Deed::RestoreAll(n) => self.restore_all(n),
            Deed::Undo(which) => self.undo(which),
            Deed::Export(which, what) => self.export(which, what),
            Deed::Reset(which, act) => self.destroy(which, act, Change::Wipe),
            Deed::Migrate(which) => self.destroy(which, Act::Migration, Change::Migrate),
            Deed::Policy(n) => {
                let (words, policy) = day::policy(n);
                let words = format!("the policy is {words} from now on");
                let told = Intention::tell(words, EventKind::PolicyChanged(policy.clone()), Answer::Done);
                Some(Intention { turns: vec![Turn { policy: Some(policy), ..Turn::default() }], ..told })
            }
            Deed::Add(which) => self.add(which),
            Deed::Remove(which) => self.remove(which),
            Deed::Verify => {
                let event = EventKind::VerifyRequested(Vec::new(), Depth::Proven);
                Some(Intention::tell("every backup is checked in full".to_owned(), event, Answer::Done))
            }
            Deed::Drill => {
                let event = EventKind::DrillRequested(Vec::new());
                Some(Intention::tell("a restore of each is rehearsed".to_owned(), event, Answer::Done))
            }
            Deed::Quit | Deed::Hours(_) | Deed::ClockJumps(_) | Deed::Zone(_) | Deed::Harm(..) | Deed::SecondEngine => {
                None
            }
        }
    }

    /// One of the databases that are looked after.
    pub(super) fn listed(&self, which: u8) -> &'static str {
        let listed: Vec<&'static str> = NAMES.into_iter().filter(|name| self.is_listed(name)).collect();
        listed[usize::from(which) % listed.len()]
    }

    pub(super) fn is_listed(&self, name: &str) -> bool {
        self.books.get(name).is_some_and(|business| business.listed)
    }

    pub(super) fn business(&self, which: u8) -> (&'static str, &Business) {
        let name = self.listed(which);
        (name, &self.books[name])
    }

    pub(super) fn profile(&self, name: &str) -> SchemaProfile {
        let place = NAMES.iter().position(|known| *known == name).unwrap();
        let profiles = self.parts.subject.profiles();
        profiles.iter().find(|profile| profile.name == SCHEMAS[place]).unwrap().clone()
    }

    pub(super) fn after(&mut self, name: &'static str, before: Digest, change: Change) -> Commit {
        let (subject, profile) = (self.parts.subject.clone(), self.profile(name));
        let apply = |connection: &mut rusqlite::Connection| change.apply(&*subject, &profile, connection);
        if let Change::Migrate = change {
            let mut between = self.shelf.stages(before, apply);
            let after = between.pop().unwrap_or(before);
            let words = format!("{}, at the newest version", self.shelf.name(before));
            between.iter().chain([&after]).for_each(|content| self.shelf.call(*content, words.clone()));
            return Commit { name, change, between, after };
        }
        let after = self.shelf.changed(before, apply);
        let words = match change {
            Change::Sale(number) => format!("{name} up to sale {number}"),
            Change::Wipe | Change::Migrate => format!("{}, reset", self.shelf.name(before)),
        };
        self.shelf.call(after, words);
        Commit { name, change, between: Vec::new(), after }
    }

    fn sales(&mut self, which: u8, count: u8) -> Option<Intention> {
        let (name, business) = self.business(which);
        let Live::Holds(mut content) = business.live else { return None };
        let mut commits = Vec::new();
        for _ in 0..count {
            self.next_sale += 1;
            let commit = self.after(name, content, Change::Sale(self.next_sale));
            content = commit.after;
            commits.push(commit);
        }
        let words = format!("{count} sales in {name}, up to number {}", self.next_sale);
        let (leaves, turns, export) = (None, Vec::new(), None);
        Some(Intention { words, leaves, event: None, answer: Answer::Done, turns, commits, export })
    }

    fn moment(&self, which: u8, words: &str, event: fn(WorkspaceId) -> EventKind) -> Option<Intention> {
        let (name, business) = self.business(which);
        Some(Intention::tell(format!("{words} {name}"), event(id(name)), of(business.live)))
    }

    fn exit(&self, which: u8, holds: bool) -> Option<Intention> {
        let (name, business) = self.business(which);
        let words = if holds { "the app says it closes, and still holds" } else { "the app closes" };
        let told = Intention::tell(format!("{words} {name}"), EventKind::AppClosing(id(name)), of(business.live));
        Some(Intention { leaves: (!holds).then_some(name), ..told })
    }

    fn snapshot(&self, which: u8, pinned: bool) -> Option<Intention> {
        let (name, business) = self.business(which);
        let pin = pinned.then(|| "a good day".to_owned());
        let words = format!("somebody asks for a {}snapshot of {name}", if pinned { "pinned " } else { "" });
        Some(Intention::tell(words, EventKind::SnapshotRequested(id(name), pin), of(business.live)))
    }

    fn pin(&self, which: u8, n: u8, on: bool) -> Option<Intention> {
        let (_, business) = self.business(which);
        let capture = business.captures.get(usize::from(n) % business.captures.len().max(1))?;
        let pin = on.then(|| "kept by hand".to_owned());
        let words = format!("s{} is {}", capture.id, if on { "pinned" } else { "unpinned" });
        let told = Intention::tell(words, EventKind::PinChanged(SnapshotId(capture.id), pin.clone()), Answer::Done);
        Some(Intention { turns: vec![Turn { pin: Some((capture.id, pin)), ..Turn::default() }], ..told })
    }

    fn destroy(&mut self, which: u8, act: Act, change: Change) -> Option<Intention> {
        let (name, business) = self.business(which);
        let live = business.live;
        let words = format!("{} of {name}", if act == Act::Migration { "a migration" } else { "a reset" });
        let told = Intention::tell(words, EventKind::AboutToDestroy(id(name), act), of(live));
        let Live::Holds(content) = live else { return Some(told) };
        let commits = vec![self.after(name, content, change)];
        Some(Intention { commits, ..told })
    }

    fn add(&mut self, which: u8) -> Option<Intention> {
        let missing: Vec<&'static str> = NAMES.into_iter().filter(|name| !self.is_listed(name)).collect();
        let name = missing.get(usize::from(which) % missing.len().max(1))?;
        self.found(name, "3");
        let workspace = self.workspace(name);
        let turn = Turn { listed: vec![(name, true)], ..Turn::default() };
        let event = EventKind::WorkspaceAdded(Box::new(workspace));
        Some(Intention { turns: vec![turn], ..Intention::tell(format!("{name} is added"), event, Answer::Done) })
    }

    /// The engine's name for a database, with a folder of its own but for the first.
    pub(super) fn workspace(&self, name: &str) -> Workspace {
        let mut workspace = Workspace::adopted(name, name, &format!("{name}.db"));
        workspace.schema = Some(self.profile(name).name);
        workspace.identity = Some(name.to_owned());
        if name != NAMES[0] {
            workspace.folder = name.into();
        }
        workspace
    }

    fn remove(&self, which: u8) -> Option<Intention> {
        let (name, _) = self.business(which);
        if name == NAMES[0] {
            return None;
        }
        let turn = Turn { listed: vec![(name, false)], ..Turn::default() };
        let told = Intention::tell(format!("{name} is removed"), EventKind::WorkspaceRemoved(id(name)), Answer::Done);
        Some(Intention { leaves: Some(name), turns: vec![turn], ..told })
    }
}

impl Change {
    pub(super) fn apply(
        self,
        subject: &dyn crate::crash::Subject,
        profile: &SchemaProfile,
        connection: &mut rusqlite::Connection,
    ) -> rusqlite::Result<()> {
        match self {
            Self::Sale(number) => subject.commit(profile, number, connection),
            Self::Wipe => subject.wipe(profile, connection),
            Self::Migrate => subject.migrate(profile, connection),
        }
    }
}

/// Whether a kind is a place of the ring.
pub(super) const fn is_close(base: Base) -> bool {
    matches!(base, Base::Close(_))
}

/// Where a live database is.
pub(super) fn live(name: &str) -> std::path::PathBuf {
    Path::new(crate::crash::life::HOME).join(format!("{name}.db"))
}
