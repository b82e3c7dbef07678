//! Concerns in English, and what to do about each.

use super::Concern;
use crate::card;
use crate::model::{Level, Workspace};
use crate::state::State;

/// What is wrong, in a sentence that does not say whose it is.
pub(super) fn text(state: &State, concern: &Concern) -> String {
    match concern {
        Concern::Missing { .. } => "the database is not where it should be".to_owned(),
        Concern::Frozen { reason, .. } => reason.clone(),
        Concern::NoBackup => "there is no backup that can be restored".to_owned(),
        Concern::Old { days } => format!("the newest backup is {days} days old"),
        Concern::Suspect { snapshot, reason } => {
            let title = state.snapshots.get(snapshot).map(card::slot_title).unwrap_or_default();
            format!("{title} ({snapshot}) is not trusted: {reason}")
        }
        Concern::FromTheFuture { count } => {
            format!("{count} of its backups say they were taken in the future; the clock was or is wrong")
        }
        Concern::Unproven => "no backup has been proven in full yet".to_owned(),
        Concern::LittleSpace { free, needed } => {
            format!("{} are free on this disk, and a backup needs {}", card::size(*free), card::size(*needed))
        }
        Concern::NothingLookedAfter => "nothing is looked after here".to_owned(),
        Concern::OnlyHere => "all copies are on this computer (of 3-2-1: not the 2, not the 1)".to_owned(),
        Concern::SpaceUnknown => "the free space beside the backups cannot be seen".to_owned(),
        Concern::UnderWay => "something is under way, or was interrupted".to_owned(),
    }
}

/// What to do about it.
pub(super) fn remedy(state: &State, workspace: Option<&Workspace>, concern: &Concern) -> String {
    match concern {
        Concern::Missing { best: Some(best) } => format!("Bring it back with `omnicraft restore {best}`"),
        Concern::Missing { best: None } => {
            let place = workspace.map(|workspace| workspace.database.as_str()).unwrap_or_default();
            format!("Put the file back to {place}, or forget it with `omnicraft workspace remove`")
        }
        Concern::Frozen { best: Some(best), .. } => format!(
            "Backups are held back so that no good one is lost. Look with `omnicraft preview {best}`; go back with \
             `omnicraft restore {best}`, or if the data is right as it is, take `omnicraft snapshot`. Where that is refused, \
             `omnicraft export --db FILE.db` may save what is in its tables, and that file can be restored"
        ),
        Concern::Frozen { best: None, .. } => {
            "Backups are held back and there is no good one to go back to: keep a copy of the file, and try to save \
             what is in its tables with `omnicraft export --db FILE.db`"
                .to_owned()
        }
        Concern::NoBackup => "Take one now with `omnicraft open` or `omnicraft snapshot`".to_owned(),
        Concern::Old { .. } => "Work since then is not backed up. Take one now with `omnicraft open`".to_owned(),
        Concern::Suspect { snapshot, .. } => match state.snapshots.get(snapshot).map(|snapshot| snapshot.level) {
            Some(Level::Damaged) => "It is never restored. Remove the file yourself if nobody needs it".to_owned(),
            Some(Level::Sound | Level::Proven | Level::Drilled) | None => {
                format!("It is kept as it is. `omnicraft verify {snapshot}` looks at it again")
            }
        },
        Concern::FromTheFuture { .. } => {
            "Check the date of this computer. They are kept and count for nothing until then".to_owned()
        }
        Concern::Unproven => "`omnicraft verify` does it, in an idle moment".to_owned(),
        Concern::LittleSpace { .. } => {
            "Free some space on this disk; a full disk deletes nothing, but takes no backup either".to_owned()
        }
        Concern::NothingLookedAfter => "Name a database with `omnicraft workspace add NAME --db FILE`".to_owned(),
        Concern::OnlyHere => {
            "Against theft, fire and a dead disk, carry one away now and then: `omnicraft export --all FILE.zip`"
                .to_owned()
        }
        Concern::SpaceUnknown => "Check that the disk of the backups is there".to_owned(),
        Concern::UnderWay => "The next `omnicraft open` finishes or undoes it".to_owned(),
    }
}
