//! How urgent the disk work of a thread is to Linux. The kernel's own calls for that have no safe wrapper in a crate that
//! is looked after, so they are made here.

use std::ffi::{c_int, c_long};

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
