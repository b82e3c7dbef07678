//! Whose data an archive from elsewhere holds, as far as a front end must know that before the engine reads it. Nothing
//! of what it says is believed; it decides only what is compared with what.

use std::path::Path;

use omnicraft_core::model::{ArchiveFacts, ArchiveKind, ArchivedWorkspace, Workspace, WorkspaceId};
use omnicraft_core::state::State;

use super::inspect;
use crate::error::Result;
use crate::ports::filesystem::FileSystem;

/// What kind of archive a file is, by its content, and what it says of itself.
#[derive(Clone, Debug, Default)]
pub struct Introduction {
    /// `None` for any other file.
    pub kind: Option<ArchiveKind>,
    /// `None` where it cannot be read.
    pub facts: Option<ArchiveFacts>,
}

/// What restoring an archive would be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One workspace.
    One(WorkspaceId),
    /// Every workspace that the archive holds, of one moment.
    All,
}

/// Why nothing here can be restored from an archive as it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// Nothing is looked after here.
    NothingHere,
    /// Several workspaces can be meant, and nothing says which.
    SeveralPossible,
    /// It is of a workspace that is none of those here.
    Stranger {
        /// What the workspace is called there; anything may stand in it.
        name: String,
        /// The schema that it follows there; `None` for an adopted database.
        schema: Option<String>,
    },
    /// One workspace was chosen, and the archive brings several back together.
    OnlyTogether,
}

/// Looks at a file that is no live database.
pub fn introduce(files: &dyn FileSystem, path: &Path) -> Result<Introduction> {
    if !path.is_file() {
        return Ok(Introduction::default());
    }
    let facts = inspect::facts(files, path)?;
    let kind = match &facts {
        Some(facts) => Some(facts.kind),
        // Broken, and only its name says that it was meant to be one.
        None => inspect::kind(files, path)?,
    };
    Ok(Introduction { kind, facts })
}

/// As [`introduce`], for any path that a person may name: a live database of this home is not opened.
pub fn introduce_beside(files: &dyn FileSystem, home: &Path, state: &State, path: &Path) -> Result<Introduction> {
    let stamp = |path: &Path| files.stamp(path).ok().flatten();
    let is_live = stamp(path).is_some_and(|found| {
        let mut live = state.workspaces.iter().filter_map(|known| stamp(&home.join(&known.database)));
        live.any(|live| live.same_file(&found))
    });
    if is_live { Ok(Introduction::default()) } else { introduce(files, path) }
}

/// What an archive would be restored into: the workspace that was chosen, or the one that it is of. Of an archive that
/// says nothing readable it is the first one; the engine will then say what is wrong with the file.
pub fn whose(
    state: &State,
    kind: ArchiveKind,
    facts: Option<&ArchiveFacts>,
    chosen: Option<&WorkspaceId>,
) -> std::result::Result<Whose, Unclear> {
    let archived = facts.and_then(|facts| facts.workspaces.first());
    match (kind, chosen, archived) {
        (ArchiveKind::Global, None, _) => Ok(Whose::All),
        (ArchiveKind::Global, Some(_), _) => Err(Unclear::OnlyTogether),
        (ArchiveKind::Csv, Some(chosen), _) => Ok(Whose::One(chosen.clone())),
        (ArchiveKind::Csv, None, Some(archived)) => owner(state, archived).map(Whose::One),
        (ArchiveKind::Csv, None, None) => {
            let first = state.workspaces.first().ok_or(Unclear::NothingHere)?;
            Ok(Whose::One(first.id.clone()))
        }
    }
}

/// The workspace that an archive is of: by its identity, else by its id, else the only one that it can be of.
fn owner(state: &State, archived: &ArchivedWorkspace) -> std::result::Result<WorkspaceId, Unclear> {
    if state.workspaces.is_empty() {
        return Err(Unclear::NothingHere);
    }
    let identity = archived.facts.identity.as_ref().filter(|_| archived.schema.is_some());
    let may_be = |workspace: &&Workspace| {
        let is_other = identity.is_some() && workspace.identity.is_some() && workspace.identity.as_ref() != identity;
        workspace.schema == archived.schema && !is_other
    };
    let of_its_kind: Vec<&Workspace> = state.workspaces.iter().filter(may_be).collect();
    let is_same = |workspace: &&Workspace| identity.is_some() && workspace.identity.as_ref() == identity;
    let found = of_its_kind.iter().copied().find(is_same);
    let found = found.or_else(|| of_its_kind.iter().copied().find(|workspace| workspace.id == archived.id));
    match (found, of_its_kind.as_slice()) {
        (Some(found), _) => Ok(found.id.clone()),
        (None, [only]) => Ok(only.id.clone()),
        (None, []) => Err(Unclear::Stranger { name: archived.name.clone(), schema: archived.schema.clone() }),
        (None, _) => Err(Unclear::SeveralPossible),
    }
}

#[cfg(test)]
mod tests {
    use omnicraft_core::model::Facts;

    use super::*;

    /// Two shops that follow the schema `b` with the identities i1 and i2, and an adopted database.
    fn home() -> State {
        let of = |id: &str, schema: Option<&str>, identity: Option<&str>| Workspace {
            schema: schema.map(str::to_owned),
            identity: identity.map(str::to_owned),
            ..Workspace::adopted(id, id, &format!("{id}.db"))
        };
        let workspaces =
            vec![of("shop", Some("b"), Some("i1")), of("studio", Some("b"), Some("i2")), of("photos", None, None)];
        State { workspaces, ..State::default() }
    }

    /// An archive of a workspace with this id, schema and identity.
    fn archive(id: &str, schema: Option<&str>, identity: Option<&str>) -> ArchiveFacts {
        let archived = ArchivedWorkspace {
            id: WorkspaceId(id.to_owned()),
            name: id.to_owned(),
            database: "x.db".into(),
            schema: schema.map(str::to_owned),
            folder: "".into(),
            member: String::new(),
            facts: Facts { identity: identity.map(str::to_owned), ..Facts::default() },
        };
        ArchiveFacts { kind: ArchiveKind::Csv, app: String::new(), taken_at: String::new(), workspaces: vec![archived] }
    }

    #[track_caller]
    fn check(facts: &ArchiveFacts, chosen: Option<&str>, expected: Result<&str, Unclear>) {
        let chosen = chosen.map(|id| WorkspaceId(id.to_owned()));
        let expected = expected.map(|id| Whose::One(WorkspaceId(id.to_owned())));
        assert_eq!(whose(&home(), ArchiveKind::Csv, Some(facts), chosen.as_ref()), expected);
    }

    type Result<T, E> = std::result::Result<T, E>;

    fn stranger(name: &str, schema: Option<&str>) -> Unclear {
        Unclear::Stranger { name: name.to_owned(), schema: schema.map(str::to_owned) }
    }

    #[test]
    fn an_archive_is_of_the_workspace_with_its_identity_or_id() {
        check(&archive("renamed", Some("b"), Some("i2")), None, Ok("studio"));
        check(&archive("shop", Some("b"), Some("i2")), None, Ok("studio"));
        check(&archive("shop", Some("b"), None), None, Ok("shop"));
        check(&archive("renamed", Some("b"), Some("i2")), Some("shop"), Ok("shop"));
    }

    #[test]
    fn else_it_is_of_the_only_one_that_it_can_be_of() {
        check(&archive("pictures", None, None), None, Ok("photos"));
        check(&archive("renamed", Some("b"), None), None, Err(Unclear::SeveralPossible));
    }

    #[test]
    fn a_stranger_is_none_of_them() {
        check(&archive("shop", Some("b"), Some("i9")), None, Err(stranger("shop", Some("b"))));
        check(&archive("shop", Some("purse"), Some("i1")), None, Err(stranger("shop", Some("purse"))));
    }

    #[test]
    fn several_workspaces_come_back_together_or_not_at_all() {
        let shop = WorkspaceId("shop".to_owned());
        assert_eq!(whose(&home(), ArchiveKind::Global, None, None), Ok(Whose::All));
        assert_eq!(whose(&home(), ArchiveKind::Global, None, Some(&shop)), Err(Unclear::OnlyTogether));
    }

    #[test]
    fn what_cannot_be_read_is_taken_for_the_first_ones() {
        let shop = WorkspaceId("shop".to_owned());
        assert_eq!(whose(&home(), ArchiveKind::Csv, None, None), Ok(Whose::One(shop)));
    }

    #[test]
    fn where_nothing_is_looked_after_nothing_is_restored() {
        let nobody = State::default();
        assert_eq!(whose(&nobody, ArchiveKind::Csv, None, None), Err(Unclear::NothingHere));
        let facts = archive("shop", None, None);
        assert_eq!(whose(&nobody, ArchiveKind::Csv, Some(&facts), None), Err(Unclear::NothingHere));
    }
}
