//! G3: once a restore was said to be done, each live database holds what was captured, and so for ever.

use super::{Guarantee, world};
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G3",
    sentence: "A restore yields exactly the content that was captured.",
    judge,
    elsewhere: "that a captured content is the one that a person saw is the scenarios' business: they say which world a \
                restore leads to, from the snapshot's own file",
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    world::judge(GUARANTEE.id, promise, found)
}

#[cfg(test)]
mod tests {
    use super::super::stage::checker;

    #[test]
    fn what_was_restored_stays() {
        let check = checker(super::judge);
        let done = "worlds: shop=A; destroys: restore shop=B -> shop=A; before: s1 shop auto_daily sound A";
        check(done, "live: shop=A", "kept");
        check(done, "live: shop=B", "/home/shop.db holds version B");
        let commits = "worlds: shop=A | shop=C; destroys: restore shop=B -> shop=A";
        check(commits, "live: shop=C", "kept");
        check(commits, "live: shop=B", "/home/shop.db holds version B");
    }
}
