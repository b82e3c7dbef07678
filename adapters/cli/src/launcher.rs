//! The command that starts the app: after a restore the app comes back by itself.

use std::ffi::OsString;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::output::note;

/// How the app is started.
pub(crate) struct Launcher {
    command: Vec<OsString>,
    /// Whether the one that was started last is still there.
    runs: Arc<AtomicBool>,
}

impl Launcher {
    /// `command` holds the program and its arguments.
    pub(crate) fn new(command: Vec<OsString>) -> Self {
        Self { command, runs: Arc::default() }
    }

    /// Starts the app, unless the one that was started before still runs.
    pub(crate) fn start(&self) {
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
