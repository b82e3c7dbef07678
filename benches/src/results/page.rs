//! `RESULTS.md`: every goal with what was reached, then every group with its ratios and their spread.

use std::fmt::Write as _;

use super::memory::{self, Peak};
use super::{Group, Spread, Verdict, megabytes, time};
use crate::business::sizes;

/// The page.
pub fn page(machine: &str, groups: &[Group], peaks: &[Peak], plots: &[(String, String)]) -> String {
    let mut text = format!(
        "# How fast, beside others\n\n\
         Written by `cargo xtask bench` from the figures that each bench left when it ran last; do not edit it by hand. Which businesses are \
         measured says `OMNICRAFT_BENCH_SIZES`, here `{}`. {machine}\n\n\
         A ratio is how many times as long as its yardstick something takes. The yardstick runs right before it, every time; \
         what is told is the middle of these ratios, and between which the middle half of them lies. Times alone say little: \
         they are those of this machine and this hour. The engine is optimised, but not as a whole as releases are. \
         Why a goal is missed stands in [LIMITS.md](LIMITS.md).\n",
        sizes().iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",")
    );
    for (title, file) in plots {
        let _ = write!(text, "\n## {title}\n\n![{title}]({file})\n");
    }
    text += "\n## Goals\n\n| what | beside | goal | reached | |\n|---|---|---|---|---|\n";
    for group in groups {
        for Verdict { goal, reached } in group.verdicts() {
            let word = if reached <= goal.at_most { "yes" } else { "**no**" };
            let _ = writeln!(
                text,
                "| {}: {} | {} | ≤ {} | {} | {word} |",
                group.name,
                goal.who,
                goal.beside,
                goal.at_most,
                ratio(reached)
            );
        }
    }
    text += &memory::section(peaks);
    text += "\n## Everything that was measured\n";
    for group in groups {
        let base = group.yardstick();
        let _ = write!(
            text,
            "\n### {} ({:.1} MB)\n\n| | ratio | middle half | pairs | time |\n|---|---|---|---|---|\n| {} | 1 | | | {} |\n",
            group.name,
            megabytes(group.bytes),
            group.yardstick,
            time(base.middle)
        );
        for one in &group.contestants {
            let Spread { low, middle, high } = one.ratio();
            let (took, pairs) = (time(one.seconds().middle), one.pairs.len());
            let _ = writeln!(
                text,
                "| {} | {} | {} to {} | {pairs} | {took} |",
                one.name,
                ratio(middle),
                ratio(low),
                ratio(high)
            );
        }
    }
    text
}

/// Two digits that count.
fn ratio(ratio: f64) -> String {
    match ratio {
        _ if ratio >= 10.0 => format!("{ratio:.0}"),
        _ if ratio >= 1.0 => format!("{ratio:.1}"),
        _ if ratio >= 0.1 => format!("{ratio:.2}"),
        _ => format!("{ratio:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::memory::Peak;
    use super::super::tests::example;
    use super::page;

    #[test]
    fn goals_come_first_and_every_ratio_has_its_spread() {
        let peak = Peak { what: "export".into(), business: 200_000_000, bytes: 90_000_000, limit: 128_000_000 };
        let text = page("Two cores.", &[example()], &[peak], &[("Growth".into(), "growth.svg".into())]);
        for line in [
            "## Growth\n\n![Growth](growth.svg)",
            "| snapshot, small: engine | cp | ≤ 0.4 | 0.50 | **no** |",
            "| snapshot, small: engine | shell | ≤ 0.2 | 0.12 | yes |",
            "| export, 200 MB | 90.0 MB | 128.0 MB | yes |",
            "### snapshot, small (2.0 MB)",
            "| cp | 1 | | | 500.00 ms |",
            "| engine | 0.50 | 0.50 to 0.60 | 3 | 250.00 ms |",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
