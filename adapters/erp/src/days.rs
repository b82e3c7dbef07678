//! The columns that say on which day a row happened, in the newest version of each schema; all are ISO 8601 dates.

/// Table, column.
pub(crate) type Entry = (&'static str, &'static str);

pub(crate) const BUSINESS: &[Entry] = &[
    ("purchases", "bought_on"),
    ("batch_movements", "moved_on"),
    ("jobs", "finished_on"),
    ("price_changes", "changed_on"),
    ("clients", "since"),
    ("sales", "sold_on"),
    ("cash_operations", "made_on"),
];

pub(crate) const PERSONAL_FINANCE: &[Entry] = &[("operations", "made_on"), ("assets", "bought_on"), ("rates", "day")];
