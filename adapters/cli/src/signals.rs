//! Ctrl-C: long work stops at a safe place; a question that waits for an answer is left at once.

use std::sync::atomic::{AtomicBool, Ordering};

static STOP: AtomicBool = AtomicBool::new(false);
static LEAVE_AT_ONCE: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C asks for a stop instead of killing in the middle. Where a handler cannot be set, a kill is
/// what it always is: the next start finishes or undoes what was interrupted.
pub(crate) fn listen() {
    let handler = || {
        if LEAVE_AT_ONCE.load(Ordering::SeqCst) {
            std::process::exit(1);
        }
        STOP.store(true, Ordering::SeqCst);
    };
    drop(ctrlc::set_handler(handler));
}

/// Whether the user asked for a stop.
pub(crate) fn stop_asked() -> bool {
    STOP.load(Ordering::SeqCst)
}

/// Forgets a stop that was meant for somebody else: the app that ran in the foreground.
pub(crate) fn forget() {
    STOP.store(false, Ordering::SeqCst);
}

/// Does something during which nothing of the user's can be harmed by leaving at once.
pub(crate) fn may_leave<T>(work: impl FnOnce() -> T) -> T {
    LEAVE_AT_ONCE.store(true, Ordering::SeqCst);
    let done = work();
    LEAVE_AT_ONCE.store(false, Ordering::SeqCst);
    done
}
