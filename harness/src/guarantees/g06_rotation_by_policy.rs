//! G6: what goes, goes because something newer has come for it; what is not the engine's stays as it is.
//!
//! What an operation may remove is what it removes when nothing interrupts it, and that is judged too, by rules that do
//! not know the policy's numbers: nothing pinned goes, nothing goes without a newer one of its kind, of the ring only the
//! oldest.

use std::cmp::Reverse;
use std::path::Path;

use omnicraft_core::model::Base;

use super::{Guarantee, after, is_catalog_tampered, is_looked_after};
use crate::content::Digest;
use crate::crash::Card;
use crate::crash::folder::main_file;
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G6",
    sentence: "Rotation removes only what the policy allows, only files that the engine made, and never because of a \
               clock.",
    judge,
    elsewhere: "the numbers of the policy and clocks that jump: random lives of the core (`core/tests/properties.rs`)",
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    if found.refused.is_some() {
        return Ok(());
    }
    for card in promise.before.iter().filter(|card| is_looked_after(found, card)) {
        match after(promise).iter().find(|other| other.id == card.id) {
            Some(_) if !stays(card, found) => return Err(format!("{} is gone", told(card))),
            Some(_) => {}
            // A workspace that somebody is taking off the list goes with its cards; its files stay.
            None if promise.worlds.iter().any(|books| !books.contains_key(&card.live)) => {}
            None => may_go(promise, card)?,
        }
    }
    policy(promise, found)?;
    pins(promise, found)?;
    ring(promise, found)?;
    newest_exits(promise, found)?;
    retired(promise, found)?;
    wrecks(promise, found)?;
    strangers(promise, found)
}

fn told(card: &Card) -> String {
    format!("{} ({})", card.id, card.path.display())
}

/// It is still there, under whatever name. What is no backup is kept as it is, under whatever number.
fn stays(card: &Card, found: &Found) -> bool {
    if !card.is_good() {
        return found.cards.iter().any(|(other, _)| other.live == card.live && other.bytes == card.bytes);
    }
    let same = |other: &Card| other.id == card.id && other.live == card.live && other.is_good();
    found.cards.iter().any(|(other, content)| same(other) && content.as_ref().ok() == card.content.as_ref())
}

/// The policy is the one that was set last, or the one that is being set.
fn policy(promise: &Promise, found: &Found) -> Result<(), String> {
    let is_known = promise.catalog.iter().any(|known| known.policy == found.catalog.policy);
    if is_known || is_catalog_tampered(promise) {
        return Ok(());
    }
    Err("the policy is not the one that was set".to_owned())
}

/// A pin that somebody has set stays until somebody takes it off.
fn pins(promise: &Promise, found: &Found) -> Result<(), String> {
    if promise.disk_fails {
        // What was begun may be finished by a recovery after the end that was told.
        return Ok(());
    }
    for (card, _) in &found.cards {
        let same = |cards: &[Card]| {
            cards.iter().find(|other| other.id == card.id && other.bytes == card.bytes).map(|other| other.pinned)
        };
        let (before, after) = (same(&promise.before), same(after(promise)));
        if before.is_some_and(|pinned| pinned != card.pinned) && before == after.or(before) {
            let what = if card.pinned { "is pinned, and nobody wanted it" } else { "has lost its pin" };
            return Err(format!("{} {what}", told(card)));
        }
    }
    Ok(())
}

fn may_go(promise: &Promise, card: &Card) -> Result<(), String> {
    let kind = |other: &Card| other.live == card.live && other.is_good();
    let ring = |other: &Card| matches!(other.slot.base, Base::Close(_));
    let newer = |other: &&Card| {
        // What was moved out of the ring because nothing newer was as good goes when something is.
        kind(other)
            && other.id > card.id
            && (other.slot.base == card.slot.base || ring(other) && ring(card) || card.slot.base == Base::Kept)
    };
    if card.pinned {
        return Err(format!("{} is pinned and is removed", told(card)));
    }
    if !card.is_good() {
        return Err(format!("{} is no backup and is removed", told(card)));
    }
    if !after(promise).iter().any(|other| newer(&other)) {
        return Err(format!("{} is removed and nothing newer of its kind has come", told(card)));
    }
    let places = |cards: &[Card]| cards.iter().filter(|other| other.live == card.live && is_place(other)).count();
    // A new exit has come, or it was on its way when the disk failed: then a place is free.
    let is_new = |other: &&Card| !promise.before.iter().any(|known| known.id == other.id);
    let mut exits = after(promise).iter().filter(|other| kind(other) && ring(other));
    let is_half_done = promise.disk_fails && places(after(promise)) < places(&promise.before);
    let is_pushed = exits.any(|other| is_new(&other)) || is_half_done;
    if is_place(card) && !is_pushed && places(&promise.before) <= promise.ring {
        return Err(format!("{} is removed from the ring, and no exit has come", told(card)));
    }
    let older = |other: &&Card| kind(other) && ring(other) && other.id < card.id;
    match promise.before.iter().find(older) {
        Some(older) if ring(card) && after(promise).iter().any(|other| other.id == older.id && ring(other)) => {
            Err(format!("{} is removed from the ring and the older {} stays", told(card), told(older)))
        }
        _ => Ok(()),
    }
}

/// The ring is the newest first, and no snapshot is in two of its places.
fn ring(promise: &Promise, found: &Found) -> Result<(), String> {
    let place = |card: &Card| match card.slot.base {
        Base::Close(place) if card.slot.generation.is_none() => Some(place),
        _ => None,
    };
    let mut ring: Vec<(&Path, u8, &Card)> =
        found.cards.iter().filter_map(|(card, _)| Some((&*card.live, place(card)?, card))).collect();
    ring.sort_by_key(|(live, place, _)| (*live, *place));
    for pair in ring.windows(2) {
        let [(one, _, newer), (other, _, older)] = pair else { continue };
        if one == other && newer.is_good() && older.is_good() && newer.id < older.id {
            return Err(format!("{} stands before the newer {}", told(newer), told(older)));
        }
    }
    for (live, _, card) in &ring {
        let same = |other: &Card| *other.live == **live && place(other).is_some() && other.bytes == card.bytes;
        let meant = |cards: &[Card]| cards.iter().filter(|other| same(other)).count();
        let twice = ring.iter().filter(|(_, _, other)| same(other)).count();
        if card.is_good() && twice > meant(&promise.before).max(meant(after(promise))).max(1) {
            return Err(format!("{} is in two places of the ring", told(card)));
        }
    }
    Ok(())
}

/// Whether it holds a place of the ring.
fn is_place(card: &Card) -> bool {
    matches!(card.slot.base, Base::Close(_)) && card.slot.generation.is_none() && card.is_good()
}

/// A push takes one snapshot out of the ring, the oldest: all others are there before it, after it and in between.
fn newest_exits(promise: &Promise, found: &Found) -> Result<(), String> {
    let counts = |card: &&Card| is_place(card) && is_looked_after(found, card);
    let mut ring: Vec<&Card> = promise.before.iter().filter(counts).collect();
    ring.sort_by_key(|card| (&card.live, Reverse(card.id)));
    for of_one in ring.chunk_by(|one, other| one.live == other.live) {
        for card in of_one.iter().take(promise.ring.saturating_sub(1)) {
            let by_hand = found.before.iter().any(|(path, content)| {
                path.parent() == card.path.parent() && content.as_ref().ok() == card.content.as_ref()
            });
            if !by_hand || !stays(card, found) {
                return Err(format!("{} is one of the newest exits, and is gone", told(card)));
            }
        }
    }
    Ok(())
}

/// Snapshots of a database that is no longer looked after stay where they are, for whoever wants it back.
fn retired(promise: &Promise, found: &Found) -> Result<(), String> {
    let is_there = |path: &Path, content: &Digest| {
        let was = found.before.iter().any(|(other, is)| **other == *path && is.as_ref().ok() == Some(content));
        let is = found.unlisted.iter().any(|other| **other == *path);
        was && (is || found.cards.iter().any(|(card, _)| *card.path == *path))
    };
    match promise.retired.iter().find(|(path, content)| !is_there(path, content)) {
        Some((path, _)) => Err(format!("{} is gone, and its database is not even looked after", path.display())),
        None => Ok(()),
    }
}

/// A list that nothing could read is kept beside the one that takes its place.
fn wrecks(promise: &Promise, found: &Found) -> Result<(), String> {
    // On a disk that fails the new list may come and the old one's second name not.
    let gone = promise.wrecks.iter().find(|(_, content)| !promise.disk_fails && !found.lists.contains(content));
    gone.map_or(Ok(()), |(path, _)| Err(format!("what could not be read in {} was not kept", path.display())))
}

/// Files that the engine did not make: each is as it was, and no other has come.
fn strangers(promise: &Promise, found: &Found) -> Result<(), String> {
    let is_export = |path: &Path| promise.exports.iter().any(|all| all.iter().any(|(export, _)| **export == *path));
    for (path, content) in promise.foreign.iter().filter(|(path, _)| !is_export(path)) {
        match (content, found.foreign.get(path)) {
            (Some(_), None) => return Err(format!("{} is gone, and it was not the engine's", path.display())),
            (Some(was), Some(is)) if was != is => {
                return Err(format!("{} was changed, and it is not the engine's", path.display()));
            }
            (Some(_) | None, _) => {}
        }
    }
    // What belonged to a database that is no longer looked after stays beside it.
    let known = |path: &Path| {
        is_export(path) || promise.foreign.contains_key(path) || {
            promise.foreign.get(&*main_file(path)).is_some_and(Option::is_none)
        }
    };
    match found.foreign.keys().find(|path| !known(path)) {
        Some(path) => Err(format!("{} has come, and nobody wanted it", path.display())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::stage::checker;

    const RING: &str = "worlds: shop=D; operation: AppClosing; \
        before: s1 shop auto_close_3 sound A, s2 shop auto_close_2 sound B, s3 shop auto_close_1 sound C; \
        after: s2 shop auto_close_3 sound B, s3 shop auto_close_2 sound C, s4 shop auto_close_1 sound D";

    #[test]
    fn what_the_plan_keeps_is_kept() {
        let check = checker(super::judge);
        check(RING, "", "kept");
        check(
            RING,
            "cards: s2 shop auto_close_3 sound B, s3 shop auto_close_2 sound C, s4 shop auto_close_1 sound D",
            "kept",
        );
        check(RING, "cards: s2 shop auto_close_3 sound B, s3 shop auto_close_2 sound C", "kept");
        check(RING, "cards: s3 shop auto_close_2 sound C", "s2 (/home/backups/auto_close_2.db) is gone");
        check(
            RING,
            "cards: s2 shop auto_close_3 sound A, s3 shop auto_close_2 sound C",
            "s2 (/home/backups/auto_close_2.db) is gone",
        );
        check(
            RING,
            "cards: s2 shop auto_close_3 damaged B, s3 shop auto_close_2 sound C",
            "s2 (/home/backups/auto_close_2.db) is gone",
        );
    }

    #[test]
    fn a_plan_removes_only_what_something_newer_has_come_for() {
        let check = checker(super::judge);
        let plan =
            |before: &str, after: &str| format!("worlds: shop=D; operation: X; before: {before}; after: {after}");
        let daily = plan("s1 shop auto_daily sound A", "s2 shop auto_weekly sound B");
        check(&daily, "", "s1 (/home/backups/auto_daily.db) is removed and nothing newer of its kind has come");
        let pinned = plan("s1 shop manual_2026-11-21 sound A pinned", "s2 shop manual_2026-11-21_2 sound B");
        check(&pinned, "", "s1 (/home/backups/manual_2026-11-21.db) is pinned and is removed");
        let manual = plan("s1 shop manual_2026-11-21 sound A", "s2 shop manual_2026-11-21_2 sound B");
        check(&manual, "", "kept");
        let bad = plan("s1 shop auto_daily damaged !", "s2 shop auto_daily sound B");
        check(&bad, "", "s1 (/home/backups/auto_daily.db) is no backup and is removed");
        let aside =
            plan("s1 shop auto_daily damaged !", "s1 shop damaged_2026-11-21 damaged !, s2 shop auto_daily sound B");
        check(&aside, "", "kept");
        check(&aside, "cards: s2 shop auto_daily sound B", "s1 (/home/backups/auto_daily.db) is gone");
        let middle = plan(
            "s1 shop auto_close_3 sound A, s2 shop auto_close_2 sound B, s3 shop auto_close_1 sound C",
            "s1 shop auto_close_3 sound A, s3 shop auto_close_2 sound C, s4 shop auto_close_1 sound D",
        );
        let older = "s2 (/home/backups/auto_close_2.db) is removed from the ring and the older \
                     s1 (/home/backups/auto_close_3.db) stays";
        check(&middle, "", older);
    }

    #[test]
    fn the_ring_is_in_order_and_each_is_in_it_once() {
        let check = checker(super::judge);
        check(
            RING,
            "cards: s2 shop auto_close_1 sound B, s3 shop auto_close_2 sound C",
            "s2 (/home/backups/auto_close_1.db) stands before the newer s3 (/home/backups/auto_close_2.db)",
        );
        check(
            RING,
            "cards: s2 shop auto_close_3 sound B, s3 shop auto_close_2 sound C, s4 shop auto_close_1 sound C",
            "s4 (/home/backups/auto_close_1.db) is in two places of the ring",
        );
    }

    #[test]
    fn what_nobody_can_read_is_kept() {
        let check = checker(super::judge);
        let torn = "worlds: shop=D; operation: EngineOpened; wrecks: /home/workspaces.json=7";
        check(torn, "lists: /home/workspaces.json=7", "kept");
        check(torn, "lists: /home/workspaces.json=8, /home/workspaces.json.damaged-1=7", "kept");
        check(torn, "lists: /home/workspaces.json=8", "what could not be read in /home/workspaces.json was not kept");
    }

    /// The second newest was pushed over the third before that was pushed out of the ring.
    #[test]
    fn only_the_oldest_exit_goes() {
        let check = checker(super::judge);
        let ring = "worlds: shop=D; operation: AppClosing; ring: 3; \
            before: s1 shop auto_close_3 sound A, s2 shop auto_close_2 sound B, s3 shop auto_close_1 sound C; \
            after: s3 shop auto_close_3 sound C, s4 shop auto_close_1 sound D";
        let newest = "wreck: /home/backups/auto_close_3.db=B, /home/backups/auto_close_2.db=C";
        let cards = "cards: s2 shop auto_close_3 sound B, s3 shop auto_close_2 sound C";
        check(ring, &format!("{newest}; {cards}"), "kept");
        let lost = "s2 (/home/backups/auto_close_2.db) is one of the newest exits, and is gone";
        check(ring, &format!("wreck: /home/backups/auto_close_2.db=C; {cards}"), lost);
        check(ring, &format!("{newest}; cards: s3 shop auto_close_2 sound C"), lost);
        let shorter = ring.replace("ring: 3", "ring: 2");
        check(&shorter, "wreck: /home/backups/auto_close_2.db=C; cards: s3 shop auto_close_2 sound C", "kept");
    }

    /// The exit's copy was found bad after the ring had been pushed for it.
    #[test]
    fn nothing_is_pushed_out_for_nothing() {
        let check = checker(super::judge);
        let ring = "worlds: shop=D; operation: AppClosing; ring: 2; \
            before: s1 shop auto_close_2 sound A, s2 shop auto_close_1 sound B; after: s2 shop auto_close_2 sound B";
        let lost = "s1 (/home/backups/auto_close_2.db) is removed from the ring, and no exit has come";
        check(ring, "", lost);
        // Somebody wants a shorter ring.
        check(&ring.replace("ring: 2", "ring: 1"), "", "kept");
        let pushed = format!("{ring}, s3 shop auto_close_1 sound D");
        check(&pushed, "", "kept");
    }

    #[test]
    fn the_policy_is_the_one_that_was_set() {
        let check = checker(super::judge);
        let set = "worlds: shop=A; operation: PolicyChanged; daily: 7 -> 9";
        check(set, "", "kept");
        check(set, "daily: 9", "kept");
        check(set, "daily: 8", "the policy is not the one that was set");
        check("worlds: shop=A; daily: 9 -> 9", "daily: 7", "the policy is not the one that was set");
        check("worlds: shop=A; daily: 9 -> 9; tampered: /home/backups/catalog.db", "daily: 7", "kept");
    }

    #[test]
    fn a_pin_stays_until_it_is_taken_off() {
        let check = checker(super::judge);
        let card = "s1 shop manual_2026-11-21 sound A";
        let pinned = format!("{card} pinned");
        let lost = "s1 (/home/backups/manual_2026-11-21.db) has lost its pin";
        check(&format!("worlds: shop=A; before: {pinned}"), &format!("cards: {card}"), lost);
        let unwanted = "s1 (/home/backups/manual_2026-11-21.db) is pinned, and nobody wanted it";
        check(&format!("worlds: shop=A; before: {card}"), &format!("cards: {pinned}"), unwanted);
        let off = format!("worlds: shop=A; operation: PinChanged; before: {pinned}; after: {card}");
        check(&off, &format!("cards: {pinned}"), "kept");
        check(&off, &format!("cards: {card}"), "kept");
    }

    #[test]
    fn what_nobody_looks_after_any_more_stays() {
        let check = checker(super::judge);
        let removed = "worlds: shop=A; retired: /home/backups/stall/auto_daily.db=B";
        let wreck = "wreck: /home/backups/stall/auto_daily.db=B";
        check(removed, &format!("{wreck}; unlisted: /home/backups/stall/auto_daily.db"), "kept");
        let gone = "/home/backups/stall/auto_daily.db is gone, and its database is not even looked after";
        check(removed, "wreck: ", gone);
        check(removed, wreck, gone);
        check(removed, "wreck: /home/backups/stall/auto_daily.db=C; unlisted: /home/backups/stall/auto_daily.db", gone);
    }

    #[test]
    fn what_is_not_the_engines_is_left_alone() {
        let check = checker(super::judge);
        let notes = "worlds: shop=A; foreign: /home/backups/notes.txt=7, /home/shop.db";
        check(notes, "", "kept");
        check(notes, "foreign: ", "/home/backups/notes.txt is gone, and it was not the engine's");
        check(
            notes,
            "foreign: /home/backups/notes.txt=8",
            "/home/backups/notes.txt was changed, and it is not the engine's",
        );
        check(
            notes,
            "foreign: /home/backups/notes.txt=7, /home/purse.db=1",
            "/home/purse.db has come, and nobody wanted it",
        );
        check(notes, "foreign: /home/backups/notes.txt=7, /home/shop.db=1, /home/shop.db-wal=2", "kept");
    }
}
