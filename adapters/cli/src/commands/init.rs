//! `init`: a new home with one workspace on OmniCraft's business schema, empty or with a sample business.

use jiff::ToSpan;
use jiff::civil::Date;
use omnicraft_fixtures::Size;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::EngineError;
use serde_json::json;

use crate::args::Sample;
use crate::newcomer;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::signals;
use crate::tell;

/// What a new home's workspace is called.
pub(crate) const NAME: &str = "My Workshop";
/// The same sample on every machine.
pub(crate) const SEED: u64 = 7;

pub(crate) fn run(session: &Session, sample: Option<Sample>) -> Result<Reply, Problem> {
    let mut engine = new_home(session)?;
    let yesterday = yesterday(session)?;
    let fill = |path: &std::path::Path| match sample {
        None => Ok(()),
        Some(size) => {
            session.note("Writing the sample business …");
            // Nothing looks after it yet, so leaving in the middle harms nothing.
            let filled = signals::may_leave(|| omnicraft_fixtures::fill(path, size.into(), SEED, yesterday));
            filled.map_err(|error| Problem::failed(format!("cannot write the sample business: {error}"), ""))
        }
    };
    let (workspace, ended) = newcomer::create(session, &mut engine, omnicraft_erp::BUSINESS, NAME, fill)?;
    let home = engine.home().display();
    let text = format!("Made {home} with the workspace “{NAME}” in {}.\nNext: omnicraft open", workspace.database);
    let mut json = tell::json(&engine, &workspace.id, &ended);
    json["home"] = json!(engine.home().to_string_lossy());
    json["database"] = json!(engine.path_of(&workspace.database).to_string_lossy());
    Ok(Reply { text, json, exit: tell::exit(&ended) })
}

/// A new home, or one whose making was interrupted before it had a workspace.
fn new_home(session: &Session) -> Result<Engine, Problem> {
    match session.create() {
        Ok(engine) => Ok(engine),
        Err(already @ EngineError::AlreadyAHome(_)) => {
            let engine = session.engine()?;
            let backups = !engine.state().snapshots.is_empty();
            if engine.state().workspaces.is_empty() && !backups { Ok(engine) } else { Err(already.into()) }
        }
        Err(error) => Err(error.into()),
    }
}

/// The day on which a sample's history ends.
pub(crate) fn yesterday(session: &Session) -> Result<Date, Problem> {
    let day = session.now().date().checked_sub(1.day());
    day.map_err(|error| Problem::usage(format!("--at is too early: {error}"), "Choose a later day"))
}

impl From<Sample> for Size {
    fn from(sample: Sample) -> Self {
        match sample {
            Sample::Small => Self::Small,
            Sample::Medium => Self::Medium,
            Sample::Large => Self::Large,
        }
    }
}
