//! The power went in the middle of a restore, and somebody does something before or after the engine is started again.

use omnicraft_core::event::Export;

use super::Scenario;
use super::restores::{FIRST, a_snapshot_and_a_commit, restore_first, scenario};
use crate::crash::life::Life;
use crate::crash::life_restore::Version;
use crate::crash::shop::BOOKS;
use crate::sim::operation::Operation;

pub(super) const ALL: &[Scenario] = &[
    scenario(
        "interrupted-before-the-swap",
        "the restore was decided and nothing swapped; the start finishes it, and another snapshot is restored",
        two_snapshots,
        |life| {
            restore_first(life)?;
            life.lose_power_before(|change| is_swap_of(change, "shop"))?;
            life.start_again()?;
            again(life)
        },
    ),
    scenario(
        "interrupted-over-damage",
        "the restore over a damaged database was decided and nothing swapped; a log lies beside it when the start goes on",
        |life| {
            a_snapshot_and_a_commit(life);
            life.damage("shop", 0);
        },
        |life| {
            restore_first(life)?;
            life.lose_power_before(
                |change| matches!(change, Operation::Unlink(path, _) if path.ends_with("shop.db-wal")),
            )?;
            life.start_again()?;
            life.commit("shop")
        },
    ),
    scenario(
        "interrupted-after-the-swap",
        "the restore was swapped in and not finished; the app works in it before the engine is started again",
        two_snapshots,
        |life| {
            restore_first(life)?;
            life.lose_power_before(|change| matches!(change, Operation::Unlink(path, _) if path.ends_with(INTENT)))?;
            life.holds(NEW);
            life.commit_alone("shop", BOOKS)?;
            life.start_again()?;
            again(life)
        },
    ),
    scenario(
        "interrupted-before-the-commit",
        "the restore was not decided; the start cleans up, and the restore is asked for again",
        two_snapshots,
        |life| {
            restore_first(life)?;
            life.lose_power_before(|change| matches!(change, Operation::Rename(_, to, _) if to.ends_with(INTENT)))?;
            life.holds(OLD);
            life.start_again()?;
            life.commit("shop")?;
            restore_first(life)
        },
    ),
    scenario(
        "interrupted-and-worked-in",
        "the restore was decided and nothing swapped; the app commits before the engine is started again, so it is given up",
        two_snapshots,
        |life| {
            restore_first(life)?;
            life.lose_power_before(|change| is_swap_of(change, "shop"))?;
            life.may_hold(OLD);
            life.commit_alone("shop", BOOKS)?;
            life.start_again()?;
            life.commit("shop")
        },
    ),
    scenario(
        "interrupted-between-two",
        "of two databases one was swapped; the app commits in the other before the engine is started again: what it \
         committed is safeguarded, and then both are new",
        |life| {
            for name in ["shop", "studio"] {
                life.found(name, BOOKS, "3");
                life.commit(name).unwrap();
            }
            life.export_as(Export::All { with_csv: false }, "all.zip", false).unwrap();
            life.commit("shop").unwrap();
            life.commit("studio").unwrap();
        },
        |life| {
            life.restore_all("all.zip", BOTH)?;
            life.lose_power_before(|change| is_swap_of(change, "studio"))?;
            // One is in its place, so there is no way back.
            life.holds(BOTH);
            let work = life.work_in_what_goes("studio", BOOKS)?;
            life.start_again()?;
            life.has_kept(work)
        },
    ),
];

const INTENT: &str = ".restore-intent.json";

/// Before the restore of the first snapshot, and after it.
const OLD: &[Version<'_>] = &[("shop", "entry 3 of shop")];
const NEW: &[Version<'_>] = &[("shop", "entry 1 of shop")];

const BOTH: &[Version<'_>] = &[("shop", "entry 1 of shop"), ("studio", "entry 2 of studio")];

fn is_swap_of(change: &Operation, name: &str) -> bool {
    matches!(change, Operation::Rename(_, to, _) if **to == *Life::live(name))
}

/// Snapshots of entries 1 and 2; entry 3 is only in the live database.
fn two_snapshots(life: &mut Life) {
    a_snapshot_and_a_commit(life);
    life.snapshot("shop", None).unwrap();
    life.commit("shop").unwrap();
}

fn again(life: &mut Life) -> Result<(), String> {
    let second = life.in_slot("shop", &format!("{FIRST}_2"));
    life.restore("shop", second, "entry 2 of shop")?;
    life.commit("shop")
}
