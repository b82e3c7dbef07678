//! `restore` on a new computer: where there is no home yet, an exported file makes one. A file that cannot be restored
//! leaves no half home behind.

mod before;

use camino::Utf8PathBuf;
use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::{ArchiveFacts, ArchiveKind, Workspace};
use omnicraft_core::transition::Conclusion;
use omnicraft_host::archive::whose::{self, Introduction};
use omnicraft_host::engine::Engine;
use omnicraft_host::ports::filesystem::OsFileSystem;
use serde_json::json;

use super::{init, migrate, preview, together};
use crate::args::From;
use crate::findings::printable;
use crate::live;
use crate::newcomer::{self, Returning};
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source;
use crate::tell;
use crate::words;
use before::Before;

/// What the personal finance is called where nothing says its name.
const PERSONAL_FINANCE: &str = "Personal Finance";

/// Makes a home from a file; where SOURCE is none, `no_home` is the answer.
pub(crate) fn make(session: &Session, from: &From, no_home: Problem) -> Result<Reply, Problem> {
    let Some(found) = found(from)? else { return Err(missing(from)?.unwrap_or(no_home)) };
    let returning = found.returning(from)?;
    let before = Before::of(&session.home()?);
    let mut engine = session.create()?;
    let made = bring(session, &mut engine, from, &found, returning);
    drop(engine);
    made.inspect_err(|problem| {
        if problem.kind != "decided" {
            before.take_back(session);
        }
    })
}

/// Whether SOURCE is the path of a file that is not there.
fn missing(from: &From) -> Result<Option<Problem>, Problem> {
    let path = preview::absolute(from)?;
    let is_a_path =
        from.source.to_str().is_some_and(|text| text.contains(['/', '\\', '.']) && !source::names_a_backup(text));
    let missing =
        || Problem::refused(format!("there is no file {}", path.display()), "Check its name; no home was made");
    Ok((is_a_path && !path.exists()).then(missing))
}

/// The same in a home that looks after nothing yet.
pub(crate) fn fill(session: &Session, from: &From, mut engine: Engine) -> Result<Reply, Problem> {
    let Some(found) = found(from)? else { return Err(source::nothing_here()) };
    let returning = found.returning(from)?;
    bring(session, &mut engine, from, &found, returning)
}

/// Whether SOURCE is a file of one workspace, which must be made before it can be restored.
pub(crate) fn is_for_one(from: &From) -> Result<bool, Problem> {
    Ok(found(from)?.is_some_and(|found| found.kind != Some(ArchiveKind::Global)))
}

/// Why there is no preview: without a home there is nothing to compare a file with.
pub(crate) fn no_preview(from: &From, problem: Problem) -> Problem {
    match found(from) {
        Ok(Some(found)) if problem.kind == "not_a_home" => {
            let remedy = format!("`omnicraft restore {}` makes one of this file", found.path);
            Problem { remedy, ..problem }
        }
        _ => problem,
    }
}

/// A file that is to make a home.
struct Found {
    path: Utf8PathBuf,
    kind: Option<ArchiveKind>,
    facts: Option<ArchiveFacts>,
}

fn found(from: &From) -> Result<Option<Found>, Problem> {
    let written = preview::absolute(from)?;
    let is_named = from.source.to_str().is_some_and(source::names_a_backup);
    let Some(path) = written.canonicalize().ok().filter(|path| path.is_file() && !is_named) else {
        return Ok(None);
    };
    let Introduction { kind, facts } = whose::introduce(&OsFileSystem, &path)?;
    Ok(Some(Found { path: preview::utf8_path(&path)?, kind, facts }))
}

impl Found {
    /// The workspace that comes back, unless the archive brings all of them; or why none can.
    fn returning(&self, from: &From) -> Result<Option<Returning>, Problem> {
        if from.workspace.is_some() {
            let reason = "there is no workspace yet that --workspace could choose";
            return Err(Problem::usage(reason, "Leave it out; the file says what it holds"));
        }
        source::only_of_csv(
            from.source.to_str().unwrap_or_default(),
            self.kind,
            from.accept_edited || from.trust_schema,
        )?;
        match self.kind {
            None => self.of_database().map(Some),
            Some(ArchiveKind::Csv) => self.of_csv(from).map(Some),
            Some(ArchiveKind::Global) => Ok(None),
        }
    }

    fn of_csv(&self, from: &From) -> Result<Returning, Problem> {
        let Some(archived) = self.facts.as_ref().and_then(|facts| facts.workspaces.first()) else {
            // The engine will say what is wrong with it.
            return Ok(Returning { name: init::NAME.to_owned(), ..Returning::default() });
        };
        if archived.schema.is_none() && !from.trust_schema {
            let reason = format!(
                "{} is of “{}”, a database that is not OmniCraft's, and nothing on this computer knows its tables",
                self.path,
                printable(&archived.name)
            );
            let remedy = "Add --trust-schema to make them from what the archive says; nothing else in it is ever run";
            return Err(Problem::refused(reason, remedy));
        }
        Ok(Returning {
            id: Some(archived.id.clone()),
            name: archived.name.clone(),
            schema: archived.schema.clone(),
            identity: archived.facts.identity.clone().filter(|_| archived.schema.is_some()),
        })
    }

    fn of_database(&self) -> Result<Returning, Problem> {
        let Some(known) = live::introduce_sealed(self.path.as_std_path())? else {
            let reason = format!("{} is not a database of OmniCraft's, so no home can be made of it", self.path);
            let remedy = "Give it to the program that it belongs to. To have it looked after: `omnicraft init`, then \
                          `omnicraft workspace add NAME --db FILE`";
            return Err(Problem::refused(reason, remedy));
        };
        let is_private = known.schema == omnicraft_erp::PERSONAL_FINANCE;
        let name = if is_private { PERSONAL_FINANCE } else { init::NAME };
        Ok(Returning { id: None, name: name.to_owned(), schema: Some(known.schema), identity: known.identity })
    }

    fn source(&self, from: &From) -> Source {
        let path = self.path.clone();
        match self.kind {
            None => Source::File(path),
            Some(_) => Source::Archive { path, accept_edited: from.accept_edited, trust_schema: from.trust_schema },
        }
    }
}

/// Nothing is replaced, so there is nothing to ask.
fn bring(
    session: &Session,
    engine: &mut Engine,
    from: &From,
    found: &Found,
    returning: Option<Returning>,
) -> Result<Reply, Problem> {
    let home = engine.home().to_string_lossy().into_owned();
    let mut reply = match returning {
        Some(returning) => bring_one(session, engine, &returning, &found.source(from))?,
        None => together::perform(session, engine, &found.path)?,
    };
    reply.text += &format!("\nThe home is {home}. Next: omnicraft open");
    reply.json["home"] = json!(home);
    Ok(reply)
}

fn bring_one(session: &Session, engine: &mut Engine, known: &Returning, source: &Source) -> Result<Reply, Problem> {
    let (workspace, _) = newcomer::bring_back(session, engine, known)?;
    let ended = engine.handle(EventKind::RestoreRequested(workspace.id.clone(), source.clone()));
    let ended = ended.map_err(Problem::from).and_then(|ended| tell::applied(ended, session, &workspace.name));
    match ended {
        Ok(ended) => restored(engine, &workspace, source, &ended),
        Err(problem) => {
            if problem.kind != "decided" && engine.path_of(&workspace.database).symlink_metadata().is_err() {
                // Nothing came; what was to come is not to be missed at every start.
                let forgotten = engine.handle(EventKind::WorkspaceRemoved(workspace.id.clone()));
                forgotten.map_err(Problem::from)?;
            }
            Err(problem)
        }
    }
}

fn restored(engine: &Engine, workspace: &Workspace, source: &Source, ended: &Conclusion) -> Result<Reply, Problem> {
    let (name, path) = (&workspace.name, preview::shown(source));
    let mut json = tell::json(engine, &workspace.id, ended);
    json["source"] = json!(path);
    json["database"] = json!(engine.path_of(&workspace.database).to_string_lossy());
    if let Some(inspection) = &ended.inspection {
        preview::tell_archive(&mut json, inspection);
    }
    let mut lines = Vec::new();
    if ended.failure.is_some() {
        lines.push(format!("The restore of “{name}” from {path} is decided and will be finished at the next start."));
    } else {
        let rows = live::rows(&engine.path_of(&workspace.database))?;
        let rows = rows.iter().map(|(table, rows)| (table.as_str(), *rows));
        let rows = words::rows(rows, migrate::profile(engine, workspace));
        lines.push(format!("“{name}” is restored from {path}: {rows}."));
    }
    lines.extend(ended.inspection.iter().flat_map(preview::edited));
    Ok(Reply { text: lines.join("\n"), json, exit: tell::exit(ended) })
}
