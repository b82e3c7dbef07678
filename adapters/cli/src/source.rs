//! What a restore starts from and whose database it is for, as a person writes it: `s12`, `auto_daily`, `old.db`,
//! `everything.zip`.

use camino::{Utf8Path, Utf8PathBuf};
use omnicraft_core::event::Source;
use omnicraft_core::model::{ArchiveFacts, ArchiveKind, Level, Slot, Snapshot, SnapshotId, Workspace, WorkspaceId};
use omnicraft_core::names;
use omnicraft_core::state::State;
use omnicraft_host::archive::whose::{Whose, whose};

use crate::archives;
use crate::problem::Problem;

/// What was written, and what is known of it as a path.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'a> {
    /// As written.
    pub(crate) text: &'a str,
    /// `--workspace`, as written.
    pub(crate) workspace: Option<&'a str>,
    /// The text as an absolute path, links resolved where there is such a file.
    pub(crate) path: Utf8PathBuf,
    /// Whether there is such a file.
    pub(crate) exists: bool,
    /// What kind of archive the file is, if it is one.
    pub(crate) archive: Option<ArchiveKind>,
    /// What the archive says of itself, as far as it can be read.
    pub(crate) facts: Option<ArchiveFacts>,
    /// `--accept-edited`.
    pub(crate) accept_edited: bool,
    /// `--trust-schema`.
    pub(crate) trust_schema: bool,
    /// The home, absolute, links resolved.
    pub(crate) home: Utf8PathBuf,
}

/// What would be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// One workspace's database.
    One(Target),
    /// Every workspace of a global archive.
    All(Utf8PathBuf),
}

/// Whose database, and where from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) workspace: WorkspaceId,
    pub(crate) source: Source,
}

/// Finds out what is meant. An id names its own workspace; a slot without a workspace is the first one's; a path into
/// `backups/` is the snapshot that lies there; any other path is a file, and an archive knows whose it is.
pub(crate) fn resolve(state: &State, asked: &Asked<'_>) -> Result<Chosen, Problem> {
    let chosen = asked.workspace.map(|name| find(state, name)).transpose()?;
    only_of_csv(asked.text, asked.archive, asked.accept_edited || asked.trust_schema)?;
    match asked.archive {
        Some(kind) => of_archive(state, asked, kind, chosen),
        None => of_one(state, asked, chosen).map(Chosen::One),
    }
}

fn of_archive(
    state: &State,
    asked: &Asked<'_>,
    kind: ArchiveKind,
    chosen: Option<&Workspace>,
) -> Result<Chosen, Problem> {
    let whose = whose(state, kind, asked.facts.as_ref(), chosen.map(|chosen| &chosen.id));
    let Asked { path, accept_edited, trust_schema, .. } = asked.clone();
    match whose.map_err(|reason| archives::unclear(&reason, &path))? {
        Whose::All => Ok(Chosen::All(path)),
        Whose::One(workspace) => {
            let source = Source::Archive { path, accept_edited, trust_schema };
            Ok(Chosen::One(Target { workspace, source }))
        }
    }
}

fn of_one(state: &State, asked: &Asked<'_>, chosen: Option<&Workspace>) -> Result<Target, Problem> {
    if let Ok(id) = asked.text.parse::<SnapshotId>() {
        return by_id(state, id, chosen);
    }
    if let Some(slot) = slot_of(asked.text) {
        return by_slot(state, slot, chosen, asked);
    }
    let holder = state.snapshots.values().find(|snapshot| lies_at(state, snapshot, &asked.home, &asked.path));
    if let Some(holder) = holder {
        return by_id(state, holder.id, chosen);
    }
    if !asked.exists && !looks_like_a_path(asked.text) {
        let reason = format!("`{}` is neither a backup's id, nor a slot, nor a file", asked.text);
        return Err(Problem::refused(reason, "`omnicraft list` shows ids such as s12 and slots such as auto_daily"));
    }
    let workspace = or_first(state, chosen)?;
    Ok(Target { workspace: workspace.id.clone(), source: Source::File(asked.path.clone()) })
}

/// Refuses the options that say something about CSV archives alone.
pub(crate) fn only_of_csv(text: &str, archive: Option<ArchiveKind>, is_asked: bool) -> Result<(), Problem> {
    if is_asked && archive != Some(ArchiveKind::Csv) {
        let reason = format!("`{text}` is not a CSV archive");
        return Err(Problem::usage(reason, "Leave --accept-edited and --trust-schema out"));
    }
    Ok(())
}

/// A workspace by its id or its name, in any case.
pub(crate) fn find<'a>(state: &'a State, name: &str) -> Result<&'a Workspace, Problem> {
    let by_id = state.workspaces.iter().find(|workspace| workspace.id.0 == name);
    let by_name = || state.workspaces.iter().find(|workspace| workspace.name.to_lowercase() == name.to_lowercase());
    by_id.or_else(by_name).ok_or_else(|| {
        let known: Vec<_> = state.workspaces.iter().map(|workspace| format!("“{}”", workspace.name)).collect();
        let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
        Problem::refused(format!("there is no workspace called “{name}”"), format!("There is {known}"))
    })
}

/// The workspace that was chosen, or the first one.
pub(crate) fn or_first<'a>(state: &'a State, chosen: Option<&'a Workspace>) -> Result<&'a Workspace, Problem> {
    chosen.or_else(|| state.workspaces.first()).ok_or_else(nothing_here)
}

/// Nothing is looked after.
pub(crate) fn nothing_here() -> Problem {
    let remedy = "Name a database with `omnicraft workspace add NAME --db FILE`, or make a business with \
                  `omnicraft workspace add NAME`";
    Problem::refused("nothing is looked after in this home", remedy)
}

/// The snapshot of this id.
pub(crate) fn snapshot(state: &State, id: SnapshotId) -> Result<&Snapshot, Problem> {
    let missing =
        || Problem::refused(format!("there is no backup {id}"), "`omnicraft list` shows those that there are");
    state.snapshots.get(&id).ok_or_else(missing)
}

/// The snapshot of this id, unless it is a damaged file that is only kept.
pub(crate) fn backup(state: &State, id: SnapshotId) -> Result<&Snapshot, Problem> {
    let snapshot = snapshot(state, id)?;
    if snapshot.level == Level::Damaged {
        let reason = format!("{id} is known to be damaged, and is only kept as it was found");
        return Err(Problem::refused(reason, "Choose another one from `omnicraft list`"));
    }
    Ok(snapshot)
}

fn by_id(state: &State, id: SnapshotId, chosen: Option<&Workspace>) -> Result<Target, Problem> {
    let snapshot = snapshot(state, id)?;
    match chosen {
        Some(chosen) if chosen.id != snapshot.workspace => {
            let reason = format!("{id} is a backup of “{}”, not of “{}”", name(state, snapshot), chosen.name);
            Err(Problem::refused(reason, "Leave --workspace out, or choose a backup of that workspace"))
        }
        _ => Ok(Target { workspace: snapshot.workspace.clone(), source: Source::Snapshot(id) }),
    }
}

fn by_slot(state: &State, slot: Slot, chosen: Option<&Workspace>, asked: &Asked<'_>) -> Result<Target, Problem> {
    let workspace = or_first(state, chosen)?;
    if let Some(holder) = state.snapshots_of(&workspace.id).find(|snapshot| snapshot.slot == slot) {
        return Ok(Target { workspace: workspace.id.clone(), source: Source::Snapshot(holder.id) });
    }
    let elsewhere = state.snapshots.values().find(|snapshot| snapshot.slot == slot);
    let remedy = match elsewhere {
        Some(other) => format!("“{0}” has one: add --workspace \"{0}\"", name(state, other)),
        None if asked.exists => format!("For the file in this folder write ./{}", asked.text),
        None => "`omnicraft list` shows those that there are".to_owned(),
    };
    Err(Problem::refused(format!("“{}” has no backup {slot}", workspace.name), remedy))
}

/// Whether a text is an id or a slot, which a file of the same name must be told apart from by its folder.
pub(crate) fn names_a_backup(text: &str) -> bool {
    text.parse::<SnapshotId>().is_ok() || slot_of(text).is_some()
}

fn slot_of(text: &str) -> Option<Slot> {
    let stem = text.strip_suffix(".db").unwrap_or(text);
    Slot::parse(&format!("{stem}.db"))
}

fn lies_at(state: &State, snapshot: &Snapshot, home: &Utf8Path, path: &Utf8Path) -> bool {
    let workspace = state.workspace(&snapshot.workspace);
    workspace.is_some_and(|workspace| home.join(names::slot(workspace, snapshot.slot)) == path)
}

fn looks_like_a_path(text: &str) -> bool {
    text.contains(['/', '\\', '.'])
}

fn name<'a>(state: &'a State, snapshot: &Snapshot) -> &'a str {
    state.workspace(&snapshot.workspace).map_or("a workspace that is gone", |workspace| &workspace.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use omnicraft_core::model::{ArchivedWorkspace, Condition, Facts, FileStamp, Trigger};

    const HOME: &str = "/home/me/OmniCraft";

    /// A shop with s1 in auto_daily and a studio with s2 in auto_daily and s3 in auto_close_1.
    fn state() -> State {
        let mut state = State::default();
        for (id, name, folder) in [("my-shop", "My Shop", ""), ("studio", "Studio", "studio")] {
            state.workspaces.push(Workspace {
                id: WorkspaceId(id.to_owned()),
                name: name.to_owned(),
                database: format!("{id}.db").into(),
                schema: None,
                folder: folder.into(),
                identity: None,
                frozen: None,
                cliff_expected: false,
                unchanged_since: None,
            });
        }
        for (id, workspace, slot) in
            [(1, "my-shop", "auto_daily"), (2, "studio", "auto_daily"), (3, "studio", "auto_close_1")]
        {
            state.snapshots.put(snapshot(id, workspace, slot));
        }
        state
    }

    fn snapshot(id: u64, workspace: &str, slot: &str) -> Snapshot {
        Snapshot {
            id: SnapshotId(id),
            workspace: WorkspaceId(workspace.to_owned()),
            slot: slot_of(slot).unwrap(),
            trigger: Trigger::Startup,
            taken_at: "2026-11-21T08:30[UTC]".parse().unwrap(),
            digest: String::new(),
            stamp: FileStamp::default(),
            level: Level::Sound,
            pin: None,
            facts: Facts::default(),
            condition: Condition::Good,
            looked_at: None,
        }
    }

    /// `files` are those that exist; the text is read in the folder `/here`.
    fn check(text: &str, workspace: Option<&str>, files: &[&str], expected: &str) {
        let path = Utf8Path::new("/here").join(text.trim_start_matches("./"));
        let exists = files.contains(&path.as_str());
        check_in(&state(), &Asked { text, workspace, exists, path, ..asked() }, expected);
    }

    #[track_caller]
    fn check_in(state: &State, asked: &Asked<'_>, expected: &str) {
        let shown = match resolve(state, asked) {
            Ok(Chosen::One(Target { workspace, source: Source::Snapshot(id) })) => format!("{workspace} {id}"),
            Ok(Chosen::One(Target { workspace, source: Source::File(path) })) => format!("{workspace} {path}"),
            Ok(Chosen::One(Target { workspace, source: Source::Archive { path, .. } })) => {
                format!("{workspace} <- {path}")
            }
            Ok(Chosen::All(path)) => format!("all <- {path}"),
            Err(problem) => problem.text(),
        };
        assert_eq!(shown, expected);
    }

    fn asked() -> Asked<'static> {
        Asked {
            text: "/stick/a.zip",
            workspace: None,
            path: "/stick/a.zip".into(),
            exists: true,
            archive: None,
            facts: None,
            accept_edited: false,
            trust_schema: false,
            home: HOME.into(),
        }
    }

    /// An archive of the workspace with this id, schema and identity, in a home of two businesses, `shop` and `studio`,
    /// and an adopted `photos`.
    #[track_caller]
    fn check_csv(id: &str, schema: Option<&str>, identity: Option<&str>, workspace: Option<&str>, expected: &str) {
        let mut state = State::default();
        for (id, schema, identity) in
            [("shop", Some("b"), Some("i1")), ("studio", Some("b"), Some("i2")), ("photos", None, None)]
        {
            state.workspaces.push(Workspace {
                schema: schema.map(str::to_owned),
                identity: identity.map(str::to_owned),
                ..Workspace::adopted(id, id, &format!("{id}.db"))
            });
        }
        let archived = ArchivedWorkspace {
            id: WorkspaceId(id.to_owned()),
            name: id.to_owned(),
            database: "x.db".into(),
            schema: schema.map(str::to_owned),
            folder: Utf8PathBuf::new(),
            member: String::new(),
            facts: Facts { identity: identity.map(str::to_owned), ..Facts::default() },
        };
        let kind = ArchiveKind::Csv;
        let facts = ArchiveFacts { kind, app: String::new(), taken_at: String::new(), workspaces: vec![archived] };
        let asked = Asked { workspace, archive: Some(kind), facts: Some(facts), ..asked() };
        check_in(&state, &asked, expected);
    }

    #[test]
    fn an_archive_is_of_the_workspace_with_its_identity_or_id() {
        check_csv("renamed", Some("b"), Some("i2"), None, "studio <- /stick/a.zip");
        check_csv("shop", Some("b"), Some("i2"), None, "studio <- /stick/a.zip");
        check_csv("photos", None, None, None, "photos <- /stick/a.zip");
        check_csv("pictures", None, None, None, "photos <- /stick/a.zip");
        check_csv("renamed", Some("b"), Some("i2"), Some("shop"), "shop <- /stick/a.zip");
        let open = "nothing says which workspace /stick/a.zip is of. Name one with --workspace; `omnicraft workspace \
                    list` shows them";
        check_csv("renamed", Some("b"), None, None, open);
    }

    #[test]
    fn an_archive_of_none_of_the_workspaces_is_not_restored_over_another_one() {
        let home = "Nothing was changed. To have it back beside what is here, restore it into a home of its own: \
                    `omnicraft restore /stick/a.zip --home DIR`, where DIR is an empty folder";
        let expected = format!("/stick/a.zip is of “shop”, which is none of the workspaces here. {home}");
        check_csv("shop", Some("b"), Some("i9"), None, &expected);
        check_csv("shop", Some("purse"), Some("i1"), None, &expected);
    }

    #[test]
    fn a_global_archive_is_restored_as_a_whole() {
        let global = Asked { archive: Some(ArchiveKind::Global), ..asked() };
        check_in(&state(), &global, "all <- /stick/a.zip");
        let expected = "/stick/a.zip holds several workspaces of one moment, and brings them back together. Leave \
                        --workspace out. To restore one of them alone, take its .db file out of the zip file and \
                        restore that";
        check_in(&state(), &Asked { workspace: Some("studio"), ..global.clone() }, expected);
        let expected = "`/stick/a.zip` is not a CSV archive. Leave --accept-edited and --trust-schema out";
        check_in(&state(), &Asked { accept_edited: true, ..global.clone() }, expected);
        check_in(&state(), &Asked { trust_schema: true, archive: None, ..global }, expected);
    }

    #[test]
    fn an_id_names_its_own_workspace() {
        check("s2", None, &[], "studio s2");
        check("s2", Some("Studio"), &[], "studio s2");
        let other = "s2 is a backup of “Studio”, not of “My Shop”. Leave --workspace out, or choose a backup of that \
                     workspace";
        check("s2", Some("my-shop"), &[], other);
        check("s9", None, &[], "there is no backup s9. `omnicraft list` shows those that there are");
    }

    #[test]
    fn a_slot_is_the_first_workspaces_unless_said_otherwise() {
        check("auto_daily", None, &[], "my-shop s1");
        check("auto_daily.db", None, &["/here/auto_daily.db"], "my-shop s1");
        check("auto_daily", Some("STUDIO"), &[], "studio s2");
        let elsewhere = "“My Shop” has no backup auto_close_1. “Studio” has one: add --workspace \"Studio\"";
        check("auto_close_1", None, &[], elsewhere);
        let file = "“My Shop” has no backup auto_yearly. For the file in this folder write ./auto_yearly.db";
        check("auto_yearly.db", None, &["/here/auto_yearly.db"], file);
    }

    #[test]
    fn a_path_is_a_file_unless_a_snapshot_lies_there() {
        check("old.db", None, &["/here/old.db"], "my-shop /here/old.db");
        check("./auto_daily.db", None, &["/here/auto_daily.db"], "my-shop /here/auto_daily.db");
        check("/stick/old.db", Some("studio"), &[], "studio /stick/old.db");
        check("/home/me/OmniCraft/backups/auto_daily.db", None, &[], "my-shop s1");
        check("/home/me/OmniCraft/backups/studio/auto_daily.db", None, &[], "studio s2");
        let nothing = "`auto_dayly` is neither a backup's id, nor a slot, nor a file. `omnicraft list` shows ids such as \
                       s12 and slots such as auto_daily";
        check("auto_dayly", None, &[], nothing);
    }

    #[test]
    fn an_unknown_workspace_is_answered_with_those_that_there_are() {
        let expected = "there is no workspace called “garden”. There is “My Shop”, “Studio”";
        check("auto_daily", Some("garden"), &[], expected);
    }
}
