//! The commands, one file each. Each takes the session and its arguments and answers with a reply or a problem.

mod close;
mod demo;
mod drill;
mod export;
mod init;
mod list;
mod migrate;
mod new_home;
mod open;
mod pin;
mod preview;
mod reset;
mod restore;
mod run;
mod serve;
mod snapshot;
mod status;
mod together;
mod undo;
mod verify;
mod workspace;

pub(crate) use init::NAME;
pub(crate) use reset::from_app;

use crate::args::Command;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;

/// Does what was asked.
pub(crate) fn perform(session: &Session, command: Command) -> Result<Reply, Problem> {
    match command {
        Command::Demo => demo::run(session),
        Command::Init { sample } => init::run(session, sample),
        Command::Workspace(command) => workspace::run(session, command),
        Command::Open => open::run(session),
        Command::Close => close::run(session),
        Command::Run { command } => run::run(session, &command),
        Command::List => list::run(session),
        Command::Snapshot { pin, workspace } => snapshot::run(session, pin.as_deref(), workspace.as_deref()),
        Command::Pin { id, name } => pin::pin(session, id, name),
        Command::Unpin { id } => pin::unpin(session, id),
        Command::Preview(from) => preview::run(session, &from),
        Command::Restore(from) => restore::run(session, &from),
        Command::Undo { workspace } => undo::run(session, workspace.as_deref()),
        Command::Export(asked) => export::run(session, &asked),
        Command::Reset { what, workspace } => reset::run(session, what, workspace.as_deref()),
        Command::Migrate { workspace } => migrate::run(session, workspace.as_deref()),
        Command::Verify { ids } => verify::run(session, ids),
        Command::Drill { ids } => drill::run(session, ids),
        Command::Serve(asked) => serve::run(session, asked),
        Command::Status => status::run(session),
    }
}
