//! Back to what was before a restore: once, several deep, and over what the app has done since.

use super::Scenario;
use super::restores::{a_snapshot_and_a_commit, restore_first, scenario};
use crate::crash::life::Life;

pub(super) const ALL: &[Scenario] = &[
    scenario(
        "undo",
        "a restore is undone after the app has committed on top of it",
        |life| {
            a_snapshot_and_a_commit(life);
            restore_first(life).unwrap();
        },
        |life| {
            life.commit("shop")?;
            life.undo(&[("shop", "entry 2 of shop")])?;
            life.commit("shop")
        },
    ),
    scenario(
        "undo-three-deep",
        "three restores are undone one after the other, each back to what was before it",
        |life| {
            a_snapshot_and_a_commit(life);
            for _ in 0..3 {
                restore_first(life).unwrap();
                life.commit("shop").unwrap();
            }
        },
        |life| {
            life.undo(&[("shop", "entry 4 of shop")])?;
            life.undo(&[("shop", "entry 3 of shop")])?;
            life.undo(&[("shop", "entry 2 of shop")])
        },
    ),
    scenario(
        "undo-of-an-undo",
        "what an undo has put aside is restored, and that is undone again",
        |life| {
            a_snapshot_and_a_commit(life);
            restore_first(life).unwrap();
            life.commit("shop").unwrap();
            life.undo(&[("shop", "entry 2 of shop")]).unwrap();
        },
        |life| {
            let safeguard = life.in_slot("shop", "auto_before_restore");
            life.restore("shop", safeguard, "entry 3 of shop")?;
            life.undo(&[("shop", "entry 2 of shop")])
        },
    ),
    scenario(
        "undo-right-after",
        "a restore and its undo in one day's work, without a commit between them",
        a_snapshot_and_a_commit,
        |life| {
            restore_first(life)?;
            life.undo(&[("shop", "entry 2 of shop")])
        },
    ),
    scenario(
        "undo-over-nothing",
        "the restored database is gone; the undo brings back what was before the restore",
        |life| {
            a_snapshot_and_a_commit(life);
            restore_first(life).unwrap();
            life.lose("shop");
        },
        |life| life.undo(&[("shop", "entry 2 of shop")]),
    ),
    scenario(
        "undo-to-damage",
        "a restore over a damaged database is undone: the damaged bytes come back, because somebody wants them",
        |life| {
            a_snapshot_and_a_commit(life);
            life.leave("shop").unwrap();
            life.damage("shop", 8192);
            restore_first(life).unwrap();
        },
        to_damage,
    ),
];

fn to_damage(life: &mut Life) -> Result<(), String> {
    life.commit("shop")?;
    life.undo_to_damage("shop")
}
