//! While a restore is under way every page answers: none waits for the engine that is at work.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use omnicraft_core::event::EventKind;
use omnicraft_core::model::{SchemaProfile, WorkspaceId};
use omnicraft_erp::OmniCraft;
use omnicraft_host::ports::app::App;

use crate::pages::sample::{Sample, words};

/// An app that lets go of its database when the test says so.
#[derive(Clone)]
struct Slow {
    app: OmniCraft,
    /// Told that the engine asked.
    asked: Sender<()>,
    lets_go: Arc<Mutex<Receiver<()>>>,
}

impl App for Slow {
    fn name(&self) -> &str {
        self.app.name()
    }

    fn profiles(&self) -> &[SchemaProfile] {
        self.app.profiles()
    }

    fn create(&self, profile: &SchemaProfile, version: &str, database: &Path) -> Result<(), String> {
        self.app.create(profile, version, database)
    }

    fn migrate(&self, profile: &SchemaProfile, database: &Path) -> Result<(), String> {
        self.app.migrate(profile, database)
    }

    fn quiesce(&self, _workspace: &WorkspaceId) -> Result<(), String> {
        self.asked.send(()).unwrap();
        self.lets_go.lock().unwrap().recv().map_err(|_| "the test is over".to_owned())
    }

    fn relaunch(&self, _workspace: &WorkspaceId) {}
}

#[test]
fn every_page_answers_while_a_restore_is_under_way() {
    let mut sample = Sample::business();
    sample.told("2026-11-21T08:00[Europe/Moscow]", vec![EventKind::AppStarted(WorkspaceId("shop".to_owned()))]);
    let ((asked, is_asked), (let_go, lets_go)) = (channel(), channel());
    sample.served_by(Slow { app: OmniCraft::new(), asked, lets_go: Arc::new(Mutex::new(lets_go)) });
    assert_eq!(sample.get("/w/shop/s/s1", ""), "303 /preview/1");
    sample.idle();
    assert!(words(&sample.get("/preview/1", "")).contains("To confirm, type: My Workshop"));
    assert_eq!(sample.post("/preview/1/restore", "name=my+workshop"), "303 /job/2?back=/w/shop");
    is_asked.recv().unwrap();
    // The restore is in its middle; a page that waited for it would wait for ever.
    for address in ["/w/shop", "/job/2", "/preview/1", "/settings", "/import", "/w/shop/export", "/w/shop/undo"] {
        let page = words(&sample.get(address, ""));
        assert!(page.contains("Restoring “My Workshop” from"), "{address} does not show what is under way: {page}");
    }
    // Nobody reads the database while it is replaced; who wants to sees what he waits for.
    assert_eq!(sample.get("/w/shop/s/s2", ""), "303 /preview/3");
    assert!(words(&sample.get("/preview/3", "")).contains("Waiting until something else is done"));
    let_go.send(()).unwrap();
    sample.idle();
    assert!(words(&sample.get("/preview/3", "")).contains("What will change"));
    assert!(words(&sample.get("/job/2", "")).contains("Your books are back"));
}
