//! One database is restored: from each kind of source, over each state in which a live database can be.

use std::sync::Arc;

use omnicraft_core::effect::Effect;
use omnicraft_core::event::{EventKind, Export, Source};

use super::Scenario;
use crate::crash::life::{Life, id};
use crate::crash::life_restore::{Version, elsewhere};
use crate::crash::shop::{BOOKS, Shop};

/// A life of the small shop.
pub(super) const fn scenario(
    name: &'static str,
    story: &'static str,
    prepare: fn(&mut Life),
    act: fn(&mut Life) -> Result<(), String>,
) -> Scenario {
    Scenario { name, story, subject: || Arc::new(Shop::small()), prepare, act }
}

pub(super) const ALL: &[Scenario] = &[
    scenario(
        "restore-snapshot",
        "a snapshot is restored over a database whose log holds commits that were never merged",
        a_snapshot_and_a_commit,
        |life| {
            life.commit("shop")?;
            restore_first(life)?;
            life.commit("shop")
        },
    ),
    scenario(
        "restore-after-the-app-died",
        "a snapshot is restored over a database beside which a dead app has left its log",
        |life| {
            a_snapshot_and_a_commit(life);
            life.kill("shop");
        },
        restore_first,
    ),
    scenario(
        "restore-rollback-journal",
        "a snapshot is restored over a database with a rollback journal",
        |life| {
            shop(life);
            life.use_rollback_journal("shop");
            life.commit("shop").unwrap();
            life.snapshot("shop", None).unwrap();
        },
        |life| {
            life.commit("shop")?;
            let snapshot = life.in_slot("shop", FIRST);
            life.restore("shop", snapshot, "entry 2 of shop")?;
            life.commit("shop")
        },
    ),
    scenario(
        "restore-over-a-hot-journal",
        "a snapshot is restored over a database of which the app died in the middle of a transaction",
        |life| {
            shop(life);
            life.use_rollback_journal("shop");
            life.snapshot("shop", None).unwrap();
            life.commit("shop").unwrap();
            life.die_in_a_transaction("shop");
        },
        restore_first,
    ),
    scenario(
        "restore-over-damage",
        "a snapshot is restored over a database whose first page is bad, beside which lies a log",
        |life| {
            a_snapshot_and_a_commit(life);
            life.damage("shop", 0);
        },
        |life| {
            restore_first(life)?;
            life.commit("shop")
        },
    ),
    scenario(
        "restore-over-a-journal-alone",
        "a snapshot is restored where the live database is gone, and the journal of a transaction that was cut short is not",
        |life| {
            shop(life);
            life.use_rollback_journal("shop");
            life.snapshot("shop", None).unwrap();
            life.commit("shop").unwrap();
            life.die_in_a_transaction("shop");
            life.throw_away("shop.db");
            life.is_unreadable("shop");
        },
        restore_first,
    ),
    scenario(
        "restore-over-hidden-damage",
        "a snapshot is restored over a database that opens, and of which a page is bad",
        |life| {
            a_snapshot_and_a_commit(life);
            life.leave("shop").unwrap();
            life.damage("shop", 8192);
        },
        restore_first,
    ),
    scenario(
        "restore-over-nothing",
        "a snapshot is restored where the live database is gone",
        |life| {
            a_snapshot_and_a_commit(life);
            life.lose("shop");
        },
        |life| {
            restore_first(life)?;
            life.commit("shop")
        },
    ),
    scenario(
        "restore-file",
        "a database file from elsewhere is restored",
        |life| {
            shop(life);
            life.export_as(Export::Database(id("shop")), "copy.db", false).unwrap();
            life.commit("shop").unwrap();
        },
        |life| {
            life.commit("shop")?;
            life.restore("shop", Source::File(elsewhere("copy.db")), "entry 1 of shop")
        },
    ),
    scenario(
        "restore-older-file",
        "a file of the first version of the app is restored, and brought forward before it is put in place",
        |life| {
            shop(life);
            life.older_file("shop", "1", "old.db", "the old shop");
        },
        |life| {
            life.commit("shop")?;
            life.restore("shop", Source::File(elsewhere("old.db")), "the old shop")?;
            life.commit("shop")
        },
    ),
    scenario(
        "restore-damaged-file",
        "a file with a bad page is refused, and nothing live is touched",
        |life| {
            shop(life);
            life.export_as(Export::Database(id("shop")), "copy.db", false).unwrap();
            life.spoil("copy.db", 8192);
        },
        |life| {
            life.commit("shop")?;
            let source = Source::File(elsewhere("copy.db"));
            life.given_up(EventKind::RestoreRequested(id("shop"), source), NEW, "malformed")?;
            life.commit("shop")
        },
    ),
    scenario(
        "restore-pinned",
        "a pinned snapshot is restored; it stays",
        |life| {
            shop(life);
            life.snapshot("shop", Some("before the fair")).unwrap();
            life.commit("shop").unwrap();
        },
        restore_first,
    ),
    scenario(
        "restore-dated",
        "yesterday's daily backup, which has a dated name today, is restored",
        |life| {
            shop(life);
            life.told(EventKind::AppStarted(id("shop"))).unwrap();
            life.commit("shop").unwrap();
            life.later(24);
            life.told(EventKind::AppStarted(id("shop"))).unwrap();
        },
        |life| {
            let snapshot = life.in_slot("shop", "auto_daily_2026-11-21");
            life.restore("shop", snapshot, "entry 1 of shop")
        },
    ),
    scenario(
        "restore-the-last-safeguard",
        "what the last restore has kept is restored, while its name is taken by a newer safeguard",
        |life| {
            a_snapshot_and_a_commit(life);
            restore_first(life).unwrap();
            life.commit("shop").unwrap();
        },
        |life| {
            let safeguard = life.in_slot("shop", "auto_before_restore");
            life.restore("shop", safeguard, "entry 2 of shop")
        },
    ),
    scenario(
        "restore-worked-in-after-the-commit",
        "the app commits between the commit point and the swap: the restore is withdrawn, and nothing is lost",
        |life| {
            a_snapshot_and_a_commit(life);
            life.work_before(|step| matches!(step, Effect::Swap { .. }), "shop", false);
        },
        |life| {
            life.start_again()?;
            let snapshot = life.in_slot("shop", FIRST);
            life.given_up(EventKind::RestoreRequested(id("shop"), snapshot), NEW, "somebody has worked in it")?;
            life.commit("shop")
        },
    ),
    scenario(
        "restore-worked-in-and-closed",
        "the app commits between the commit point and the swap, and closes its database, which merges its log",
        |life| {
            a_snapshot_and_a_commit(life);
            life.work_before(|step| matches!(step, Effect::Swap { .. }), "shop", true);
        },
        |life| {
            life.start_again()?;
            let snapshot = life.in_slot("shop", FIRST);
            life.given_up(EventKind::RestoreRequested(id("shop"), snapshot), NEW, "somebody has worked in it")
        },
    ),
    scenario(
        "restore-worked-in-before-the-commit",
        "the app commits after its safeguard was taken: the restore is not committed",
        |life| {
            a_snapshot_and_a_commit(life);
            life.work_before(|step| matches!(step, Effect::Publish { .. }), "shop", false);
        },
        |life| {
            life.start_again()?;
            let snapshot = life.in_slot("shop", FIRST);
            life.given_up(EventKind::RestoreRequested(id("shop"), snapshot), NEW, "somebody wrote to it")?;
            life.commit("shop")
        },
    ),
];

/// The name of the first snapshot that is taken on request on the first day.
pub(super) const FIRST: &str = "manual_2026-11-21";

/// What a restore of the first snapshot leads to.
const NEW: &[Version<'_>] = &[("shop", "entry 1 of shop")];

/// The shop after its first commit.
pub(super) fn shop(life: &mut Life) {
    life.found("shop", BOOKS, "3");
    life.commit("shop").unwrap();
}

/// A snapshot of entry 1; entry 2 is only in the live database.
pub(super) fn a_snapshot_and_a_commit(life: &mut Life) {
    shop(life);
    life.snapshot("shop", None).unwrap();
    life.commit("shop").unwrap();
}

pub(super) fn restore_first(life: &mut Life) -> Result<(), String> {
    let snapshot = life.in_slot("shop", FIRST);
    life.restore("shop", snapshot, "entry 1 of shop")
}
