//! Chooses the schema that a database is built of: the first that is the very schema of the archive, else the first
//! whose tables and columns are the archive's.

use rusqlite::Connection;

use super::schema::Schema;
use super::scratch::Scratch;
use super::{Load, Source, fit, trusted};
use crate::archive::findings::Findings;
use crate::error::{Result, Stop};
use crate::sqlite::open;

/// A schema, or why there is none for this archive.
pub(super) fn choose(load: &Load<'_>) -> Result<std::result::Result<Schema, Findings>> {
    let (mut known, mut unread) = (Vec::new(), Vec::new());
    for source in load.sources {
        match source.read(load)? {
            Ok(schema) => {
                let schema = schema.adapted(load.manifest);
                let same = schema.fingerprint == load.manifest.facts.fingerprint;
                known.push(schema);
                if same {
                    known.rotate_right(1);
                    break;
                }
            }
            Err(reason) => unread.push(reason),
        }
    }
    let mut reasons = None;
    for schema in known {
        let findings = fit::compare(&schema, load.manifest);
        if findings.is_empty() {
            return Ok(Ok(schema));
        }
        reasons.get_or_insert(findings);
    }
    Ok(Err(reasons.unwrap_or_else(|| none(load, &unread))))
}

fn none(load: &Load<'_>, unread: &[String]) -> Findings {
    let mut findings = Findings::default();
    let trusted = load.sources.iter().any(|source| matches!(source, Source::Archive));
    let remedy =
        "; with --trust-schema the one that is written in the archive is taken, after a look at each statement";
    let remedy = if trusted { "" } else { remedy };
    findings.archive(format!("no schema that its tables could be built of is known here{remedy}"));
    unread.iter().for_each(|reason| findings.archive(reason));
    findings
}

impl Source<'_> {
    /// The schema, or a sentence about why this source has none.
    fn read(&self, load: &Load<'_>) -> Result<std::result::Result<Schema, String>> {
        let read = match self {
            Self::App { app, profile, version } => {
                let scratch = Scratch::beside(load.files, load.to)?;
                match app.create(profile, version, scratch.path()) {
                    Ok(()) => of(open::live(load.opener, scratch.path())),
                    Err(reason) => Ok(Err(reason)),
                }
            }
            Self::Live(path) => of(open::reader(load.opener, path)),
            Self::Snapshot(path) => of(open::sealed(load.opener, path)),
            Self::Archive => {
                let scratch = Scratch::beside(load.files, load.to)?;
                scratch.create()?;
                trusted::schema(load, scratch.path())
            }
        };
        Ok(read?.map_err(|reason| format!("{}: {reason}", self.name())))
    }

    fn name(&self) -> String {
        match self {
            Self::App { profile, version, .. } => format!("the app's schema {} {version}", profile.name),
            Self::Live(path) => format!("the live database {}", path.display()),
            Self::Snapshot(path) => format!("the snapshot {}", path.display()),
            Self::Archive => "the schema in the archive".to_owned(),
        }
    }
}

/// Reads the schema at one moment. A database that cannot be read is no source; a stop of the user's stays one.
fn of(opened: Result<Connection>) -> Result<std::result::Result<Schema, String>> {
    let connection = match opened {
        Ok(connection) => connection,
        Err(Stop::Failed(failure)) => return Ok(Err(failure.reason)),
        Err(Stop::Cancelled) => return Err(Stop::Cancelled),
    };
    let read = connection.execute_batch("BEGIN").and_then(|()| Schema::read(&connection));
    Ok(read.map_err(|error| format!("it cannot be read: {error}")))
}
