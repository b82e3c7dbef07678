//! The page for people inside an archive: what it is, of which moment, how to look into it, how to bring it back.

use std::fmt::Write as _;

use jiff::Zoned;

use super::pack::Origin;

/// The page of a CSV archive.
pub(super) fn of_tables(origin: &Origin<'_>, tables: usize) -> String {
    let mut page = heading(origin.app, origin.taken_at);
    let _ = write!(
        page,
        "This archive holds everything in the database of \u{201c}{}\u{201d}: {} rows in {tables} tables.\n\n\
         TO LOOK AT IT\n\n\
         Open the files that end in .csv with Excel, LibreOffice Calc, Google Sheets or any\n\
         text editor. The first line has the names of the columns. An apostrophe (') at the\n\
         beginning of a text keeps a spreadsheet from taking it for a formula or a number;\n\
         x'...' and t'...' are bytes, written as pairs of digits. An empty cell has no value.\n\n\
         The files that end in .lines, and manifest.json, are for the program: by them it finds\n\
         what is missing, damaged or changed. manifest.json also says which file is which table.\n\n",
        origin.workspace.name,
        origin.facts.total_rows(),
    );
    bring_back(&mut page, "the database of this workspace");
    page.push_str(
        "\nLook into a copy: a file that a spreadsheet has saved again counts as changed, and is\n\
         brought back only when you say so (--accept-edited).\n",
    );
    for_windows(&page)
}

/// The page of a global archive: each workspace with its file, and its CSV archive where it has one.
pub(super) fn of_workspaces(app: &str, at: &Zoned, workspaces: &[(String, Vec<String>)]) -> String {
    let mut page = heading(app, at);
    page.push_str("This archive holds all workspaces, every one as it was at that moment:\n\n");
    for (name, files) in workspaces {
        let _ = writeln!(page, "  \u{201c}{name}\u{201d}: {}", files.join(", "));
    }
    page.push_str(
        "\nTO LOOK AT IT\n\n\
         The files that end in .db are SQLite databases, which many programs open. Those that\n\
         end in .zip hold the same as tables for a spreadsheet. workspaces.json is the list of\n\
         workspaces. By manifest.json the program finds what is missing, damaged or changed.\n\n",
    );
    bring_back(&mut page, "all of these workspaces together");
    for_windows(&page)
}

fn heading(app: &str, at: &Zoned) -> String {
    format!("Data of {app}, as it was on {}\n\n", at.strftime("%Y-%m-%d at %H:%M (%Q)"))
}

fn bring_back(page: &mut String, what: &str) {
    let _ = write!(
        page,
        "TO BRING IT BACK\n\n    omnicraft restore FILE\n\n\
         FILE is this archive, as one file. It replaces {what}.\n\
         What is there today is kept as a backup first, and `omnicraft undo` brings it back.\n\
         `omnicraft preview FILE` shows what would change, and changes nothing.\n",
    );
}

/// Old editors on Windows show a file without carriage returns as one line.
fn for_windows(page: &str) -> String {
    page.replace('\n', "\r\n")
}
