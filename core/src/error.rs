//! Errors of the catalog, for people.

use thiserror::Error;

/// Why the catalog could not be used. Losing it loses no backup: it is rebuilt from the folder and the manifests.
#[derive(Debug, Error)]
pub enum CatalogError {
    /// Written by a newer engine, which may know things that this one would lose.
    #[error(
        "the catalog was written by a newer version of this program (format {found}, this one knows {known}); install that version or a newer one"
    )]
    Newer {
        /// The catalog's format.
        found: i64,
        /// The newest that this build knows.
        known: i64,
    },
    /// Its content makes no sense; it is set aside and rebuilt.
    #[error("the catalog is damaged: {0}")]
    Damaged(String),
    /// Somebody holds it, the disk is full, or the like; trying again may help.
    #[error("the catalog cannot be used: {0}")]
    Unavailable(String),
}
