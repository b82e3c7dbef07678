//! G9: once the restore of a CSV archive was said to be done, the live database holds what was exported, and so for ever.

use super::{Guarantee, world};
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G9",
    sentence: "CSV archive → restore is lossless for every SQLite value and every kind of table.",
    judge,
    elsewhere: "every value and every kind of table: random schemas and values there and back \
                (`adapters/host/tests/archive_round_trip.rs`); crash states show the shop's own tables alone",
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    world::judge(GUARANTEE.id, promise, found)
}

#[cfg(test)]
mod tests {
    use super::super::stage::checker;

    #[test]
    fn what_was_exported_is_what_comes_back() {
        let check = checker(super::judge);
        let done = "worlds: shop=A; destroys: csv shop=B -> shop=A";
        check(done, "live: shop=A", "kept");
        check(done, "live: shop=X", "/home/shop.db holds 0000000000000000, which nobody committed");
        check(done, "live: shop=B", "/home/shop.db holds version B");
    }
}
