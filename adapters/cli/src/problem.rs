//! Why a command did not do what it was told, for people and as JSON.

use omnicraft_core::outcome::Failure;
use omnicraft_core::transition::Refusal;
use omnicraft_host::error::EngineError;
use serde_json::{Value, json};

/// A refusal or a failure. In each case nothing was changed, unless `reason` says otherwise.
#[derive(Debug)]
pub(crate) struct Problem {
    /// What kind, for programs.
    pub(crate) kind: &'static str,
    /// Why, in a sentence.
    pub(crate) reason: String,
    /// What to do now; may be empty.
    pub(crate) remedy: String,
}

impl Problem {
    /// A refusal by the command itself.
    pub(crate) fn refused(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind: "refused", reason: reason.into(), remedy: remedy.into() }
    }

    /// Something outside did not work.
    pub(crate) fn failed(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind: "failed", reason: reason.into(), remedy: remedy.into() }
    }

    /// A call that makes no sense as it was written.
    pub(crate) fn usage(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind: "usage", reason: reason.into(), remedy: remedy.into() }
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> u8 {
        match self.kind {
            "usage" => 2,
            "decided" => 3,
            _ => 1,
        }
    }

    /// What `--json` prints.
    pub(crate) fn json(&self) -> Value {
        json!({ "error": { "kind": self.kind, "reason": self.reason, "remedy": self.remedy } })
    }

    /// What people read.
    pub(crate) fn text(&self) -> String {
        if self.remedy.is_empty() { self.reason.clone() } else { format!("{}. {}", self.reason, self.remedy) }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        let kind = match &error {
            EngineError::Refused(Refusal { reason, remedy }) => return Self::refused(reason, remedy),
            EngineError::Failed(failure) => return failure.clone().into(),
            EngineError::NotAHome(_) => "not_a_home",
            EngineError::AlreadyAHome(_) => "already_a_home",
            EngineError::Locked(_) | EngineError::ViewOnly(_) => "locked",
            EngineError::Catalog(_) => "catalog",
            EngineError::Decided(_) => "decided",
            EngineError::Stuck => "defect",
        };
        let text = error.to_string();
        let (reason, remedy) = text.rsplit_once(". ").unwrap_or((&text, ""));
        Self { kind, reason: reason.to_owned(), remedy: remedy.to_owned() }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let reason = format!("cannot {} ({}): {}", failure.attempted, failure.path, failure.reason);
        Self::failed(reason, failure.remedy)
    }
}
