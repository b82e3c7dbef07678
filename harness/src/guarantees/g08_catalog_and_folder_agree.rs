//! G8: every card has its file, every file its card, nothing half done lies about; and with the catalog gone, the folder
//! alone gives all of it back.

use std::path::Path;

use super::{Guarantee, is_catalog_tampered, is_looked_after};
use crate::content::Digest;
use crate::crash::Card;
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G8",
    sentence: "After recovery, catalog and folder agree; losing the catalog loses no backup.",
    judge,
    elsewhere: "",
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    if found.refused.is_some() {
        return Ok(());
    }
    if let Some(list) = found.torn.iter().find(|list| !promise.tampered.contains(*list)) {
        return Err(format!("a power cut alone took {} or tore it", list.display()));
    }
    if found.recorded.is_some_and(|read| !is_version(promise, read)) {
        return Err("the catalog held a part of what was recorded together".to_owned());
    }
    if let Some(path) = found.unlisted.iter().find(|path| !is_nobodys(promise, found, path)) {
        return Err(format!("{} is on no card", path.display()));
    }
    if let Some(path) = found.leftovers.first() {
        return Err(format!("{} was left behind", path.display()));
    }
    if !found.registry.iter().eq(found.live.keys()) {
        let list: Vec<String> = found.registry.iter().map(|path| path.display().to_string()).collect();
        return Err(format!("the list of workspaces names [{}], and the catalog others", list.join(", ")));
    }
    numbers(promise, found)?;
    match found.lost_with_catalog.first() {
        Some(card) => Err(format!("without the catalog {card} could not be restored")),
        None => Ok(()),
    }
}

/// Whether some commit has left this in the catalog. One that cannot be read is one that somebody has damaged, until it is
/// made anew.
fn is_version(promise: &Promise, read: Digest) -> bool {
    let is_whole = read != Digest::UNREADABLE || is_catalog_tampered(promise);
    promise.versions.is_empty() || is_whole && promise.versions.contains(&read)
}

/// Snapshots of a database that is no longer looked after are on no card.
fn is_nobodys(promise: &Promise, found: &Found, path: &Path) -> bool {
    let of_one_that_goes = |card: &Card| *card.path == *path && !is_looked_after(found, card);
    promise.retired.contains_key(path) || promise.before.iter().any(of_one_that_goes)
}

/// A number is given once: what people wrote down about s12 is true of s12 for ever.
fn numbers(promise: &Promise, found: &Found) -> Result<(), String> {
    for card in promise.before.iter() {
        let another = found.cards.iter().find(|(other, content)| {
            other.id == card.id && content.is_ok() && card.content.is_some() && other.content != card.content
        });
        if let Some((other, _)) = another {
            return Err(format!("{} ({}) is another snapshot than it was", other.id, other.path.display()));
        }
    }
    let taken = promise.before.iter().chain(found.cards.iter().map(|(card, _)| card));
    match taken.map(|card| card.id).max().filter(|newest| newest.0 >= found.next) {
        Some(newest) => Err(format!("{newest} would be given again")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::stage::checker;

    const ONE: &str = "worlds: shop=B; before: s4 shop auto_daily sound A";

    #[test]
    fn a_record_is_there_as_a_whole_or_it_is_not() {
        let check = checker(super::judge);
        let two = format!("{ONE}; versions: A, B");
        check(&two, "recorded: B", "kept");
        check(&two, "", "kept");
        check(&two, "recorded: C", "the catalog held a part of what was recorded together");
        check(ONE, "recorded: C", "kept");
    }

    #[test]
    fn catalog_and_folder_agree() {
        let check = checker(super::judge);
        check(ONE, "", "kept");
        check(ONE, "unlisted: /home/backups/auto_weekly.db", "/home/backups/auto_weekly.db is on no card");
        check(ONE, "leftovers: /home/backups/.staged-3-copy.db", "/home/backups/.staged-3-copy.db was left behind");
        check(ONE, "registry: ", "the list of workspaces names [], and the catalog others");
        check(
            ONE,
            "registry: shop, purse",
            "the list of workspaces names [/home/purse.db, /home/shop.db], and the catalog others",
        );
    }

    #[test]
    fn lists_are_torn_by_hand_alone() {
        let check = checker(super::judge);
        let torn = "torn: /home/backups/catalog.db";
        check(ONE, torn, "a power cut alone took /home/backups/catalog.db or tore it");
        check(&format!("{ONE}; tampered: /home/backups/catalog.db"), torn, "kept");
        check(
            &format!("{ONE}; tampered: /home/backups/catalog.db"),
            "torn: /home/workspaces.json",
            "a power cut alone took /home/workspaces.json or tore it",
        );
    }

    #[test]
    fn what_nobody_looks_after_any_more_is_on_no_card() {
        let check = checker(super::judge);
        let left = "unlisted: /home/backups/stall/auto_daily.db";
        let is_left = "/home/backups/stall/auto_daily.db is on no card";
        check("worlds: shop=A", left, is_left);
        check("worlds: shop=A; retired: /home/backups/stall/auto_daily.db=B", left, "kept");
        let goes = "worlds: shop=A, stall=B | shop=A; before: s1 stall auto_daily sound B";
        check(goes, &format!("live: shop=A; cards: ; {left}"), "kept");
        check(goes, &format!("cards: ; {left}"), is_left);
    }

    #[test]
    fn without_the_catalog_nothing_is_lost() {
        let check = checker(super::judge);
        check(ONE, "lost: s4 (auto_daily.db)", "without the catalog s4 (auto_daily.db) could not be restored");
    }

    #[test]
    fn a_number_is_given_once() {
        let check = checker(super::judge);
        check(
            ONE,
            "cards: s4 shop auto_daily sound B",
            "s4 (/home/backups/auto_daily.db) is another snapshot than it was",
        );
        check(ONE, "next: 4", "s4 would be given again");
        check(ONE, "cards: s5 shop auto_daily sound B; next: 5", "s5 would be given again");
        check(ONE, "cards: s5 shop auto_daily sound B; next: 6", "kept");
    }
}
