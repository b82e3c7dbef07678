//! G5: where a database no longer holds what somebody threw away, a snapshot does.

use super::Guarantee;
use crate::crash::Deed;
use crate::crash::observe::Found;
use crate::crash::trace::{Destroyed, Promise};

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G5",
    sentence: "No destructive act without a verified safeguard.",
    judge,
    elsewhere: "that an app asks before it destroys is the type `Permit`",
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    let Some(destroyed) = &promise.destroys else { return Ok(()) };
    for (path, held) in &destroyed.held {
        let is_done = match (found.live.get(path), destroyed.after.get(path)) {
            (Some(content), Some(after)) => content.as_ref().ok() == Some(after),
            (Some(content), None) => !content.as_ref().is_ok_and(|digest| held.contains(digest)),
            (None, _) => false,
        };
        let safeguarded = found.cards.iter().any(|(card, content)| {
            card.live == *path && card.is_good() && content.as_ref().is_ok_and(|digest| held.contains(digest))
        });
        if is_done && !safeguarded {
            let deed = match destroyed.deed {
                Deed::OfTheApp => "changed",
                Deed::Restore | Deed::RestoreOfCsv | Deed::Undo => "replaced",
            };
            let lost: Vec<&str> =
                held.iter().filter_map(|digest| promise.known.get(digest)).map(String::as_str).collect();
            return Err(format!("{} is {deed}, and no snapshot holds {}", path.display(), lost.join(" or ")));
        }
    }
    pages(destroyed, found)
}

/// What nothing can read is kept too, page by page: somebody may rescue rows from it.
fn pages(destroyed: &Destroyed, found: &Found) -> Result<(), String> {
    for (path, pages) in &destroyed.unreadable {
        let is_done = found.live.get(path).is_some_and(|content| content.as_ref().ok() == destroyed.after.get(path));
        let is_kept = found.rescued.iter().any(|(of, kept)| of == path && kept == pages);
        if is_done && !is_kept {
            return Err(format!("{} is replaced, and its damaged pages were not kept", path.display()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::stage::checker;

    #[test]
    fn a_restore_is_safeguarded_before_it_shows() {
        let check = checker(super::judge);
        let restore = "worlds: shop=B | shop=A; operation: RestoreRequested; destroys: restore shop=B -> shop=A; \
                       before: s1 shop auto_daily sound A";
        let lost = "/home/shop.db is replaced, and no snapshot holds version B";
        check(restore, "live: shop=B", "kept");
        check(restore, "live: shop=A", lost);
        let of = |card: &str| format!("live: shop=A; cards: s1 shop auto_daily sound A, {card}");
        check(restore, &of("s2 shop auto_before_restore sound B"), "kept");
        check(restore, &of("s2 shop auto_before_restore sound !"), lost);
        check(restore, &of("s2 shop auto_before_restore damaged B"), lost);
        check(restore, &of("s2 purse auto_before_restore sound B"), lost);
        check(restore, &of("s2 shop auto_before_restore sound C"), lost);
    }

    #[test]
    fn what_is_damaged_is_kept() {
        let check = checker(super::judge);
        let restore = "worlds: shop=A; operation: RestoreRequested; destroys: restore shop=!33 -> shop=A; \
                       before: s1 shop auto_daily sound A";
        let with = |card: &str| format!("live: shop=A; cards: s1 shop auto_daily sound A, {card}");
        check(restore, "live: shop=!", "kept");
        // The pages of a card that nothing can read have the number of its `!`.
        check(restore, &with("s2 shop damaged_2026-11-21 damaged !"), "kept");
        let lost = "/home/shop.db is replaced, and its damaged pages were not kept";
        check(restore, "live: shop=A", lost);
        check(restore, &with("s2 purse damaged_2026-11-21 damaged !"), lost);
        check(restore, &with("s2 shop auto_before_restore sound B"), lost);
    }

    #[test]
    fn so_is_a_reset() {
        let check = checker(super::judge);
        let reset = "worlds: shop=B | shop=C; destroys: app shop=B";
        check(reset, "live: shop=B", "kept");
        let lost = "/home/shop.db is changed, and no snapshot holds version B";
        check(reset, "live: shop=C", lost);
        check(reset, "live: shop=!", lost);
        check(reset, "live: shop=C; cards: s2 shop auto_before_factory_reset sound B", "kept");
    }
}
