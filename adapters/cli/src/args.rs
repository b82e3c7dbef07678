//! The arguments: every command, its options, and help that says what it does to the user's data.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Zoned;
use omnicraft_core::model::SnapshotId;

use crate::moment;

/// Looks after databases: takes verified backups, shows them as cards, and brings the books back.
#[derive(Debug, Parser)]
#[command(name = "omnicraft", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done · 1 refused or failed, nothing changed · 2 usage · 3 applied with warnings

Examples:
  omnicraft demo                       see it work, in a folder of its own
  omnicraft init --sample small        a home with a sample business
  omnicraft open                       what the app does when it starts
  omnicraft list                       the cards
  omnicraft preview auto_daily         what would a restore change?
  omnicraft restore auto_daily         go back
  omnicraft undo                       and forth again
  omnicraft export --all FILE.zip      everything, to carry away
  omnicraft serve                      all of it in your browser";

/// Options of every command, before or after its name.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// The folder with workspaces.json, the databases and backups/ [default: OmniCraft in your configuration folder]
    #[arg(long, value_name = "DIR", global = true, env = "OMNICRAFT_HOME", hide_env_values = true)]
    pub(crate) home: Option<PathBuf>,
    /// Prints one JSON document on stdout and nothing else there
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Sets the clock, for drills and tests: 2026-11-21T18:00, with a zone: 2026-11-21T18:00[Europe/Moscow]
    #[arg(long, value_name = "DATETIME[ZONE]", global = true, value_parser = moment::parse)]
    pub(crate) at: Option<Zoned>,
    /// Answers every question with yes
    #[arg(long, short, global = true)]
    pub(crate) yes: bool,
    /// Shows no progress bars
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows the main job: a sample business lives some weeks, loses its database, and gets it back
    ///
    /// Works in a folder of its own, which is kept so that you can look around. Nothing else is touched.
    Demo,
    /// Makes a home with one workspace, "My Workshop"
    ///
    /// Writes a new, empty OmniCraft database, or a sample business whose history ends yesterday. Refused where there
    /// is a home already; nothing is ever overwritten.
    #[command(after_help = "Examples:\n  omnicraft init\n  omnicraft init --sample small --home /tmp/try-it")]
    Init {
        /// Fills the business with a believable history: about 1 MB, 100 MB or 1 GB
        #[arg(long, value_name = "SIZE")]
        sample: Option<Sample>,
    },
    /// Adds, lists or removes the databases that are looked after
    #[command(subcommand)]
    Workspace(WorkspaceCommand),
    /// The app starts: takes the backups that are due (daily, weekly, monthly, yearly)
    ///
    /// Finishes or undoes whatever was interrupted, copies each database once, verifies the copy and publishes it.
    /// A database that is damaged is never rotated in: you are told, and the last good backup is offered.
    Open,
    /// The app closes: takes a backup for each database that changed, into a ring of three
    ///
    /// Then gives unused space back. A database that did not change since the last close gets no new backup.
    Close,
    /// Runs an app between `open` and `close`, and takes due backups while it runs
    #[command(after_help = "Example:\n  omnicraft run -- /opt/omnicraft/app --fullscreen\n\n\
        Ends with the app's exit code, unless a backup failed.")]
    Run {
        /// The app and its arguments, after `--`
        #[arg(last = true, required = true, value_name = "CMD")]
        command: Vec<OsString>,
    },
    /// Lists the backups as cards, the newest first. Changes nothing
    List,
    /// Takes a backup now
    #[command(after_help = "Examples:\n  omnicraft snapshot\n  omnicraft snapshot --pin \"before the fair\"")]
    Snapshot {
        /// Pins it under this name, so that it is never removed
        #[arg(long, value_name = "NAME", value_parser = label)]
        pin: Option<String>,
        /// Whose database [default: every workspace's]
        #[arg(long, value_name = "NAME")]
        workspace: Option<String>,
    },
    /// Pins a backup, so that it is never removed
    #[command(after_help = "Example:\n  omnicraft pin s12 \"tax office 2026\"")]
    Pin {
        /// The backup's id, as `list` shows it
        id: SnapshotId,
        /// What to call it [default: what it is called now]
        #[arg(value_parser = label)]
        name: Option<String>,
    },
    /// Takes a backup's pin off. It then stays as long as rotation keeps it
    Unpin {
        /// The backup's id, as `list` shows it
        id: SnapshotId,
    },
    /// Shows what a restore would lose and bring back. Changes nothing
    ///
    /// A file from elsewhere is read as a whole and checked before it is compared; what is wrong with it is told with
    /// file, line and column.
    #[command(after_help = SOURCES)]
    Preview(From),
    /// Replaces the live database by a backup, after showing what that would change
    ///
    /// The present database is backed up first, so that `undo` brings it back. The app must be closed. On a new computer,
    /// where there is no home yet, an exported file makes one.
    #[command(after_help = SOURCES)]
    Restore(From),
    /// Goes back to the state before the last restore
    ///
    /// Several restores can be undone, one after the other. The present database is backed up first. Workspaces that were
    /// restored together go back together.
    Undo {
        /// Whose restore [default: the workspace restored last]
        #[arg(long, value_name = "NAME")]
        workspace: Option<String>,
    },
    /// Writes your books to a file that you can carry away
    ///
    /// As a plain database (--db), as a zip file with one CSV file per table for any spreadsheet (--csv), or everything
    /// at once (--all): every workspace and the personal finance, all of one moment. What is written is read back and
    /// checked before the file gets its name. `omnicraft restore FILE` brings each of them back, also on a new computer.
    #[command(after_help = EXPORTS)]
    Export(Export),
    /// Wipes a business's history, or everything in it, behind a verified backup
    #[command(
        after_help = "Examples:\n  omnicraft reset accounting\n  omnicraft reset factory --workspace \"My Workshop\"\n\n\
        Backups are never touched; `restore auto_before_accounting_reset` brings everything back."
    )]
    Reset {
        /// What to wipe
        what: Reset,
        /// Whose database [default: the first workspace's]
        #[arg(long, value_name = "NAME")]
        workspace: Option<String>,
    },
    /// Brings a business's database to the newest version of its tables, behind a verified backup
    Migrate {
        /// Whose database [default: the first workspace's]
        #[arg(long, value_name = "NAME")]
        workspace: Option<String>,
    },
    /// Checks backups in full, in place
    ///
    /// A backup that fails is marked, no longer offered, and kept as it is.
    Verify {
        /// Backups, as `list` shows their ids [default: all]
        ids: Vec<SnapshotId>,
    },
    /// Rehearses restores beside the live databases, which are not touched
    Drill {
        /// Backups, as `list` shows their ids [default: the newest good one of each workspace]
        ids: Vec<SnapshotId>,
    },
    /// Says on one screen whether you are safe. Changes nothing
    Status,
    /// Opens the Time Machine page in your browser: the cards, and everything that this program can do with them
    ///
    /// Only the browser of this computer can reach the page, and only by the link that is printed here. Runs until
    /// Ctrl-C, or until nobody has used it for a while; work that is under way is finished or undone first. The app,
    /// `omnicraft run` and other commands go on working beside it.
    #[command(after_help = PAGES)]
    Serve(Serve),
}

const PAGES: &str = "\
Examples:
  omnicraft serve
  omnicraft serve --no-open --port 8020      the link is printed, for a browser of your choice
  omnicraft serve -- /opt/omnicraft/app      starts the app again after a restore";

/// How the page is served.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where on this computer [default: any free port]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) port: u16,
    /// Ends after so many minutes in which no browser had the page open and nothing was at work; 0 never ends
    #[arg(long, value_name = "MINUTES", default_value_t = 30)]
    pub(crate) idle: u64,
    /// Prints the link and opens no browser; so does --json, whose document holds the link as `url`
    #[arg(long)]
    pub(crate) no_open: bool,
    /// The app and its arguments, after `--`; started again after a restore
    #[arg(last = true, value_name = "APP")]
    pub(crate) app: Vec<OsString>,
}

const SOURCES: &str = "\
SOURCE is one of
  s12                   a backup's id, as `list` shows it
  auto_daily            a slot, with or without .db: the first workspace's, or --workspace's
  /media/stick/old.db   a database file
  /media/stick/old.zip  what `export --csv` or `export --all` wrote, recognised by its content

Examples:
  omnicraft preview auto_daily
  omnicraft restore auto_close_1 --workspace \"My Workshop\"
  omnicraft restore /media/stick/everything.zip

On a new computer, into a folder that holds nothing yet:
  omnicraft restore /media/stick/everything.zip --home ~/OmniCraft";

const EXPORTS: &str = "\
Examples:
  omnicraft export --db /media/stick/books.db        opens in the app, and in any program for SQLite
  omnicraft export --csv /media/stick/books.zip      opens in Excel, LibreOffice and Google Sheets
  omnicraft export --all /media/stick/everything.zip --with-csv
  omnicraft restore /media/stick/everything.zip      and back again";

/// Where a restore comes from.
#[derive(Debug, Args)]
pub(crate) struct From {
    /// A backup's id, a slot's name, or a file
    pub(crate) source: OsString,
    /// Whose database [default: the one that the backup or the archive is of, or the first one]
    #[arg(long, value_name = "NAME")]
    pub(crate) workspace: Option<String>,
    /// Takes a CSV archive that was changed since it was exported, for example in a spreadsheet
    ///
    /// Without this such an archive is refused. With it, every other check still holds, and the rows that were changed
    /// are listed.
    #[arg(long)]
    pub(crate) accept_edited: bool,
    /// Makes the tables from what a CSV archive itself says, where nothing on this computer knows them
    ///
    /// Needed only for a database that is not OmniCraft's, when neither the live database nor a backup of it is there.
    /// Nothing but statements that create tables, indexes, views and triggers is taken from the archive.
    #[arg(long)]
    pub(crate) trust_schema: bool,
}

/// What an export writes, and where.
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) file: ExportFile,
    /// Puts each workspace's CSV files into the archive too
    #[arg(long, requires = "all", conflicts_with_all = ["db", "csv"])]
    pub(crate) with_csv: bool,
    /// Whose database [default: the first workspace's]
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    pub(crate) workspace: Option<String>,
    /// Replaces a file that is there already
    #[arg(long)]
    pub(crate) force: bool,
}

/// The file of an export: exactly one of three kinds.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct ExportFile {
    /// Writes one workspace's database
    #[arg(long, value_name = "FILE.db")]
    pub(crate) db: Option<PathBuf>,
    /// Writes one workspace as a zip file with a CSV file for each of its tables
    #[arg(long, value_name = "FILE.zip")]
    pub(crate) csv: Option<PathBuf>,
    /// Writes every workspace, and the personal finance, into one zip file
    #[arg(long, value_name = "FILE.zip")]
    pub(crate) all: Option<PathBuf>,
}

/// What `workspace` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum WorkspaceCommand {
    /// Looks after one more database
    #[command(after_help = "Examples:\n  omnicraft workspace add \"Second shop\"\n  \
        omnicraft workspace add Photos --db ~/photos/catalog.db\n  \
        omnicraft workspace add \"At home\" --personal-finance")]
    Add {
        /// What to call it
        #[arg(value_parser = label)]
        name: String,
        /// An existing SQLite database, which stays where it is; without this, a new business is made in the home
        #[arg(long, value_name = "FILE", conflicts_with = "personal_finance")]
        db: Option<PathBuf>,
        /// Makes the personal finance database
        #[arg(long)]
        personal_finance: bool,
    },
    /// Lists the databases that are looked after. Changes nothing
    List,
    /// Looks after a database no longer. The database and its backups stay where they are
    Remove {
        /// Its name, or its id
        name: String,
    },
}

/// How large a sample business is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Sample {
    /// About 1 MB
    Small,
    /// About 100 MB
    Medium,
    /// About 1 GB
    Large,
}

/// What a reset wipes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Reset {
    /// The history of transactions; master data and settings stay
    Accounting,
    /// Everything, back to the first day
    Factory,
}

/// A name that people will read: one line, not empty.
pub(crate) fn label(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("a name needs at least one letter".to_owned());
    }
    if text.chars().any(char::is_control) || text.chars().count() > 100 {
        return Err("a name is one line of at most 100 characters".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for line in ["omnicraft --json list", "omnicraft list --json"] {
            assert!(Cli::try_parse_from(line.split(' ')).unwrap().global.json);
        }
    }

    #[test]
    fn an_export_is_of_exactly_one_kind() {
        let parses = |line: &str| Cli::try_parse_from(line.split(' ')).is_ok();
        for right in ["--db a", "--csv a.zip --workspace x", "--all a.zip --with-csv --force"] {
            assert!(parses(&format!("omnicraft export {right}")), "{right}");
        }
        for wrong in ["", "a.zip", "--db a --csv b.zip", "--all a.zip --workspace x", "--csv a.zip --with-csv"] {
            assert!(!parses(&format!("omnicraft export {wrong}")), "{wrong}");
        }
    }

    #[test]
    fn names_are_one_line_with_something_in_it() {
        assert_eq!(label("  my shop "), Ok("my shop".to_owned()));
        assert!(label(" ").is_err() && label("a\nb").is_err() && label(&"x".repeat(101)).is_err());
    }
}
