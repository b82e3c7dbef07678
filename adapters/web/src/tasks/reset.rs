//! The two resets: nothing is wiped before a verified backup has given its permit.

use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Act, Workspace};
use omnicraft_core::state::Ending;
use omnicraft_core::transition::Refusal;
use omnicraft_erp::ErpError;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::EngineError;
use omnicraft_host::handle::JobId;

use super::{Answer, Label, live};
use crate::site::Site;

/// Wipes a business as the act says, after its safeguard is published, if the books still are as they `looked`.
pub(crate) fn begin(site: &Site, workspace: Workspace, act: Act, looked: String) -> JobId {
    let label = Label::Reset { workspace: workspace.id.clone(), act };
    site.desk.submit(label, move |engine| {
        if live::looks(&*engine.ports().files, engine.home(), [&workspace]) != looked {
            return Ok(Answer::Outdated);
        }
        reset(engine, &workspace, act)
    })
}

fn reset(engine: &mut Engine, workspace: &Workspace, act: Act) -> Result<Answer, EngineError> {
    let mut ended = engine.handle(EventKind::AboutToDestroy(workspace.id.clone(), act))?;
    match ended.permit.take() {
        Some(permit) => {
            let safeguard = permit.safeguard();
            let wiped = omnicraft_erp::reset(&engine.path_of(&workspace.database), permit);
            wiped.map(|rows| Answer::Wiped { safeguard, rows }).map_err(|error| refused(&error))
        }
        // Its failure says why there is no backup.
        None if ended.ending == Ending::NotApplied => Ok(Answer::Concluded(Box::new(ended))),
        None => {
            let reason = "there is no verified backup from before the reset";
            Err(EngineError::Refused(Refusal::new(reason, "The database was not touched. Take a backup and try again")))
        }
    }
}

/// The app's errors say what to do by themselves.
fn refused(error: &ErpError) -> EngineError {
    let text = error.to_string();
    let (reason, remedy) = text.rsplit_once(". ").unwrap_or((&text, ""));
    EngineError::Refused(Refusal::new(reason, remedy))
}
