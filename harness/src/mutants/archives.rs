//! Exports that are told before they are durable, or lie half written under the name that the user chose; and an archive
//! that is loaded as no archive should be.

use std::path::Path;

use omnicraft_host::ports::filesystem::FileSystem as _;

use super::Mutant;
use super::deeds::{content, copy_unsynced, is_live, overwrite, parent, sync_fails, told, write_over};
use super::port::{Call, files};
use crate::crash::life::ELSEWHERE;

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "export-in-place",
        story: "an export is written under the name that the user chose",
        scenarios: &["export-csv-again", "export-database-again"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_elsewhere(to) => Some(overwrite(files, from, to)),
                _ => None,
            })
        },
    },
    Mutant {
        name: "export-never-synced",
        story: "an export's bytes are never made durable on the other disk",
        scenarios: &["export-csv-again", "export-database-again"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::CopyNew(from, to) if is_elsewhere(to) => Some(copy_unsynced(files, from, to)),
                _ => None,
            })
        },
    },
    Mutant {
        name: "export-renamed-before-sync",
        story: "an export gets its name first, and is made durable then",
        scenarios: &["export-csv-again", "export-database-again"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::CopyNew(from, to) if is_elsewhere(to) => Some(copy_unsynced(files, from, to)),
                Call::Rename(from, to) if is_elsewhere(to) => {
                    Some(files.rename(from, to).and_then(|()| files.sync_file(to)))
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "export-name-not-synced",
        story: "an export is told before its name is durable",
        scenarios: &["export-csv-again", "export-database-again"],
        breaks: |parts| {
            files(parts, |_, call| match call {
                Call::SyncFolder(folder) if *folder == Path::new(ELSEWHERE) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "export-failed-sync-swallowed",
        story: "the other disk fails to sync an export, and nobody listens",
        scenarios: &["export-csv-again", "export-database-again"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::CopyNew(from, to) if is_elsewhere(to) => {
                    Some(copy_unsynced(files, from, to).and_then(|()| sync_fails(files, to)))
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "export-directory-before-data",
        story: "an archive's end, where its directory is, is made durable before what the directory tells of",
        scenarios: &["export-csv", "export-csv-again"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::CopyNew(from, to) if is_elsewhere(to) => Some(content(files, from).and_then(|bytes| {
                    let disk = files.disk();
                    let (file, end) = (disk.create(to)?, bytes.len().saturating_sub(512));
                    disk.write(file, end as u64, &bytes[end..])?;
                    files.sync_file(to)?;
                    disk.write(file, 0, &bytes[..end])
                })),
                _ => None,
            })
        },
    },
    Mutant {
        name: "export-copied-into-place",
        story: "an export waits on another disk, and is copied to the user's without a sync",
        scenarios: &["export-csv-again", "export-database-again"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_elsewhere(to) => {
                    let copied = files.remove(to).and_then(|()| copy_unsynced(files, from, to));
                    Some(copied.and_then(|()| files.remove(from)))
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "archive-cleared-and-loaded",
        story: "the restore of an archive empties the live database first and fills it then, each for good",
        scenarios: &["archive-restore"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_live(to) => {
                    Some(write_over(files, to, b"").and_then(|()| overwrite(files, from, to)))
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "export-old-deleted-first",
        story: "the file that an export replaces is removed before the new one has its name",
        scenarios: &["export-csv-again", "export-database-again"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_elsewhere(to) => {
                    let removed = files.remove(to).and_then(|()| files.sync_folder(parent(to)));
                    Some(removed.and_then(|()| files.rename(from, to)))
                }
                _ => None,
            })
        },
    },
];

fn is_elsewhere(path: &Path) -> bool {
    path.starts_with(ELSEWHERE)
}
