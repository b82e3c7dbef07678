//! G12: where a restore shows, the way back is there, and what was restored can be restored again.

use super::Guarantee;
use crate::crash::Deed;
use crate::crash::observe::Found;
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
    let restored = promise.destroys.as_ref().filter(|destroyed| destroyed.deed != Deed::OfTheApp);
    restored.map_or(Ok(()), |destroyed| judge_restore(promise, destroyed, found))
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
        destroys: restore shop=B -> shop=A; before: s1 shop auto_daily sound A";
    const CARDS: &str = "cards: s1 shop auto_daily sound A, s2 shop auto_before_restore sound B";

    #[test]
    fn a_restore_that_shows_can_be_undone() {
        let check = checker(super::judge);
        check(RESTORE, "live: shop=B", "kept");
        check(RESTORE, &format!("live: shop=A; {CARDS}; undo: shop=s2"), "kept");
        let no_way = "/home/shop.db is restored, and there is no way back";
        check(RESTORE, &format!("live: shop=A; {CARDS}"), no_way);
        check(RESTORE, &format!("live: shop=A; {CARDS}; undo: shop=s1"), no_way);
        check(RESTORE, &format!("live: shop=A; {CARDS}; undo: shop=s2, shop=s1"), no_way);
        let no_card = "a restore of /home/shop.db cannot be undone: its safeguard is on no card";
        check(RESTORE, &format!("live: shop=A; {CARDS}; undo: shop=s9"), no_card);
        check("worlds: shop=B", "undo: shop=s9", no_card);
    }

    #[test]
    fn an_undo_needs_no_way_back() {
        let check = checker(super::judge);
        check("worlds: shop=A; destroys: undo shop=B -> shop=A", "live: shop=A", "kept");
    }

    #[test]
    fn what_was_restored_is_not_used_up() {
        let check = checker(super::judge);
        let used = "live: shop=A; cards: s2 shop auto_before_restore sound B; undo: shop=s2";
        check(RESTORE, used, "the snapshot from which /home/shop.db was restored is gone");
    }
}
