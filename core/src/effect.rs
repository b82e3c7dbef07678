//! Effects: the durable, restartable units of work that a plan is made of. They carry references, never contents.
//! Paths are relative to the home, or absolute for adopted databases and files that a user named.
//!
//! | effect | again | cancel | what a power cut during it leaves |
//! |---|---|---|---|
//! | scan, look, check target, identify, compare, inspect | harmless | yes | nothing |
//! | copy, copy all, stage, import, unpack | from the beginning | yes | staged files, swept by recovery |
//! | reindex | from a new copy | yes | a staged file, swept by recovery |
//! | pack, bundle | from the beginning | yes | a staged archive, swept by recovery |
//! | verify, verify live | from the beginning | yes | nothing |
//! | keep generation | recognises that it is done | no | one file under both names; recovery drops the dated one |
//! | shift | recognises that it is done | no | the old name or the new one |
//! | set aside | recognises that it is done | no | the old name or the new one |
//! | keep damaged | recognises that it is done | yes | the original, untouched, and perhaps a leftover copy |
//! | publish | recognises that it is done | no | no new name, or the complete file with its manifest |
//! | write manifest | from the beginning | no | the old manifest or the new one |
//! | remove, discard | recognises that it is done | no | the file, or nothing |
//! | optimize, compact | harmless | yes | what SQLite guarantees: the state before or after |
//! | migrate | continues | no | a staged database of some version, swept by recovery |
//! | quiesce, relaunch | harmless | no | nothing |
//! | commit | recognises that it is done | no | no intent, or a whole one |
//! | swap | continues | no | an intent, which recovery rolls forward |
//! | withdraw | recognises that it is done | no | an intent, to which recovery comes back, or none |
//! | finish | recognises that it is done | no | as swap |
//! | rehearse | from the beginning | yes | a staged file, swept by recovery |
//! | write registry | from the beginning | no | the old registry or the new one |
//! | export | from the beginning | yes | the user's path as it was, or the complete file |

mod shown;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use crate::model::{Facts, FileStamp, Intent, SchemaSource, SnapshotId, Workspace, WorkspaceId};
use crate::names;

/// One unit of work. See the table above for what a power cut during each leaves behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Looks at the registry, the backup folders and the intent. Yields an inventory; changes nothing.
    Scan,
    /// Looks at the size, times and header of a live database without reading its pages. Changes nothing.
    Look {
        /// The live database.
        database: Utf8PathBuf,
    },
    /// Copies a live database under one held read transaction and seals the copy to a single durable file.
    Copy {
        /// The live database.
        database: Utf8PathBuf,
        /// The staged file, which does not exist yet.
        to: Utf8PathBuf,
    },
    /// Checks a sealed database file in place and learns its facts. Problems are an outcome, not a failure.
    Verify {
        /// The workspace whose schema profile applies.
        workspace: WorkspaceId,
        /// The file.
        file: Utf8PathBuf,
        /// How deeply.
        depth: Depth,
    },
    /// Builds the indexes of a staged copy anew, from its tables, and checks it in full.
    Reindex {
        /// The workspace whose schema profile applies.
        workspace: WorkspaceId,
        /// The staged file.
        file: Utf8PathBuf,
    },
    /// Keeps the holder of a slot under a second, dated name before the slot is overwritten.
    KeepGeneration {
        /// Which snapshot.
        snapshot: SnapshotId,
        /// Its name now.
        from: Utf8PathBuf,
        /// The dated name.
        to: Utf8PathBuf,
    },
    /// Moves a snapshot one place down the ring.
    Shift {
        /// Which snapshot.
        snapshot: SnapshotId,
        /// Its name now.
        from: Utf8PathBuf,
        /// Its next name; a snapshot there is overwritten.
        to: Utf8PathBuf,
    },
    /// Moves a file that is not ours, or no longer what we published, out of a slot's name.
    SetAside {
        /// The file.
        from: Utf8PathBuf,
        /// A name that is free.
        to: Utf8PathBuf,
    },
    /// Copies a live database that fails its checks, bytes and sidecars as they are, for a later rescue.
    KeepDamaged {
        /// The live database.
        database: Utf8PathBuf,
        /// The file it is kept in; sidecars keep their suffix.
        to: Utf8PathBuf,
    },
    /// Makes a verified staged file a snapshot: manifest first, then the name, each durable.
    Publish {
        /// The id that it gets.
        snapshot: SnapshotId,
        /// The staged file.
        staged: Utf8PathBuf,
        /// The slot's path; a snapshot there is overwritten.
        to: Utf8PathBuf,
        /// Its manifest's path.
        manifest: Utf8PathBuf,
        /// Whether the staged file is needed again: then an independent copy is published.
        keep_staged: bool,
    },
    /// Writes a snapshot's manifest again, from the operation's draft, because a person changed its pin.
    WriteManifest {
        /// Which snapshot.
        snapshot: SnapshotId,
        /// Its manifest.
        manifest: Utf8PathBuf,
    },
    /// Removes a snapshot that retention gave up, if it still is the file that was published.
    Remove {
        /// Which snapshot.
        snapshot: SnapshotId,
        /// Its file.
        path: Utf8PathBuf,
        /// Its manifest.
        manifest: Utf8PathBuf,
        /// How it looked when published.
        stamp: FileStamp,
    },
    /// Removes a staged file and SQLite's sidecars of it.
    Discard {
        /// The staged file.
        path: Utf8PathBuf,
    },
    /// Lets SQLite refresh its statistics on the live database.
    Optimize {
        /// The live database.
        database: Utf8PathBuf,
    },
    /// Gives free pages of the live database back to the file system, when that pays.
    Compact {
        /// The live database.
        database: Utf8PathBuf,
        /// Whether rows of the app's bookkeeping tables may be renumbered; no other rows ever are.
        may_renumber_rowids: bool,
    },
    /// Copies a verified candidate to the place from where it can be swapped in, with its journal mode set.
    Stage {
        /// The candidate, which stays as it is.
        from: Utf8PathBuf,
        /// Beside the live database.
        to: Utf8PathBuf,
        /// The journal mode that the live database shall have.
        journal_mode: String,
    },
    /// Brings a staged or live database of an app's schema to its newest version.
    Migrate {
        /// Whose.
        workspace: WorkspaceId,
        /// The database.
        database: Utf8PathBuf,
    },
    /// Asks the app to close its handles and makes sure that nobody holds the live database.
    Quiesce {
        /// Whose.
        workspace: WorkspaceId,
        /// The live database.
        database: Utf8PathBuf,
    },
    /// Makes the intent durable: from here on the new databases win, unless somebody works in the old ones first.
    Commit {
        /// What will be swapped.
        intent: Intent,
    },
    /// Renames the staged databases over the live ones; sidecars go first.
    Swap {
        /// What is swapped.
        intent: Intent,
    },
    /// Checks that the live database is the file that was staged and that it opens.
    VerifyLive {
        /// What was swapped.
        intent: Intent,
    },
    /// Removes the intent of a swap that has not begun, before anything staged may go.
    Withdraw {
        /// What was to be swapped.
        intent: Intent,
    },
    /// Removes the intent: the swap is over.
    Finish {
        /// What was swapped.
        intent: Intent,
    },
    /// Tells the app that it may open its database again.
    Relaunch {
        /// Whose.
        workspace: WorkspaceId,
    },
    /// Compares the live database with a candidate, table by table.
    Compare {
        /// Whose.
        workspace: WorkspaceId,
        /// The live database.
        database: Utf8PathBuf,
        /// The candidate.
        candidate: Utf8PathBuf,
    },
    /// Rehearses a restore: copies the snapshot aside, opens and reads it as the app would, and discards it.
    Rehearse {
        /// Whose.
        workspace: WorkspaceId,
        /// The snapshot's file.
        file: Utf8PathBuf,
        /// Where the rehearsal takes place.
        to: Utf8PathBuf,
    },
    /// Writes `workspaces.json` atomically.
    WriteRegistry {
        /// All workspaces, in order.
        workspaces: Vec<Workspace>,
        /// Where a damaged registry is kept first.
        keep_damaged: Option<Utf8PathBuf>,
    },
    /// Copies several live databases as they are at one moment: read transactions are held on all of them before the
    /// first is copied, and nobody has committed in between.
    CopyAll {
        /// Each live database and its staged file, which does not exist yet.
        copies: Vec<CopyOf>,
    },
    /// Writes a staged CSV archive of a sealed database file: every table, one manifest, one page for people.
    Pack {
        /// Whose.
        workspace: WorkspaceId,
        /// The sealed, verified copy.
        from: Utf8PathBuf,
        /// The staged archive.
        to: Utf8PathBuf,
    },
    /// Writes a staged global archive of sealed database files and CSV archives.
    Bundle {
        /// In the registry's order.
        members: Vec<BundleMember>,
        /// The staged archive.
        to: Utf8PathBuf,
    },
    /// Reads a whole archive and checks all that can be checked without a database. Problems are an outcome, not a
    /// failure. Changes nothing.
    Inspect {
        /// The archive.
        archive: Utf8PathBuf,
        /// Whether content that was changed since the export is accepted.
        accept_edited: bool,
        /// Whether the rows are read, too, of files that are byte for byte what was exported. Whoever builds a database of
        /// the archive reads them then. What an older version has recorded does not say it.
        #[serde(default)]
        all_rows: bool,
    },
    /// Builds a sealed database file from a CSV archive: schema, rows, then every check. Problems with the content are
    /// an outcome, not a failure, and leave no file.
    Import {
        /// Whose.
        workspace: WorkspaceId,
        /// The archive.
        archive: Utf8PathBuf,
        /// The staged file.
        to: Utf8PathBuf,
        /// Where the schema may come from; the first that fits the archive is taken.
        schema: Vec<SchemaSource>,
        /// Whether content that was changed since the export is accepted.
        accept_edited: bool,
    },
    /// Takes one database out of a global archive.
    Unpack {
        /// The archive.
        archive: Utf8PathBuf,
        /// The file inside it.
        member: String,
        /// The staged file.
        to: Utf8PathBuf,
    },
    /// Looks whether an export could be published at a path of the user's, before anything is made for it. Changes nothing.
    CheckTarget {
        /// The user's path.
        to: Utf8PathBuf,
        /// Whether a file there may be replaced.
        replace: bool,
    },
    /// Publishes a verified staged file at a path of the user's, also on another file system.
    Export {
        /// The staged file.
        staged: Utf8PathBuf,
        /// BLAKE3 of the staged file when it was verified, in hex.
        digest: String,
        /// The user's path.
        to: Utf8PathBuf,
        /// Whether a file there may be replaced.
        replace: bool,
    },
    /// Finds out what a file with a slot's name is, from its digest, the manifests and a verification.
    Identify {
        /// Whose folder it lies in.
        workspace: WorkspaceId,
        /// The file.
        file: Utf8PathBuf,
    },
}

/// One of several databases that are copied at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyOf {
    /// The live database.
    pub database: Utf8PathBuf,
    /// The staged file.
    pub to: Utf8PathBuf,
}

/// One workspace of a global archive that is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleMember {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The sealed, verified copy.
    pub database: Utf8PathBuf,
    /// Its staged CSV archive, where that is wanted too.
    pub csv: Option<Utf8PathBuf>,
    /// The digest that the copy had when it was taken, where it is known: it must read back so.
    #[serde(default)]
    pub copied: String,
    /// What verification said of the copy.
    pub facts: Facts,
}

/// How deeply a database is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// Digest alone, against the one that was published.
    Digest,
    /// `quick_check`, `foreign_key_check`, rows counted.
    Sound,
    /// `integrity_check` as well.
    Proven,
}

impl Effect {
    /// Whether it changes nothing on disk.
    pub const fn is_read_only(&self) -> bool {
        matches!(
            self,
            Self::Scan
                | Self::Look { .. }
                | Self::CheckTarget { .. }
                | Self::Verify { .. }
                | Self::Compare { .. }
                | Self::Identify { .. }
                | Self::Inspect { .. }
        )
    }

    /// Whether it makes or removes no more than a staged file, which every start sweeps by its name. An operation that
    /// has done nothing else needs no record: an archive that is refused leaves the home as it was.
    pub fn is_about_staged_alone(&self) -> bool {
        if let Self::Discard { path } = self {
            return path.file_name().is_some_and(names::is_unpublished);
        }
        matches!(self, Self::Import { .. } | Self::Unpack { .. })
    }
}
