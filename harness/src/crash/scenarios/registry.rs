//! Workspaces come and go, several live side by side, and the list of them is lost.

use omnicraft_core::names;
use omnicraft_host::progress::Unobserved;

use super::{Scenario, small};
use crate::crash::life::Life;
use crate::crash::shop::{BOOKS, PURSE};

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "workspace-first",
        story: "the first workspace of an empty home, and its first start",
        subject: small,
        prepare: |life| life.fill("shop", &Life::live("shop"), BOOKS, "3", "wal"),
        act: |life| {
            life.add("shop")?;
            life.commit("shop")?;
            life.start("shop")
        },
    },
    Scenario {
        name: "workspace-added",
        story: "the owner's purse is looked after too from now on",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.start("shop").unwrap();
            life.fill("purse", &Life::live("purse"), PURSE, "3", "wal");
        },
        act: |life| {
            life.commit("shop")?;
            life.add("purse")?;
            life.commit("purse")?;
            life.start("purse")?;
            life.commit("shop")
        },
    },
    Scenario {
        name: "workspace-removed",
        story: "a second shop is no longer looked after; its database and its snapshots stay where they are",
        subject: small,
        prepare: |life| {
            three(life);
            life.start("shop").unwrap();
            life.start("stall").unwrap();
        },
        act: |life| {
            life.look_after_no_longer("stall")?;
            life.commit("shop")?;
            life.exit("shop")
        },
    },
    Scenario {
        name: "workspace-removed-fresh",
        story: "a workspace without a snapshot is removed right after it was added",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.fill("stall", &Life::live("stall"), BOOKS, "3", "wal");
        },
        act: |life| {
            life.add("stall")?;
            life.look_after_no_longer("stall")
        },
    },
    Scenario {
        name: "three-start",
        story: "two shops and the owner's purse start one after the other, and all go on selling",
        subject: small,
        prepare: three,
        act: |life| {
            for name in ["shop", "stall", "purse"] {
                life.commit(name)?;
                life.start(name)?;
            }
            life.commit("shop")
        },
    },
    Scenario {
        name: "three-exit",
        story: "two shops and the owner's purse are closed one after the other",
        subject: small,
        prepare: |life| {
            three(life);
            for name in ["shop", "stall", "purse"] {
                life.commit(name).unwrap();
                life.exit(name).unwrap();
                life.commit(name).unwrap();
            }
        },
        act: |life| ["purse", "shop", "stall"].into_iter().try_for_each(|name| life.exit(name)),
    },
    Scenario {
        name: "registry-lost",
        story: "the list of workspaces was thrown away: the catalog knows them, and the list is written again",
        subject: small,
        prepare: |life| {
            three(life);
            life.start("stall").unwrap();
            life.stop();
            life.throw_away(names::REGISTRY);
        },
        act: reopened,
    },
    Scenario {
        name: "registry-torn",
        story: "the list of workspaces cannot be read: it is kept beside the one that is written again",
        subject: small,
        prepare: |life| {
            three(life);
            life.start("stall").unwrap();
            life.stop();
            life.behead(names::REGISTRY);
        },
        act: reopened,
    },
    Scenario {
        name: "registry-shortened",
        story: "somebody took a line out of the list of workspaces by hand: it is still looked after, and listed again",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            let registry = life.machine.files().read(&home(names::REGISTRY), 1 << 20).unwrap();
            life.found("stall", BOOKS, "3");
            life.start("stall").unwrap();
            life.stop();
            life.throw_away(names::REGISTRY);
            life.machine.files().write_new(&home(names::REGISTRY), &registry).unwrap();
        },
        act: reopened,
    },
];

fn three(life: &mut Life) {
    life.found("shop", BOOKS, "3");
    life.found("stall", BOOKS, "3");
    life.found("purse", PURSE, "3");
}

fn home(name: &str) -> std::path::PathBuf {
    std::path::Path::new(crate::crash::life::HOME).join(name)
}

fn reopened(life: &mut Life) -> Result<(), String> {
    let all = life.reopen(Box::new(Unobserved))?;
    life.commit("shop")?;
    life.start("shop")?;
    all
}
