//! The judge of a mounted crash state: what an acknowledgement promised is there before anything recovers; then the
//! shipped `omnicraft open` runs, and the content of every live database is a version that was committed, the same one
//! for all of them.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::operations::{Case, read_homes};
use crate::oracle::{judge, judge_wreck};
use crate::world::World;
use crate::{content, fuzz, image, listing};

/// What a crash state turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As before the operation; so is every outcome of one that leaves the live databases as they are.
    Old,
    /// As after it.
    New,
}

/// Judges what is mounted where the world is. `complete` is the file that this run wrote for the user, where it came to
/// its end: bytes follow from the time of day.
pub fn verdict(case: &mut Case, complete: Option<&[u8]>, acknowledged: bool) -> Result<Outcome, String> {
    if let Some(path) = &case.written {
        judge_written(path, &case.world, complete, acknowledged)?;
    }
    if acknowledged {
        judge_promises(case)?;
    }
    match &case.shop {
        Some(shop) => {
            let (treasure, allowed) =
                if acknowledged { (&shop.after, &shop.decided) } else { (&shop.before, &shop.allowed) };
            judge_wreck(&case.world, &shop.before)?;
            let live = judge(&mut case.world, treasure, allowed)?;
            Ok(if Some(live) == shop.before.live { Outcome::Old } else { Outcome::New })
        }
        None => judge_street(case, acknowledged),
    }
}

/// The user's file is absent or complete; once acknowledged it is complete.
fn judge_written(path: &Path, world: &World, complete: Option<&[u8]>, acknowledged: bool) -> Result<(), String> {
    let name = listing::name(path);
    match (fs::read(path), complete) {
        (Err(error), _) if !acknowledged && error.kind() == ErrorKind::NotFound => Ok(()),
        (Err(error), _) => Err(format!("{name} cannot be read: {error}")),
        (Ok(found), Some(complete)) if found == complete => Ok(()),
        (Ok(found), Some(complete)) => {
            Err(format!("{name} differs from what was written; {} of {} bytes", found.len(), complete.len()))
        }
        (Ok(found), None) => judge_whole(path, &found, world),
    }
}

/// A file that can be known by its content alone: a database that was committed, an archive whose members are those
/// that its manifest tells.
pub fn judge_whole(path: &Path, bytes: &[u8], world: &World) -> Result<(), String> {
    let name = listing::name(path);
    if path.extension().is_some_and(|extension| extension == "zip") {
        return if fuzz::zip(bytes) { Ok(()) } else { Err(format!("{name} is no whole archive")) };
    }
    let found = content::of_sealed(path).map_err(|error| format!("{name} is bad: {error}"))?;
    if world.knows(found) { Ok(()) } else { Err(format!("{name} holds {}", world.name_of(found))) }
}

/// Every snapshot that was there at the acknowledgement is there, under its name.
fn judge_promises(case: &Case) -> Result<(), String> {
    for (path, promised) in &case.promised {
        let found = content::of_sealed(path);
        if found.as_ref() != Ok(promised) {
            let name = listing::name(path);
            let promised = case.world.name_of(*promised);
            return Err(format!("{name} was acknowledged with {promised}; right after the crash it is {found:?}"));
        }
    }
    Ok(())
}

/// Of several workspaces all are old, or all are new.
fn judge_street(case: &Case, acknowledged: bool) -> Result<Outcome, String> {
    let world = &case.world;
    let opened = world.run("open");
    if !opened.is_applied() {
        return Err(format!("`open` failed: {opened}"));
    }
    let found = read_homes(world)?;
    let (old, new) = &case.homes;
    if found != *new && (acknowledged || found != *old) {
        let expected = if acknowledged { "the new content" } else { "all old or all new" };
        return Err(format!("found {found:?}\ninstead of {expected}; old: {old:?}\nnew: {new:?}\n{opened}"));
    }
    judge_leftovers(world)?;
    let before = image::of(&world.root());
    let again = world.run("open");
    let differences = image::differences(&before, &image::of(&world.root()));
    if !again.is_applied() || !differences.is_empty() {
        return Err(format!("a second `open` did something: {differences:?} {again}"));
    }
    judge_snapshots(world)?;
    Ok(if found == *old { Outcome::Old } else { Outcome::New })
}

fn judge_leftovers(world: &World) -> Result<(), String> {
    let parts = [".staged-", ".omnicraft-staged-", ".restore-intent", ".draft"];
    let files = listing::files(&world.root());
    match files.iter().find(|path| parts.iter().any(|part| listing::name(path).contains(part))) {
        Some(left) => Err(format!("left behind: {}", left.display())),
        None => Ok(()),
    }
}

/// Every card that offers a restore has a whole file.
fn judge_snapshots(world: &World) -> Result<(), String> {
    for card in world.list().iter().filter(|card| card.restorable && !card.damaged) {
        content::of_sealed(&card.path).map_err(|error| format!("{} ({}) is bad: {error}", card.id, card.slot))?;
    }
    Ok(())
}
