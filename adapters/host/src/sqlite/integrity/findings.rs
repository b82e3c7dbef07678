//! What a check has found so far, in plain sentences.

/// Problems that are spelt out; the rest is counted.
const SPELT_OUT: usize = 20;

/// Problems with a file's content, each once, and whether everything was looked at.
#[derive(Debug, Default)]
pub(super) struct Findings {
    problems: Vec<String>,
    /// Problems beyond those that are spelt out.
    unlisted: usize,
    /// Whether something had to be left out, because this SQLite lacks what it needs.
    pub(super) incomplete: bool,
}

impl Findings {
    /// Takes up a problem, if it is a new one.
    pub(super) fn problem(&mut self, sentence: String) {
        if self.problems.contains(&sentence) {
            return;
        }
        if self.problems.len() < SPELT_OUT { self.problems.push(sentence) } else { self.unlisted += 1 }
    }

    /// Whether nothing is wrong and nothing was left out.
    pub(super) const fn are_none(&self) -> bool {
        self.problems.is_empty() && !self.incomplete
    }

    /// Takes up what another part of the check has found.
    pub(super) fn absorb(&mut self, other: Self) {
        other.problems.into_iter().for_each(|sentence| self.problem(sentence));
        self.unlisted += other.unlisted;
        self.incomplete |= other.incomplete;
    }

    /// The problems; how many are not among them comes last.
    pub(super) fn sentences(mut self) -> Vec<String> {
        if self.unlisted > 0 {
            self.problems.push(format!("and {} more problems like these", self.unlisted));
        }
        self.problems
    }
}
