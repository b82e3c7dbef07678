//! G11: after a power cut the engine starts, finishes what there is to finish, and has then nothing left to do.

use super::Guarantee;
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G11",
    sentence: "Every plan ends: bounded steps, bounded retries, a clear final word.",
    judge,
    elsewhere: "plans under steps that fail in every way: random lives of the core (`core/tests/properties.rs`)",
};

fn judge(_promise: &Promise, found: &Found) -> Result<(), String> {
    if let Some(reason) = &found.refused {
        return Err(format!("the engine does not start: {reason}"));
    }
    if let Some(failure) = &found.failure {
        return Err(format!("recovery could not finish: {failure}"));
    }
    match &found.again {
        Some(again) => Err(format!("recovery did not come to its end: {again}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::stage::checker;

    #[test]
    fn recovery_starts_ends_and_is_over() {
        let check = checker(super::judge);
        let any = "worlds: shop=A";
        check(any, "", "kept");
        check(any, "refused: the plan comes to no end", "the engine does not start: the plan comes to no end");
        check(any, "failure: no space", "recovery could not finish: no space");
        check(any, "again: 2 more changes", "recovery did not come to its end: 2 more changes");
    }
}
