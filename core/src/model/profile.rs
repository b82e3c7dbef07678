//! What an app tells the engine about one of its schemas, as plain data: how to recognise a database of it, which
//! versions exist, and the words that a person knows for its tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A schema that the app owns. A workspace without one is an adopted database, about which nothing is assumed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaProfile {
    /// Unique and stable, such as `omnicraft.business`; stored in the registry and in manifests.
    pub name: String,
    /// SQLite's `PRAGMA application_id` of every database of this schema.
    pub application_id: i32,
    /// Released versions, oldest first, as [`SchemaProfile::version_sql`] reports them.
    pub versions: Vec<String>,
    /// A query for one text: the version of the database it runs in.
    pub version_sql: String,
    /// A query for one text: the identity that one workspace's databases share and no other's have.
    pub identity_sql: String,
    /// Whether a home has one database of it at most, such as the owner's personal finance. Then a global restore refuses
    /// to put another one beside it.
    #[serde(default)]
    pub single: bool,
    /// Words for tables, keyed by table name.
    pub words: BTreeMap<String, Words>,
    /// Tables that a person should never hear of (indexes of a search, migration bookkeeping).
    pub hidden_tables: Vec<String>,
    /// For a table the column that holds the day on which its rows happened, as an ISO 8601 date or date-time; keyed by
    /// table name. A table without one has rows of no certain day.
    #[serde(default)]
    pub days: BTreeMap<String, String>,
}

/// What a person calls the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// One row: `sale`.
    pub one: String,
    /// Several rows: `sales`.
    pub many: String,
}

impl SchemaProfile {
    /// The newest released version.
    pub fn newest(&self) -> Option<&str> {
        self.versions.last().map(String::as_str)
    }

    /// The place of a version in the order of releases; `None` for a version that this build does not know.
    pub fn rank(&self, version: &str) -> Option<usize> {
        self.versions.iter().position(|known| known == version)
    }
}
