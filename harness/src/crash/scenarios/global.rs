//! Everything comes back together: two shops, a purse and the list of workspaces, all of one moment or none of it.

use omnicraft_core::effect::Effect;
use omnicraft_core::event::{EventKind, Export};

use super::Scenario;
use super::restores::scenario;
use crate::crash::life::Life;
use crate::crash::life_restore::{Version, elsewhere};
use crate::crash::shop::{BOOKS, PURSE};

pub(super) const ALL: &[Scenario] = &[
    scenario(
        "global-restore",
        "two shops and the purse go back to the moment of a global archive",
        |life| {
            archived(life);
            for name in ["shop", "studio", "purse"] {
                life.commit(name).unwrap();
            }
        },
        |life| {
            life.commit("studio")?;
            life.restore_all(ARCHIVE, ALL_OF_THEM)?;
            life.commit("purse")
        },
    ),
    scenario(
        "global-restore-to-a-new-computer",
        "a global archive is restored into an empty home: all three are new, and the list of workspaces is written",
        |life| {
            archived(life);
            life.new_computer();
        },
        |life| {
            life.restore_all(ARCHIVE, ALL_OF_THEM)?;
            life.commit("shop")
        },
    ),
    scenario(
        "global-restore-where-one-is-here",
        "one of three is here and has another content, the others are new",
        |life| {
            archived(life);
            life.new_computer();
            life.found("shop", BOOKS, "3");
            life.commit("shop").unwrap();
        },
        |life| {
            life.commit("shop")?;
            life.restore_all(ARCHIVE, ALL_OF_THEM)
        },
    ),
    scenario(
        "global-restore-beside-another",
        "a workspace that the archive does not know is safeguarded and stays as it is",
        |life| {
            archived(life);
            life.found("annex", BOOKS, "3");
            life.commit("annex").unwrap();
            life.commit("purse").unwrap();
        },
        |life| {
            life.commit("annex")?;
            life.restore_all(ARCHIVE, ALL_OF_THEM)?;
            life.commit("annex")
        },
    ),
    scenario(
        "global-restore-over-damage",
        "one of three is damaged and one is gone; all come back",
        |life| {
            archived(life);
            life.commit("purse").unwrap();
            // What the old log holds must not be what the archive brings.
            life.commit("shop").unwrap();
            life.damage("shop", 0);
            life.lose("studio");
        },
        |life| life.restore_all(ARCHIVE, ALL_OF_THEM),
    ),
    scenario(
        "global-restore-worked-in",
        "the app commits in the last of three between the commit point and the swap: all three stay as they are",
        |life| {
            archived(life);
            life.commit("shop").unwrap();
            life.work_before(|step| matches!(step, Effect::Swap { .. }), "purse", false);
        },
        |life| {
            life.start_again()?;
            let restore = EventKind::RestoreAllRequested(elsewhere(ARCHIVE));
            life.given_up(restore, ALL_OF_THEM, "somebody has worked in it")?;
            life.commit("studio")
        },
    ),
    scenario(
        "global-undo",
        "a global restore is undone: all three go back together",
        |life| {
            archived(life);
            for name in ["shop", "studio", "purse"] {
                life.commit(name).unwrap();
            }
            life.restore_all(ARCHIVE, ALL_OF_THEM).unwrap();
            life.commit("shop").unwrap();
        },
        |life| {
            life.undo(&[("shop", "entry 4 of shop"), ("studio", "entry 5 of studio"), ("purse", "entry 6 of purse")])
        },
    ),
    scenario(
        "global-undo-beside-newcomers",
        "a global restore is undone where two of three were new: the one that was here goes back, the others stay",
        |life| {
            archived(life);
            life.new_computer();
            life.found("shop", BOOKS, "3");
            life.commit("shop").unwrap();
            life.restore_all(ARCHIVE, ALL_OF_THEM).unwrap();
            life.commit("studio").unwrap();
        },
        |life| life.undo(&[("shop", "entry 4 of shop")]),
    ),
];

const ARCHIVE: &str = "all.zip";

/// What the archive holds.
const ALL_OF_THEM: &[Version<'_>] =
    &[("shop", "entry 1 of shop"), ("studio", "entry 2 of studio"), ("purse", "entry 3 of purse")];

/// Three workspaces with a commit each, and an archive of that moment.
fn archived(life: &mut Life) {
    for (name, schema) in [("shop", BOOKS), ("studio", BOOKS), ("purse", PURSE)] {
        life.found(name, schema, "3");
        life.commit(name).unwrap();
    }
    life.export_as(Export::All { with_csv: false }, ARCHIVE, false).unwrap();
}
