//! OmniCraft with a command that starts the app: after a restore the app comes back by itself.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use omnicraft_core::model::{SchemaProfile, WorkspaceId};
use omnicraft_erp::OmniCraft;
use omnicraft_host::ports::app::App;

use crate::output::note;

/// OmniCraft, and how it is started. Clones start the same app.
#[derive(Clone)]
pub(crate) struct Launcher {
    app: OmniCraft,
    command: Arc<[OsString]>,
    /// Whether the one that was started last is still there.
    runs: Arc<AtomicBool>,
}

impl Launcher {
    /// `command` holds the program and its arguments.
    pub(crate) fn new(command: Vec<OsString>) -> Self {
        Self { app: OmniCraft::new(), command: command.into(), runs: Arc::default() }
    }

    /// Starts the app, unless the one that was started before still runs: a restore of several workspaces asks once
    /// for each.
    fn start(&self) {
        let Some((program, arguments)) = self.command.split_first() else { return };
        if self.runs.swap(true, Ordering::SeqCst) {
            return;
        }
        let (runs, name) = (Arc::clone(&self.runs), program.to_string_lossy().into_owned());
        let started = detached(program, arguments)
            .spawn()
            .and_then(|child| thread::Builder::new().name("app".to_owned()).spawn(move || watch(child, &runs, &name)));
        if let Err(error) = started {
            self.runs.store(false, Ordering::SeqCst);
            let program = program.to_string_lossy();
            note(&format!("The app ({program}) could not be started again: {error}. Start it yourself."));
        }
    }
}

/// Until the app ends; one that ends badly is told of.
fn watch(mut child: Child, runs: &AtomicBool, name: &str) {
    let ended = child.wait();
    runs.store(false, Ordering::SeqCst);
    if let Ok(status) = ended
        && !status.success()
    {
        note(&format!("The app ({name}) ended with {status}."));
    }
}

/// A process that lives on when the page is closed, and that Ctrl-C does not reach.
fn detached(program: &OsString, arguments: &[OsString]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(&mut command, DETACHED);
    command
}

/// DETACHED_PROCESS and CREATE_NEW_PROCESS_GROUP of the Windows interface.
#[cfg(windows)]
const DETACHED: u32 = 0x8 | 0x200;

impl App for Launcher {
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

    fn quiesce(&self, workspace: &WorkspaceId) -> Result<(), String> {
        self.app.quiesce(workspace)
    }

    fn relaunch(&self, _workspace: &WorkspaceId) {
        self.start();
    }
}
