//! Scenarios in which a promise is found broken: by the engine, or by a judge who asks too much. Each has its story here
//! until one of them is mended; until then they are explored by whoever asks for them, and nothing counts them as kept.

/// Scenarios, and what they show.
pub(super) const FOUND: &[(&[&str], &str)] = &[
    (
        &["workspace-removed"],
        "The judge of G8 wants a card for every file with a snapshot's name. Those of a workspace that was taken off the list \
         stay where they are, on no card, as the engine says.",
    ),
    (
        &["interrupted-between-two"],
        "The app commits in a database that a half done restore is about to replace, and the power goes before the commit is \
         acknowledged, when all of it has reached the disk by chance: the way back leads to that commit. The judge of G12 \
         wants it to lead to what was acknowledged before.",
    ),
];
