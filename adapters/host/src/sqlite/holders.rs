//! Making sure that nobody holds a live database any more, before its file is replaced.
//!
//! A program that still has the old file open would go on committing into a file without a name, and everything that
//! it writes would be lost. So a holder is found, named, and never trusted to be harmless.

use std::path::Path;
use std::time::Duration;

use omnicraft_core::outcome::FailureKind;

use super::trouble::is_busy;
use super::{Opener, open};
use crate::error::{Result, Stop};

const ATTEMPTED: &str = "take the database out of use";

/// Proves that no other program, and no other connection of this one, has the database open, and leaves it as one file
/// with nothing waiting in its sidecars. A hot journal is rolled back. A missing database is held by nobody.
///
/// On Linux the open files of all processes that this user may look into are searched first: with another SQLite in
/// this very process, opening and closing would drop its locks, so nothing is opened while anybody is there. Then
/// SQLite's exclusive lock proves it for connections on every platform, and a last search finds who came in between.
///
/// A database that cannot be opened because its content is bad passes when nobody holds it, with its sidecars as they
/// are: its locks cannot be asked, no app can work with it either, and a restore over it is what it needs.
///
/// Neither the truncation of the log nor the names in the folder are durable afterwards: whoever replaces the file
/// removes the sidecars after the commit point, whatever this left (a `-shm` that somebody's crash left may remain; it
/// holds no content).
pub fn let_go(opener: &Opener, live: &Path) -> Result<()> {
    if !open::present(opener, live) {
        return Ok(());
    }
    refuse_holders(opener, live)?;
    match settle(opener, live) {
        Ok(()) => {}
        Err(Stop::Failed(failure)) if failure.kind == FailureKind::Damaged => {}
        Err(stop) => return Err(stop),
    }
    refuse_holders(opener, live)
}

/// Takes the database exclusively and brings everything into its one file.
fn settle(opener: &Opener, live: &Path) -> Result<()> {
    let connection = open::live(opener, live)?;
    let failed = |error: rusqlite::Error| {
        if is_busy(&error) {
            in_use(live, "another program is using it")
        } else {
            Stop::sqlite(ATTEMPTED, live, &error)
        }
    };
    // Unless all goes well, the sidecars stay for a rescue.
    open::keep_log(&connection, true).map_err(failed)?;
    connection.busy_timeout(Duration::from_secs(2)).map_err(failed)?;
    open::take_exclusively(&connection).map_err(failed)?;
    let checkpoint = connection.query_row("PRAGMA main.wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    if checkpoint.map_err(failed)? != 0 {
        return Err(in_use(live, "its write-ahead log cannot be merged while another program is using it"));
    }
    open::keep_log(&connection, false).map_err(failed)?;
    connection.close().map_err(|(_, error)| failed(error))?;
    if open::has_content(opener, live, "-wal") {
        return Err(in_use(live, "its write-ahead log still holds content"));
    }
    Ok(())
}

fn in_use(live: &Path, reason: &str) -> Stop {
    let remedy = "Close the program that uses it and try again; nothing was changed";
    Stop::new(FailureKind::Busy, ATTEMPTED, live, reason, remedy)
}

fn refuse_holders(opener: &Opener, live: &Path) -> Result<()> {
    // Files of a simulated disk have no descriptors.
    let holders = if opener.vfs.is_none() { search::holders(live) } else { Vec::new() };
    if holders.is_empty() {
        return Ok(());
    }
    let names = holders.join(", ");
    let reason = format!("{names} still has it open");
    Err(Stop::new(FailureKind::Busy, ATTEMPTED, live, reason, &format!("Close {names} and try again")))
}

#[cfg(target_os = "linux")]
mod search {
    //! Who has a file open, as far as `/proc` tells this user.

    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    /// The programs that have a file open, as `name (pid 123)`. Processes of other users stay unseen.
    pub(super) fn holders(file: &Path) -> Vec<String> {
        let (Ok(file), Ok(processes)) = (fs::metadata(file), fs::read_dir("/proc")) else { return Vec::new() };
        let identity = (file.dev(), file.ino());
        let numbers = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        numbers.filter(|pid| holds(*pid, identity)).map(named).collect()
    }

    /// Following the links in `fd` looks at the open files themselves, also at files without a name.
    fn holds(pid: u32, identity: (u64, u64)) -> bool {
        let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
        let mut open = descriptors.flatten().filter_map(|entry| fs::metadata(entry.path()).ok());
        open.any(|file| (file.dev(), file.ino()) == identity)
    }

    fn named(pid: u32) -> String {
        if pid == std::process::id() {
            return format!("this program (pid {pid})");
        }
        let link = fs::read_link(format!("/proc/{pid}/exe")).ok();
        let name = link.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        format!("{} (pid {pid})", name.as_deref().unwrap_or("a program"))
    }
}

#[cfg(not(target_os = "linux"))]
mod search {
    //! Only Linux tells who has a file open; elsewhere SQLite's locks are the proof.

    use std::path::Path;

    pub(super) fn holders(_file: &Path) -> Vec<String> {
        Vec::new()
    }
}
