//! G12: where a restore shows, the way back is there, and what was restored can be restored again.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Guarantee, is_catalog_tampered};
use crate::content::Digest;
use crate::crash::Deed;
use crate::crash::observe::{Content, Found};
use crate::crash::trace::{Destroyed, Promise};

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G12",
    sentence: "A restore can be undone, several deep, and does not consume restore points.",
    judge,
    elsewhere: "several deep: scenarios that go back step by step, each of which must lead to the world before",
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    let gone = found.undo.iter().find(|(_, card)| card.is_none());
    if let Some((path, _)) = gone {
        return Err(format!("a restore of {} cannot be undone: its safeguard is on no card", path.display()));
    }
    depths(promise, found)?;
    let restored = promise.destroys.as_ref().filter(|destroyed| destroyed.deed != Deed::OfTheApp);
    restored.map_or(Ok(()), |destroyed| judge_restore(promise, destroyed, found))
}

/// A restore that shows has put its point on the pile, and an undo that shows has taken one off; nothing else changes it.
fn depths(promise: &Promise, found: &Found) -> Result<(), String> {
    // What will be is known from the operation's own end, and on a disk that fails there is a recovery after it.
    if found.refused.is_some() || is_catalog_tampered(promise) || promise.disk_fails {
        return Ok(());
    }
    for (path, content) in &found.live {
        let [before, after] = [0, 1].map(|at| promise.catalog[at].depth(path));
        let shows = restored(promise, path).contains(content.as_ref().unwrap_or(&Digest::UNREADABLE));
        let is_old = is_about_to_go(promise, path, content);
        let depth = found.catalog.depth(path);
        // Where somebody stood in its way later, the restore shows only if the power went before.
        let done = if before == after { counted(promise, before) } else { after };
        let is_right = match (shows, is_old) {
            (true, false) => depth == done,
            (false, true) => depth == before,
            _ => [before, after, done].contains(&depth),
        };
        if !is_right {
            let words = format!("{depth} restores of {} can be undone", path.display());
            return Err(format!("{words}, and there were {before} and will be {done}"));
        }
    }
    Ok(())
}

/// How many restores can be undone when the one that is under way is done.
fn counted(promise: &Promise, before: usize) -> usize {
    match promise.operation.as_deref() {
        Some(operation) if operation.starts_with("Restore") => before + 1,
        Some(operation) if operation.starts_with("Undo") => before.saturating_sub(1),
        _ => before,
    }
}

/// What a database holds when the restore that is under way is done; nothing where another deed is.
fn restored(promise: &Promise, path: &Path) -> BTreeSet<Digest> {
    let by = promise.destroys.as_ref().filter(|_| promise.operation.is_some());
    match by.and_then(|destroyed| Some((destroyed.deed, destroyed.after.get(path)?))) {
        Some((Deed::OfTheApp, _)) => return BTreeSet::new(),
        // Of two that nothing can read nobody knows which is there.
        Some((_, after)) if *after == Digest::UNREADABLE && !is_held(promise, path) => return BTreeSet::new(),
        Some((_, after)) => return BTreeSet::from([*after]),
        None if promise.operation.is_none() => return BTreeSet::new(),
        None => {}
    }
    // Where there was nothing that could be read, there is nothing to throw away.
    let mut contents = promise.worlds.iter().map(|books| books.get(path).filter(|is| **is != Digest::UNREADABLE));
    match contents.next() {
        Some(None) => contents.flatten().copied().collect(),
        _ => BTreeSet::new(),
    }
}

fn is_held(promise: &Promise, path: &Path) -> bool {
    promise.destroys.as_ref().is_some_and(|destroyed| destroyed.held.contains_key(path))
}

/// Whether it is what the restore that is under way throws away. What nothing can read is no restored database: an old
/// log that is played back into a new one leaves that too.
fn is_about_to_go(promise: &Promise, path: &Path, content: &Content) -> bool {
    let destroyed = promise.destroys.as_ref().filter(|destroyed| destroyed.deed != Deed::OfTheApp);
    let Some((destroyed, after)) = destroyed.and_then(|destroyed| Some((destroyed, destroyed.after.get(path)?))) else {
        return false;
    };
    match content {
        Ok(content) => content != after && destroyed.held.get(path).is_some_and(|held| held.contains(content)),
        Err(_) => *after != Digest::UNREADABLE && destroyed.unreadable.contains_key(path),
    }
}

fn judge_restore(promise: &Promise, destroyed: &Destroyed, found: &Found) -> Result<(), String> {
    for (path, after) in &destroyed.after {
        if found.live.get(path).is_none_or(|content| content.as_ref().ok() != Some(after)) {
            continue;
        }
        let held = destroyed.held.get(path);
        let newest = found.undo.iter().rfind(|(live, _)| live == path).and_then(|(_, card)| card.as_ref());
        let leads_back = newest.is_some_and(|card| match (card.content, held) {
            (Some(content), Some(held)) => held.contains(&content),
            // Bytes that nothing can read are kept as they are.
            (None, _) => true,
            (Some(_), None) => false,
        });
        if destroyed.deed != Deed::Undo && !leads_back {
            return Err(format!("{} is restored, and there is no way back", path.display()));
        }
        let was =
            promise.before.iter().any(|card| card.live == *path && card.is_good() && card.content == Some(*after));
        let is =
            found.cards.iter().any(|(card, _)| card.live == *path && card.is_good() && card.content == Some(*after));
        if was && !is {
            return Err(format!("the snapshot from which {} was restored is gone", path.display()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::stage::checker;

    const RESTORE: &str = "worlds: shop=B | shop=A; operation: RestoreRequested; \
        destroys: restore shop=B -> shop=A; before: s1 shop auto_daily sound A; depth: 0 -> 1";
    const CARDS: &str = "cards: s1 shop auto_daily sound A, s2 shop auto_before_restore sound B";

    #[test]
    fn a_restore_that_shows_can_be_undone() {
        let check = checker(super::judge);
        check(RESTORE, "live: shop=B", "kept");
        check(RESTORE, &format!("live: shop=A; depth: 1; {CARDS}; undo: shop=s2"), "kept");
        let no_way = "/home/shop.db is restored, and there is no way back";
        check(RESTORE, &format!("live: shop=A; depth: 1; {CARDS}"), no_way);
        check(RESTORE, &format!("live: shop=A; depth: 1; {CARDS}; undo: shop=s1"), no_way);
        check(RESTORE, &format!("live: shop=A; depth: 1; {CARDS}; undo: shop=s2, shop=s1"), no_way);
        let no_card = "a restore of /home/shop.db cannot be undone: its safeguard is on no card";
        check(RESTORE, &format!("live: shop=A; depth: 1; {CARDS}; undo: shop=s9"), no_card);
        check("worlds: shop=B", "undo: shop=s9", no_card);
    }

    #[test]
    fn an_undo_needs_no_way_back() {
        let check = checker(super::judge);
        check("worlds: shop=A; destroys: undo shop=B -> shop=A", "live: shop=A", "kept");
    }

    #[test]
    fn each_restore_that_shows_is_counted_once() {
        let check = checker(super::judge);
        let undo = "worlds: shop=B | shop=A; operation: UndoRequested; destroys: undo shop=B -> shop=A; depth: 2 -> 1";
        check(undo, "live: shop=B", "kept");
        check(undo, "live: shop=A; depth: 1", "kept");
        let told = |n: usize| format!("{n} restores of /home/shop.db can be undone, and there were 2 and will be 1");
        check(undo, "live: shop=A", &told(2));
        check(undo, "live: shop=B; depth: 1", &told(1));
        let to_damage = undo.replace("shop=A;", "shop=!;");
        check(&to_damage, "live: shop=!; depth: 1", "kept");
        check(&to_damage, "live: shop=!; depth: 2", &told(2));
        let lost = format!("{undo}; tampered: /home/backups/catalog.db");
        check(&lost, "live: shop=A; depth: 0", "kept");
        let over_nothing = "worlds: shop=! | shop=A; operation: RestoreRequested; depth: 0 -> 1";
        check(over_nothing, "live: shop=!", "kept");
        check(over_nothing, "live: shop=A; depth: 1", "kept");
        let forgotten = "0 restores of /home/shop.db can be undone, and there were 0 and will be 1";
        check(over_nothing, "live: shop=A", forgotten);
        let over_damage = "worlds: shop=! | shop=A; operation: RestoreRequested; destroys: restore shop=!33 -> shop=A; \
            depth: 0 -> 1";
        check(over_damage, "live: shop=!", "kept");
        let mixed = "1 restores of /home/shop.db can be undone, and there were 0 and will be 1";
        check(over_damage, "live: shop=!; depth: 1", mixed);
        let given_up = over_nothing.replace("0 -> 1", "0 -> 0");
        check(&given_up, "live: shop=A; depth: 1", "kept");
        check(&given_up, "live: shop=A", forgotten);
        check("worlds: shop=A; depth: 1 -> 1", "depth: 0", &forgotten.replace("were 0", "were 1"));
    }

    #[test]
    fn what_was_restored_is_not_used_up() {
        let check = checker(super::judge);
        let used = "live: shop=A; depth: 1; cards: s2 shop auto_before_restore sound B; undo: shop=s2";
        check(RESTORE, used, "the snapshot from which /home/shop.db was restored is gone");
    }
}
