//! G4: all live databases together hold one of the worlds that were promised.

use super::Guarantee;
use crate::crash::observe::Found;
use crate::crash::trace::Promise;

pub(super) const GUARANTEE: Guarantee = Guarantee {
    id: "G4",
    sentence: "A power cut during a restore leaves the old database or the new one, never a mixture, over all \
               workspaces of a global restore together.",
    judge,
};

fn judge(promise: &Promise, found: &Found) -> Result<(), String> {
    if let Some(reason) = &found.refused {
        return Err(format!("the engine does not start: {reason}"));
    }
    let equals = |books: &crate::crash::Books| {
        books.len() == found.live.len()
            && found.live.iter().all(|(path, content)| content.as_ref().ok() == books.get(path))
    };
    if promise.worlds.iter().any(equals) {
        return Ok(());
    }
    let told: Vec<String> = found
        .live
        .iter()
        .map(|(path, content)| {
            let words = match content {
                Ok(digest) => {
                    promise.known.get(digest).cloned().unwrap_or_else(|| format!("{digest}, which nobody committed"))
                }
                Err(reason) => reason.clone(),
            };
            format!("{} holds {words}", path.display())
        })
        .collect();
    Err(told.join("; "))
}
