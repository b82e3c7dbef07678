//! `run`: an app between `open` and `close`. While it runs, due backups are taken on a timer, after midnight and after
//! the machine wakes up; where none is due, one that is there is checked in full, for as long as the app runs.

use std::ffi::OsString;
use std::io;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use jiff::Zoned;
use omnicraft_core::card;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Level, Snapshot};
use omnicraft_host::engine::Engine;
use omnicraft_host::ports::clock::Clock;
use serde_json::json;

use super::close::UNCHANGED;
use super::open::every_workspace;
use crate::output::{Exit, Reply};
use crate::problem::Problem;
use crate::session::Session;
use crate::signals;
use crate::source;
use crate::tell;

/// Between two looks at the app.
const LOOK: Duration = Duration::from_millis(100);
/// Between two due-checks. Wall time, so that a machine that slept checks as soon as it wakes up.
const CHECK: Duration = Duration::from_secs(60);

pub(crate) fn run(session: &Session, command: &[OsString]) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    if engine.state().workspaces.is_empty() {
        return Err(source::nothing_here());
    }
    let opened = every_workspace(session, &mut engine, EventKind::AppStarted, "nothing due");
    tell::offer(session, &engine);
    let started = tell::all(opened);
    session.note(&started.text);
    let ran = start(session, command).and_then(|()| watch(session, &mut engine));
    // Ctrl-C ended the app; the backup that follows is not meant.
    signals::forget();
    let ended = tell::all(every_workspace(session, &mut engine, EventKind::AppClosing, UNCHANGED));
    session.note(&ended.text);
    let status = ran?;
    let app = code(status);
    let ours = started.exit.and(ended.exit);
    let json = json!({ "opened": started.json["workspaces"], "app": app, "closed": ended.json["workspaces"] });
    Ok(Reply { text: String::new(), json, exit: if ours == Exit::Done { Exit::Of(app) } else { ours } })
}

/// Beside JSON what the app says goes to stderr: stdout holds one document and nothing else.
fn start(session: &Session, command: &[OsString]) -> Result<(), Problem> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Problem::usage("no app was named", "Write it after --, as in `omnicraft run -- app`"));
    };
    let out = if session.json() { Stdio::from(io::stderr()) } else { Stdio::inherit() };
    let child = Command::new(program).args(arguments).stdout(out).spawn().map_err(|error| {
        let reason = format!("cannot start {}: {error}", program.to_string_lossy());
        Problem::failed(reason, "Check the app's path. The databases are as they were")
    })?;
    session.app().is(child);
    Ok(())
}

fn watch(session: &Session, engine: &mut Engine) -> Result<ExitStatus, Problem> {
    let mut checked = Checked::at(session);
    loop {
        let status = session.app().status();
        if let Some(status) = status.map_err(|error| Problem::failed(format!("lost sight of the app: {error}"), ""))? {
            return Ok(status);
        }
        if checked.is_over(session) {
            checked = Checked::at(session);
            check(session, engine);
        }
        session.clock().wait(LOOK);
    }
}

/// Says what was taken and what was proven; what is wrong was said on the way.
fn check(session: &Session, engine: &mut Engine) {
    let unproven = |snapshot: &&Snapshot| snapshot.level < Level::Proven;
    let before: Vec<_> = engine.state().snapshots.values().filter(unproven).map(|snapshot| snapshot.id).collect();
    for part in every_workspace(session, engine, EventKind::TimePassed, "") {
        if part.text.contains("taken") {
            session.note(&part.text);
        }
    }
    let state = engine.state();
    for snapshot in before.iter().filter_map(|id| state.snapshots.get(id)).filter(|snapshot| !unproven(snapshot)) {
        let (name, card) = (tell::name(engine, &snapshot.workspace), card::card(snapshot, &engine.now()));
        session.note(&format!("{name}: {card} was checked in full and is proven"));
    }
}

/// When the last due-check was, by both clocks.
struct Checked {
    wall: Zoned,
    monotonic: Duration,
}

impl Checked {
    fn at(session: &Session) -> Self {
        Self { wall: session.now(), monotonic: session.clock().monotonic() }
    }

    /// Whether it is time for the next one. The wall clock also counts a sleep of the machine, and may be set back;
    /// a new day need not wait.
    fn is_over(&self, session: &Session) -> bool {
        let now = session.now();
        let wall = now.duration_since(&self.wall).unsigned_abs();
        let monotonic = session.clock().monotonic().saturating_sub(self.monotonic);
        wall >= CHECK || monotonic >= CHECK || now.date() != self.wall.date()
    }
}

/// As a shell reports it: 128 and the signal's number for an app that was killed.
fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(128 + signal).unwrap_or(1);
    }
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
