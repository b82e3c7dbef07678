//! Progress on a terminal: one bar for the step that is under way, gone when it is done.

use std::cell::RefCell;
use std::rc::Rc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use omnicraft_host::progress::Observer;

use crate::app::App;
use crate::signals;

/// Shows progress, or nothing in a pipe or while an app has the terminal, and hands a stop on. Clones share the one bar.
#[derive(Clone)]
pub(crate) struct Bars {
    visible: bool,
    current: Rc<RefCell<Option<(String, ProgressBar)>>>,
    app: App,
}

impl Bars {
    pub(crate) fn new(visible: bool, app: App) -> Self {
        Self { visible, current: Rc::default(), app }
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
        if !self.visible || self.app.is_running() {
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

    fn awaited(&self) -> bool {
        self.app.has_ended()
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

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    /// The exit of an app waited until a backup that nobody had asked for was proven.
    #[test]
    fn an_app_that_has_ended_waits_for_the_engine() {
        let app = App::default();
        let bars = Bars::new(true, app.clone());
        assert!(!bars.awaited(), "no app is started");
        app.is(Command::new("cat").stdin(Stdio::piped()).spawn().unwrap());
        assert!(!bars.awaited());
        bars.progress("Checking", 1, 2);
        assert!(bars.current.borrow().is_none(), "the terminal is the app's");
        app.close_stdin();
        while app.is_running() {
            std::thread::yield_now();
        }
        assert!(bars.awaited());
    }
}
