//! What only the Linux kernel knows, mostly by calls that have no safe wrapper in a crate that is looked after: how urgent
//! a thread's disk work is, which descriptors are its own, what of a file is on its way to the disk, and whether anybody
//! else has it open. The only unsafe code about files.

use std::ffi::{c_int, c_long, c_uint};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use libc::{SYNC_FILE_RANGE_WAIT_AFTER, SYNC_FILE_RANGE_WAIT_BEFORE, SYNC_FILE_RANGE_WRITE};

/// `ioprio_get(2)`: a single thread, of which 0 is the calling one.
const THREAD: c_int = 1;
/// The class of ordinary work in the upper bits, and the last of its eight places: everybody else's requests come first,
/// and ours still come. An idle class would let them wait as long as others have any, and a commit of the app can wait
/// for them in the file system's journal.
const LAST: c_long = 2 << 13 | 7;

/// Does some work whose requests wait for all others; threads that it starts are as it is. Schedulers of fast disks
/// that look at no priority make no difference.
pub(super) fn last(work: &mut dyn FnMut()) {
    // SAFETY: numbers, no memory.
    let before = unsafe { libc::syscall(libc::SYS_ioprio_get, THREAD, 0) };
    let _restored = (before >= 0).then_some(Restored(before));
    set(LAST);
    work();
}

/// Gives the thread its priority back, also where the work panics and the thread lives on.
struct Restored(c_long);

impl Drop for Restored {
    fn drop(&mut self) {
        set(self.0);
    }
}

/// A hint: nothing is lost where the kernel refuses it.
fn set(priority: c_long) {
    // SAFETY: numbers, no memory.
    unsafe { libc::syscall(libc::SYS_ioprio_set, THREAD, 0, priority) };
}

/// The numbers of file systems, as `statfs(2)` tells them.
pub(super) const BTRFS: u32 = 0x9123_683e;
pub(super) const EXT4: u32 = 0xef53;
pub(super) const XFS: u32 = 0x5846_5342;

/// Whether a file lies on one of these file systems.
pub(super) fn lies_on(path: &Path, file_systems: &[u32]) -> bool {
    // The number has 32 bits, whatever type holds it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
    rustix::fs::statfs(path).is_ok_and(|told| file_systems.contains(&(told.f_type as u32)))
}

/// Does some work on a thread whose descriptors are its own: so it can open and close a live database. POSIX locks belong to
/// a table of descriptors (their owner is `current->files`, fs/locks.c), and closing a file drops those of its table alone.
/// The work knows no files that were opened elsewhere. `None` where there is no thread to be had, or the kernel is older
/// than 5.9, or refuses. What is to be done here meanwhile ends with the work.
pub(super) fn apart<T: Send>(work: impl FnOnce() -> T + Send, meanwhile: impl FnOnce()) -> Option<T> {
    /// The first after standard input, output and error.
    const FROM: c_uint = 3;
    /// `CLOSE_RANGE_UNSHARE`: takes the others out of a new table, and closes none.
    const UNSHARE: c_uint = 1 << 1;
    let alone = || {
        // SAFETY: numbers, no memory. The thread has opened nothing yet, and what it is given holds no descriptor.
        let unshared = unsafe { libc::syscall(libc::SYS_close_range, FROM, c_uint::MAX, UNSHARE) };
        (unshared == 0).then(work)
    };
    thread::scope(|scope| {
        let apart = thread::Builder::new().spawn_scoped(scope, alone).ok()?;
        meanwhile();
        apart.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// Sends a piece of a file to the disk.
pub(super) fn send(file: &File, from: u64, length: u64) -> io::Result<()> {
    sync_range(file, from, length, SYNC_FILE_RANGE_WRITE)
}

/// Waits until a piece of a file has arrived there; in a cache of the disk, since nothing makes it durable but a sync.
///
/// # Errors
/// When the disk could not take something. The kernel tells that once: a sync at the end may not hear of it.
pub(super) fn arrived(file: &File, from: u64, length: u64) -> io::Result<()> {
    const WAIT: u32 = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    sync_range(file, from, length, WAIT)
}

/// `sync_file_range(2)`.
fn sync_range(file: &File, from: u64, length: u64, flags: u32) -> io::Result<()> {
    let (from, length) = (i64::try_from(from).unwrap_or(i64::MAX), i64::try_from(length).unwrap_or(i64::MAX));
    loop {
        // SAFETY: numbers, no memory; the descriptor is open as long as `file` is borrowed.
        if unsafe { libc::sync_file_range(file.as_raw_fd(), from, length, flags) } == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EINTR) => {}
            // A file or a kernel that does not know it, or may not: the sync at the end does it all.
            Some(libc::EINVAL | libc::ESPIPE | libc::ENOSYS | libc::EPERM | libc::EOPNOTSUPP) => return Ok(()),
            _ => return Err(error),
        }
    }
}

/// Whether this descriptor, which may write, is the only one of its file: only then the kernel gives a lease to write
/// (fcntl(2)), which is given back at once.
pub(super) fn is_only_descriptor(file: &File) -> bool {
    /// `F_SETSIG`: which signal tells of a lease that somebody breaks.
    const SIGNAL: c_int = 10;
    // SAFETY: numbers, no memory; the descriptor is open as long as `file` is borrowed.
    let ask = |what: c_int, value: c_int| unsafe { libc::fcntl(file.as_raw_fd(), what, value) } == 0;
    // Who opens the file meanwhile makes a signal of it, which would end the program if it were not one that is ignored.
    let is_only = ask(SIGNAL, libc::SIGURG) && ask(libc::F_SETLEASE, libc::F_WRLCK);
    is_only && ask(libc::F_SETLEASE, libc::F_UNLCK)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests look at the disk behind the port's back")]
mod tests {
    use std::collections::BTreeSet;
    use std::process::Command;

    use super::{apart, is_only_descriptor, last};

    /// What the kernel says of this thread.
    fn priority() -> String {
        let thread = rustix::thread::gettid().as_raw_nonzero().to_string();
        let told = Command::new("ionice").args(["-p", &thread]).output().unwrap();
        String::from_utf8(told.stdout).unwrap().trim().to_owned()
    }

    /// A live database was opened and closed beside the app that had it open in the same process, and all of the app's locks
    /// were gone.
    #[test]
    fn what_is_closed_apart_drops_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("live.db");
        let app = rusqlite::Connection::open(&path).unwrap();
        app.execute_batch("CREATE TABLE t (x); BEGIN EXCLUSIVE").unwrap();
        let inode = std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(&path).unwrap());
        let locks = || {
            // While others lock and unlock, the list moves under whoever reads it: a line can come twice, or not at all.
            let lists: Vec<String> = (0..5).map(|_| std::fs::read_to_string("/proc/locks").unwrap()).collect();
            let ours = lists.iter().flat_map(|list| list.lines()).filter(|line| line.contains(&format!(":{inode} ")));
            ours.filter_map(|line| line.split_once(' ')).map(|(_number, lock)| lock).collect::<BTreeSet<_>>().len()
        };
        let before = locks();
        assert!(before > 0, "SQLite holds a lock");
        let bytes = apart(|| super::super::open(&path).unwrap().metadata().unwrap().len(), || ());
        assert_eq!(bytes, Some(std::fs::metadata(&path).unwrap().len()), "this kernel is new enough");
        assert_eq!(locks(), before);
    }

    /// A lease that somebody breaks sends a signal, and the signal of leases ends a program.
    #[test]
    fn who_asks_for_the_only_descriptor_lives_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "content").unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        assert!(is_only_descriptor(&file));
        let reader = super::super::open(&path).unwrap();
        assert!(!is_only_descriptor(&file), "somebody reads it");
        drop(reader);
        assert!(is_only_descriptor(&file));
    }

    #[test]
    fn work_comes_last_with_all_its_threads_and_what_follows_does_not() {
        let (before, mut seen) = (priority(), Vec::new());
        last(&mut || seen.extend([priority(), std::thread::spawn(priority).join().unwrap()]));
        assert_eq!(seen, ["best-effort: prio 7", "best-effort: prio 7"]);
        assert_eq!(priority(), before);
    }
}
