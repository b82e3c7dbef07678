//! Counts passed and failed tests from the closing lines of `cargo test` and nextest, so that a run of many test
//! binaries ends in one line.

use std::fmt;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// Adds what a line of the runner's output says; most lines say nothing.
    pub(crate) fn read(&mut self, line: &str) {
        let line = without_colors(line);
        let Some(counts) = closing_counts(&line) else { return };
        let mut number = 0;
        for word in counts.split(|c: char| !c.is_ascii_alphanumeric()) {
            match word {
                "passed" => self.passed += number,
                // nextest counts a test that it had to end apart: `1 timed out`.
                "failed" | "timed" => self.failed += number,
                _ => number = word.parse().unwrap_or(number),
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

fn closing_counts(line: &str) -> Option<&str> {
    // nextest shows a failed test's own output indented, with a closing line that it sums up itself.
    if let Some(counts) = line.strip_prefix("test result: ") {
        return Some(counts);
    }
    let (_, counts) = line.trim_start().strip_prefix("Summary [")?.split_once(']')?;
    counts.split_once(" run: ").map(|(_, counts)| counts)
}

fn without_colors(line: &str) -> String {
    let mut plain = String::new();
    for (index, part) in line.split('\u{1b}').enumerate() {
        // Every part but the first begins with the rest of an escape sequence, which ends with `m`.
        plain.push_str(if index == 0 { part } else { part.split_once('m').map_or("", |(_, text)| text) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn check(output: &str, expected: &str) {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.read(line));
        assert_eq!(tally.to_string(), expected, "{output}");
    }

    #[test]
    fn adds_up_closing_lines() {
        check("running 2 tests\ntest a ... ok", "0 passed, 0 failed");
        check(
            "test result: ok. 3 passed; 0 failed; 9 ignored; 0 measured; 0 filtered out; finished in 7.00s\n\
             test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "4 passed, 2 failed",
        );
        check("     Summary [   1.204s] 57 tests run: 57 passed (2 slow), 4 skipped", "57 passed, 0 failed");
        check(
            "\u{1b}[31;1m     Summary\u{1b}[0m [   1.2s] \u{1b}[1m9\u{1b}[0m tests run: \u{1b}[1m5\u{1b}[0m passed, \
             \u{1b}[1m3\u{1b}[0m \u{1b}[31;1mfailed\u{1b}[0m, 1 timed out, 0 skipped",
            "5 passed, 4 failed",
        );
        check(
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored\n     Summary [   0.1s] 1 test run: 0 passed, 1 failed",
            "0 passed, 1 failed",
        );
    }
}
