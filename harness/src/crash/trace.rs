//! A trace: what lay on the disk when it began, every change since, and what was promised at each point between them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::{Books, Card, CatalogAlone, Deed, Held, Note};
use crate::content::Digest;
use crate::sim::image::Image;
use crate::sim::operation::Operation;

/// A log of changes with its beginning.
#[derive(Clone)]
pub struct Trace {
    /// What lay on the disk, all of it durable.
    pub base: Image,
    /// Every change, sync and note.
    pub log: Vec<Operation>,
    /// What was promised before the log.
    pub start: Promise,
}

/// What may be found after a power cut at some point.
#[derive(Clone, Debug, Default)]
pub struct Promise {
    /// Contents that somebody had begun to commit by then, with words for them.
    pub known: Arc<BTreeMap<Digest, String>>,
    /// What the live databases may hold, each as a whole.
    pub worlds: Arc<Vec<Books>>,
    /// What the engine is doing.
    pub operation: Option<String>,
    /// What could be restored when it last was done with something.
    pub before: Arc<Vec<Card>>,
    /// What can be restored when it is done with this; nothing where nothing is under way.
    pub after: Option<Arc<Vec<Card>>>,
    /// Snapshots that operations had removed when they ended with an error: each is there or not.
    pub leaving: Arc<Vec<Card>>,
    /// Files at places that a user named, as they were before, and as they are when this is done.
    pub exports: [Exports; 2],
    /// What each live database has or may have held since the trace began.
    pub held: Arc<Held>,
    /// The same since the engine began what it is doing.
    pub lately: Arc<Held>,
    /// So many of the last exits the ring is to keep.
    pub ring: usize,
    /// Whether the disk fails: then an operation may end half way.
    pub disk_fails: bool,
    /// What the catalog alone knew when the engine last was done with something, and knows when it is done with this.
    pub catalog: [Arc<CatalogAlone>; 2],
    /// Everything that commits have left in the catalog; nothing where nobody has looked.
    pub versions: Arc<BTreeSet<Digest>>,
    /// Snapshots of databases that are no longer looked after, with what they hold.
    pub retired: Arc<BTreeMap<Arc<Path>, Digest>>,
    /// Live databases that are not there: one that comes back as something that nothing can read is no such database.
    pub missing: Arc<BTreeSet<Arc<Path>>>,
    /// Lists of the engine's that somebody has damaged or thrown away, or that were not there yet.
    pub tampered: Arc<BTreeSet<Arc<Path>>>,
    /// Those of them that are there, with numbers for what is in them: somebody may make something of it.
    pub wrecks: Arc<BTreeMap<Arc<Path>, u64>>,
    /// What was last thrown away, or is about to be.
    pub destroys: Option<Arc<Destroyed>>,
    /// Files that are nobody's business but their owner's, with numbers for their contents; none for those whose content
    /// is judged elsewhere.
    pub foreign: Arc<BTreeMap<Arc<Path>, Option<u64>>>,
}

/// Contents that are on cards when they are live no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroyed {
    /// Who does it.
    pub deed: Deed,
    /// What each database may have held last.
    pub held: Held,
    /// Databases that nothing could read, with numbers for their pages.
    pub unreadable: BTreeMap<Arc<Path>, u64>,
    /// What each holds after it; nothing where anything else says that it is done.
    pub after: Books,
}

/// Files outside the home, with numbers for their contents.
pub type Exports = Arc<Vec<(Arc<Path>, u64)>>;

impl Trace {
    /// For every point between two entries of the log what was promised there; points with the same promise share it.
    pub fn promises(&self) -> Vec<Arc<Promise>> {
        self.promises_after(&Arc::new(self.start.clone()))
    }

    /// The same, when something else was promised before the log.
    pub fn promises_after(&self, start: &Arc<Promise>) -> Vec<Arc<Promise>> {
        let mut promises = vec![start.clone()];
        for at in 0..self.log.len() {
            let last = promises[at].clone();
            promises.push(match &self.log[at] {
                // Commits make a difference on certain platforms alone.
                Operation::Note(note) if matches!(**note, Note::Commits(_) | Note::Strays(_)) => last,
                Operation::Note(note) => Arc::new(self.with(&last, note, at)),
                _ => last,
            });
        }
        promises
    }

    /// From which place on the software that lived this did something else than the shipped one, where that is known.
    pub fn strays_from(&self) -> Option<usize> {
        self.log.iter().find_map(|operation| {
            let Operation::Note(note) = operation else { return None };
            let Note::Strays(from) = **note else { return None };
            Some(from)
        })
    }

    fn with(&self, last: &Promise, note: &Note, at: usize) -> Promise {
        let mut promise = last.clone();
        match note {
            Note::Commits(_) | Note::Strays(_) => {}
            Note::Version(content, words) => {
                Arc::make_mut(&mut promise.known).insert(*content, words.clone());
            }
            Note::Worlds(worlds) => {
                promise.worlds = Arc::new(worlds.clone());
                promise.may_hold(worlds);
                promise.destroys = last.destroys.as_ref().map(|destroyed| last.still_commits(destroyed, worlds));
            }
            Note::Destroys { deed, held, unreadable, after } => {
                let (held, unreadable, after) = (held.clone(), unreadable.clone(), after.clone());
                promise.destroys = Some(Arc::new(Destroyed { deed: *deed, held, unreadable, after }));
            }
            Note::Began { operation, goes_on } => {
                promise.destroys = None;
                promise.operation = Some(operation.clone());
                if !goes_on {
                    promise.lately = Arc::default();
                }
                promise.may_hold(&last.worlds);
                if let Some(Note::Ended { cards, exports, catalog, .. }) = self.end_of_operation(at) {
                    promise.after = Some(Arc::new(cards.clone()));
                    promise.exports[1] = Arc::new(exports.clone());
                    promise.catalog[1] = Arc::new(catalog.clone());
                }
            }
            Note::Ended { failed, cards, exports, ring, catalog, .. } => {
                promise.operation = None;
                promise.ring = *ring;
                self.repaired(&mut promise, at);
                promise.retire();
                if *failed {
                    promise.leave(cards);
                }
                promise.before = Arc::new(if *failed { last.not_raised(cards) } else { cards.clone() });
                promise.after = None;
                promise.exports = [Arc::new(exports.clone()), Arc::new(exports.clone())];
                let catalog = Arc::new(catalog.clone());
                promise.catalog = [if *failed { last.catalog[0].clone() } else { catalog.clone() }, catalog];
            }
        }
        promise
    }

    /// A list that was written anew since is like any other from here on; on a disk that fails it may not have come.
    fn repaired(&self, promise: &mut Promise, at: usize) {
        let is_new = |list: &Arc<Path>| {
            self.log[..at].iter().any(|operation| match operation {
                Operation::Create(path, _) | Operation::Rename(_, path, _) => path == list,
                _ => false,
            })
        };
        if !promise.disk_fails && promise.tampered.iter().any(is_new) {
            Arc::make_mut(&mut promise.tampered).retain(|list| !is_new(list));
        }
    }

    fn end_of_operation(&self, at: usize) -> Option<&Note> {
        let mut notes = self.log[at..].iter().filter_map(|operation| match operation {
            Operation::Note(note) => Some(&**note),
            _ => None,
        });
        notes.find(|note| matches!(note, Note::Ended { .. }))
    }
}

impl Promise {
    fn may_hold(&mut self, worlds: &[Books]) {
        for held in [&mut self.held, &mut self.lately] {
            let held = Arc::make_mut(held);
            for (path, content) in worlds.iter().flatten() {
                held.entry(path.clone()).or_default().insert(*content);
            }
        }
    }

    /// Whatever an operation had removed that ends with an error may come back as long as no folder was synced.
    fn leave(&mut self, cards: &[Card]) {
        let before = self.before.clone();
        let gone = before.iter().filter(|card| !cards.iter().any(|other| other.id == card.id));
        Arc::make_mut(&mut self.leaving).extend(gone.cloned());
    }

    /// Snapshots after an error, each verified no better than it was before: a level that was reached and could not be
    /// recorded for certain was told to nobody. What was no backup is what it was, also where it was set aside and nobody
    /// could record under which name.
    fn not_raised(&self, cards: &[Card]) -> Vec<Card> {
        let lowered = |card: &Card| {
            let mut card = card.clone();
            if let Some(before) = self.before.iter().find(|other| other.id == card.id) {
                card.level = card.level.min(before.level);
                card.bytes = if before.is_good() { card.bytes } else { before.bytes };
            }
            card
        };
        cards.iter().map(lowered).collect()
    }

    /// What is no longer looked after keeps its snapshots, on no card.
    fn retire(&mut self) {
        let is_gone = |card: &&Card| card.is_good() && !self.worlds.iter().any(|books| books.contains_key(&card.live));
        let gone: Vec<_> =
            self.before.iter().filter(is_gone).filter_map(|card| Some((card.path.clone(), card.content?))).collect();
        if !gone.is_empty() {
            Arc::make_mut(&mut self.retired).extend(gone);
        }
    }

    /// The app may commit until the engine asks it to let go: what a restore throws away is what was there last. `worlds`
    /// tells what there is first, and the restored content as long as nobody knows whether it has come.
    fn still_commits(&self, destroyed: &Arc<Destroyed>, worlds: &[Books]) -> Arc<Destroyed> {
        let mut now = destroyed.clone();
        for (path, after) in &destroyed.after {
            let last = worlds.iter().filter_map(|books| books.get(path));
            let is_open =
                worlds.first().and_then(|books| books.get(path)) != Some(after) && last.clone().any(|is| is == after);
            if self.operation.is_some() && is_open && destroyed.held.contains_key(path) {
                let last = last.filter(|is| *is != after).copied().collect();
                Arc::make_mut(&mut now).held.insert(path.clone(), last);
            }
        }
        now
    }
}
