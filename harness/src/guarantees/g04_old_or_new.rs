//! G4: as long as a restore is under way, all live databases together hold the world before it or the one after it.

use std::path::Path;

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
    world::judge(GUARANTEE.id, promise, found)?;
    match newcomers(promise).find(|path| found.foreign.contains_key(*path) && !found.live.contains_key(*path)) {
        Some(path) => Err(format!("{} has come, and nobody looks after it", path.display())),
        None => Ok(()),
    }
}

/// Databases that a restore brings where there was none. A place that is taken is refused, so that nothing lies there.
fn newcomers(promise: &Promise) -> impl Iterator<Item = &Path> {
    let restores = promise.operation.as_deref().is_some_and(|operation| operation.starts_with("Restore"));
    let now = promise.worlds.first();
    let all = promise.worlds.iter().filter(move |_| restores).flat_map(|books| books.keys());
    all.filter(move |path| now.is_some_and(|books| !books.contains_key(*path))).map(|path| &**path)
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
        check(adds, "live: shop=B; foreign: /home/purse.db=1", "/home/purse.db has come, and nobody looks after it");
        check(adds, "live: shop=B, purse=!", "/home/purse.db holds malformed");
    }
}
