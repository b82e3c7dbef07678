//! The app starts: nothing due, one tier due, all of them.

use std::sync::Arc;

use omnicraft_core::event::EventKind;
use omnicraft_core::model::WorkspaceId;

use super::Scenario;
use crate::crash::life::Life;
use crate::crash::shop::{BOOKS, Shop};

pub(super) const ALL: &[Scenario] = &[Scenario {
    name: "start-all-tiers",
    story: "the first start of the app: one copy is published in all four tiers, and the app commits before and after",
    subject: || Arc::new(Shop::small()),
    prepare: |life| {
        life.found("shop", BOOKS, "3");
        life.commit("shop").unwrap();
    },
    act: |life| {
        life.commit("shop")?;
        start(life)?;
        life.commit("shop")
    },
}];

fn start(life: &mut Life) -> Result<(), String> {
    life.told(EventKind::AppStarted(WorkspaceId("shop".to_owned())))
}
