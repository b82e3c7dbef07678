//! One call of the program: which home, which clock, how to talk, and engines made accordingly.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use jiff::Zoned;
use omnicraft_core::state::Ending;
use omnicraft_erp::OmniCraft;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::EngineError;
use omnicraft_host::ports::Ports;
use omnicraft_host::ports::clock::{Clock, SystemClock};

use crate::app::App;
use crate::args::Global;
use crate::bars::Bars;
use crate::output::{note, out};
use crate::problem::Problem;
use crate::signals;

/// What every command needs.
pub(crate) struct Session {
    home: Option<PathBuf>,
    json: bool,
    yes: bool,
    bars: Bars,
    app: App,
    clock: SystemClock,
}

impl Session {
    pub(crate) fn new(global: &Global) -> Self {
        let visible = !global.no_progress && io::stderr().is_terminal();
        let app = App::default();
        Self {
            home: global.home.clone(),
            json: global.json,
            yes: global.yes,
            bars: Bars::new(visible, app.clone()),
            app,
            clock: global.at.clone().map_or_else(SystemClock::new, SystemClock::set_to),
        }
    }

    /// The same call, in another home and at another time; for the demo's days.
    pub(crate) fn moved(&self, home: &Path, to: Zoned) -> Self {
        Self {
            home: Some(home.to_owned()),
            json: self.json,
            yes: self.yes,
            bars: self.bars.clone(),
            app: self.app.clone(),
            clock: SystemClock::set_to(to),
        }
    }

    /// The folder that was named, if one was.
    pub(crate) fn named_home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The home: as named, or in the platform's configuration folder.
    pub(crate) fn home(&self) -> Result<PathBuf, Problem> {
        if let Some(home) = &self.home {
            let absolute = std::path::absolute(home);
            return absolute.map_err(|error| Problem::usage(format!("--home is not a path: {error}"), "Name a folder"));
        }
        let strategy = etcetera::choose_base_strategy().map_err(|error| {
            Problem::failed(format!("cannot find your configuration folder: {error}"), "Name a folder with --home")
        })?;
        Ok(strategy.config_dir().join("OmniCraft"))
    }

    /// The app that this call runs, if it runs one.
    pub(crate) const fn app(&self) -> &App {
        &self.app
    }

    /// The clock of this call.
    pub(crate) fn clock(&self) -> &SystemClock {
        &self.clock
    }

    /// Now, by the clock of this call.
    pub(crate) fn now(&self) -> Zoned {
        self.clock.now()
    }

    /// Whether `--json` was given.
    pub(crate) const fn json(&self) -> bool {
        self.json
    }

    /// An engine that holds the home's lock, after telling what opening it had to report.
    pub(crate) fn engine(&self) -> Result<Engine, Problem> {
        let engine = Engine::open(&self.home()?, self.ports(), Box::new(self.bars.clone()))?;
        self.tell_recovery(&engine);
        Ok(engine)
    }

    /// An engine for looking: beside one that holds the lock, if there is one.
    pub(crate) fn viewer(&self) -> Result<Engine, Problem> {
        let home = self.home()?;
        match Engine::open(&home, self.ports(), Box::new(self.bars.clone())) {
            Ok(engine) => {
                self.tell_recovery(&engine);
                Ok(engine)
            }
            Err(EngineError::Locked(_)) => {
                self.note("Another OmniCraft backup engine is at work in this home; shown is what it has recorded.");
                Ok(Engine::view(&home, self.ports(), Box::new(self.bars.clone()))?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a home.
    pub(crate) fn create(&self) -> Result<Engine, EngineError> {
        let home = self.home().map_err(|_| EngineError::Stuck);
        Engine::create(&home?, self.ports(), Box::new(self.bars.clone()))
    }

    fn ports(&self) -> Ports {
        Ports { clock: Box::new(self.clock.clone()), ..Ports::of_this_machine(Box::new(OmniCraft::new())) }
    }

    fn tell_recovery(&self, engine: &Engine) {
        let Some(recovery) = engine.recovery() else {
            return;
        };
        for warning in &recovery.warnings {
            self.note(&format!("Found at the start: {warning}"));
        }
        if let Some(failure) = &recovery.failure {
            self.note(&format!("Found at the start: {failure}"));
        } else if recovery.ending == Ending::NotApplied {
            self.note("What was interrupted could not be finished; nothing was lost by it.");
        }
    }

    /// A message on stderr.
    pub(crate) fn note(&self, line: &str) {
        self.bars.clear();
        note(line);
    }

    /// A line of a command that talks while it works: on stdout for people, on stderr beside JSON.
    pub(crate) fn say(&self, line: &str) {
        self.bars.clear();
        if self.json { note(line) } else { out(line) }
    }

    /// Asks before something that replaces or wipes data; `--yes` answers. Returns only if the answer is yes.
    pub(crate) fn confirm(&self, question: &str, name: &str) -> Result<(), Problem> {
        self.bars.clear();
        if self.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            let reason = "this needs a yes, and there is no terminal to ask on";
            return Err(Problem::refused(reason, "Nothing was changed. Add --yes to answer it beforehand"));
        }
        let prompt = format!("{question} Type y or the name ({name}): ");
        drop(write!(anstream::stderr().lock(), "{prompt}"));
        let mut answer = String::new();
        let read = signals::may_leave(|| io::stdin().read_line(&mut answer));
        if read.is_ok() && is_yes(&answer, name) {
            return Ok(());
        }
        Err(Problem::refused("not confirmed", "Nothing was changed"))
    }
}

fn is_yes(answer: &str, name: &str) -> bool {
    let answer = answer.trim();
    ["y", "yes", name].into_iter().any(|yes| answer.to_lowercase() == yes.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_a_yes() {
        for yes in ["y\n", "YES", " my workshop \n"] {
            assert!(is_yes(yes, "My Workshop"), "{yes}");
        }
        for no in ["", "\n", "n", "no", "yeah", "workshop"] {
            assert!(!is_yes(no, "My Workshop"), "{no}");
        }
    }
}
