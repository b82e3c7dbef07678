//! A pretend host: answers every step of a plan as a well-behaved machine would, unless told otherwise, and writes
//! down what it was asked to do.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::Utf8Path;
use jiff::Zoned;
use omnicraft_core::effect::{Depth, Effect};
use omnicraft_core::event::{Event, EventKind};
use omnicraft_core::model::{
    ArchiveFacts, ArchiveKind, ArchivedWorkspace, Facts, FileStamp, Finding, Found, Inspection, Intent, IntentTarget,
    Inventory, Level, LiveFile, LiveState, Manifest, ReadIntent, Registry, SchemaProfile, Slot, Snapshot, SnapshotId,
    Workspace, WorkspaceId,
};
use omnicraft_core::names;
use omnicraft_core::outcome::{Copied, Differences, Failure, FailureKind, Identified, Outcome, Verification, Yield};
use omnicraft_core::plan::Step;
use omnicraft_core::state::State;
use omnicraft_core::transition::{Conclusion, transition};

/// A pretend machine with one shop on it.
#[derive(Clone)]
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
    /// Whether a copy tells its digest, as the fast copy does.
    pub(crate) tells_digest: bool,
    /// Whether the disk spoils what is copied.
    pub(crate) spoils: bool,
    /// Whether SQLite has everything that a full check needs.
    pub(crate) knows_all: bool,
    /// Contents that verification finds bad, and what it says of them.
    bad: BTreeMap<u64, String>,
    /// The same, of which only a full check finds it.
    bad_within: BTreeMap<u64, String>,
    /// Live databases of other workspaces, by path.
    pub(crate) others: BTreeMap<String, Live>,
    /// Which staged file a live one was.
    origins: BTreeMap<String, String>,
    /// Identities of contents, where it is not the shop's.
    identities: BTreeMap<u64, String>,
    /// `workspaces.json`.
    pub(crate) registry: Vec<Workspace>,
    /// Archives, by path: staged ones and those of the user.
    pub(crate) archives: BTreeMap<String, Archive>,
    /// So many databases are put in their place before the power goes.
    pub(crate) renames: usize,
    /// The staged and published files, by path.
    pub(crate) files: BTreeMap<String, File>,
    /// Manifests that were written.
    manifests: BTreeMap<SnapshotId, Snapshot>,
    /// An intent that is durable.
    pub(crate) intent: Option<Intent>,
    newest_content: u64,
    clock: i64,
}

/// A live database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) content: u64,
    pub(crate) rows: u64,
    pub(crate) state: LiveState,
}

/// A pretend archive: what its manifest says, what is in it, and what is wrong with it.
#[derive(Clone, Debug)]
pub(crate) struct Archive {
    pub(crate) facts: ArchiveFacts,
    contents: Vec<File>,
    pub(crate) findings: Vec<Finding>,
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

/// A schema of which a home has one database at most.
pub(crate) fn purse() -> SchemaProfile {
    SchemaProfile { name: "purse".to_owned(), single: true, ..profile() }
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
            tells_digest: false,
            spoils: false,
            knows_all: true,
            bad: BTreeMap::new(),
            bad_within: BTreeMap::new(),
            others: BTreeMap::new(),
            origins: BTreeMap::new(),
            identities: BTreeMap::new(),
            registry: Vec::new(),
            archives: BTreeMap::new(),
            renames: usize::MAX,
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
            let next = transition(&self.state, &event, &[profile(), purse()]);
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
                None => self.act(&step.effect),
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

    /// The same for another workspace's, which is made where there is none.
    pub(crate) fn change_in(&mut self, database: &str, identity: &str) {
        self.newest_content += 1;
        self.identities.insert(self.newest_content, identity.to_owned());
        let live = Live { content: self.newest_content, rows: 100, state: LiveState::Plausible };
        self.others.insert(database.to_owned(), live);
    }

    /// A live database, wherever it is.
    pub(crate) fn live_at(&self, database: &str) -> Option<Live> {
        if database == "shop.db" {
            return Some(Live { content: self.content, rows: self.rows, state: self.live.clone() });
        }
        self.others.get(database).cloned()
    }

    fn put_live(&mut self, database: &str, file: File) {
        if database == "shop.db" {
            (self.content, self.rows, self.live) = (file.content, file.rows, LiveState::Plausible);
        } else {
            let live = Live { content: file.content, rows: file.rows, state: LiveState::Plausible };
            self.others.insert(database.to_owned(), live);
        }
    }

    /// What every live database holds, and which the registry lists.
    pub(crate) fn world(&self) -> String {
        let held = self.registry.iter().map(|workspace| {
            let live = self.live_at(workspace.database.as_str());
            format!("{} {}", workspace.id, live.map_or_else(|| "missing".to_owned(), |live| live.content.to_string()))
        });
        held.collect::<Vec<_>>().join(", ")
    }

    /// The live database goes bad.
    pub(crate) fn spoil(&mut self, problem: &str) {
        self.change();
        self.bad.insert(self.content, problem.to_owned());
    }

    /// The live database goes bad in a way that a quick check lets through.
    pub(crate) fn spoil_within(&mut self, problem: &str) {
        self.change();
        self.bad_within.insert(self.content, problem.to_owned());
    }

    fn stamp(&mut self) -> FileStamp {
        self.clock += 1;
        FileStamp { size: 1000, modified: self.clock, inode: self.clock.unsigned_abs(), device: 1 }
    }

    /// What a strict host refuses, and everything else.
    fn act(&mut self, effect: &Effect) -> Outcome {
        let refused = match effect {
            Effect::Commit { intent } => self.intent.as_ref().is_some_and(|committed| {
                committed.operation != intent.operation && committed.targets.iter().any(|target| self.waits(target))
            }),
            Effect::Swap { intent } => {
                let ready = |target: &IntentTarget| {
                    let waits = self.waits(target);
                    let untouched = waits && self.look(target.live.as_str()).stamp == target.live_stamp;
                    untouched || (!waits && self.is_swapped(target))
                };
                self.intent.as_ref() != Some(intent) || !intent.targets.iter().all(ready)
            }
            Effect::Withdraw { intent } => intent.targets.iter().any(|target| self.is_swapped(target)),
            Effect::Finish { intent } => intent.targets.iter().any(|target| self.waits(target)),
            _ => false,
        };
        if refused { failure(FailureKind::Foreign) } else { Outcome::Done(self.perform(effect)) }
    }

    fn waits(&self, target: &IntentTarget) -> bool {
        self.files.contains_key(target.staged.as_str())
    }

    fn is_swapped(&self, target: &IntentTarget) -> bool {
        !self.waits(target) && self.origins.get(target.live.as_str()) == Some(&target.staged.to_string())
    }

    fn copy(&mut self, database: &str, to: &str) {
        let live = self.live_at(database).unwrap();
        let file = File { content: live.content, rows: live.rows, stamp: self.stamp() };
        self.files.insert(to.to_owned(), file);
    }

    fn copied(&mut self, database: &str, to: &str) -> Copied {
        self.copy(database, to);
        let copy = self.files.get_mut(to).unwrap();
        let digest = self.tells_digest.then(|| format!("{:04}", copy.content));
        copy.content += u64::from(self.spoils) * 5000;
        Copied { digest, ..wal() }
    }

    fn read_back(&self, path: &str) -> Yield {
        let file = self.file(path);
        let digest = format!("{:04}", file.content);
        Yield::Verified(Box::new(Verification { digest, stamp: file.stamp, ..Verification::default() }))
    }

    /// One database after the other, and then the registry.
    fn swap(&mut self, intent: &Intent) {
        for target in &intent.targets {
            if self.waits(target) {
                if self.renames == 0 {
                    return;
                }
                self.renames -= 1;
                let staged = self.files.remove(target.staged.as_str()).unwrap();
                self.put_live(target.live.as_str(), staged);
                self.origins.insert(target.live.to_string(), target.staged.to_string());
            }
        }
        if let Some(registry) = &intent.registry
            && self.renames > 0
        {
            self.registry.clone_from(registry);
        }
    }

    fn perform(&mut self, effect: &Effect) -> Yield {
        if let Some(learnt) = self.archive_step(effect) {
            return learnt;
        }
        match effect {
            Effect::Scan => Yield::Scanned(Box::new(self.scan())),
            Effect::Look { database } => Yield::Looked(self.look(database.as_str())),
            Effect::Copy { database, to } => Yield::Copied(self.copied(database.as_str(), to.as_str())),
            Effect::Stage { from, to, .. } => self.stage(from.as_str(), to.as_str()),
            Effect::Verify { file, depth: Depth::Digest, .. } => self.read_back(file.as_str()),
            Effect::Verify { file, depth: Depth::Proven, .. } => self.prove(file.as_str()),
            Effect::Verify { file, .. } => self.verify(file.as_str()),
            Effect::Reindex { file, .. } => self.reindex(file.as_str()),
            Effect::Rehearse { file, .. } => self.rehearse(file.as_str()),
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
                self.swap(intent);
                Yield::Nothing
            }
            Effect::Finish { .. } | Effect::Withdraw { .. } => {
                self.intent = None;
                Yield::Nothing
            }
            Effect::WriteRegistry { workspaces, .. } => {
                self.registry.clone_from(workspaces);
                Yield::Nothing
            }
            Effect::KeepDamaged { database, to } => {
                self.copy(database.as_str(), to.as_str());
                let Yield::Verified(verification) = self.verify(to.as_str()) else { unreachable!() };
                Yield::KeptDamaged(verification)
            }
            Effect::Identify { file, .. } => {
                let Yield::Verified(verification) = self.verify(file.as_str()) else { unreachable!() };
                let digest = &verification.digest;
                let same = self.manifests.values().filter(|known| known.digest == *digest);
                let manifest = same.max_by_key(|s| (file.file_name() == Some(&s.slot.file_name()), s.id)).cloned();
                let manifest = manifest.map(|snapshot| Manifest::new(snapshot, None));
                Yield::Identified(Box::new(Identified { manifest, replaces: None, verification: *verification }))
            }
            Effect::Optimize { .. } | Effect::Compact { .. } => Yield::Maintained { stamp: None, note: String::new() },
            Effect::Compare { .. } => Yield::Compared(Differences::default()),
            _ => Yield::Nothing,
        }
    }

    /// What an archive is written and read with.
    fn archive_step(&mut self, effect: &Effect) -> Option<Yield> {
        Some(match effect {
            Effect::CopyAll { copies } => {
                let copied = copies.iter().map(|copy| self.copied(copy.database.as_str(), copy.to.as_str()));
                Yield::CopiedAll(copied.collect())
            }
            Effect::Pack { workspace, from, to } => {
                let Yield::Verified(found) = self.verify(from.as_str()) else { unreachable!() };
                self.write(ArchiveKind::Csv, &[(workspace.clone(), from.to_string(), found.facts)], to.as_str())
            }
            Effect::Bundle { members, to } => {
                let members: Vec<_> =
                    members.iter().map(|m| (m.workspace.clone(), m.database.to_string(), m.facts.clone())).collect();
                self.write(ArchiveKind::Global, &members, to.as_str())
            }
            Effect::Inspect { archive, .. } => {
                let read = self.archives.get(archive.as_str()).unwrap();
                let (facts, findings) = (Some(read.facts.clone()), read.findings.clone());
                let digest = "archive".to_owned();
                Yield::Inspected(Box::new(Inspection { digest, facts, findings, ..Inspection::default() }))
            }
            Effect::Import { archive, to, .. } => self.take_out(archive.as_str(), 0, to.as_str(), true),
            Effect::Unpack { archive, member, to } => {
                let place = member.trim_end_matches(".db").parse().unwrap();
                self.take_out(archive.as_str(), place, to.as_str(), false)
            }
            Effect::Export { staged, to, digest, .. } => {
                assert!(!digest.is_empty(), "nobody has read {staged} before it is exported");
                match self.archives.get(staged.as_str()).cloned() {
                    Some(archive) => drop(self.archives.insert(to.to_string(), archive)),
                    None => assert_eq!(*digest, format!("{:04}", self.file(staged.as_str()).content)),
                }
                Yield::Nothing
            }
            _ => return None,
        })
    }

    fn write(&mut self, kind: ArchiveKind, members: &[(WorkspaceId, String, Facts)], to: &str) -> Yield {
        let archived = members.iter().enumerate().map(|(n, (id, _, facts))| {
            let workspace = self.state.workspace(id).unwrap().clone();
            ArchivedWorkspace {
                id: workspace.id,
                name: workspace.name,
                database: workspace.database,
                schema: workspace.schema,
                folder: workspace.folder,
                member: format!("{n}.db"),
                facts: facts.clone(),
            }
        });
        let workspaces = archived.collect();
        let facts = ArchiveFacts { kind, app: "Test".to_owned(), taken_at: self.now.to_string(), workspaces };
        let contents = members.iter().map(|(_, file, _)| self.file(file)).collect();
        self.archives.insert(to.to_owned(), Archive { facts, contents, findings: Vec::new() });
        Yield::Nothing
    }

    fn take_out(&mut self, archive: &str, place: usize, to: &str, import: bool) -> Yield {
        let content = self.archives[archive].contents[place];
        let file = File { stamp: self.stamp(), ..content };
        self.files.insert(to.to_owned(), file);
        if import { Yield::Imported(Box::default()) } else { Yield::Nothing }
    }

    /// As the real one, it looks only where workspaces of the registry or of the state are, and in the home itself.
    fn scan(&self) -> Inventory {
        let known: Vec<&Workspace> = self.registry.iter().chain(&self.state.workspaces).collect();
        let found = self.files.iter().filter_map(|(path, file)| {
            let path = Utf8Path::new(path);
            let (folder, name) = (path.parent().unwrap(), path.file_name().unwrap());
            let owner = known.iter().find(|workspace| names::folder(workspace) == *folder);
            if let Some(owner) = owner.filter(|_| Slot::parse(name).is_some()) {
                let (workspace, file_name) = (owner.id.clone(), name.to_owned());
                return Some(Found::Slot { workspace, file_name, stamp: file.stamp });
            }
            let beside = |w: &&Workspace| names::is_staged_beside(name, w.database.file_name().unwrap());
            let listed = owner.is_some() || folder == names::BACKUPS || known.iter().any(beside);
            listed.then(|| Found::Leftover { path: path.to_owned() })
        });
        Inventory {
            registry: Registry::Read(self.registry.clone()),
            files: found.collect(),
            intent: self.intent.clone().map_or(ReadIntent::None, ReadIntent::Committed),
        }
    }

    fn look(&self, database: &str) -> LiveFile {
        let Some(live) = self.live_at(database).filter(|live| live.state != LiveState::Missing) else {
            return LiveFile { state: LiveState::Missing, stamp: None };
        };
        let modified = i64::try_from(live.content).unwrap();
        let stamp = FileStamp { size: 1000, modified, inode: 9, device: 1 };
        LiveFile { state: live.state, stamp: Some(stamp) }
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
                identity: Some(self.identities.get(&file.content).cloned().unwrap_or_else(|| "us".to_owned())),
                page_size: 4096,
                rows: BTreeMap::from([("sales".to_owned(), file.rows)]),
                ..Facts::default()
            },
            level: Some(Level::Sound),
            problems: self.bad.get(&file.content).cloned().into_iter().collect(),
        }))
    }

    fn prove(&mut self, path: &str) -> Yield {
        let Yield::Verified(found) = self.verify(path) else { unreachable!() };
        let level = if self.knows_all { Level::Proven } else { Level::Sound };
        let within = self.bad_within.get(&self.file(path).content).cloned();
        let problems = found.problems.iter().cloned().chain(within).collect();
        Yield::Verified(Box::new(Verification { level: Some(level), problems, ..*found }))
    }

    fn stage(&mut self, from: &str, to: &str) -> Yield {
        let file = File { stamp: self.stamp(), ..self.file(from) };
        self.files.insert(to.to_owned(), file);
        Yield::Nothing
    }

    /// Mends what only a full check finds.
    fn reindex(&mut self, path: &str) -> Yield {
        self.newest_content += 1;
        let before = self.file(path);
        if let Some(problem) = self.bad.get(&before.content).cloned() {
            self.bad.insert(self.newest_content, problem);
        }
        self.files.insert(path.to_owned(), File { content: self.newest_content, ..before });
        self.prove(path)
    }

    fn rehearse(&mut self, path: &str) -> Yield {
        let Yield::Verified(found) = self.prove(path) else { unreachable!() };
        let level = if self.knows_all { Level::Drilled } else { Level::Sound };
        Yield::Verified(Box::new(Verification { level: Some(level), ..*found }))
    }

    /// The snapshots, the newest first, one line each.
    pub(crate) fn cards(&self) -> String {
        let cards = self.state.snapshots.values().rev();
        cards.map(|s| format!("{} {} {} {}\n", s.id, s.slot, s.digest, s.taken_at.date())).collect()
    }
}

/// The copy of a database in WAL mode.
fn wal() -> Copied {
    Copied { journal_mode: "wal".to_owned(), ..Copied::default() }
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
