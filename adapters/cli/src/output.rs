//! What a command says: people read text on stdout, programs one JSON document there; messages go to stderr.

use std::io::{self, Write};

use serde_json::Value;

/// How a command that did not fail ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Part of it failed, without changing anything there.
    Failed,
    /// Done, and somebody should read the warnings.
    Warned,
    /// The exit code of an app that was run.
    Of(u8),
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Warned => 3,
            Self::Of(code) => code,
        }
    }

    /// Of two parts of one command: a part that changed something and warns weighs more than one that did nothing.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Done, Self::Failed) | (Self::Failed, Self::Done) => Self::Warned,
            _ => self.max(other),
        }
    }
}

/// What a command answers.
#[derive(Debug)]
pub(crate) struct Reply {
    /// For people; may have several lines.
    pub(crate) text: String,
    /// For programs; null where the document was printed already.
    pub(crate) json: Value,
    /// How it ended.
    pub(crate) exit: Exit,
}

impl Reply {
    /// An answer of a command that is done.
    pub(crate) fn done(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), json, exit: Exit::Done }
    }
}

/// Writes a line to stdout. A reader that has seen enough (`| head`) is no error.
pub(crate) fn out(line: &str) {
    ignore_closed(writeln!(anstream::stdout().lock(), "{}", line.trim_end()));
}

/// Writes a line to stderr.
pub(crate) fn note(line: &str) {
    ignore_closed(writeln!(anstream::stderr().lock(), "{line}"));
}

/// Prints JSON on stdout.
pub(crate) fn out_json(value: &Value) {
    out(&format!("{value:#}"));
}

/// Nobody reads any more, so there is nobody to tell.
fn ignore_closed(written: io::Result<()>) {
    drop(written);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_failed_makes_the_rest_a_warning() {
        assert_eq!(Exit::Done.and(Exit::Done), Exit::Done);
        assert_eq!(Exit::Failed.and(Exit::Failed), Exit::Failed);
        assert_eq!(Exit::Done.and(Exit::Failed), Exit::Warned);
        assert_eq!(Exit::Failed.and(Exit::Warned), Exit::Warned);
    }
}
