//! Progress on a terminal: one bar for the step that is under way, gone when it is done.

use std::cell::RefCell;
use std::rc::Rc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use omnicraft_host::progress::Observer;

use crate::signals;

/// Shows progress, or nothing in a pipe, and hands a stop on. Clones share the one bar.
#[derive(Clone)]
pub(crate) struct Bars {
    visible: bool,
    current: Rc<RefCell<Option<(String, ProgressBar)>>>,
}

impl Bars {
    pub(crate) fn new(visible: bool) -> Self {
        Self { visible, current: Rc::default() }
    }

    /// Takes the bar away, so that a line can be written in its place.
    pub(crate) fn clear(&self) {
        if let Some((_, bar)) = self.current.borrow_mut().take() {
            bar.finish_and_clear();
        }
    }
}

impl Observer for Bars {
    fn progress(&self, what: &str, done: u64, total: u64) {
        if !self.visible {
            return;
        }
        if self.current.borrow().as_ref().is_none_or(|(shown, _)| shown != what) {
            self.clear();
        }
        let mut current = self.current.borrow_mut();
        let (_, bar) = current.get_or_insert_with(|| (what.to_owned(), bar(what, total)));
        if total == 0 {
            bar.tick();
        } else {
            bar.set_length(total);
        }
        bar.set_position(done);
    }

    fn cancelled(&self) -> bool {
        signals::stop_asked()
    }
}

fn bar(what: &str, total: u64) -> ProgressBar {
    let template = if total == 0 { "{spinner} {msg} {human_pos}" } else { "{msg} {wide_bar} {percent:>3} %" };
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar
}
