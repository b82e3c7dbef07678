//! The judge: after a kill, the next `open` must leave a home in which nothing is lost, nothing is half done, and the
//! app goes on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::content::{self, Digest};
use crate::image;
use crate::listing::{self, Card};
use crate::process::Ran;
use crate::world::World;

/// What there was to lose.
#[derive(Clone, Debug)]
pub struct Treasure {
    /// What the live database held; `None` where it was damaged.
    pub live: Option<Digest>,
    good: usize,
    ring: Vec<Digest>,
    plain: BTreeSet<String>,
}

impl Treasure {
    /// What a world has now. Nobody may have the live database open.
    pub fn of(world: &World) -> Self {
        let cards = world.list();
        let good: Vec<&Card> = cards.iter().filter(|card| card.restorable && !card.damaged).collect();
        let mut ring: Vec<&Card> = good.iter().copied().filter(|card| card.is_ring()).collect();
        ring.sort_by(|a, b| a.slot.cmp(&b.slot));
        let ring = ring.iter().take(2).map(|card| content::of_sealed(&card.path).unwrap()).collect();
        let plain = good.iter().filter(|card| card.is_plain()).map(|card| card.slot.clone()).collect();
        Self { live: world.content().ok(), good: good.len(), ring, plain }
    }
}

/// What may be found after a kill.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// What the live database may hold.
    pub live: Vec<Digest>,
    /// What else it may be, and how it then comes to hold one of those.
    pub unfinished: Option<Unfinished>,
}

/// A live database that is as it should be after the kill, but not yet of use.
#[derive(Clone, Debug)]
pub enum Unfinished {
    /// These damaged bytes, over which this restore is done again.
    Damaged(Vec<u8>, String),
    /// An older version of the app's schema, whole, which this migration brings forward.
    Older(String),
}

/// The moment right after a kill, before anything recovers: what could be restored by hand can be.
pub fn judge_wreck(world: &World, treasure: &Treasure) -> Result<(), String> {
    let files = listing::files(&world.backups());
    let good = |path: &&PathBuf| listing::is_slot(path) && !listing::name(path).starts_with("damaged");
    let contents: Vec<Digest> = files.iter().filter(good).filter_map(|path| content::of_sealed(path).ok()).collect();
    if treasure.good > 0 && !contents.iter().any(|digest| world.knows(*digest)) {
        return Err("right after the kill no snapshot was restorable".to_owned());
    }
    match treasure.ring.iter().find(|digest| !contents.contains(digest)) {
        Some(lost) => Err(format!("right after the kill the ring had lost {}", world.name_of(*lost))),
        None => Ok(()),
    }
}

/// The next `open` and everything after it. Returns what the live database held after it.
pub fn judge(world: &mut World, treasure: &Treasure, allowed: &Allowed) -> Result<Digest, String> {
    let opened = world.run("open");
    let live = judge_live(world, allowed, &opened)?;
    judge_files(world)?;
    judge_cards(world, treasure)?;
    judge_idempotence(world)?;
    judge_continuation(world)?;
    Ok(live)
}

fn judge_live(world: &mut World, allowed: &Allowed, opened: &Ran) -> Result<Digest, String> {
    let found = world.content();
    match (&found, &allowed.unfinished) {
        (Ok(digest), _) if allowed.live.contains(digest) => applied("open", opened)?,
        (Err(_), Some(Unfinished::Damaged(bytes, restore))) if std::fs::read(world.live()).unwrap() == *bytes => {
            if opened.code() != Some(1) {
                return Err(format!("`open` said nothing of the damaged database: {opened}"));
            }
            applied(restore, &world.run(restore))?;
        }
        (Ok(older), Some(Unfinished::Older(migrate))) => {
            applied("open", opened)?;
            world.know(*older, "an older version".to_owned());
            applied(migrate, &world.run(migrate))?;
        }
        (Ok(digest), _) => {
            return Err(format!("after `open` the live database holds {}; {opened}", world.name_of(*digest)));
        }
        (Err(error), _) => return Err(format!("after `open` the live database is bad: {error}; {opened}")),
    }
    let now = world.content().map_err(|error| format!("the live database is bad: {error}"))?;
    if !allowed.live.contains(&now) {
        return Err(format!("done again, it left {} in the live database", world.name_of(now)));
    }
    Ok(found.unwrap_or(now))
}

fn applied(line: &str, ran: &Ran) -> Result<(), String> {
    if ran.is_applied() { Ok(()) } else { Err(format!("`{line}` failed after the kill: {ran}")) }
}

/// Nothing unpublished, no intent, and no sidecar among the snapshots is left. (A journal of the catalog that SQLite
/// does not take for a hot one stays until the catalog is written again.)
fn judge_files(world: &World) -> Result<(), String> {
    let leftover = |path: &&PathBuf| {
        let name = listing::name(path);
        let unpublished = [".staged-", ".omnicraft-staged-", ".restore-intent", ".draft"];
        let sidecar = [".db-wal", ".db-shm", ".db-journal"].iter().any(|suffix| name.ends_with(suffix));
        unpublished.iter().any(|part| name.contains(part))
            || (sidecar && name != "catalog.db-journal" && path.starts_with(world.backups()))
    };
    let files = listing::files(&world.root());
    let leftovers: Vec<&Path> = files.iter().filter(leftover).map(PathBuf::as_path).collect();
    if leftovers.is_empty() { Ok(()) } else { Err(format!("left behind: {leftovers:?}")) }
}

/// Every card has its file with a content that was committed, and every file its card; nothing that was there is gone.
fn judge_cards(world: &World, treasure: &Treasure) -> Result<(), String> {
    let cards = world.list();
    let mut good = Vec::new();
    for card in &cards {
        if card.damaged {
            if !card.path.is_file() {
                return Err(format!("{} ({}) has no file", card.id, card.slot));
            }
            continue;
        }
        let found = content::of_sealed(&card.path).map_err(|error| format!("{} is bad: {error}", card.slot))?;
        if !card.restorable || !world.knows(found) {
            return Err(format!("{} holds {} (restorable: {})", card.slot, world.name_of(found), card.restorable));
        }
        good.push((card, found));
    }
    let listed: BTreeSet<&Path> = cards.iter().map(|card| card.path.as_path()).collect();
    let files = listing::files(&world.backups());
    if let Some(unlisted) = files.iter().find(|path| listing::is_slot(path) && !listed.contains(path.as_path())) {
        return Err(format!("{} is in no card", unlisted.display()));
    }
    if treasure.good > 0 && good.is_empty() {
        return Err("no snapshot can be restored any more".to_owned());
    }
    let in_ring = |digest: &Digest| good.iter().any(|(card, found)| found == digest && card.is_ring());
    if let Some(lost) = treasure.ring.iter().find(|digest| !in_ring(digest)) {
        return Err(format!("the ring has lost {}", world.name_of(*lost)));
    }
    match treasure.plain.iter().find(|slot| !good.iter().any(|(card, _)| card.slot == **slot)) {
        Some(lost) => Err(format!("{lost} is gone")),
        None => Ok(()),
    }
}

/// A second `open` finds nothing to do.
fn judge_idempotence(world: &World) -> Result<(), String> {
    let before = image::of(&world.root());
    applied("open, for the second time", &world.run("open"))?;
    let differences = image::differences(&before, &image::of(&world.root()));
    if differences.is_empty() { Ok(()) } else { Err(format!("a second `open` did something: {differences:?}")) }
}

/// The app commits, and its next `close` keeps that.
fn judge_continuation(world: &mut World) -> Result<(), String> {
    let committed = world.commit();
    applied("close", &world.run("close"))?;
    let cards = world.list();
    let newest = cards.iter().find(|card| card.path == world.backups().join("auto_close_1.db"));
    let kept = newest.map(|card| content::of_sealed(&card.path));
    match kept {
        Some(Ok(digest)) if digest == committed => Ok(()),
        other => Err(format!("the commit after recovery is not in auto_close_1: {other:?}")),
    }
}
