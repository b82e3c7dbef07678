//! Every text that the code names is there in both languages, and every text is named somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[expect(clippy::disallowed_methods, reason = "the sources of this crate are no database")]
fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Each text of a language with the names of what is inserted into it.
fn texts(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files(&Path::new(ROOT).join("lang").join(language), "ftl") {
        let mut last = String::new();
        for line in read(&file).lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) =
                line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                last = name.to_owned();
                assert!(texts.insert(last.clone(), BTreeSet::new()).is_none(), "{language} has {last} twice");
            }
            let inserted = line
                .split('$')
                .skip(1)
                .map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap());
            texts.entry(last.clone()).or_default().extend(inserted.map(str::to_owned));
        }
    }
    texts.remove("");
    texts
}

/// The literals of the code outside its tests, with whether each is asked for as a text right there. Holes of patterns
/// are `*`.
fn literals() -> Vec<(String, bool)> {
    let mut literals = Vec::new();
    for file in files(&Path::new(ROOT).join("src"), "rs") {
        if file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("sample.rs") {
            continue;
        }
        let content = read(&file);
        let code = content.split("#[cfg(test)]\nmod tests {").next().unwrap();
        // What stands before a quotation mark says whether it opens a text's name.
        let mut parts = code.split('"');
        let mut before = parts.next().unwrap_or_default().to_owned();
        while let (Some(literal), Some(after)) = (parts.next(), parts.next()) {
            let asked = ["say(", "tell(", "has(", "say(&format!(", "tell(&format!(", "has(&format!("];
            let opening: String = before.chars().filter(|c| !c.is_whitespace()).collect();
            literals.push((holes(literal), asked.iter().any(|call| opening.ends_with(call))));
            before = after.to_owned();
        }
    }
    literals
}

fn holes(literal: &str) -> String {
    let mut name = String::new();
    let mut inside = false;
    for letter in literal.chars() {
        match letter {
            '{' => {
                inside = true;
                name.push('*');
            }
            '}' => inside = false,
            _ if !inside => name.push(letter),
            _ => {}
        }
    }
    name
}

/// A pattern of a single hole fits everything, so it says nothing.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == name };
    if head.is_empty() && tail.is_empty() {
        return false;
    }
    let Some(rest) = name.strip_prefix(head) else { return false };
    (1..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| match tail.contains('*') {
        true => fits(tail, &rest[at..]),
        false => tail == &rest[at..],
    })
}

#[test]
fn both_languages_say_the_same() {
    let (english, russian) = (texts("en"), texts("ru"));
    // The app itself names its tables in English.
    let is_table = |name: &&String| name.starts_with("table-") || name.starts_with("heading-");
    let names = |texts: &BTreeMap<String, BTreeSet<String>>| -> BTreeSet<String> {
        texts.keys().filter(|name| !is_table(name)).cloned().collect()
    };
    let difference: Vec<String> = names(&english).symmetric_difference(&names(&russian)).cloned().collect();
    assert!(difference.is_empty(), "in one language alone: {difference:?}");
    for (name, inserted) in &english {
        // A number that one language needs for its plural may be shown in words alone in the other.
        let shown = |inserted: &BTreeSet<String>| -> BTreeSet<String> {
            inserted.iter().filter(|name| *name != "count").cloned().collect()
        };
        assert_eq!(shown(inserted), shown(&russian[name]), "{name}");
    }
}

#[test]
fn every_text_that_the_code_asks_for_is_there() {
    let texts = texts("en");
    let missing: Vec<String> = literals()
        .into_iter()
        .filter(|(name, asked)| *asked && name != "*" && !texts.keys().any(|text| fits(name, text)))
        .map(|(name, _)| name)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_text_is_asked_for() {
    let literals: BTreeSet<String> = literals().into_iter().map(|(literal, _)| literal).collect();
    let russian = texts("ru");
    let unused: Vec<&String> =
        russian.keys().filter(|text| !literals.iter().any(|literal| fits(literal, text))).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_table_of_omnicraft_has_a_name_in_russian() {
    use omnicraft_host::ports::app::App;
    let russian = texts("ru");
    for profile in omnicraft_erp::OmniCraft::new().profiles() {
        let schema = profile.name.replace('.', "-");
        for table in profile.words.keys() {
            for kind in ["table", "heading"] {
                assert!(russian.contains_key(&format!("{kind}-{schema}-{table}")), "{kind} of {schema} {table}");
            }
        }
    }
}
