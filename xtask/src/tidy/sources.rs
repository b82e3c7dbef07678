//! Rules about Rust sources: how a file begins, how long it is, and what it may not name.

use super::Fault;
use super::rust::{has_word, production, views};
use super::tree::{File, Tree};

const LONGEST: usize = 600;

/// What the core may not name, because it decides and never does.
const OUTSIDE: [&str; 6] = ["fs", "net", "env", "thread", "time", "process"];
const CLOCK: [&str; 4] = ["Zoned::now", "Timestamp::now", "TimeZone::system", "TimeZone::try_system"];

/// The only places with `unsafe`: a C interface of SQLite each, and a call of Linux that nobody wraps.
const UNSAFE: [&str; 3] =
    ["adapters/host/src/sqlite/ffi.rs", "adapters/host/src/ports/filesystem/kernel.rs", "harness/src/sim/vfs"];

/// Where diesel is at home: the catalog with its tests, and the app's own schema.
const DIESEL: [&str; 3] = ["core/src/catalog/", "core/tests/catalog", "adapters/erp/"];

pub(super) fn check(tree: &Tree, faults: &mut Vec<Fault>) {
    for file in tree.rust() {
        check_file(file, faults);
    }
}

fn check_file(file: &File, faults: &mut Vec<Fault>) {
    let path = file.path.as_str();
    let mut fault = |line: usize, what: String, remedy: &'static str| {
        faults.push(Fault { path: path.to_owned(), line: line + 1, what, remedy });
    };
    let views = views(file.text());
    let shipped = if is_test(path) { "" } else { production(&views.code) };

    if !file.text().starts_with("//!") {
        fault(0, "does not begin with `//!`".into(), "begin with one or two sentences that tell the file's story");
    }
    let lines = shipped.lines().count();
    if lines > LONGEST {
        fault(LONGEST, format!("{lines} lines before the tests"), "split it into files with one purpose each");
    }
    for (number, line) in shipped.lines().enumerate() {
        if path.starts_with("core/src/")
            && let Some(name) = outside(line)
        {
            fault(number, format!("the core names `{name}`"), "let it enter inside an event, or move it to the host");
        }
    }
    for (number, line) in views.code.lines().enumerate() {
        if (has_word(line, "diesel") || has_word(line, "diesel_migrations")) && !under(path, &DIESEL) {
            fault(number, "names diesel".into(), "go through core::catalog, or rusqlite on the live side");
        }
        if has_word(line, "unsafe") && !under(path, &UNSAFE) {
            fault(number, "holds `unsafe`".into(), "move it behind a safe function of adapters/host/src/sqlite/ffi.rs");
        }
        if let Some(attribute) = ["#[ignore", "#[should_panic"].into_iter().find(|text| line.contains(text)) {
            fault(
                number,
                format!("holds `{attribute}]`"),
                "run the test always; assert on the error instead of a panic",
            );
        }
    }
    for (number, line) in views.comments.lines().enumerate() {
        if let Some(mark) = unowned_mark(line) {
            fault(
                number,
                format!("holds a `{mark}` without an issue"),
                "do it now, or name the issue as `(#12)` after it",
            );
        }
    }
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

fn under(path: &str, places: &[&str]) -> bool {
    places.iter().any(|place| path.starts_with(place))
}

/// What a line of the core names that belongs to the host, if it does.
fn outside(line: &str) -> Option<String> {
    let modules = OUTSIDE.iter().map(|module| format!("std::{module}"));
    let direct = modules.chain(CLOCK.map(String::from)).find(|name| has_word(line, name));
    direct.or_else(|| {
        let (_, group) = line.split_once("use std::{")?;
        OUTSIDE.iter().find(|module| has_word(group, module)).map(|module| format!("std::{module}"))
    })
}

fn unowned_mark(comment: &str) -> Option<&'static str> {
    ["TODO", "FIXME"]
        .into_iter()
        .find(|mark| comment.match_indices(mark).any(|(at, _)| !comment[at + mark.len()..].starts_with("(#")))
}

#[cfg(test)]
mod tests {
    use super::super::tests;
    use super::check as rules;

    fn check(path: &str, text: &str, expected: &[&str]) {
        tests::check(rules, &[(path, &format!("//! Story.\n{text}"))], expected);
    }

    #[test]
    fn a_file_begins_with_its_story_and_stays_short() {
        tests::check(rules, &[("core/src/a.rs", "use b;\n")], &["core/src/a.rs:1: does not begin with `//!`"]);
        check("core/src/a.rs", &"x();\n".repeat(599), &[]);
        check("core/src/a.rs", &"x();\n".repeat(600), &["core/src/a.rs:601: 601 lines before the tests"]);
        check("core/src/a.rs", &format!("#[cfg(test)]\nmod tests {{\n{}}}", "x();\n".repeat(600)), &[]);
        check("core/tests/a.rs", &"x();\n".repeat(600), &[]);
    }

    #[test]
    fn the_core_names_nothing_outside() {
        check("core/src/a.rs", "use std::fs::File;", &["core/src/a.rs:2: the core names `std::fs`"]);
        check("core/src/a.rs", "use std::{fmt, time::Duration};", &["core/src/a.rs:2: the core names `std::time`"]);
        check("core/src/a.rs", "let a = Zoned::now();", &["core/src/a.rs:2: the core names `Zoned::now`"]);
        check(
            "core/src/a.rs",
            "// std::fs is not here\nuse std::fmt;\n#[cfg(test)]\nmod tests {\nuse std::fs;\n}",
            &[],
        );
        check("adapters/host/src/a.rs", "use std::fs::File;", &[]);
    }

    #[test]
    fn diesel_and_unsafe_stay_at_home() {
        check("core/src/catalog/a.rs", "use diesel::prelude::*;", &[]);
        check("adapters/host/src/a.rs", "use diesel::prelude::*;", &["adapters/host/src/a.rs:2: names diesel"]);
        check("adapters/host/src/sqlite/ffi.rs", "unsafe { a() }", &[]);
        check("core/src/a.rs", "#![forbid(unsafe_code)]\nunsafe { a() }", &["core/src/a.rs:3: holds `unsafe`"]);
    }

    #[test]
    fn nothing_is_put_off() {
        check("a/tests/a.rs", "#[ignore]\nfn a() {}", &["a/tests/a.rs:2: holds `#[ignore]`"]);
        check("a/tests/a.rs", "#[should_panic(expected = \"b\")]", &["a/tests/a.rs:2: holds `#[should_panic]`"]);
        check("a/src/a.rs", "// TODO: b", &["a/src/a.rs:2: holds a `TODO` without an issue"]);
        check("a/src/a.rs", "// TODO(#12): b\nlet a = \"TODO\";", &[]);
    }
}
