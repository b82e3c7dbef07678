//! A pretend host: answers every step of a plan as a well-behaved machine would, unless told otherwise, and writes
//! down what it was asked to do.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Zoned;
use omnicraft_core::effect::Effect;
use omnicraft_core::event::{Event, EventKind};
use omnicraft_core::model::{
    Facts, FileStamp, Found, Intent, Inventory, Level, LiveFile, LiveState, Manifest, ReadIntent, Registry,
    SchemaProfile, Slot, Snapshot, SnapshotId, Workspace, WorkspaceId,
};
use omnicraft_core::outcome::{Differences, Failure, FailureKind, Identified, Outcome, Verification, Yield};
use omnicraft_core::plan::Step;
use omnicraft_core::state::State;
use omnicraft_core::transition::{Conclusion, transition};

/// A pretend machine with one shop on it.
pub(crate) struct Driver {
    pub(crate) state: State,
    pub(crate) now: Zoned,
    /// Everything that was asked for, one line each.
    pub(crate) log: String,
    /// What the live database holds now; every other content has another digest.
    pub(crate) content: u64,
    /// Rows of its one table.
    pub(crate) rows: u64,
    /// The schema version of every database.
    pub(crate) version: &'static str,
    /// How the live file looks.
    pub(crate) live: LiveState,
    /// Contents that verification finds bad, and what it says of them.
    bad: BTreeMap<u64, String>,
    /// The staged and published files, by path.
    pub(crate) files: BTreeMap<String, File>,
    /// Manifests that were written.
    manifests: BTreeMap<SnapshotId, Snapshot>,
    /// An intent that is durable.
    pub(crate) intent: Option<Intent>,
    newest_content: u64,
    clock: i64,
}

/// A pretend file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct File {
    pub(crate) content: u64,
    rows: u64,
    stamp: FileStamp,
}

pub(crate) fn shop() -> WorkspaceId {
    WorkspaceId("shop".to_owned())
}

pub(crate) fn profile() -> SchemaProfile {
    SchemaProfile {
        name: "test".to_owned(),
        application_id: 7,
        versions: vec!["1".to_owned(), "2".to_owned()],
        ..SchemaProfile::default()
    }
}

pub(crate) fn workspace() -> Workspace {
    Workspace {
        id: shop(),
        name: "Shop".to_owned(),
        database: "shop.db".into(),
        schema: Some("test".to_owned()),
        folder: "".into(),
        identity: None,
        frozen: None,
        cliff_expected: false,
        unchanged_since: None,
    }
}

/// Another workspace, with a folder of its own.
pub(crate) fn named(id: &str, database: &str) -> Workspace {
    Workspace {
        id: WorkspaceId(id.to_owned()),
        name: id.to_owned(),
        database: database.into(),
        folder: id.into(),
        ..workspace()
    }
}

pub(crate) fn at(text: &str) -> Zoned {
    format!("{text}[Europe/Berlin]").parse().unwrap()
}

impl Driver {
    /// A home with the shop in it, at nine in the morning of 2026-11-21, a Saturday.
    pub(crate) fn new() -> Self {
        let mut driver = Self {
            state: State::default(),
            now: at("2026-11-21T09:00"),
            log: String::new(),
            content: 1,
            rows: 100,
            version: "2",
            live: LiveState::Plausible,
            bad: BTreeMap::new(),
            files: BTreeMap::new(),
            manifests: BTreeMap::new(),
            intent: None,
            newest_content: 1,
            clock: 0,
        };
        driver.event(EventKind::WorkspaceAdded(Box::new(workspace())));
        driver.log.clear();
        driver
    }

    /// Tells the core what happened and does all that follows.
    pub(crate) fn event(&mut self, kind: EventKind) -> Option<Conclusion> {
        self.event_with(kind, |_, _| None)
    }

    /// The same, but some steps end as `outcome` says instead of well.
    pub(crate) fn event_with(
        &mut self,
        kind: EventKind,
        outcome: impl FnMut(usize, &Step) -> Option<Outcome>,
    ) -> Option<Conclusion> {
        self.event_until(kind, outcome, || false)
    }

    /// The same, until the power goes: then the step has been done, and nobody was told.
    pub(crate) fn event_until(
        &mut self,
        kind: EventKind,
        mut outcome: impl FnMut(usize, &Step) -> Option<Outcome>,
        power_is_gone: impl Fn() -> bool,
    ) -> Option<Conclusion> {
        let mut event = Event { now: self.now.clone(), kind };
        for index in 0..10_000 {
            let next = transition(&self.state, &event, &[profile()]);
            if let Some(refusal) = next.refused {
                writeln!(self.log, "refused: {}", refusal.reason).unwrap();
                return None;
            }
            for change in &next.changes {
                self.state.apply(change);
            }
            if let Some(conclusion) = next.conclusion {
                self.tell(&conclusion);
                return Some(conclusion);
            }
            let step = self.state.operation.as_ref().unwrap().remaining[0].clone();
            writeln!(self.log, "{step}").unwrap();
            let answer = match outcome(index, &step) {
                Some(answer) => answer,
                None => Outcome::Done(self.perform(&step.effect)),
            };
            if power_is_gone() {
                writeln!(self.log, "power cut").unwrap();
                return None;
            }
            event.kind = EventKind::StepFinished(answer);
        }
        panic!("the plan does not end:\n{}", self.log);
    }

    fn tell(&mut self, conclusion: &Conclusion) {
        let word = conclusion.moment.word();
        let permit = if conclusion.permit.is_some() { ", permit" } else { "" };
        writeln!(self.log, "= {word}: {:?}{permit}", conclusion.ending).unwrap();
        for warning in &conclusion.warnings {
            writeln!(self.log, "! {warning}").unwrap();
        }
        if let Some(failure) = &conclusion.failure {
            writeln!(self.log, "! {failure}").unwrap();
        }
    }

    /// The live database holds something that it never held before.
    pub(crate) fn change(&mut self) {
        self.newest_content += 1;
        self.content = self.newest_content;
    }

    /// The live database goes bad.
    pub(crate) fn spoil(&mut self, problem: &str) {
        self.change();
        self.bad.insert(self.content, problem.to_owned());
    }

    fn stamp(&mut self) -> FileStamp {
        self.clock += 1;
        FileStamp { size: 1000, modified: self.clock, inode: self.clock.unsigned_abs(), device: 1 }
    }

    fn perform(&mut self, effect: &Effect) -> Yield {
        match effect {
            Effect::Scan => Yield::Scanned(Box::new(self.scan())),
            Effect::Look { .. } => Yield::Looked(self.look()),
            Effect::Copy { to, .. } => {
                let file = File { content: self.content, rows: self.rows, stamp: self.stamp() };
                self.files.insert(to.to_string(), file);
                Yield::Copied { journal_mode: "wal".to_owned() }
            }
            Effect::Stage { from, to, .. } => {
                let file = File { stamp: self.stamp(), ..self.file(from.as_str()) };
                self.files.insert(to.to_string(), file);
                Yield::Nothing
            }
            Effect::Verify { file, .. } | Effect::Rehearse { file, .. } => self.verify(file.as_str()),
            Effect::Publish { snapshot, staged, to, keep_staged, .. } => {
                let draft = self.state.operation.iter().flat_map(|o| &o.drafts).find(|d| d.id == *snapshot).cloned();
                self.manifests.insert(*snapshot, draft.unwrap());
                let file = self.file(staged.as_str());
                let stamp = if *keep_staged { self.stamp() } else { file.stamp };
                if !keep_staged {
                    self.files.remove(staged.as_str());
                }
                self.files.insert(to.to_string(), File { stamp, ..file });
                Yield::Placed(stamp)
            }
            Effect::KeepGeneration { from, to, .. } => self.place(from.as_str(), to.as_str()),
            Effect::Shift { from, to, .. } | Effect::SetAside { from, to } => {
                let placed = self.place(from.as_str(), to.as_str());
                self.files.remove(from.as_str());
                placed
            }
            Effect::Discard { path } | Effect::Remove { path, .. } => {
                self.files.remove(path.as_str());
                Yield::Nothing
            }
            Effect::Commit { intent } => {
                self.intent = Some(intent.clone());
                Yield::Nothing
            }
            Effect::Swap { intent } => {
                if let Some(staged) = self.files.remove(intent.targets[0].staged.as_str()) {
                    (self.content, self.rows, self.live) = (staged.content, staged.rows, LiveState::Plausible);
                }
                Yield::Nothing
            }
            Effect::Finish { .. } | Effect::Withdraw { .. } => {
                self.intent = None;
                Yield::Nothing
            }
            Effect::KeepDamaged { to, .. } => {
                let file = File { content: self.content, rows: self.rows, stamp: self.stamp() };
                self.files.insert(to.to_string(), file);
                let Yield::Verified(verification) = self.verify(to.as_str()) else { unreachable!() };
                Yield::KeptDamaged(verification)
            }
            Effect::Identify { file, .. } => {
                let Yield::Verified(verification) = self.verify(file.as_str()) else { unreachable!() };
                let digest = &verification.digest;
                let same = self.manifests.values().filter(|known| known.digest == *digest);
                let manifest = same.max_by_key(|s| (file.file_name() == Some(&s.slot.file_name()), s.id)).cloned();
                let manifest = manifest.map(|snapshot| Manifest::new(snapshot, None));
                Yield::Identified(Box::new(Identified { manifest, verification: *verification }))
            }
            Effect::Optimize { .. } | Effect::Compact { .. } => Yield::Maintained { stamp: None, note: String::new() },
            Effect::Compare { .. } => Yield::Compared(Differences::default()),
            _ => Yield::Nothing,
        }
    }

    fn scan(&self) -> Inventory {
        let found = self.files.iter().map(|(path, file)| {
            let name = path.strip_prefix("backups/").unwrap_or(path).to_owned();
            if Slot::parse(&name).is_some() {
                return Found::Slot { workspace: shop(), file_name: name, stamp: file.stamp };
            }
            Found::Leftover { path: path.into() }
        });
        Inventory {
            registry: Registry::Read(self.state.workspaces.clone()),
            files: found.collect(),
            intent: self.intent.clone().map_or(ReadIntent::None, ReadIntent::Committed),
        }
    }

    fn look(&self) -> LiveFile {
        let modified = i64::try_from(self.content).unwrap();
        let stamp = FileStamp { size: 1000, modified, inode: 9, device: 1 };
        LiveFile { state: self.live.clone(), stamp: Some(stamp) }
    }

    fn file(&self, path: &str) -> File {
        self.files.get(path).copied().unwrap_or_default()
    }

    fn place(&mut self, from: &str, to: &str) -> Yield {
        let file = self.file(from);
        self.files.insert(to.to_owned(), file);
        Yield::Placed(file.stamp)
    }

    fn verify(&mut self, path: &str) -> Yield {
        let file = self.file(path);
        Yield::Verified(Box::new(Verification {
            digest: format!("{:04}", file.content),
            stamp: file.stamp,
            facts: Facts {
                application_id: 7,
                schema_version: Some(self.version.to_owned()),
                identity: Some("us".to_owned()),
                page_size: 4096,
                rows: BTreeMap::from([("sales".to_owned(), file.rows)]),
                ..Facts::default()
            },
            level: Some(Level::Sound),
            problems: self.bad.get(&file.content).cloned().into_iter().collect(),
        }))
    }

    /// The snapshots, the newest first, one line each.
    pub(crate) fn cards(&self) -> String {
        let cards = self.state.snapshots.values().rev();
        cards.map(|s| format!("{} {} {} {}\n", s.id, s.slot, s.digest, s.taken_at.date())).collect()
    }
}

/// A failure of a kind.
pub(crate) fn failure(kind: FailureKind) -> Outcome {
    Outcome::Failed(Failure {
        kind,
        attempted: "do it".to_owned(),
        path: "somewhere".into(),
        reason: "it broke".to_owned(),
        remedy: String::new(),
    })
}
