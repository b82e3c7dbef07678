//! Performs effects: one `match`, and a file for each kind. Every effect follows the same order: write, make durable,
//! verify, rename to the final name, make the name durable; what is removed is removed last. So a failure, a stop or a
//! power cut leaves the old file or the new one under a final name, and every effect can be run again.

mod bundle;
mod compare;
mod copy;
mod copy_all;
mod damaged;
mod export;
mod generation;
mod guard;
mod home;
mod identify;
mod import;
mod inspect;
mod intent;
mod look;
mod maintain;
mod pack;
mod publish;
mod quiesce;
pub mod registry;
mod rehearse;
mod reindex;
mod remove;
mod scan;
mod sidecars;
mod stage;
mod swap;
mod unpack;
mod verify;
mod work;

use std::path::Path;

use omnicraft_core::effect::Effect;
use omnicraft_core::outcome::{Outcome, Yield};
use omnicraft_core::plan::Step;
use omnicraft_core::state::State;

pub use crate::pace::Commits;
pub use home::prepare_home;

use crate::archive::inspect::How;
use crate::error::{Result, Stop};
use crate::ports::Ports;
use crate::progress::Observer;
use work::Work;

/// What every step works with.
pub struct Performer<'a> {
    /// The folder with the registry, the databases and `backups/`.
    pub home: &'a Path,
    /// The world.
    pub ports: &'a Ports,
    /// Who watches, and may ask for a stop.
    pub observer: &'a dyn Observer,
    /// What was seen of the app's commits.
    pub commits: &'a Commits,
}

/// Performs one step of the state's operation and says how it ended. After a failure or a stop nothing half made
/// bears a final name, and temporary files are gone as far as they could be removed.
pub fn perform(performer: &Performer<'_>, state: &State, step: &Step) -> Outcome {
    let Performer { home, ports, observer, commits } = *performer;
    let work = Work { home, ports, observer, state, commits };
    match beside_the_app(&work, &step.effect) {
        Ok(learnt) => Outcome::Done(learnt),
        Err(Stop::Failed(failure)) => Outcome::Failed(failure),
        Err(Stop::Cancelled) => Outcome::Cancelled,
    }
}

/// Leaves the disk to the app, where the moment is one that nobody waits for.
fn beside_the_app(work: &Work<'_>, step: &Effect) -> Result<Yield> {
    if !work.state.operation.as_ref().is_some_and(|operation| operation.moment.yields_to_the_app()) {
        return effect(work, step);
    }
    let mut performed = Err(Stop::Cancelled);
    work.files().yielding(&mut || performed = effect(work, step));
    performed
}

fn effect(work: &Work<'_>, effect: &Effect) -> Result<Yield> {
    match effect {
        Effect::Scan => scan::scan(work),
        Effect::Look { database } => look::look(work, database),
        Effect::Copy { database, to } => copy::copy(work, database, to),
        Effect::Verify { workspace, file, depth } => verify::verify(work, workspace, file, *depth),
        Effect::Reindex { workspace, file } => reindex::reindex(work, workspace, file),
        Effect::KeepGeneration { snapshot, from, to } => generation::keep(work, *snapshot, from, to),
        Effect::Shift { snapshot, from, to } => generation::shift(work, *snapshot, from, to),
        Effect::SetAside { from, to } => generation::set_aside(work, from, to),
        Effect::KeepDamaged { database, to } => damaged::keep(work, database, to),
        Effect::Publish { snapshot, staged, to, manifest, keep_staged } => publish::publish(
            work,
            &publish::Publication { snapshot: *snapshot, staged, to, manifest, keep: *keep_staged },
        ),
        Effect::WriteManifest { snapshot, manifest } => publish::write_manifest(work, *snapshot, manifest),
        Effect::Remove { path, manifest, stamp, .. } => remove::remove(work, path, manifest, stamp),
        Effect::Discard { path } => remove::discard(work, path),
        Effect::Optimize { database } => maintain::optimize(work, database),
        Effect::Compact { database, may_renumber_rowids } => maintain::compact(work, database, *may_renumber_rowids),
        Effect::Stage { from, to, journal_mode } => stage::stage(work, from, to, journal_mode),
        Effect::Migrate { workspace, database } => stage::migrate(work, workspace, database),
        Effect::Quiesce { workspace, database } => quiesce::quiesce(work, workspace, database),
        Effect::Relaunch { workspace } => Ok(quiesce::relaunch(work, workspace)),
        Effect::Commit { intent } => swap::commit(work, intent),
        Effect::Swap { intent } => swap::swap(work, intent),
        Effect::VerifyLive { intent } => swap::verify_live(work, intent),
        Effect::Withdraw { intent } => swap::withdraw(work, intent),
        Effect::Finish { intent } => swap::finish(work, intent),
        Effect::Compare { workspace, database, candidate } => compare::compare(work, workspace, database, candidate),
        Effect::Rehearse { workspace, file, to } => rehearse::rehearse(work, workspace, file, to),
        Effect::WriteRegistry { workspaces, keep_damaged } => {
            registry::replace(work, workspaces, keep_damaged.as_deref())
        }
        Effect::CopyAll { copies } => copy_all::copy_all(work, copies),
        Effect::Pack { workspace, from, to } => pack::pack(work, workspace, from, to),
        Effect::Bundle { members, to } => bundle::bundle(work, members, to),
        Effect::Inspect { archive, accept_edited, all_rows } => {
            inspect::inspect(work, archive, How { accept_edited: *accept_edited, all_rows: *all_rows })
        }
        Effect::Import { workspace, archive, to, schema, accept_edited } => {
            import::import(work, workspace, archive, to, schema, *accept_edited)
        }
        Effect::Unpack { archive, member, to } => unpack::unpack(work, archive, member, to),
        Effect::CheckTarget { to, replace } => export::check_target(work, to, *replace),
        Effect::Export { staged, digest, to, replace } => export::export(work, staged, digest, to, *replace),
        Effect::Identify { workspace, file } => identify::identify(work, workspace, file),
    }
}
