//! What can be seen of a home from outside, without an engine's lock: room on the disk, and whether the live databases are
//! there and look like databases.

use std::path::{Path, PathBuf};

use omnicraft_core::health::Surroundings;
use omnicraft_core::model::LiveState;
use omnicraft_core::names;
use omnicraft_core::state::State;

use crate::ports::Ports;
use crate::sqlite;

/// Looks at a home. A database that cannot be looked at is not said to be damaged: the next start will tell why.
pub fn surroundings(state: &State, home: &Path, ports: &Ports) -> Surroundings {
    let mut around =
        Surroundings { free: ports.files.free_space(&home.join(names::BACKUPS)).ok(), ..Surroundings::default() };
    for workspace in &state.workspaces {
        match look(&home.join(&workspace.database), ports) {
            Some(LiveState::Missing) => drop(around.missing.insert(workspace.id.clone())),
            Some(LiveState::Damaged(reason)) => drop(around.damaged.insert(workspace.id.clone(), reason)),
            Some(LiveState::Plausible) | None => {}
        }
    }
    around
}

fn look(live: &Path, ports: &Ports) -> Option<LiveState> {
    if !live.is_file() {
        return Some(LiveState::Missing);
    }
    // SQLite keeps the log beside the file that a link points to.
    let followed = ports.files.canonical(live).ok()?;
    let mut log = followed.into_os_string();
    log.push("-wal");
    let size = |path: &Path| ports.files.stamp(path).ok().map(|stamp| stamp.map_or(0, |stamp| stamp.size));
    sqlite::header::look(&ports.sqlite, live, size(live)?, size(&PathBuf::from(log))?).ok()
}
