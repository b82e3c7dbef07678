//! What an embedding team writes so that *its* app is proven: the schema and its versions, how a version is made and
//! brought forward, and how the app commits.

use omnicraft_core::model::SchemaProfile;
use omnicraft_host::ports::{Decide, core_decides};
use rusqlite::{Connection, Result};

/// An app whose data the engine looks after. Everything must follow from the arguments alone: a life is lived again and
/// again, and must be the same each time.
pub trait Subject: Send + Sync {
    /// The app's name.
    fn name(&self) -> &str;

    /// Its schemas, with their versions.
    fn profiles(&self) -> &[SchemaProfile];

    /// Makes the tables of a released version in an empty database, as [`omnicraft_host::ports::app::App::create`] does.
    fn create(&self, profile: &SchemaProfile, version: &str, connection: &mut Connection) -> Result<()>;

    /// Brings a database to the newest version.
    fn migrate(&self, profile: &SchemaProfile, connection: &mut Connection) -> Result<()>;

    /// The first rows of a new database: its identity, and goods on the shelf.
    fn fill(&self, profile: &SchemaProfile, identity: &str, connection: &mut Connection) -> Result<()>;

    /// One commit of the app. Which rows it changes follows from the number and from what is there; commits of other
    /// numbers should be larger or smaller, and change rows that lie far apart.
    fn commit(&self, profile: &SchemaProfile, number: i64, connection: &mut Connection) -> Result<()>;

    /// What a reset does, in one transaction.
    fn wipe(&self, profile: &SchemaProfile, connection: &mut Connection) -> Result<()>;

    /// Who decides: the core, or plans of the app's own around it.
    fn decide(&self) -> Decide {
        core_decides()
    }
}
