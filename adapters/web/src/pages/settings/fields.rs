//! The numbers of the policy as a form has them: text that is read, checked, and said to be wrong by its name.

use omnicraft_core::policy::Policy;
use serde::Deserialize;

/// Bytes of a megabyte.
const MEGABYTE: u64 = 1_000_000;

/// A number of the policy.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) least: u64,
    pub(super) most: u64,
}

pub(super) const ALL: [Field; 9] = [
    Field { name: "daily", least: 1, most: 366 },
    Field { name: "weekly", least: 1, most: 260 },
    Field { name: "monthly", least: 1, most: 120 },
    Field { name: "yearly", least: 1, most: 50 },
    Field { name: "ring", least: 1, most: 20 },
    Field { name: "safeguards", least: 1, most: 100 },
    Field { name: "manual", least: 1, most: 1000 },
    Field { name: "undo_depth", least: 1, most: 100 },
    Field { name: "budget", least: 1, most: 10_000_000 },
];

/// What somebody typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    daily: String,
    weekly: String,
    monthly: String,
    yearly: String,
    ring: String,
    safeguards: String,
    manual: String,
    undo_depth: String,
    budget: String,
}

impl Wanted {
    /// A policy as the form shows it.
    pub(super) fn of(policy: &Policy) -> Self {
        Self {
            daily: policy.daily.to_string(),
            weekly: policy.weekly.to_string(),
            monthly: policy.monthly.to_string(),
            yearly: policy.yearly.to_string(),
            ring: policy.ring.to_string(),
            safeguards: policy.safeguards.to_string(),
            manual: policy.manual.to_string(),
            undo_depth: policy.undo_depth.to_string(),
            budget: megabytes(policy.budget).to_string(),
        }
    }

    /// What was typed into a field.
    pub(super) fn text(&self, name: &str) -> &str {
        match name {
            "daily" => &self.daily,
            "weekly" => &self.weekly,
            "monthly" => &self.monthly,
            "yearly" => &self.yearly,
            "ring" => &self.ring,
            "safeguards" => &self.safeguards,
            "manual" => &self.manual,
            "undo_depth" => &self.undo_depth,
            _ => &self.budget,
        }
    }

    /// The policy that these numbers are, or the names of those that cannot be. A budget that was not touched stays as it
    /// is to the last byte, although the form shows megabytes.
    pub(super) fn policy(&self, present: &Policy) -> Result<Policy, Vec<&'static str>> {
        let mut wrong = Vec::new();
        let mut number = |name: &'static str| {
            let number = ALL.iter().find(|field| field.name == name).and_then(|field| {
                let number = self.text(name).trim().parse::<u64>().ok()?;
                (field.least..=field.most).contains(&number).then_some(number)
            });
            if number.is_none() {
                wrong.push(name);
            }
            number.unwrap_or_default()
        };
        let budget = number("budget");
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let policy = Policy {
            daily: small(number("daily")),
            weekly: small(number("weekly")),
            monthly: small(number("monthly")),
            yearly: small(number("yearly")),
            safeguards: small(number("safeguards")),
            manual: small(number("manual")),
            ring: u8::try_from(number("ring")).unwrap_or(u8::MAX),
            undo_depth: small(number("undo_depth")),
            budget: if budget == megabytes(present.budget) { present.budget } else { budget.saturating_mul(MEGABYTE) },
        };
        if wrong.is_empty() { Ok(policy) } else { Err(wrong) }
    }
}

const fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(MEGABYTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_was_not_touched_changes_nothing() {
        let policy = Policy::default();
        let shown = Wanted::of(&policy);
        assert_eq!(shown.text("budget"), "1074");
        assert_eq!(shown.policy(&policy), Ok(policy));
    }

    #[test]
    fn what_is_no_number_within_its_limits_is_named() {
        let policy = Policy::default();
        let wanted =
            Wanted { daily: "0".to_owned(), ring: "three".to_owned(), budget: String::new(), ..Wanted::of(&policy) };
        assert_eq!(wanted.policy(&policy), Err(vec!["budget", "daily", "ring"]));
        let more = Wanted { daily: " 30 ".to_owned(), budget: "500".to_owned(), ..Wanted::of(&policy) };
        assert_eq!(more.policy(&policy), Ok(Policy { daily: 30, budget: 500_000_000, ..policy }));
    }
}
