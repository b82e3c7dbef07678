//! A database made of SQL, its archive, perhaps edited, and what comes out when the archive is loaded.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};

use omnicraft_core::effect::Depth;
use omnicraft_core::model::{Facts, FileStamp, Workspace};
use omnicraft_host::archive::container::Container;
use omnicraft_host::archive::findings::Findings;
use omnicraft_host::archive::inspect::{self, How};
use omnicraft_host::archive::load::{Load, Source, load};
use omnicraft_host::archive::manifest::{CsvManifest, Manifest};
use omnicraft_host::archive::pack::{Origin, pack};
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::{FileSystem as _, OsFileSystem};
use omnicraft_host::progress::{Progress, Unobserved};
use omnicraft_host::sqlite::{Opener, integrity, open};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Folder with a database, its archive, and the database that is built of the archive.
pub(crate) struct Trip {
    folder: TempDir,
    pub(crate) accept_edited: bool,
    pub(crate) adopted: bool,
}

impl Trip {
    /// The archive of a database that this SQL makes; pragmas that change the file come first.
    pub(crate) fn of(pragmas: &str, sql: &str) -> Self {
        Self::made(pragmas, sql, |_| {})
    }

    /// The same, filled by other means too.
    pub(crate) fn made(pragmas: &str, sql: &str, fill: impl Fn(&Connection)) -> Self {
        let trip = Self { folder: tempfile::tempdir().unwrap(), accept_edited: false, adopted: true };
        let connection = Connection::open(trip.original()).unwrap();
        connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF").unwrap();
        connection.execute_batch(pragmas).unwrap();
        connection.execute_batch("BEGIN").unwrap();
        connection.execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
        fill(&connection);
        connection.execute_batch("COMMIT").unwrap();
        connection.close().unwrap();
        trip.pack();
        trip
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn original(&self) -> PathBuf {
        self.path("original.db")
    }

    pub(crate) fn archive(&self) -> PathBuf {
        self.path("books.zip")
    }

    pub(crate) fn built(&self) -> PathBuf {
        self.path("built.db")
    }

    /// Writes the archive of the original as it is now.
    pub(crate) fn pack(&self) {
        let facts = facts(&self.original());
        let workspace = Workspace::adopted("shop", "My shop", "books.db");
        let moment = "2026-11-22T10:00:03+01:00[Europe/Berlin]".parse().unwrap();
        let origin = Origin { app: "Till", workspace: &workspace, facts: &facts, taken_at: &moment };
        let clock = SystemClock::new();
        let mut progress = Progress::new(&Unobserved, &clock, "Packing".to_owned());
        let _ = fs::remove_file(self.archive());
        let file = OsFileSystem.create_new(&self.archive()).unwrap();
        let mut sources = [(); 2].map(|()| open::sealed(&Opener::default(), &self.original()).unwrap());
        pack(&mut sources, file, &origin, &self.original(), &self.archive(), &mut progress).unwrap();
    }

    pub(crate) fn manifest(&self) -> CsvManifest {
        let container = Container::open(&OsFileSystem, &self.archive()).unwrap().unwrap();
        match container.manifest() {
            Manifest::Csv(manifest) => CsvManifest::clone(manifest),
            Manifest::Global(_) => panic!("not of one workspace"),
        }
    }

    /// Changes one member as text, in place.
    pub(crate) fn edit(&self, member: &str, edit: impl Fn(&str) -> String) {
        let mut old = ZipArchive::new(Cursor::new(fs::read(self.archive()).unwrap())).unwrap();
        let mut new = ZipWriter::new(fs::File::create(self.archive()).unwrap());
        for at in 0..old.len() {
            let mut found = old.by_index(at).unwrap();
            let (name, mut content) = (found.name().unwrap().into_owned(), Vec::new());
            found.read_to_end(&mut content).unwrap();
            if name == member {
                let text = String::from_utf8(content).unwrap();
                let edited = edit(&text);
                assert_ne!(edited, text, "the edit changes something");
                content = edited.into_bytes();
            }
            new.start_file(name, SimpleFileOptions::default()).unwrap();
            new.write_all(&content).unwrap();
        }
        new.finish().unwrap();
    }

    /// Builds the database with the original's schema. The archive is inspected before, as every restore does.
    pub(crate) fn load(&self) -> Findings {
        self.load_with(&[Source::Snapshot(self.original())])
    }

    pub(crate) fn load_with(&self, sources: &[Source<'_>]) -> Findings {
        let clock = SystemClock::new();
        let mut progress = Progress::new(&Unobserved, &clock, "Importing".to_owned());
        let mut container = match Container::open(&OsFileSystem, &self.archive()).unwrap() {
            Ok(container) => container,
            Err(findings) => return findings,
        };
        let report = inspect::read(&mut container, self.accept_edited, &mut |_, _| Ok(())).unwrap();
        let how = How { accept_edited: self.accept_edited, all_rows: false };
        let quick = inspect::read_on_cores(&mut container, None, how, &mut progress).unwrap();
        // Of an edited archive the inspection refuses some values first, which the loader must refuse by itself too; and
        // whatever a restore does not look at before.
        if !self.accept_edited && !quick.findings.is_empty() {
            return report.findings;
        }
        let _ = fs::remove_file(self.built());
        OsFileSystem.write_new(&self.built(), b"").unwrap();
        let order = Load {
            files: &OsFileSystem,
            opener: &Opener::default(),
            archive: &self.archive(),
            manifest: &self.manifest(),
            to: &self.built(),
            sources,
            accept_edited: self.accept_edited,
            adopted: self.adopted,
        };
        let findings = load(&order, &mut progress).unwrap();
        assert!(report.findings.is_empty() || !findings.is_empty(), "the loader took what is wrong: {report:?}");
        let mut names: Vec<_> =
            fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert!(names.iter().all(|name| !name.to_string_lossy().starts_with("built.db-")), "{names:?}");
        findings
    }

    /// The built database is the original, value by value and type by type, and passes every check.
    #[track_caller]
    pub(crate) fn comes_back(&self) {
        let findings = self.load();
        assert_eq!(report(&findings), "");
        self.is_equal();
    }

    #[track_caller]
    pub(crate) fn is_equal(&self) {
        self.is_equal_as(String::clone);
    }

    /// Whoever makes the tables after a list makes them in its order.
    #[track_caller]
    pub(crate) fn is_equal_but_for_order(&self) {
        self.is_equal_as(|content| {
            let mut lines: Vec<_> = content.lines().collect();
            lines.sort_unstable();
            lines.join("\n")
        });
    }

    #[track_caller]
    fn is_equal_as(&self, seen: impl Fn(&String) -> String) {
        let (old, new) = (seen(&content(&self.original())), seen(&content(&self.built())));
        if old != new {
            let line = old.lines().zip(new.lines()).find(|(old, new)| old != new);
            panic!(
                "the database is another one:\n{line:#?}\n{} and {} lines",
                old.lines().count(),
                new.lines().count()
            );
        }
        assert_eq!(facts(&self.original()), facts(&self.built()));
    }
}

/// What verification learns; the database must be in order.
#[track_caller]
pub(crate) fn facts(database: &Path) -> Facts {
    let clock = SystemClock::new();
    let mut progress = Progress::new(&Unobserved, &clock, String::new());
    let opener = Opener::default();
    let stamp = FileStamp::default();
    let found = integrity::verify(&opener, database, Depth::Proven, None, &|_| Ok(String::new()), stamp, &mut progress)
        .unwrap();
    assert_eq!(found.problems, Vec::<String>::new());
    found.facts
}

/// Findings as text, one on each line.
pub(crate) fn report(findings: &Findings) -> String {
    let mut text: String = findings.listed.iter().map(|finding| format!("{finding}\n")).collect();
    if findings.unlisted > 0 {
        text.push_str(&format!("and {} more\n", findings.unlisted));
    }
    text
}

/// Everything in a database as text: settings, schema in order within its kinds, every row with its rowid and types.
pub(crate) fn content(database: &Path) -> String {
    let connection = Connection::open(database).unwrap();
    let mut text = String::new();
    for pragma in ["page_size", "encoding", "auto_vacuum", "application_id", "user_version", "journal_mode"] {
        text.push_str(&format!("{pragma} {}\n", rows(&connection, &format!("PRAGMA {pragma}"))));
    }
    text.push_str(&rows(
        &connection,
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'
         ORDER BY type, sql IS NULL, (name = 'sqlite_sequence'), rowid",
    ));
    for (name, rowids) in tables(&connection) {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let columns =
            names(&connection, &format!("SELECT name FROM pragma_table_xinfo({}) ORDER BY cid", literal(&name)));
        let taken = |word: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(word));
        let rowid = ["rowid", "_rowid_", "oid"].into_iter().find(|word| rowids && !taken(word)).unwrap_or("1");
        text.push_str(&format!("{name}\n"));
        text.push_str(&rows(&connection, &format!("SELECT {rowid}, * FROM {quoted} NOT INDEXED")));
    }
    text
}

/// Tables with rows of their own, and whether they have rowids.
fn tables(connection: &Connection) -> Vec<(String, bool)> {
    let sql = "SELECT name, NOT wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')
               AND name NOT LIKE 'sqlite_stat%' AND name <> 'sqlite_schema' ORDER BY name";
    let mut statement = connection.prepare(sql).unwrap();
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    found.map(Result::unwrap).collect()
}

fn names(connection: &Connection, sql: &str) -> Vec<String> {
    connection.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The rows of a query, each value with its type and to the last bit.
pub(crate) fn rows(connection: &Connection, sql: &str) -> String {
    let mut statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let columns = statement.column_count();
    let mut found = statement.query([]).unwrap();
    let mut text = String::new();
    while let Some(row) = found.next().unwrap() {
        for column in 0..columns {
            text.push_str(&match row.get_ref(column).unwrap() {
                ValueRef::Null => "NULL".to_owned(),
                ValueRef::Integer(integer) => format!("{integer}"),
                ValueRef::Real(real) => format!("{real:?}/{:016x}", real.to_bits()),
                ValueRef::Text(text) => format!("'{}'", text.escape_ascii()),
                ValueRef::Blob(blob) => format!("x'{}'", blob.escape_ascii()),
            });
            text.push(' ');
        }
        text.push('\n');
    }
    text
}
