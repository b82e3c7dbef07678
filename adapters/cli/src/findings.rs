//! What was found in an archive, as people read it: file, line and column, then what is there.

use omnicraft_core::model::Finding;

/// A line for each finding, and one that says how many more there are.
pub(crate) fn lines(findings: &[Finding], unlisted: u64) -> Vec<String> {
    let mut lines: Vec<String> =
        findings.iter().map(|finding| format!("  {}", printable(&finding.to_string()))).collect();
    if unlisted > 0 {
        lines.push(format!("  and {unlisted} more"));
    }
    lines
}

/// Text of somebody else's, on one line and without what a terminal would obey.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|letter| if is_obeyed(letter) { '\u{FFFD}' } else { letter }).collect()
}

/// Controls, and the marks that turn the direction of what stands around them.
fn is_obeyed(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_harmless_line() {
        let price = Finding {
            member: "0001_sales.csv".to_owned(),
            line: Some(12),
            column: Some("price\n\u{1b}[2J".to_owned()),
            text: "`x` is not a number".to_owned(),
        };
        let whole = Finding { text: "this is not a zip file".to_owned(), ..Finding::default() };
        let expected = [
            "  0001_sales.csv, line 12, column “price\u{FFFD}\u{FFFD}[2J”: `x` is not a number",
            "  this is not a zip file",
            "  and 7 more",
        ];
        assert_eq!(lines(&[price, whole], 7), expected);
    }
}
