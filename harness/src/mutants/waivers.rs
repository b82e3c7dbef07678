//! What nobody needs to catch, with the reason, in a file beside this one. A waiver that covers nothing is an error: the
//! reason may have gone with what it was about.

use serde::Serialize;

const WRITTEN: &str = include_str!("waivers.txt");

/// All waivers, and how often each was used.
pub(super) struct Waivers(Vec<Waiver>);

/// A waiver.
#[derive(Clone, Debug, Serialize)]
pub struct Waiver {
    /// What it covers; `*` stands for anything.
    pub pattern: String,
    /// Why nobody needs to catch it.
    pub reason: String,
    /// How many mutants it covers.
    pub covers: usize,
}

impl Waivers {
    /// Those that are written down.
    pub(super) fn written() -> Self {
        Self::parse(WRITTEN)
    }

    fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let waivers = lines.map(|line| {
            let (pattern, reason) = line.split_once(" | ").unwrap_or((line, "no reason is given"));
            Waiver { pattern: pattern.trim().to_owned(), reason: reason.trim().to_owned(), covers: 0 }
        });
        Self(waivers.collect())
    }

    /// The reason why this need not be caught.
    pub(super) fn reason(&mut self, survivor: &str) -> Option<String> {
        let waiver = self.0.iter_mut().find(|waiver| covers(&waiver.pattern, survivor))?;
        waiver.covers += 1;
        Some(waiver.reason.clone())
    }

    /// All of them, with what they cover.
    pub(super) fn into_all(self) -> Vec<Waiver> {
        self.0
    }
}

/// Whether a pattern covers a text in whole.
fn covers(pattern: &str, text: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(after) = text.strip_prefix(before) else { return false };
    (0..=after.len()).filter(|at| after.is_char_boundary(*at)).any(|at| covers(rest, &after[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_what_it_says_and_nothing_beside_it() {
        let mut waivers = Waivers::parse("# why\n\nstart-*: drop sync of * | twice\n");
        assert_eq!(waivers.reason("start-all: drop sync of a").as_deref(), Some("twice"));
        assert_eq!(waivers.reason("exit: drop sync of a"), None);
        assert_eq!(waivers.reason("start-all: swap a"), None);
        assert_eq!(waivers.into_all()[0].covers, 1);
    }
}
