//! G1: what has a snapshot's name is whole.

use super::Guarantee;
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee =
    Guarantee { id: "G1", sentence: "A published snapshot is complete and verified, or it is absent.", judge };

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    for (card, content) in &found.cards {
        match content {
            Ok(digest) if promise.known.contains_key(digest) => {}
            Ok(digest) => return Err(format!("{} holds {digest}, which nobody committed", card.path.display())),
            // Bytes that were kept although nothing can read them are no backup.
            Err(_) if card.level == omnicraft_core::model::Level::Damaged => {}
            Err(reason) => return Err(format!("{} is bad: {reason}", card.path.display())),
        }
    }
    Ok(())
}
