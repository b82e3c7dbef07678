//! G8: every card has its file, every file its card, and nothing half done lies about.

use super::Guarantee;
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G8",
    sentence: "After recovery, catalog and folder agree; losing the catalog loses no backup.",
    judge,
};

fn judge(_promise: &Promise, found: &Found) -> Result<(), String> {
    if let Some(failure) = &found.failure {
        return Err(format!("recovery could not finish: {failure}"));
    }
    match (found.unlisted.first(), found.leftovers.first()) {
        (Some(path), _) => Err(format!("{} is on no card", path.display())),
        (None, Some(path)) => Err(format!("{} was left behind", path.display())),
        (None, None) => Ok(()),
    }
}
