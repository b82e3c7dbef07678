//! Whose a file is that somebody brought: the file says it where it can, and a person is asked where it cannot.

use camino::Utf8Path;
use maud::{Markup, html};
use omnicraft_core::event::Source;
use omnicraft_core::model::{Workspace, WorkspaceId};
use omnicraft_core::state::State;
use omnicraft_host::archive::whose::{Introduction, Unclear, Whose, introduce, whose};
use omnicraft_host::sqlite::open::sealed;

use crate::ctx::Ctx;
use crate::pages::layout;
use crate::site::Site;

/// What can be done with a file.
pub(super) enum Choice {
    /// It is compared with this workspace's database.
    One(WorkspaceId, Source),
    /// It brings every workspace back.
    All,
    /// Several workspaces are possible; a person knows which.
    Ask,
    /// Nothing, for the reason of this text.
    None(&'static str),
}

/// Looks into the file. Whoever says `chosen` has been asked.
pub(super) fn of(site: &Site, state: &State, file: &Utf8Path, chosen: Option<&WorkspaceId>) -> Choice {
    let ports = site.desk.ports();
    let Ok(Introduction { kind, facts }) = introduce(&*ports.files, file.as_std_path()) else {
        return Choice::None("import-unreadable");
    };
    let Some(kind) = kind else {
        return of_database(site, state, file, chosen);
    };
    let archive = || Source::Archive { path: file.to_owned(), accept_edited: false, trust_schema: false };
    match whose(state, kind, facts.as_ref(), chosen) {
        Ok(Whose::One(workspace)) => Choice::One(workspace, archive()),
        Ok(Whose::All) | Err(Unclear::OnlyTogether) => Choice::All,
        Err(Unclear::SeveralPossible) => Choice::Ask,
        Err(Unclear::Stranger { .. } | Unclear::NothingHere) => Choice::None("import-stranger"),
    }
}

/// A database is of the workspace whose identity it carries, else of the only one that it can be of.
fn of_database(site: &Site, state: &State, file: &Utf8Path, chosen: Option<&WorkspaceId>) -> Choice {
    let known = match introduction(site, file) {
        Ok(known) => known,
        Err(text) => return Choice::None(text),
    };
    let source = Source::File(file.to_owned());
    if let Some(chosen) = chosen {
        return Choice::One(chosen.clone(), source);
    }
    let (schema, identity) = known.unzip();
    let identity = identity.flatten();
    let of_its_kind: Vec<&Workspace> = state.workspaces.iter().filter(|known| known.schema == schema).collect();
    let is_same = |workspace: &&&Workspace| identity.is_some() && workspace.identity == identity;
    match (of_its_kind.iter().find(is_same), of_its_kind.as_slice()) {
        (Some(same), _) => Choice::One(same.id.clone(), source),
        (None, [only]) => Choice::One(only.id.clone(), source),
        (None, []) if schema.is_some() => Choice::None("import-stranger"),
        (None, _) => Choice::Ask,
    }
}

/// The schema and the identity that a database says of itself; `None` for one that is not the app's. Nothing of it is
/// believed before the engine has checked it.
fn introduction(site: &Site, file: &Utf8Path) -> Result<Option<(String, Option<String>)>, &'static str> {
    let ports = site.desk.ports();
    let connection = sealed(&ports.sqlite, file.as_std_path()).map_err(|_| "import-unknown")?;
    let asked = connection.query_row("PRAGMA application_id", (), |row| row.get::<_, i32>(0));
    let application_id = asked.map_err(|_| "import-unknown")?;
    let profile = site.profiles.iter().find(|profile| profile.application_id == application_id);
    Ok(profile.map(|profile| {
        let identity = connection.query_row(&profile.identity_sql, (), |row| row.get(0));
        (profile.name.clone(), identity.ok())
    }))
}

/// Asks which workspace a file is of.
pub(super) fn page(ctx: &Ctx, file: &Utf8Path) -> Markup {
    let lang = ctx.lang;
    let title = lang.say("import-whose-title");
    let upload = file.file_name().unwrap_or_default();
    let content = html! {
        h1 { (title) }
        form method="post" action={ "/import/" (crate::pages::jobs::escaped(upload)) } class="choices" {
            (layout::csrf(ctx))
            p { (lang.say("import-whose")) }
            label for="workspace" { (lang.say("import-whose-workspace")) }
            select id="workspace" name="workspace" {
                @for workspace in &ctx.state().workspaces { option value=(workspace.id) { (workspace.name) } }
            }
            button type="submit" class="primary" { (lang.say("import-button")) }
        }
    };
    layout::page(ctx, &title, None, &content)
}
