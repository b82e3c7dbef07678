//! An engine over a home with one business, as a front end embeds it.

use std::path::{Path, PathBuf};

use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::{Workspace, WorkspaceId};
use omnicraft_core::state::Ending;
use omnicraft_erp::{BUSINESS, OmniCraft};
use omnicraft_host::engine::Engine;
use omnicraft_host::ports::Ports;
use omnicraft_host::progress::Unobserved;
use tempfile::TempDir;

use crate::business::Business;

/// A home whose business no snapshot was taken of yet.
pub struct Home {
    engine: Engine,
    shop: WorkspaceId,
    folder: TempDir,
}

impl Home {
    /// A new home with a copy of the business.
    pub fn with(business: &Business) -> Self {
        let folder = TempDir::new().unwrap();
        let mut engine = Engine::create(folder.path(), ports(), Box::new(Unobserved)).unwrap();
        business.copy_to(&folder.path().join("shop.db"));
        let mut workspace = Workspace::adopted("shop", "The shop", "shop.db");
        workspace.schema = Some(BUSINESS.to_owned());
        workspace.identity = Some("the-shop".to_owned());
        let shop = workspace.id.clone();
        engine.handle(EventKind::WorkspaceAdded(Box::new(workspace))).unwrap();
        Self { engine, shop, folder }
    }

    /// The app starts: everything that is due is taken.
    pub fn start(&mut self) {
        let ended = self.engine.handle(EventKind::AppStarted(self.shop.clone())).unwrap();
        assert_eq!((ended.ending, ended.published.len()), (Ending::Applied, 4), "{:?}", ended.failure);
    }

    /// Restores from a file.
    pub fn restore(&mut self, file: &Path) {
        let file = file.to_str().unwrap().into();
        let ended = self.engine.handle(EventKind::RestoreRequested(self.shop.clone(), Source::File(file))).unwrap();
        assert_eq!(ended.ending, Ending::Applied, "{:?} {:?}", ended.failure, ended.warnings);
    }

    /// The live database.
    pub fn live(&self) -> PathBuf {
        self.folder.path().join("shop.db")
    }
}

fn ports() -> Ports {
    Ports::of_this_machine(Box::new(OmniCraft::new()))
}
