//! Colours that stand on one another can be read by everybody, in the light and in the dark: AA of the WCAG.

use std::collections::BTreeMap;

const BASE: &str = include_str!("../../assets/css/base.css");

/// What is written, and on what.
const PAIRS: [(&str, &[&str]); 11] = [
    ("text", &["page", "raised", "accent-soft", "good-soft", "warn-soft", "bad-soft"]),
    ("quiet", &["page", "raised"]),
    ("accent", &["page", "raised", "accent-soft"]),
    ("on-accent", &["accent", "bad"]),
    ("good", &["page", "raised", "good-soft"]),
    ("warn", &["page", "raised", "warn-soft"]),
    ("bad", &["page", "raised", "bad-soft"]),
    ("tier", &["tier-soft"]),
    ("close", &["close-soft"]),
    ("before", &["before-soft"]),
    ("manual", &["manual-soft"]),
];
/// For text of any size.
const READABLE: f64 = 4.5;
/// For the borders of fields and buttons.
const VISIBLE: f64 = 3.0;

fn colours(block: &str) -> BTreeMap<&str, [f64; 3]> {
    let lines =
        block.lines().filter_map(|line| line.trim().strip_prefix("--")?.trim_end_matches(';').split_once(": #"));
    lines.filter(|(_, hex)| hex.len() == 6).map(|(name, hex)| (name, channels(hex))).collect()
}

fn channels(hex: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0)
}

fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] =
        colour.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[track_caller]
fn check(block: &str) {
    let colours = colours(block);
    for (text, grounds) in PAIRS {
        for ground in grounds {
            let found = contrast(colours[text], colours[ground]);
            assert!(found >= READABLE, "{text} on {ground}: {found:.2}");
        }
    }
    for ground in ["page", "raised"] {
        let found = contrast(colours["line-strong"], colours[ground]);
        assert!(found >= VISIBLE, "line-strong on {ground}: {found:.2}");
    }
}

#[test]
fn every_text_can_be_read_in_the_light_and_in_the_dark() {
    let (light, dark) = BASE.split_once("prefers-color-scheme: dark").unwrap();
    check(light);
    check(dark.split_once("\n}\n").unwrap().0);
}
