//! What a reader of the repository sees: the top level, a README whose guarantees are complete, and no trace of the
//! machine on which it was written.

use super::Fault;
use super::tree::Tree;

const TOP: [&str; 10] =
    ["Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "adapters", "benches", "core", "fixtures", "harness", "xtask"];

/// The last guarantee's number; they count from 1.
const GUARANTEES: usize = 12;

/// Workplaces and hosts of package registries; split, so that this file passes its own check. Homes of people who do
/// not exist are good examples in tests, so those are not here.
const TRACES: [&str; 7] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("static.cra", "tes.io"),
    concat!("index.cra", "tes.io"),
    concat!("registry.npm", "js.org"),
    concat!("py", "pi.org"),
    concat!("python", "hosted.org"),
];

pub(super) fn check(tree: &Tree, faults: &mut Vec<Fault>) {
    top_level(tree, faults);
    traces(tree, faults);
    guarantees(tree, faults);
}

fn top_level(tree: &Tree, faults: &mut Vec<Fault>) {
    for file in tree.files() {
        let top = file.path.split('/').next().unwrap_or_default();
        if !top.starts_with('.') && !TOP.contains(&top) {
            let what = format!("`{top}` does not belong at the top level");
            let remedy = "move it into a package; configuration of tools goes into dotfiles";
            faults.push(Fault { path: file.path.clone(), line: 1, what, remedy });
        }
    }
}

fn traces(tree: &Tree, faults: &mut Vec<Fault>) {
    for file in tree.files() {
        for (number, line) in file.text().lines().enumerate() {
            if let Some(trace) = TRACES.iter().find(|trace| begins_word(line, trace)) {
                let what = format!("names `{trace}`, which only one machine has");
                let remedy = "write a relative path or `~`, and let tools find their own hosts";
                faults.push(Fault { path: file.path.clone(), line: number + 1, what, remedy });
            }
        }
    }
}

/// Whether a line holds the text, and not as the middle of a longer path or name.
fn begins_word(line: &str, text: &str) -> bool {
    line.match_indices(text).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "_.-~}".contains(c)))
}

fn guarantees(tree: &Tree, faults: &mut Vec<Fault>) {
    let readme = tree.get("README.md").map_or("", |file| file.text());
    let cells = readme.lines().filter_map(|line| line.strip_prefix('|')).filter_map(|row| row.split('|').next());
    let ids: Vec<String> = cells.map(|cell| cell.replace(|c: char| !c.is_alphanumeric(), "")).collect();
    for id in (1..=GUARANTEES).map(|number| format!("G{number}")) {
        let rows = ids.iter().filter(|found| **found == id).count();
        if rows != 1 {
            let what = format!("{rows} rows for the guarantee {id}");
            let remedy = "give each guarantee one row, its id in the first column, its sentence and its state of proof";
            faults.push(Fault { path: "README.md".into(), line: 1, what, remedy });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests;
    use super::{guarantees, top_level, traces};

    #[test]
    fn the_top_level_is_closed() {
        tests::check(top_level, &[(".ci/run", ""), ("core/a.rs", ""), ("README.md", "")], &[]);
        tests::check(top_level, &[("notes/a.md", "")], &["notes/a.md:1: `notes` does not belong at the top level"]);
    }

    #[test]
    fn no_machine_is_named() {
        let text = concat!("cd ", "/wo", "rk/shop");
        let expected = concat!("a.md:1: names `/wo", "rk/`, which only one machine has");
        tests::check(traces, &[("a.md", text)], &[expected]);
        tests::check(traces, &[("a.md", concat!("/home/anna/wo", "rk/books.db and /wo", "rkshop"))], &[]);
    }

    #[test]
    fn each_guarantee_has_one_row() {
        let rows =
            |ids: &[usize]| ids.iter().map(|id| format!("| **G{id}** | sentence | proven |\n")).collect::<String>();
        tests::check(guarantees, &[("README.md", &rows(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]))], &[]);
        tests::check(
            guarantees,
            &[("README.md", &rows(&[1, 2, 3, 4, 5, 6, 7, 7, 9, 10, 11, 12]))],
            &["README.md:1: 2 rows for the guarantee G7", "README.md:1: 0 rows for the guarantee G8"],
        );
    }
}
