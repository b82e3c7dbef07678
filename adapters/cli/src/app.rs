//! The app that `run` has started: the command waits for its end, and so does the engine's work that can be put off.

use std::cell::RefCell;
use std::io;
use std::process::{Child, ExitStatus};
use std::rc::Rc;

/// The app, once it is started. Clones are the same app.
#[derive(Clone, Default)]
pub(crate) struct App(Rc<RefCell<Option<Child>>>);

impl App {
    pub(crate) fn is(&self, child: Child) {
        *self.0.borrow_mut() = Some(child);
    }

    /// How it ended; `None` while it runs, and before it is started.
    pub(crate) fn status(&self) -> io::Result<Option<ExitStatus>> {
        self.0.borrow_mut().as_mut().map_or(Ok(None), Child::try_wait)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.0.borrow().is_some() && matches!(self.status(), Ok(None))
    }

    pub(crate) fn has_ended(&self) -> bool {
        !matches!(self.status(), Ok(None))
    }

    #[cfg(test)]
    pub(crate) fn close_stdin(&self) {
        drop(self.0.borrow_mut().as_mut().and_then(|child| child.stdin.take()));
    }
}
