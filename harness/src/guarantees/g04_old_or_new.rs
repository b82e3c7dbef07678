//! G4: as long as a restore is under way, all live databases together hold the world before it or the one after it.

use super::{Guarantee, world};
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G4",
    sentence: "A power cut during a restore leaves the old database or the new one, never a mixture, over all \
               workspaces of a global restore together.",
    judge,
    elsewhere: "",
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    world::judge(GUARANTEE.id, promise, found)
}

#[cfg(test)]
mod tests {
    use super::super::stage::checker;

    #[test]
    fn one_database_is_the_old_or_the_new() {
        let check = checker(super::judge);
        let restore = "worlds: shop=B | shop=A; operation: RestoreRequested; destroys: restore shop=B -> shop=A";
        check(restore, "live: shop=B", "kept");
        check(restore, "live: shop=A", "kept");
        check(restore, "live: shop=C", "/home/shop.db holds version C");
        check(restore, "live: shop=!", "/home/shop.db holds malformed");
        check(restore, "live: ", "/home/shop.db is no longer looked after");
    }

    #[test]
    fn all_databases_are_of_one_world() {
        let check = checker(super::judge);
        let all = "worlds: shop=B, purse=P | shop=A, purse=Q; operation: RestoreAllRequested; \
                   destroys: restore shop=B, purse=P -> shop=A, purse=Q";
        check(all, "live: shop=B, purse=P", "kept");
        check(all, "live: shop=A, purse=Q", "kept");
        let mixture = "a mixture: /home/purse.db: version P, /home/shop.db: version A";
        check(all, "live: shop=A, purse=P", mixture);
        let adds =
            "worlds: shop=B | shop=A, purse=Q; operation: RestoreAllRequested; destroys: restore shop=B -> shop=A";
        check(adds, "live: shop=B", "kept");
        check(adds, "live: shop=A", "a mixture: /home/shop.db: version A");
        check(adds, "live: shop=B, purse=!", "/home/purse.db holds malformed");
    }
}
