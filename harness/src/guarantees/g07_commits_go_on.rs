//! G7: whatever the engine does beside it, each live database holds every commit that was said to be done.

use super::{Guarantee, world};
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G7",
    sentence: "Taking a snapshot neither blocks nor loses the app's commits.",
    judge,
    elsewhere: "that no commit is blocked: a scenario in which the app finds its database busy ends with an error, and \
                the proof with it; at full speed with two processes, `harness/tests/writer.rs`",
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    world::judge(GUARANTEE.id, promise, found)
}

#[cfg(test)]
mod tests {
    use super::super::stage::checker;

    #[test]
    fn no_commit_is_lost() {
        let check = checker(super::judge);
        let start = "worlds: shop=B; operation: AppStarted";
        check(start, "live: shop=B", "kept");
        check(start, "live: shop=A", "/home/shop.db holds version A");
        check(start, "live: shop=!", "/home/shop.db holds malformed");
        check(start, "live: ", "/home/shop.db is no longer looked after");
        let commits = "worlds: shop=B | shop=C; operation: AppStarted";
        check(commits, "live: shop=C", "kept");
        check(commits, "live: shop=A", "/home/shop.db holds version A");
    }
}
