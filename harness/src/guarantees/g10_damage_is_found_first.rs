//! G10: while the engine looks at a source that it will refuse, the live databases stay what they are.

use super::{Guarantee, world};
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G10",
    sentence: "Damage (bit flip, truncation, hostile archive, wrong app, newer schema) is found before anything live is \
               touched.",
    judge,
    elsewhere: "every kind of damage: hostile databases and archives through the binary, with the home compared byte by \
                byte (`adapters/cli/tests`); crash states show the kinds that a scenario restores from",
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    world::judge(GUARANTEE.id, promise, found)
}

#[cfg(test)]
mod tests {
    use super::super::stage::checker;

    #[test]
    fn a_restore_that_is_refused_changes_nothing() {
        let check = checker(super::judge);
        let refused = "worlds: shop=B; operation: RestoreRequested";
        check(refused, "live: shop=B", "kept");
        check(refused, "live: shop=A", "/home/shop.db holds version A");
        check(refused, "live: shop=!", "/home/shop.db holds malformed");
    }
}
