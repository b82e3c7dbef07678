//! The judge of a mounted crash state: what an acknowledgement promised is there before anything recovers; then the
//! shipped `omnicraft open` runs, and the content of every live database is a version that was committed, the same one
//! for all of them. What was not done can be done again, and the app goes on.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::operations::{Case, Homes, Stake, read_cards, read_homes};
use crate::oracle::{Treasure, judge, judge_wreck};
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
    if let Some((path, older)) = &case.written {
        judge_written(path, &case.world, older.as_deref(), complete, acknowledged)?;
    }
    if acknowledged {
        judge_promises(case)?;
    }
    // The computer comes back a minute later, never before it failed.
    case.world.command("open");
    let outcome = match &case.stake {
        Stake::Shop(shop) => {
            let (treasure, allowed) =
                if acknowledged { (&shop.after, &shop.decided) } else { (&shop.before, &shop.allowed) };
            judge_wreck(&case.world, &shop.before)?;
            let live = judge(&mut case.world, treasure, allowed)?;
            if Some(live) == shop.before.live { Outcome::Old } else { Outcome::New }
        }
        Stake::Street(treasure) => judge_street(case, treasure, acknowledged)?,
        Stake::NewHome => judge_new_home(case, acknowledged)?,
    };
    judge_cards(case, acknowledged)?;
    Ok(outcome)
}

/// The user's file is as it was (mostly absent), or complete; once acknowledged it is complete.
fn judge_written(
    path: &Path,
    world: &World,
    older: Option<&[u8]>,
    complete: Option<&[u8]>,
    acknowledged: bool,
) -> Result<(), String> {
    let name = listing::name(path);
    let found = match fs::read(path) {
        Err(error) if !acknowledged && older.is_none() && error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(format!("{name} cannot be read: {error}")),
        Ok(found) => found,
    };
    match complete {
        _ if Some(found.as_slice()) == older => {
            if acknowledged {
                Err(format!("{name} is still what it was before"))
            } else {
                Ok(())
            }
        }
        Some(complete) if found == complete => Ok(()),
        Some(complete) => {
            Err(format!("{name} differs from what was written; {} of {} bytes", found.len(), complete.len()))
        }
        None => judge_whole(path, &found, world),
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

/// Of several workspaces all are old, or all are new; where they are old, the command can be given again.
fn judge_street(case: &Case, treasure: &Treasure, acknowledged: bool) -> Result<Outcome, String> {
    let world = &case.world;
    judge_wreck(world, treasure)?;
    let (old, new) = &case.homes;
    let found = open(world, case.made)?;
    if found == *new {
        go_on(world)?;
        return Ok(if new == old { Outcome::Old } else { Outcome::New });
    }
    expect(&found, old, "the old content of all, or the new content of all")?;
    if acknowledged {
        return Err(format!("`{}` was acknowledged, and everything is as before: {found:?}", case.command));
    }
    apply(world, &case.command)?;
    expect(&read_homes(world, case.made)?, new, "what it makes when it is done again")?;
    go_on(world)?;
    Ok(Outcome::Old)
}

/// What did not come into being can be made again; then all of it is there.
fn judge_new_home(case: &Case, acknowledged: bool) -> Result<Outcome, String> {
    let world = &case.world;
    let ran = if acknowledged { String::new() } else { world.run(&case.command).to_string() };
    let found = open(world, case.made).map_err(|error| format!("{error}\n`{}` again: {ran}", case.command))?;
    expect(&found, &case.homes.1, "what the new home holds")?;
    go_on(world)?;
    Ok(Outcome::New)
}

/// The next start needs no user, and the one after it finds nothing to do.
fn open(world: &World, made: Option<&str>) -> Result<Homes, String> {
    apply(world, "open")?;
    let found = read_homes(world, made)?;
    // A new database that did not get its name is replaced by the next attempt to make it.
    judge_leftovers(world, &[".staged-", ".omnicraft-staged-", ".restore-intent"])?;
    let before = image::of(&world.root());
    apply(world, "open")?;
    let differences = image::differences(&before, &image::of(&world.root()));
    if differences.is_empty() { Ok(found) } else { Err(format!("a second `open` did something: {differences:?}")) }
}

fn apply(world: &World, line: &str) -> Result<(), String> {
    let ran = world.run(line);
    if ran.is_applied() { Ok(()) } else { Err(format!("`{line}` failed after the crash: {ran}")) }
}

fn expect(found: &Homes, expected: &Homes, what: &str) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("found {found:?}\ninstead of {what}: {expected:?}")) }
}

fn judge_leftovers(world: &World, parts: &[&str]) -> Result<(), String> {
    let files = listing::files(&world.root());
    match files.iter().find(|path| parts.iter().any(|part| listing::name(path).contains(part))) {
        Some(left) => Err(format!("left behind: {}", left.display())),
        None => Ok(()),
    }
}

/// Nothing is half done, the day ends well, and every card that offers a restore has a whole file.
fn go_on(world: &World) -> Result<(), String> {
    apply(world, "close")?;
    judge_leftovers(world, &[".staged-", ".omnicraft-staged-", ".restore-intent", ".draft"])?;
    for card in world.list().iter().filter(|card| card.restorable && !card.damaged) {
        content::of_sealed(&card.path).map_err(|error| format!("{} ({}) is bad: {error}", card.id, card.slot))?;
    }
    Ok(())
}

/// Pins, and how well each snapshot was verified, are as before or as after; once acknowledged they are as after.
fn judge_cards(case: &Case, acknowledged: bool) -> Result<(), String> {
    let (old, new) = &case.cards;
    let found = read_cards(&case.world)?;
    for (id, old) in old {
        let new = new.get(id);
        let allowed = |card| Some(card) == new || (!acknowledged && card == old);
        match found.get(id) {
            Some(card) if !allowed(card) => return Err(format!("{id} is {card:?}; it was {old:?}, then {new:?}")),
            // Whatever is pinned outlives every exit; what is not may have left the ring.
            None if (acknowledged || old.0.is_some()) && new.is_some_and(|(pin, _)| pin.is_some()) => {
                return Err(format!("{id} was pinned, and is gone"));
            }
            _ => {}
        }
    }
    let made = new.iter().filter(|(id, _)| acknowledged && !old.contains_key(*id));
    for (id, new) in made {
        match found.get(id) {
            Some(card) if card != new => return Err(format!("{id} was acknowledged as {new:?}; it is {card:?}")),
            None if new.0.is_some() => return Err(format!("{id} was acknowledged as pinned, and is gone")),
            _ => {}
        }
    }
    Ok(())
}
