//! Writes a CSV archive of a sealed database: other threads read rows and form the files, the caller's compresses them.

use std::io;
use std::path::Path;

use jiff::Zoned;
use omnicraft_core::model::{Facts, Workspace};
use omnicraft_core::outcome::FailureKind;
use rusqlite::{Connection, ErrorCode};

use super::container::parse;
use super::forming::{self, Formed};
use super::layout::{self, MANIFEST, MOST_FILES, README};
use super::manifest::{CsvManifest, FORMAT, Manifest, SchemaEntry, TableEntry, WorkspaceRecord};
use super::readme;
use super::sheet::{Sheet, Trip};
use super::tables::{self, Archived};
use super::writer::{How, Writer};
use crate::error::{Result, Stop};
use crate::ports::filesystem::NewFile;
use crate::progress::Progress;

/// What an archive says about where it comes from.
pub struct Origin<'a> {
    /// The app whose data it is.
    pub app: &'a str,
    /// Whose data it is.
    pub workspace: &'a Workspace,
    /// What verification learnt of the database.
    pub facts: &'a Facts,
    /// When its content was live.
    pub taken_at: &'a Zoned,
}

/// Columns that SQLite selects at most.
const MOST_COLUMNS: usize = 2000;

const ATTEMPTED: &str = "write the archive";

/// Writes the archive of a sealed, verified database into an empty file and makes it durable. Rows are read on a thread
/// for each of the connections to it, of which there is one at least. `from` and `to` are the paths of the two, for
/// messages. After an error or a stop the file holds a part of an archive.
pub fn pack(
    connections: &mut [Connection],
    file: Box<dyn NewFile>,
    origin: &Origin<'_>,
    from: &Path,
    to: &Path,
    progress: &mut Progress<'_>,
) -> Result<()> {
    let read = |error: rusqlite::Error| Stop::sqlite("read the copy of the database", from, &error);
    let understand = |error: rusqlite::Error| match error.sqlite_error_code() {
        None => unfit(from, "there are names or statements in its schema that are not UTF-8".to_owned()),
        Some(ErrorCode::Unknown) => unfit(from, format!("this program does not understand its schema: {error}")),
        Some(_) => read(error),
    };
    let connection = connections.first().ok_or_else(|| unwritten(to, &io::ErrorKind::InvalidInput.into()))?;
    let tables = tables::archived(connection).map_err(understand)?;
    let schema = tables::creations(connection).map_err(understand)?;
    could_be_restored(&tables, &schema).map_err(|reason| unfit(from, reason))?;
    let encoding = connection.query_row("PRAGMA main.encoding", [], |row| row.get(0)).map_err(read)?;
    let auto_vacuum = connection.query_row("PRAGMA main.auto_vacuum", [], |row| row.get(0)).map_err(read)?;
    let writer = Writer::new(file, origin.taken_at);
    let mut packing = Packing { writer, from, to, progress, facts: origin.facts, rows: 0 };
    packing.whole(README, readme::of_tables(origin, tables.len()).as_bytes())?;
    let tables = packing.tables(connections, &tables)?;
    let manifest = Manifest::Csv(Box::new(CsvManifest {
        format: FORMAT,
        app: origin.app.to_owned(),
        written_by: written_by(),
        taken_at: origin.taken_at.to_string(),
        workspace: record(origin.workspace),
        facts: origin.facts.clone(),
        encoding,
        auto_vacuum,
        schema,
        tables,
    }));
    packing.whole(MANIFEST, &rendered(&manifest, to)?)?;
    packing.writer.finish().map_err(|error| unwritten(to, &error))
}

/// An archive under way.
struct Packing<'a, 'p> {
    writer: Writer,
    from: &'a Path,
    to: &'a Path,
    progress: &'a mut Progress<'p>,
    /// What is known of the database, among it the rows of all tables that a person knows of.
    facts: &'a Facts,
    /// Rows of the tables that are written.
    rows: u64,
}

impl Packing<'_, '_> {
    fn whole(&mut self, name: &str, content: &[u8]) -> Result<()> {
        fits(name, content, self.from)?;
        self.writer.whole(name, content).map_err(|error| self.unwritten(&error))
    }

    /// Writes the files of all tables. One that must be written in another way is formed again, and what follows it.
    fn tables(&mut self, connections: &mut [Connection], tables: &[Archived]) -> Result<Vec<TableEntry>> {
        let (mut entries, mut how) = (Vec::new(), How::default());
        let rows = |table: &Archived| self.facts.rows.get(&table.name).copied().unwrap_or_default();
        let counted: Vec<_> = tables.iter().map(|table| (table, rows(table))).collect();
        while let Some(rest) = counted.get(entries.len()..).filter(|rest| !rest.is_empty()) {
            let formed = forming::form(connections, rest, |formed| self.in_turn(rest, &mut entries, how, formed));
            how = formed.map_err(|error| self.unread(&error))??;
        }
        Ok(entries)
    }

    /// Writes tables as they are formed, up to one that must be written in another way, which is the answer.
    fn in_turn(
        &mut self,
        tables: &[(&Archived, u64)],
        entries: &mut Vec<TableEntry>,
        mut how: How,
        formed: &Formed<'_>,
    ) -> Result<How> {
        for (table, _) in tables {
            match self.table(entries.len() + 1, table, how, formed)? {
                Ok(entry) => entries.push(entry),
                Err(again) => return Ok(again),
            }
            how = How::default();
        }
        Ok(how)
    }

    /// Writes the files of one table, or says how they must be written instead.
    fn table(
        &mut self,
        number: usize,
        table: &Archived,
        how: How,
        formed: &Formed<'_>,
    ) -> Result<std::result::Result<TableEntry, How>> {
        let file = layout::member(number, &table.name, "csv");
        self.writer.begin(&file, how).map_err(|error| self.unwritten(&error))?;
        let sheet = self.sheet(table, formed)?;
        if let Some(again) = self.writer.end().map_err(|error| self.unwritten(&error))? {
            return Ok(Err(again));
        }
        self.rows += sheet.rows;
        let lines = sheet.lines.map(|digests| {
            let file = layout::member(number, &table.name, "lines");
            self.lines(&file, &digests).map(|()| file)
        });
        Ok(Ok(TableEntry {
            name: table.name.clone(),
            file,
            lines: lines.transpose()?,
            rows: sheet.rows,
            bytes: sheet.bytes,
            digest: sheet.digest,
            rowid: table.rowid.map(str::to_owned),
            columns: table.columns.clone(),
        }))
    }

    /// Digests have no pattern that could be compressed.
    fn lines(&mut self, file: &str, digests: &[u8]) -> Result<()> {
        let written = self.writer.begin(file, How::stored(digests.len() as u64));
        written.and_then(|()| self.writer.write(digests)).map_err(|error| self.unwritten(&error))
    }

    /// Compresses the blocks of one file, as they are formed.
    fn sheet(&mut self, table: &Archived, formed: &Formed<'_>) -> Result<Sheet> {
        let (to, before, total) = (self.to, self.rows, self.facts.total_rows());
        let sheet = formed.sheet(table, &mut |block, rows| {
            let done = before + rows;
            self.progress.at(done, total.max(done))?;
            self.writer.write(block).map_err(|error| unwritten(to, &error))
        })?;
        sheet.map_err(|trip| match trip {
            Trip::Sqlite(error) => self.unread(&error),
            Trip::Unfit(reason) => unfit(self.from, reason),
            Trip::Hung => self.unwritten(&io::Error::other("reading the rows broke off")),
        })
    }

    fn unread(&self, error: &rusqlite::Error) -> Stop {
        Stop::sqlite("read the copy of the database", self.from, error)
    }

    fn unwritten(&self, error: &io::Error) -> Stop {
        unwritten(self.to, error)
    }
}

/// Proves that the tables, indexes, views and triggers can be made by this SQLite; otherwise the archive would be one
/// that nobody can restore here.
fn could_be_restored(tables: &[Archived], schema: &[SchemaEntry]) -> std::result::Result<(), String> {
    if tables.len() > MOST_FILES {
        return Err(format!("it has {} tables, and an archive can hold {MOST_FILES}", tables.len()));
    }
    for table in tables {
        let columns = table.header().count();
        if columns > MOST_COLUMNS {
            let name = &table.name;
            return Err(format!(
                "with its rowid, the table “{name}” has {columns} columns, and only {MOST_COLUMNS} can be read at a time"
            ));
        }
    }
    let in_words = |error: rusqlite::Error| error.to_string();
    let scratch = Connection::open_in_memory().map_err(in_words)?;
    scratch.execute_batch("BEGIN").map_err(in_words)?;
    for entry in schema {
        let made = scratch.execute(&entry.sql, []).map_err(in_words);
        made.map_err(|error| format!("this program could not make its {} “{}”: {error}", entry.kind, entry.name))?;
    }
    Ok(())
}

/// Refuses a file that a reader would refuse, while there is still the database to export instead.
pub(super) fn fits(name: &str, content: &[u8], from: &Path) -> Result<()> {
    let most = layout::most_bytes(name);
    if content.len() as u64 > most {
        let reason = format!("the archive's {name} would have {} bytes, and it may have {most}", content.len());
        return Err(unfit(from, reason));
    }
    if name == MANIFEST
        && let Err(finding) = parse(content)
    {
        return Err(unfit(from, format!("nobody could read the archive's list of files: {finding}")));
    }
    Ok(())
}

/// Refuses what an archive cannot hold.
pub(super) fn unfit(from: &Path, reason: String) -> Stop {
    let remedy = "Export the database as one file instead (`omnicraft export --db`), which keeps everything as it is";
    Stop::new(FailureKind::Foreign, "export the tables", from, reason, remedy)
}

/// A workspace as an archive remembers it.
pub(super) fn record(workspace: &Workspace) -> WorkspaceRecord {
    WorkspaceRecord {
        id: workspace.id.clone(),
        name: workspace.name.clone(),
        database: workspace.database.clone(),
        schema: workspace.schema.clone(),
        folder: workspace.folder.clone(),
    }
}

/// The program that writes, for people.
pub(super) fn written_by() -> String {
    concat!("omnicraft ", env!("CARGO_PKG_VERSION")).to_owned()
}

/// The manifest's content.
pub(super) fn rendered(manifest: &Manifest, to: &Path) -> Result<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(manifest).map_err(|error| unwritten(to, &error.into()))?;
    json.push(b'\n');
    Ok(json)
}

/// What the operating system said when the archive was written.
pub(super) fn unwritten(to: &Path, error: &io::Error) -> Stop {
    Stop::io(ATTEMPTED, to, error)
}
