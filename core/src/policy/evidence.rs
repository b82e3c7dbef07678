//! What the rotation policy must have been, where the catalog that knew it is lost: it allowed what lies there.

use std::collections::BTreeMap;

use super::Policy;
use crate::model::{Base, Slot, Tier};

/// A policy that allows at least these files of one workspace, with their sizes, and at least what `policy` allows.
/// Pinned files and those of a wrong clock count too: one generation too many does no harm.
#[must_use]
pub fn allowing(policy: &Policy, files: &[(Slot, u64)]) -> Policy {
    let mut policy = policy.clone();
    let mut kinds: BTreeMap<Base, u32> = BTreeMap::new();
    for (slot, _) in files {
        *kinds.entry(slot.base).or_default() += 1;
    }
    for (base, count) in kinds {
        let depth = match base {
            Base::Tier(Tier::Daily) => &mut policy.daily,
            Base::Tier(Tier::Weekly) => &mut policy.weekly,
            Base::Tier(Tier::Monthly) => &mut policy.monthly,
            Base::Tier(Tier::Yearly) => &mut policy.yearly,
            Base::Before(_) => &mut policy.safeguards,
            Base::Manual => &mut policy.manual,
            Base::Close(place) => {
                policy.ring = policy.ring.max(place);
                continue;
            }
            Base::Kept | Base::Damaged => continue,
        };
        *depth = count.max(*depth);
    }
    policy.budget = files.iter().map(|(_, bytes)| bytes).sum::<u64>().max(policy.budget);
    policy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[(&str, u64)], expected: &Policy) {
        let files: Vec<_> = files.iter().filter_map(|(name, bytes)| Some((Slot::parse(name)?, *bytes))).collect();
        assert_eq!(allowing(&Policy { daily: 2, ..Policy::default() }, &files), *expected);
    }

    #[test]
    fn what_lies_there_was_allowed_and_the_rest_is_as_it_was() {
        let usual = Policy { daily: 2, ..Policy::default() };
        check(&[], &usual);
        check(&[("auto_daily.db", 1), ("auto_close_3.db", 1)], &usual);
        check(
            &[("auto_daily.db", 1 << 30), ("auto_daily_2026-11-20.db", 1), ("auto_daily_2026-11-19.db", 1)],
            &Policy { daily: 3, budget: (1 << 30) + 2, ..usual.clone() },
        );
        check(&[("auto_close_9.db", 1)], &Policy { ring: 9, ..usual });
    }
}
