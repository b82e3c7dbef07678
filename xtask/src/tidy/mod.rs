//! `cargo xtask tidy`: the house rules that a machine can check. Each fault says where it is and how to mend it.
//! It also runs as a test, so that no way of testing leaves it out.

mod effects;
mod layers;
mod published;
mod released;
mod rust;
mod sources;
mod tree;

use std::fmt;

use crate::process::{Failure, root};
use tree::Tree;

pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let tree = Tree::read(root())?;
    match arguments {
        [] => {}
        [flag] if flag == "--bless" => released::bless(root(), &tree)?,
        _ => return Err(Failure::usage("usage: cargo xtask tidy [--bless]")),
    }
    let faults = faults(&tree);
    for fault in &faults {
        println!("{fault}");
    }
    match faults.len() {
        0 => Ok(()),
        count => Err(Failure::new(format!("tidy found {count} faults"))),
    }
}

fn faults(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    sources::check(tree, &mut faults);
    effects::check(tree, &mut faults);
    layers::check(tree, &mut faults);
    released::check(tree, &mut faults);
    published::check(tree, &mut faults);
    faults
}

/// A broken rule.
struct Fault {
    path: String,
    line: usize,
    what: String,
    remedy: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, what, remedy } = self;
        write!(f, "{path}:{line}: {what}\n    to mend: {remedy}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Tree, faults, root};

    /// Runs one group of rules over files given as (path, text) and compares `path:line: what` of each fault.
    pub(super) fn check(rules: fn(&Tree, &mut Vec<Fault>), files: &[(&str, &str)], expected: &[&str]) {
        let mut faults = Vec::new();
        rules(&Tree::of(files), &mut faults);
        let found: Vec<String> = faults.iter().map(first_line).collect();
        assert_eq!(found, expected);
    }

    fn first_line(fault: &Fault) -> String {
        fault.to_string().lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn the_house_is_tidy() {
        let tree = Tree::read(root()).expect("the repository is readable");
        assert!(tree.files().len() > 20, "git lists only {} files", tree.files().len());
        let faults: Vec<String> = faults(&tree).iter().map(ToString::to_string).collect();
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    }
}
