//! A workspace: one live database that the engine looks after, and the folder of its snapshots.

use std::fmt;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::FileStamp;

/// Names a workspace for ever; a slug such as `my-workshop`, safe as a folder name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkspaceId(pub String);

impl fmt::Display for WorkspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the engine knows of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// Its name for ever.
    pub id: WorkspaceId,
    /// Its name for people.
    pub name: String,
    /// The live database: relative to the home, or absolute for an adopted one.
    pub database: Utf8PathBuf,
    /// The [`super::SchemaProfile`] it follows; `None` for an adopted database.
    pub schema: Option<String>,
    /// Where its snapshots lie, relative to `backups/`; empty for the first workspace.
    pub folder: Utf8PathBuf,
    /// The identity that its databases carry, once one was seen.
    pub identity: Option<String>,
    /// Why rotation is frozen: the live database is damaged, or its row counts fell off a cliff.
    pub frozen: Option<String>,
    /// The next snapshot may have any row counts, because a reset, a restore or a migration was announced.
    pub cliff_expected: bool,
    /// How the live files looked when the engine last left them holding what the newest close snapshot holds.
    pub unchanged_since: Option<FileStamp>,
}

impl Workspace {
    /// The first workspace of a home, over a database of any schema. `id` is a slug; `database` is relative to the home,
    /// or absolute.
    pub fn adopted(id: &str, name: &str, database: &str) -> Self {
        Self {
            id: WorkspaceId(id.to_owned()),
            name: name.to_owned(),
            database: database.into(),
            schema: None,
            folder: Utf8PathBuf::new(),
            identity: None,
            frozen: None,
            cliff_expected: false,
            unchanged_since: None,
        }
    }
}
