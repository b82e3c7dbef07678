//! A pretend home whose workspaces are carried away and come back: what the tests of archives have in common.

use expect_test::Expect;
use omnicraft_core::effect::Effect;
use omnicraft_core::event::{EventKind, Export, Source};
use omnicraft_core::model::{LiveState, Workspace, WorkspaceId};
use omnicraft_core::state::State;
use omnicraft_core::transition::Conclusion;

use crate::driver::{Driver, named, shop};

pub(crate) fn check(live: impl FnOnce(&mut Driver), expected: Expect) {
    let mut driver = Driver::new();
    live(&mut driver);
    expected.assert_eq(&driver.log);
}

pub(crate) fn csv() -> Source {
    Source::Archive { path: "/stick/shop.zip".into(), accept_edited: false, trust_schema: false }
}

pub(crate) fn id(name: &str) -> WorkspaceId {
    WorkspaceId(name.to_owned())
}

impl Driver {
    /// A second shop, and the owner's purse.
    pub(crate) fn street() -> Self {
        let mut driver = Self::new();
        driver.add(Workspace { identity: Some("them".to_owned()), ..named("second", "second.db") });
        driver.add(Workspace {
            schema: Some("purse".to_owned()),
            identity: Some("me".to_owned()),
            ..named("purse", "purse.db")
        });
        driver.state.workspaces[0].identity = Some("us".to_owned());
        driver.registry.clone_from(&driver.state.workspaces);
        driver.log.clear();
        driver
    }

    pub(crate) fn add(&mut self, workspace: Workspace) {
        let identity = workspace.identity.clone().unwrap_or_default();
        self.change_in(workspace.database.as_str(), &identity);
        self.event(EventKind::WorkspaceAdded(Box::new(workspace)));
    }

    pub(crate) fn forget(&mut self, name: &str) {
        self.event(EventKind::WorkspaceRemoved(id(name)));
        self.others.remove(&format!("{name}.db"));
        self.log.clear();
    }

    /// Only what was carried away is left.
    pub(crate) fn move_out(&mut self) {
        self.state = State::default();
        self.registry.clear();
        self.files.clear();
        self.others.clear();
        self.live = LiveState::Missing;
    }

    pub(crate) fn export(&mut self, export: Export, to: &str) -> Option<Conclusion> {
        self.event(EventKind::ExportRequested { export, to: to.into(), replace: false })
    }

    pub(crate) fn export_csv(&mut self) {
        self.export(Export::Csv(shop()), "/stick/shop.zip");
        self.log.clear();
    }

    pub(crate) fn export_all(&mut self) {
        self.export(Export::All { with_csv: false }, "/stick/all.zip");
        self.log.clear();
    }

    pub(crate) fn restore(&mut self, source: Source) -> Option<Conclusion> {
        self.event(EventKind::RestoreRequested(shop(), source))
    }

    pub(crate) fn restore_all(&mut self) -> Option<Conclusion> {
        self.event(EventKind::RestoreAllRequested("/stick/all.zip".into()))
    }

    /// Until the power goes in the middle of a swap, when so many databases are in their place.
    pub(crate) fn restore_all_until(&mut self, renames: usize) {
        self.renames = renames;
        let gone = std::cell::Cell::new(false);
        self.event_until(
            EventKind::RestoreAllRequested("/stick/all.zip".into()),
            |_, step| {
                gone.set(matches!(step.effect, Effect::Swap { .. }));
                None
            },
            || gone.get(),
        );
        self.renames = usize::MAX;
        self.log.clear();
    }

    pub(crate) fn say(&mut self, text: &str) {
        self.log.push_str(text);
        self.log.push('\n');
    }

    pub(crate) fn say_world(&mut self) {
        let world = self.world();
        self.say(&world);
    }
}

/// What is refused leaves the state as it was, the journal included.
#[track_caller]
pub(crate) fn check_refused(driver: &mut Driver, kind: EventKind) {
    let before = State { next_operation: 0, ..driver.state.clone() };
    let (files, world) = (driver.files.len(), driver.world());
    let ended = driver.event(kind);
    assert!(ended.is_none_or(|ended| ended.failure.is_some()));
    assert_eq!(State { next_operation: 0, ..driver.state.clone() }, before);
    assert_eq!((driver.files.len(), driver.world()), (files, world));
}
