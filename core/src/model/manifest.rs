//! A manifest: the facts beside a snapshot, written durably before the snapshot is published and never changed.
//! When the catalog is lost, manifests and files together rebuild it.

use serde::{Deserialize, Serialize};

use super::Snapshot;

/// The content of `manifests/<id>.json` in a workspace's backup folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this format.
    pub format: u32,
    /// The engine that wrote it, for people.
    pub written_by: String,
    /// The snapshot as published; its slot may have moved since, its stamp is not yet known.
    pub snapshot: Snapshot,
    /// The schema profile of the workspace.
    pub schema: Option<String>,
}

impl Manifest {
    /// The format that this build writes and the newest that it reads.
    pub const FORMAT: u32 = 1;

    /// The manifest of a snapshot that is about to be published.
    pub fn new(snapshot: Snapshot, schema: Option<String>) -> Self {
        Self {
            format: Self::FORMAT,
            written_by: format!("omnicraft-core {}", env!("CARGO_PKG_VERSION")),
            snapshot,
            schema,
        }
    }
}
