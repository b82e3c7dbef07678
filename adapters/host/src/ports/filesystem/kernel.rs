//! Calls of the Linux kernel that have no safe wrapper in a crate that is looked after: how urgent a thread's disk work
//! is, what of a file is on its way to the disk, and whether anybody else has it open. The only unsafe code about files.

use std::ffi::{c_int, c_long};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;

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
    // SAFETY: numbers, no memory; the descriptor is open as long as `file` is borrowed.
    if unsafe { libc::sync_file_range(file.as_raw_fd(), from, length, flags) } == 0 {
        return Ok(());
    }
    match io::Error::last_os_error() {
        // A file or a kernel that does not know it: the sync at the end does it all.
        error if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ESPIPE | libc::ENOSYS)) => Ok(()),
        error => Err(error),
    }
}

/// Whether this descriptor, which may write, is the only one of its file: only then the kernel gives a lease to write
/// (fcntl(2)), which ends with the descriptor.
pub(super) fn is_only_descriptor(file: &File) -> bool {
    // SAFETY: numbers, no memory; the descriptor is open as long as `file` is borrowed.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, libc::F_WRLCK) == 0 }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::last;

    /// What the kernel says of this thread.
    fn priority() -> String {
        let thread = rustix::thread::gettid().as_raw_nonzero().to_string();
        let told = Command::new("ionice").args(["-p", &thread]).output().unwrap();
        String::from_utf8(told.stdout).unwrap().trim().to_owned()
    }

    #[test]
    fn work_comes_last_with_all_its_threads_and_what_follows_does_not() {
        let (before, mut seen) = (priority(), Vec::new());
        last(&mut || seen.extend([priority(), std::thread::spawn(priority).join().unwrap()]));
        assert_eq!(seen, ["best-effort: prio 7", "best-effort: prio 7"]);
        assert_eq!(priority(), before);
    }
}
