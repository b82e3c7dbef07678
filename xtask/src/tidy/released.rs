//! What a release carried stays as it was: a changed migration leaves the databases that already ran it behind, and
//! changed golden data proves nothing. The list holds a digest of each released file; `--bless` adds new ones to it.

use std::fmt::Write as _;
use std::path::Path;

use super::Fault;
use super::tree::{File, Tree};
use crate::process::Failure;

const LIST: &str = ".config/released.txt";

pub(super) fn check(tree: &Tree, faults: &mut Vec<Fault>) {
    for (number, (recorded, path)) in entries(tree).into_iter().enumerate() {
        let what = match tree.get(path) {
            Some(file) if digest(&file.bytes) == recorded => continue,
            Some(_) => "changed after its release",
            None => "was released and is gone",
        };
        let remedy = "restore it with `git checkout`, and write a new migration or a new golden set instead";
        let what = format!("{what} (entry {} of {LIST})", number + 1);
        faults.push(Fault { path: path.to_owned(), line: 1, what, remedy });
    }
}

/// Adds the files that are not in the list yet. Entries that stand are never changed.
pub(super) fn bless(root: &Path, tree: &Tree) -> Result<(), Failure> {
    let (list, added) = blessed(tree);
    std::fs::write(root.join(LIST), list).map_err(|error| Failure::new(format!("could not write {LIST}: {error}")))?;
    println!("{added} files added to {LIST}");
    Ok(())
}

fn blessed(tree: &Tree) -> (String, usize) {
    let known = entries(tree);
    let new = tree.files().iter().filter(|file| is_kept(&file.path));
    let new: Vec<&File> = new.filter(|file| known.iter().all(|(_, path)| *path != file.path)).collect();
    let mut list = tree.get(LIST).map_or(String::new(), |file| file.text().to_owned());
    for file in &new {
        // Writing to a string cannot fail.
        let _ = writeln!(list, "{} {}", digest(&file.bytes), file.path);
    }
    (list, new.len())
}

fn is_kept(path: &str) -> bool {
    path.contains("/migrations/") || path.starts_with("fixtures/data/golden/")
}

fn entries(tree: &Tree) -> Vec<(&str, &str)> {
    let list = tree.get(LIST).map_or("", |file| file.text());
    list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' ')).collect()
}

/// FNV-1a: against a slip of the hand, not against an enemy, who could change the list as well.
fn digest(bytes: &[u8]) -> String {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
}

#[cfg(test)]
mod tests {
    use super::super::tests;
    use super::{LIST, Tree, blessed, check as rules, digest};

    const UP: &str = "core/migrations/1/up.sql";

    #[test]
    fn a_released_file_stays_as_it_was() {
        let list = format!("# Story.\n{} {UP}\n", digest(b"CREATE"));
        tests::check(rules, &[(LIST, &list), (UP, "CREATE")], &[]);
        let changed = format!("{UP}:1: changed after its release (entry 1 of {LIST})");
        tests::check(rules, &[(LIST, &list), (UP, "DROP")], &[&changed]);
        let gone = format!("{UP}:1: was released and is gone (entry 1 of {LIST})");
        tests::check(rules, &[(LIST, &list)], &[&gone]);
    }

    #[test]
    fn blessing_adds_and_never_changes() {
        let list = format!("# Story.\n{} {UP}\n", digest(b"CREATE"));
        let files = [(LIST, list.as_str()), (UP, "DROP"), ("core/migrations/2/up.sql", "ALTER"), ("a.sql", "")];
        let expected = format!("{list}{} core/migrations/2/up.sql\n", digest(b"ALTER"));
        assert_eq!(blessed(&Tree::of(&files)), (expected, 1));
    }

    #[test]
    fn the_digest_is_fnv_1a() {
        assert_eq!(digest(b""), "cbf29ce484222325");
        assert_eq!(digest(b"foobar"), "85944171f73967e8");
    }
}
