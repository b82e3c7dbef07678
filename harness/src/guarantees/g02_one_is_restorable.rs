//! G2: what could be restored can be restored, before recovery and after it.

use super::Guarantee;
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G2",
    sentence: "From the moment the first verified snapshot exists, at least one is restorable at every later instant. \
               The newest snapshot of each verification level is never removed or overwritten before a newer one of at \
               least that level is durable.",
    judge,
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    let had = promise.before.iter().any(|card| card.content.is_some());
    if had && !found.before.iter().any(|digest| promise.known.contains_key(digest)) {
        return Err("right after the power cut no snapshot was restorable".to_owned());
    }
    // What is there before an operation and after it is there all the time.
    let after = promise.after.as_ref().unwrap_or(&promise.before);
    for card in promise.before.iter().filter(|card| card.content.is_some()) {
        let stays = after.iter().any(|other| other.id == card.id);
        let there = found
            .cards
            .iter()
            .any(|(found, content)| found.id == card.id && content.as_ref().ok() == card.content.as_ref());
        if stays && !there {
            return Err(format!("{} ({}) is gone", card.id, card.path.display()));
        }
    }
    Ok(())
}
