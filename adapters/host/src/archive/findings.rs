//! What is wrong with an archive, as far as a person wants to read it: the first findings are listed, the rest counted.

use omnicraft_core::model::Finding;

/// Findings in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Those that are listed.
    pub listed: Vec<Finding>,
    /// How many more there are.
    pub unlisted: u64,
}

impl Findings {
    /// How many are listed.
    pub const CAP: usize = 100;

    /// Takes one up.
    pub fn push(&mut self, finding: Finding) {
        if self.listed.len() < Self::CAP { self.listed.push(finding) } else { self.unlisted += 1 }
    }

    /// Takes up others behind those that there are.
    pub fn append(&mut self, more: Self) {
        more.listed.into_iter().for_each(|finding| self.push(finding));
        self.unlisted += more.unlisted;
    }

    /// Something about the archive as a whole.
    pub fn archive(&mut self, text: impl Into<String>) {
        self.push(Finding { text: text.into(), ..Finding::default() });
    }

    /// Something about one file inside it.
    pub fn member(&mut self, member: &str, text: impl Into<String>) {
        self.push(Finding { member: member.to_owned(), text: text.into(), ..Finding::default() });
    }

    /// Something on a line of a file, in a column if it is about one.
    pub fn line(&mut self, member: &str, line: u64, column: Option<&str>, text: impl Into<String>) {
        let column = column.map(str::to_owned);
        self.push(Finding { member: member.to_owned(), line: Some(line), column, text: text.into() });
    }

    /// Whether no more are listed.
    pub const fn is_full(&self) -> bool {
        self.listed.len() >= Self::CAP
    }

    /// Whether there is nothing.
    pub const fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.unlisted == 0
    }
}
