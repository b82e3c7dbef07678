//! G1: what has a snapshot's name, or an export's, is whole: before anything recovers, and afterwards.

use std::path::Path;

use super::{Guarantee, after, contents_of};
use crate::crash::observe::Found;
use crate::crash::trace::{Exports, Promise};
use crate::crash::{Card, UNPROMISED};

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G1",
    sentence: "A published snapshot is complete and verified, or it is absent.",
    judge,
    elsewhere: "",
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    for (path, content) in &found.before {
        let bad = promise.before.iter().chain(after(promise)).any(|card| !card.is_good() && card.path == *path);
        match content {
            _ if bad => {}
            Ok(digest) if promise.known.contains_key(digest) => {}
            Ok(digest) => return Err(format!("{} held {digest}, which nobody committed", path.display())),
            Err(reason) => return Err(format!("{} was not whole after the power cut: {reason}", path.display())),
        }
    }
    // Bytes that were kept although nothing can read them are no backup.
    for (card, content) in found.cards.iter().filter(|(card, _)| card.is_good()) {
        match content {
            Ok(digest) if contents_of(promise, card).contains(digest) => {}
            Ok(digest) => {
                let words = promise.known.get(digest).map_or("what nobody committed", String::as_str);
                return Err(format!("{} holds {words}, which its database did not hold", told(card)));
            }
            Err(reason) => return Err(format!("{} is bad: {reason}", told(card))),
        }
        level(promise, card)?;
        fresh(promise, card)?;
    }
    if let Some(disagreement) = found.disagreements.first() {
        return Err(disagreement.clone());
    }
    exports(promise, found)
}

fn told(card: &Card) -> String {
    format!("{} ({})", card.id, card.path.display())
}

/// A snapshot is as well verified as it was said to be.
fn level(promise: &Promise, card: &Card) -> Result<(), String> {
    let same = |cards: &[Card]| cards.iter().find(|other| other.id == card.id).map(|other| other.level);
    match same(&promise.before).map(|before| same(after(promise)).map_or(before, |after| after.min(before))) {
        Some(promised) if card.level < promised => {
            Err(format!("{} was {} and is {}", told(card), promised.word(), card.level.word()))
        }
        _ => Ok(()),
    }
}

/// A snapshot that is taken now holds what its database held meanwhile, and not what it held once. Of several files with
/// the same bytes a rebuilt catalog may call another one new.
fn fresh(promise: &Promise, card: &Card) -> Result<(), String> {
    let is_known = promise.before.iter().chain(promise.leaving.iter()).any(|other| {
        other.id == card.id || other.live == card.live && other.content.is_some() && other.bytes == card.bytes
    });
    let held = promise.lately.get(&card.live);
    match card.content.filter(|content| !is_known && !held.is_some_and(|held| held.contains(content))) {
        Some(content) => {
            let words = promise.known.get(&content).map_or("something", String::as_str);
            Err(format!("{} is new and holds {words}, which was no longer live", told(card)))
        }
        None => Ok(()),
    }
}

/// A file at a place of the user's is what was there before, or complete.
fn exports(promise: &Promise, found: &Found) -> Result<(), String> {
    let at = |exports: &Exports, path: &Path| exports.iter().find(|(known, _)| **known == *path).map(|(_, is)| *is);
    for (path, new) in promise.exports[1].iter().filter(|(_, new)| *new != UNPROMISED) {
        let there = found.foreign.get(path).copied().unwrap_or_default();
        let old = at(&promise.exports[0], path).or_else(|| promise.foreign.get(path).copied().flatten());
        if found.refused.is_none() && there != *new && there != old.unwrap_or_default() {
            return Err(format!("the export {} is neither what was there before nor complete", path.display()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::stage::checker;

    const DAILY: &str = "worlds: shop=B; before: s1 shop auto_daily proven A";

    #[test]
    fn what_has_a_snapshots_name_is_whole() {
        let check = checker(super::judge);
        check(DAILY, "", "kept");
        check(DAILY, "wreck: ", "kept");
        check(
            DAILY,
            "wreck: /home/backups/auto_daily.db=!",
            "/home/backups/auto_daily.db was not whole after the power cut: malformed",
        );
        check(DAILY, "cards: s1 shop auto_daily proven !", "s1 (/home/backups/auto_daily.db) is bad: malformed");
        check(DAILY, "cards: s1 shop auto_daily damaged !", "kept");
        check(DAILY, "cards: s1 shop auto_daily sound A", "s1 (/home/backups/auto_daily.db) was proven and is sound");
        check(DAILY, "disagreements: the manifest of s1 cannot be read", "the manifest of s1 cannot be read");
    }

    #[test]
    fn its_content_was_in_its_database() {
        let check = checker(super::judge);
        let (start, two) = ("worlds: shop=B; operation: AppStarted", "worlds: shop=B, purse=P; operation: AppStarted");
        check(start, "cards: s1 shop auto_daily sound B", "kept");
        check(
            start,
            "cards: s1 shop auto_daily sound X",
            "s1 (/home/backups/auto_daily.db) holds what nobody committed, which its database did not hold",
        );
        check(
            two,
            "cards: s1 shop auto_daily sound P",
            "s1 (/home/backups/auto_daily.db) holds version P, which its database did not hold",
        );
    }

    /// A copy of the main file without its log is whole, and was live once.
    #[test]
    fn a_new_snapshot_holds_what_is_live() {
        let check = checker(super::judge);
        let start = "worlds: shop=B | shop=C; operation: AppStarted; held: shop=A; before: s1 shop auto_daily sound D";
        let with = |new: &str| format!("cards: s1 shop auto_daily sound D, s2 shop auto_weekly sound {new}");
        check(start, &with("B"), "kept");
        check(start, &with("C"), "kept");
        let old = "s2 (/home/backups/auto_weekly.db) is new and holds version A, which was no longer live";
        check(start, &with("A"), old);
        // It has the bytes of s1: which of the two is which, a lost catalog alone knew.
        check(start, &with("D"), "kept");
    }

    #[test]
    fn an_export_is_absent_or_old_or_complete() {
        let check = checker(super::judge);
        let new = "worlds: shop=A; operation: ExportRequested; exports: -> /stick/a.zip=2";
        check(new, "", "kept");
        check(new, "foreign: /stick/a.zip=2", "kept");
        let half = "the export /stick/a.zip is neither what was there before nor complete";
        check(new, "foreign: /stick/a.zip=3", half);
        let over = "worlds: shop=A; operation: ExportRequested; foreign: /stick/a.zip=1; exports: -> /stick/a.zip=2";
        check(over, "foreign: /stick/a.zip=1", "kept");
        check(over, "foreign: ", half);
        let done = "worlds: shop=A; exports: /stick/a.zip=2 -> /stick/a.zip=2";
        check(done, "foreign: /stick/a.zip=2", "kept");
        check(done, "foreign: ", half);
    }
}
