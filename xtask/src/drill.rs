//! `cargo xtask drill`: rehearses a restore of every snapshot of a home. Without `--home` it makes one that lived a
//! day, and throws it away when every drill passed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::process::{Failure, not_started, omnicraft, succeed, target, words};

/// How many ids go on one command line; Windows allows 32 thousand characters.
const IDS_AT_ONCE: usize = 500;

pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    match arguments {
        [flag, home] if flag == "--home" => drill(Path::new(home)),
        [] => {
            let home = throw_away_home()?;
            drill(&home)?;
            std::fs::remove_dir_all(&home)
                .map_err(|error| Failure::new(format!("could not remove {}: {error}", home.display())))
        }
        _ => Err(Failure::usage("usage: cargo xtask drill [--home DIR]")),
    }
}

fn drill(home: &Path) -> Result<(), Failure> {
    let ids = ids(&output(at(home)?.args(["--json", "list"]))?);
    if ids.is_empty() {
        let home = home.display();
        return Err(Failure::new(format!(
            "{home} has no snapshot to rehearse; run `omnicraft --home {home} open` first"
        )));
    }
    println!("drill: {} snapshots of {}", ids.len(), home.display());
    for ids in ids.chunks(IDS_AT_ONCE) {
        succeed(at(home)?.arg("drill").args(ids))?;
    }
    Ok(())
}

/// A home with the small sample business after one start and one exit of the app.
fn throw_away_home() -> Result<PathBuf, Failure> {
    let home = target().join(format!("drill-{}", std::process::id()));
    succeed(at(&home)?.args(["init", "--sample", "small"]))?;
    succeed(at(&home)?.arg("open"))?;
    succeed(at(&home)?.arg("close"))?;
    Ok(home)
}

fn at(home: &Path) -> Result<Command, Failure> {
    let mut command = omnicraft()?;
    command.args(["--quiet", "--"]).arg("--home").arg(home).args(["--yes", "--no-progress"]);
    Ok(command)
}

fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        return Err(Failure::new(format!("`{}` ended with {}", words(command), output.status)));
    }
    String::from_utf8(output.stdout).map_err(|_| Failure::new(format!("`{}` printed no UTF-8", words(command))))
}

/// The value of every `id` field of a JSON document, in order. Enough of JSON for that, so that no crate is needed:
/// strings are read one by one, and one that says `id` and is followed by a colon names the next.
fn ids(json: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut named = false;
    let mut rest = json;
    while let Some((text, after)) = next_string(rest) {
        if named {
            ids.push(text.to_owned());
        }
        named = text == "id" && after.trim_start().starts_with(':');
        rest = after;
    }
    ids
}

/// The text of the first string of a JSON document, escapes as they are, and what comes after it.
fn next_string(json: &str) -> Option<(&str, &str)> {
    let start = json.find('"')? + 1;
    let mut escaped = false;
    for (at, c) in json[start..].char_indices() {
        match c {
            '"' if !escaped => return Some((&json[start..start + at], &json[start + at + 1..])),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::ids;

    #[test]
    fn finds_the_ids_of_cards_and_nothing_else() {
        let json = r#"[
            { "id": "s1", "workspace": "id", "card": "Daily \"id\": \"s9\" \\", "bytes": 3 },
            {"id":"s2","slot":null}
        ]"#;
        assert_eq!(ids(json), ["s1", "s2"]);
        assert_eq!(ids("[]"), [""; 0]);
        assert_eq!(ids(r#"[{"card": "cut off"#), [""; 0]);
    }
}
