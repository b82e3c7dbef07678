//! G2: what could be restored can be restored, right after the power cut and when the engine has recovered; and of each
//! level of verification, nothing older than what was there.

use std::collections::BTreeSet;

use omnicraft_core::model::{Base, Level};

use super::{Guarantee, after, is_looked_after};
use crate::content::Digest;
use crate::crash::Card;
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G2",
    sentence: "From the moment the first verified snapshot exists, at least one is restorable at every later instant. \
               The newest snapshot of each verification level is never removed or overwritten before a newer one of at \
               least that level is durable.",
    judge,
    elsewhere: "",
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    slots(promise, found)?;
    let good = promise.before.iter().filter(|card| card.is_good() && card.content.is_some());
    for newest in good.filter(|card| is_newest(promise, card)) {
        let there = promise_of(promise, newest);
        let by_hand = found.before.iter().any(|(path, content)| {
            path.parent() == newest.path.parent() && content.as_ref().is_ok_and(|digest| there.contains(digest))
        });
        if !by_hand {
            return Err(format!("right after the power cut nothing as new as {} was restorable", told(newest)));
        }
        let listed = found.cards.iter().any(|(card, content)| {
            let as_new = card.live == newest.live && card.id >= newest.id && card.level >= newest.level;
            as_new && content.as_ref().is_ok_and(|digest| there.contains(digest))
        });
        if found.refused.is_none() && is_looked_after(found, newest) && !listed {
            let level = newest.level.word();
            return Err(format!("nothing {level} as new as {} is left", told(newest)));
        }
    }
    Ok(())
}

/// A startup copy and a safeguard have names that people know: once there is one, there always is one. The ring moves,
/// and what is kept beside a slot comes and goes; but whatever the plan puts in the place of a slot, it is never empty.
fn slots(promise: &Promise, found: &Found) -> Result<(), String> {
    let is_there = |card: &&Card| found.before.iter().any(|(path, _)| *path == card.path);
    let stays = |card: &&Card| after(promise).iter().any(|other| other.is_good() && other.path == card.path);
    let named = promise.before.iter().filter(|card| {
        let has_name = matches!(card.slot.base, Base::Tier(_) | Base::Before(_)) && card.slot.generation.is_none();
        has_name && card.is_good() && card.content.is_some()
    });
    match named.filter(stays).find(|card| !is_there(card)) {
        Some(card) => Err(format!("right after the power cut there was no {}", card.path.display())),
        None => Ok(()),
    }
}

fn told(card: &Card) -> String {
    format!("{} ({})", card.id, card.path.display())
}

/// Whether it is the newest of its database at its level or any higher one.
fn is_newest(promise: &Promise, card: &Card) -> bool {
    debug_assert!(card.level > Level::Damaged, "nobody counts on those");
    let newer = |other: &&Card| other.live == card.live && other.id > card.id && other.level >= card.level;
    !promise.before.iter().any(|other| newer(&other))
}

/// What can be restored in place of a card: it, any newer one, and what is being published and was on no card before.
fn promise_of(promise: &Promise, newest: &Card) -> BTreeSet<Digest> {
    let of_database = |card: &&Card| card.live == newest.live;
    let (newer, older): (Vec<&Card>, Vec<&Card>) =
        promise.before.iter().chain(after(promise)).filter(of_database).partition(|card| card.id >= newest.id);
    let older: BTreeSet<Digest> = older.iter().filter_map(|card| card.content).collect();
    let live = promise.worlds.iter().filter_map(|books| books.get(&newest.live));
    let fresh = live.filter(|digest| !older.contains(*digest));
    newer.iter().filter_map(|card| card.content).chain(fresh.copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::stage::checker;

    const TWO: &str = "worlds: shop=C; before: s1 shop auto_daily proven A, s2 shop auto_close_1 sound B";

    #[test]
    fn the_newest_of_each_level_is_there() {
        let check = checker(super::judge);
        check(TWO, "", "kept");
        check(
            TWO,
            "cards: s1 shop auto_daily proven A",
            "nothing sound as new as s2 (/home/backups/auto_close_1.db) is left",
        );
        check(
            TWO,
            "cards: s2 shop auto_close_1 sound B",
            "nothing proven as new as s1 (/home/backups/auto_daily.db) is left",
        );
        check(TWO, "cards: s2 shop auto_close_1 proven B", "kept");
        check(TWO, "cards: s3 shop auto_close_1 proven C", "kept");
        check(
            TWO,
            "cards: s3 shop auto_close_1 proven !",
            "nothing proven as new as s1 (/home/backups/auto_daily.db) is left",
        );
        // An older content under a newer number.
        let older = "cards: s1 shop auto_daily proven A, s2 shop auto_close_1 sound A";
        check(TWO, older, "nothing sound as new as s2 (/home/backups/auto_close_1.db) is left");
    }

    #[test]
    fn also_before_anything_recovered() {
        let check = checker(super::judge);
        let one = "worlds: shop=C; operation: AppClosing; before: s2 shop auto_close_1 sound B";
        check(
            one,
            "wreck: ",
            "right after the power cut nothing as new as s2 (/home/backups/auto_close_1.db) was restorable",
        );
        check(one, "wreck: /home/backups/auto_close_2.db=B", "kept");
        check(one, "wreck: /home/backups/auto_close_1.db=C", "kept");
        check(
            one,
            "wreck: /home/backups/auto_close_1.db=!",
            "right after the power cut nothing as new as s2 (/home/backups/auto_close_1.db) was restorable",
        );
        check(
            one,
            "wreck: /home/backups/purse/auto_close_1.db=B",
            "right after the power cut nothing as new as s2 (/home/backups/auto_close_1.db) was restorable",
        );
    }

    /// The older copy has a dated name by then, so nothing is lost; but whoever looks for the name finds none.
    #[test]
    fn a_slot_is_never_empty() {
        let check = checker(super::judge);
        let wreck = "wreck: /home/backups/auto_daily_2026-11-21.db=A";
        let empty = "right after the power cut there was no /home/backups/auto_daily.db";
        let daily = "worlds: shop=B; operation: AppStarted; before: s1 shop auto_daily sound A; \
                     after: s1 shop auto_daily_2026-11-21 sound A, s2 shop auto_daily sound B";
        check(daily, wreck, empty);
        check(daily, "wreck: /home/backups/auto_daily.db=A", "kept");
        check(daily, "wreck: /home/backups/auto_daily.db=B", "kept");
        // The plan gives the name up: it was no good any more, or the ring moves.
        let aside = "worlds: shop=B; operation: AppStarted; before: s1 shop auto_daily sound A; \
                     after: s1 shop auto_daily_2026-11-21 sound A";
        check(aside, wreck, "kept");
        let ring = "worlds: shop=B; operation: AppClosing; before: s1 shop auto_close_1 sound A; \
                    after: s1 shop auto_close_2 sound A, s2 shop auto_close_1 sound B";
        check(ring, "wreck: /home/backups/auto_close_2.db=A", "kept");
    }

    #[test]
    fn of_each_database() {
        let check = checker(super::judge);
        let two = "worlds: shop=C, purse=P; before: s1 shop auto_daily sound A, s2 purse auto_daily sound P";
        check(two, "", "kept");
        check(
            two,
            "cards: s2 purse auto_daily sound P",
            "nothing sound as new as s1 (/home/backups/auto_daily.db) is left",
        );
        // A database that is no longer looked after keeps its files.
        check(two, "live: purse=P; cards: s2 purse auto_daily sound P", "kept");
    }
}
