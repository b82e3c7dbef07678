//! Every effect says in the contract table what a power cut during it leaves, and the host performs every effect.

use super::Fault;
use super::rust::views;
use super::tree::Tree;

const EFFECTS: &str = "core/src/effect.rs";
const PERFORM: &str = "adapters/host/src/perform/mod.rs";

pub(super) fn check(tree: &Tree, faults: &mut Vec<Fault>) {
    let text = |path| tree.get(path).map_or("", |file| file.text());
    let variants = variants(&views(text(EFFECTS)).code);
    if variants.is_empty() {
        let what = "has no `pub enum Effect`".into();
        faults.push(Fault {
            path: EFFECTS.into(),
            line: 1,
            what,
            remedy: "tell xtask/src/tidy/effects.rs where it went",
        });
    }
    let rows = rows(text(EFFECTS));
    let performed = views(text(PERFORM)).code;
    for (line, variant) in variants {
        if !rows.contains(&variant.to_lowercase()) {
            let what = format!("`{variant}` is missing in the contract table");
            let remedy = "add it to the first column of the table at the head of this file";
            faults.push(Fault { path: EFFECTS.into(), line, what, remedy });
        }
        if !super::rust::has_word(&performed, &format!("Effect::{variant}")) {
            let what = format!("`Effect::{variant}` is not performed");
            let remedy = "give it a file in perform/ and an arm in the match";
            faults.push(Fault { path: PERFORM.into(), line: 1, what, remedy });
        }
    }
}

/// The variants of `Effect` with their lines, as rustfmt sets them: one level in, each on a line of its own.
fn variants(code: &str) -> Vec<(usize, String)> {
    let lines = code.lines().enumerate().skip_while(|(_, line)| !line.starts_with("pub enum Effect"));
    let body = lines.skip(1).take_while(|(_, line)| !line.starts_with('}'));
    let names = body.filter_map(|(number, line)| {
        let name = line.strip_prefix("    ")?;
        let name = name.split(|c: char| !c.is_alphanumeric()).next()?;
        name.starts_with(char::is_uppercase).then(|| (number + 1, name.to_owned()))
    });
    names.collect()
}

/// The first column of the table, split at commas, without case, blanks and marks: `keep damaged` is `KeepDamaged`.
fn rows(text: &str) -> Vec<String> {
    let table = text.lines().filter_map(|line| line.strip_prefix("//! |"));
    let names = table.filter_map(|row| row.split('|').next()).flat_map(|cell| cell.split(','));
    names.map(|name| name.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests;
    use super::{EFFECTS, PERFORM, check as rules};

    #[test]
    fn every_effect_has_a_row_and_an_arm() {
        let effects = "//! | effect | again |\n//! | `scan`, keep damaged | yes |\n\
                       pub enum Effect {\n    /// Looks.\n    Scan,\n    KeepDamaged {\n        /// Which.\n        file: File,\n    },\n    Swap(u8),\n}\n";
        let perform = "match effect { Effect::Scan => a(), Effect::KeepDamagedToo => b(), Effect::Swap(_) => c() }";
        tests::check(
            rules,
            &[(EFFECTS, effects), (PERFORM, perform)],
            &[
                "adapters/host/src/perform/mod.rs:1: `Effect::KeepDamaged` is not performed",
                "core/src/effect.rs:10: `Swap` is missing in the contract table",
            ],
        );
        tests::check(rules, &[], &["core/src/effect.rs:1: has no `pub enum Effect`"]);
    }
}
