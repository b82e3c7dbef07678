//! Archives in words: when one was exported, and why nothing here can be restored from one.

use camino::Utf8Path;
use jiff::Zoned;
use omnicraft_core::model::ArchiveFacts;
use omnicraft_host::archive::whose::Unclear;

use crate::findings::printable;
use crate::problem::Problem;
use crate::source::nothing_here;

/// When an archive was exported, for people: "21 Nov 2026 08:30".
pub(crate) fn exported(facts: &ArchiveFacts) -> Option<String> {
    let taken = facts.taken_at.parse::<Zoned>().ok()?;
    Some(taken.strftime("%-d %b %Y %H:%M").to_string())
}

/// Why the archive at `path` is restored into nothing here.
pub(crate) fn unclear(reason: &Unclear, path: &Utf8Path) -> Problem {
    match reason {
        Unclear::NothingHere => nothing_here(),
        Unclear::SeveralPossible => {
            let reason = format!("nothing says which workspace {path} is of");
            Problem::refused(reason, "Name one with --workspace; `omnicraft workspace list` shows them")
        }
        Unclear::Stranger { name, schema } => {
            let name = printable(name);
            let trust = if schema.is_none() { " --trust-schema" } else { "" };
            let remedy = format!(
                "Nothing was changed. To have it back beside what is here, restore it into a home of its own: \
                 `omnicraft restore {path}{trust} --home DIR`, where DIR is an empty folder"
            );
            Problem::refused(format!("{path} is of “{name}”, which is none of the workspaces here"), remedy)
        }
        Unclear::OnlyTogether => {
            let remedy = "Leave --workspace out. To restore one of them alone, take its .db file out of the zip file and \
                          restore that";
            Problem::refused(
                format!("{path} holds several workspaces of one moment, and brings them back together"),
                remedy,
            )
        }
    }
}
