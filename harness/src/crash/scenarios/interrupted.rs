//! The power went in the middle of a restore, and somebody does something before or after the engine is started again.

use omnicraft_core::event::Export;

use super::Scenario;
use super::restores::{FIRST, a_snapshot_and_a_commit, restore_first, scenario};
use crate::content::Digest;
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
        of_two,
        |life| {
            let work = one_is_swapped_and_the_other_worked_in(life)?;
            life.start_again()?;
            life.has_kept(work)
        },
    ),
    scenario(
        "interrupted-between-two-and-settled",
        "the same, where all that the app committed meanwhile has reached the disk before the engine is started again",
        |life| {
            of_two(life);
            one_is_swapped_and_the_other_worked_in(life).unwrap();
        },
        |life| {
            let work = life.is_about_to_lose("studio", "entry 900 of studio");
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

/// Two shops with a commit each that a global archive does not hold.
fn of_two(life: &mut Life) {
    for name in ["shop", "studio"] {
        life.found(name, BOOKS, "3");
        life.commit(name).unwrap();
    }
    life.export_as(Export::All { with_csv: false }, "all.zip", false).unwrap();
    life.commit("shop").unwrap();
    life.commit("studio").unwrap();
}

/// The power goes when the first of two databases is in its place, so that there is no way back; then the app commits in
/// the other one. The content of that is what must be kept.
fn one_is_swapped_and_the_other_worked_in(life: &mut Life) -> Result<Digest, String> {
    life.restore_all("all.zip", BOTH)?;
    life.lose_power_before(|change| is_swap_of(change, "studio"))?;
    life.holds(BOTH);
    life.work_in_what_goes("studio", BOOKS)
}

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
