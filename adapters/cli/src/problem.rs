//! Why a command did not do what it was told, for people and as JSON.

use omnicraft_core::model::Finding;
use omnicraft_core::outcome::Failure;
use omnicraft_core::transition::Refusal;
use omnicraft_host::error::EngineError;
use omnicraft_host::error::Stop;
use serde_json::{Value, json};

use crate::findings;

/// A refusal or a failure. In each case nothing was changed, unless `reason` says otherwise.
#[derive(Debug)]
pub(crate) struct Problem {
    /// What kind, for programs.
    pub(crate) kind: &'static str,
    /// Why, in a sentence.
    pub(crate) reason: String,
    /// What to do now; may be empty.
    pub(crate) remedy: String,
    /// What speaks against an archive, each with its place.
    pub(crate) findings: Vec<Finding>,
    /// Findings beyond those that are listed.
    pub(crate) unlisted: u64,
}

impl Problem {
    /// A refusal by the command itself.
    pub(crate) fn refused(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new("refused", reason, remedy)
    }

    /// Something outside did not work.
    pub(crate) fn failed(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new("failed", reason, remedy)
    }

    /// A call that makes no sense as it was written.
    pub(crate) fn usage(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new("usage", reason, remedy)
    }

    fn new(kind: &'static str, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), remedy: remedy.into(), findings: Vec::new(), unlisted: 0 }
    }

    /// The same, with what was found in an archive.
    pub(crate) fn with(mut self, findings: Vec<Finding>, unlisted: u64) -> Self {
        self.findings = findings;
        self.unlisted = unlisted;
        self
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
        let mut json = json!({ "error": { "kind": self.kind, "reason": self.reason, "remedy": self.remedy } });
        if !self.findings.is_empty() {
            json["findings"] = json!(self.findings);
            json["findings_unlisted"] = json!(self.unlisted);
        }
        json
    }

    /// What people read.
    pub(crate) fn text(&self) -> String {
        let mut lines = vec![self.reason.clone()];
        if !self.remedy.is_empty() {
            lines[0] += &format!(". {}", self.remedy);
        }
        lines.extend(findings::lines(&self.findings, self.unlisted));
        lines.join("\n")
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
        Self::new(kind, reason, remedy)
    }
}

impl From<Stop> for Problem {
    fn from(stop: Stop) -> Self {
        EngineError::from(stop).into()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let reason = format!("cannot {} ({}): {}", failure.attempted, failure.path, failure.reason);
        Self::failed(reason, failure.remedy)
    }
}
