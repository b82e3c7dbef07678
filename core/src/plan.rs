//! A plan: an ordered, printable list of steps.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::effect::Effect;

/// Whether a plan survives the failure of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// On failure: stop and clean up.
    Require,
    /// On failure: note it and go on.
    Attempt,
    /// Clean-up: done even after the plan has failed; its own failure is noted.
    Always,
}

/// One effect and what its failure means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Whether the plan survives its failure.
    pub mode: Mode,
    /// What is to be done.
    pub effect: Effect,
}

/// An ordered list of steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "a plan does nothing until its steps are performed"]
pub struct Plan {
    /// In the order in which they are performed.
    pub steps: Vec<Step>,
}

impl Plan {
    /// A plan without steps.
    pub const fn new() -> Self {
        Self { steps: Vec::new() }
    }

    /// Adds a step whose failure ends the plan.
    pub fn require(mut self, effect: Effect) -> Self {
        self.steps.push(Step { mode: Mode::Require, effect });
        self
    }

    /// Adds a step whose failure is noted.
    pub fn attempt(mut self, effect: Effect) -> Self {
        self.steps.push(Step { mode: Mode::Attempt, effect });
        self
    }

    /// Adds a clean-up step, which is done even after the plan has failed.
    pub fn always(mut self, effect: Effect) -> Self {
        self.steps.push(Step { mode: Mode::Always, effect });
        self
    }

    /// Adds all steps of another plan.
    pub fn then(mut self, other: Self) -> Self {
        self.steps.extend(other.steps);
        self
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            writeln!(f, "{:>3} {step}", index + 1)?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            Mode::Require => "require",
            Mode::Attempt => "attempt",
            Mode::Always => "always ",
        };
        write!(f, "{mode} {}", self.effect)
    }
}
