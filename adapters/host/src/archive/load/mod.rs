//! Builds a new database from a CSV archive: a schema that we hold, the archive's rows as bound values, then every
//! check. No SQL of an archive is run, but for the `CREATE` statements of one that the user trusts.
//!
//! Triggers, views and virtual tables come last, as entries of `sqlite_schema`: nothing fires during the load, and the
//! shadow tables of a virtual table are ordinary tables until its rows are in them. So FTS5 and R-tree tables come back
//! byte for byte, also where this SQLite lacks their module.

pub(super) mod affinity;
mod authorizer;
mod build;
mod feed;
mod fit;
mod loader;
mod proof;
mod references;
mod schema;
mod scratch;
mod search;
mod source;
mod trusted;
mod unique;
mod violation;

use std::path::{Path, PathBuf};

use omnicraft_core::model::SchemaProfile;

use super::findings::Findings;
use super::manifest::CsvManifest;
use crate::error::Result;
use crate::ports::app::App;
use crate::ports::filesystem::FileSystem;
use crate::progress::Progress;
use crate::sqlite::Opener;

/// What is loaded, and where to.
#[derive(Clone, Copy)]
pub struct Load<'a> {
    /// The files of this machine.
    pub files: &'a dyn FileSystem,
    /// How SQLite opens files.
    pub opener: &'a Opener,
    /// The archive.
    pub archive: &'a Path,
    /// Its manifest, as it was checked.
    pub manifest: &'a CsvManifest,
    /// An empty file that nobody else knows of.
    pub to: &'a Path,
    /// Where the schema may come from, the best source first.
    pub sources: &'a [Source<'a>],
    /// Whether content that was changed since the export is accepted.
    pub accept_edited: bool,
    /// Whether rows whose foreign key points nowhere are the app's own affair, as far as there were some at the export.
    pub adopted: bool,
}

/// Where a schema may come from.
pub enum Source<'a> {
    /// A released version of the app's own.
    App {
        /// The app.
        app: &'a dyn App,
        /// Its schema.
        profile: &'a SchemaProfile,
        /// The version.
        version: &'a str,
    },
    /// A live database.
    Live(PathBuf),
    /// A snapshot's sealed file.
    Snapshot(PathBuf),
    /// The archive, because the user trusts it.
    Archive,
}

/// Builds the database, in rollback mode and without sidecars; its durability is the caller's. With findings, what is
/// in the file is worth nothing. Beside the file, one whose name ends in `-schema` may come and go; a power cut may
/// leave both, with their sidecars.
pub fn load(load: &Load<'_>, progress: &mut Progress<'_>) -> Result<Findings> {
    let chosen = match source::choose(load)? {
        Ok(chosen) => chosen,
        Err(findings) => return Ok(findings),
    };
    build::build(load, &chosen, progress)
}
