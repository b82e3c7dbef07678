//! What nobody needs to catch, with the reason, in the files beside this one. A waiver that covers nothing is an error: the
//! reason may have gone with what it was about.

const BY_HAND: &str = include_str!("waivers/by_hand.txt");
const BY_MACHINE: &str = include_str!("waivers/by_machine.txt");

const NO_REASON: &str = "no reason is given";

/// All waivers, and how often each was used.
pub(super) struct Waivers(Vec<Waiver>);

struct Waiver {
    /// `*` stands for anything.
    pattern: String,
    reason: String,
    covers: usize,
}

impl Waivers {
    /// Of bugs made by hand.
    pub(super) fn by_hand() -> Self {
        Self::parse(BY_HAND)
    }

    /// Of bugs made by a machine.
    pub(super) fn by_machine() -> Self {
        Self::parse(BY_MACHINE)
    }

    fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let waivers = lines.map(|line| {
            let (pattern, reason) = line.split_once(" | ").unwrap_or((line, NO_REASON));
            Waiver { pattern: pattern.trim().to_owned(), reason: reason.trim().to_owned(), covers: 0 }
        });
        Self(waivers.collect())
    }

    /// Whether there is a reason why this need not be caught.
    pub(super) fn cover(&self, survivor: &str) -> bool {
        self.0.iter().any(|waiver| covers(&waiver.pattern, survivor))
    }

    /// The reason why this need not be caught.
    pub(super) fn reason(&mut self, survivor: &str) -> Option<String> {
        let waiver = self.0.iter_mut().find(|waiver| covers(&waiver.pattern, survivor))?;
        waiver.covers += 1;
        Some(waiver.reason.clone())
    }

    /// Those that covered nothing; of use where all mutants were tried.
    pub(super) fn idle(self) -> Vec<String> {
        self.0.into_iter().filter(|waiver| waiver.covers == 0).map(|waiver| waiver.pattern).collect()
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
    fn each_waiver_gives_its_reason() {
        for waiver in Waivers::by_hand().0.into_iter().chain(Waivers::by_machine().0) {
            assert_ne!(waiver.reason, NO_REASON, "{}", waiver.pattern);
        }
    }

    #[test]
    fn a_pattern_covers_what_it_says_and_nothing_beside_it() {
        let mut waivers = Waivers::parse("# why\n\nstart-*: drop sync of * | twice\nnobody | none\n");
        assert_eq!(waivers.reason("start-all: drop sync of a").as_deref(), Some("twice"));
        assert_eq!(waivers.reason("exit: drop sync of a"), None);
        assert_eq!(waivers.reason("start-all: swap a"), None);
        assert_eq!(waivers.idle(), ["nobody"]);
    }
}
