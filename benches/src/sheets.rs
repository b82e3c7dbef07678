//! What others do with tables as CSV files: the shell and `zip`, Python and its modules. None of them checks anything,
//! tells NULL from empty text, or keeps bytes unless it is told to write them in hex.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rusqlite::Connection;

use crate::scripts::Language;

/// Ordinary tables and their stored columns, each as an expression of text. What a search index keeps is left out.
pub struct Sheets {
    tables: Vec<(String, Vec<Column>)>,
}

struct Column {
    name: String,
    is_bytes: bool,
}

impl Sheets {
    /// Of a database.
    pub fn of(database: &Path) -> Self {
        let connection = Connection::open(database).unwrap();
        let names = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
                     AND name NOT LIKE 'sqlite_%' ORDER BY name";
        let mut statement = connection.prepare(names).unwrap();
        let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let columns = |table: &str| {
            let mut statement = connection.prepare("SELECT name, type = 'BLOB' FROM pragma_table_info(?1)").unwrap();
            let columns = statement.query_map([table], |row| Ok(Column { name: row.get(0)?, is_bytes: row.get(1)? }));
            columns.unwrap().map(Result::unwrap).collect()
        };
        Self { tables: names.iter().map(|name| (name.clone(), columns(name))).collect() }
    }

    /// The shell's `-csv` of each table into a folder, bytes in hex.
    pub fn shell_csv(&self, database: &Path, folder: &Path) {
        self.write(database, folder, "on", |name| format!("hex({name})"));
    }

    /// The same without the names of the columns, for an import that makes a database of the same size: as it cannot
    /// read hex, it gets half of the digits as text.
    pub fn shell_csv_to_import(&self, database: &Path, folder: &Path) {
        self.write(database, folder, "off", |name| format!("substr(hex({name}), 1, length({name}))"));
    }

    fn write(&self, database: &Path, folder: &Path, headers: &str, bytes: impl Fn(&str) -> String) {
        fs::create_dir_all(folder).unwrap();
        let mut script = format!(".mode csv\n.headers {headers}\n");
        for (table, columns) in &self.tables {
            let shown = |Column { name, is_bytes }: &Column| if *is_bytes { bytes(name) } else { name.clone() };
            let columns: Vec<_> = columns.iter().map(shown).collect();
            let file = folder.join(format!("{table}.csv"));
            writeln!(script, ".output '{}'\nSELECT {} FROM {table};", file.display(), columns.join(", ")).unwrap();
        }
        shell(database, &script);
    }

    /// A database with the tables and indexes of another, empty and without triggers. Generated columns, which an
    /// import would take for columns to fill, are dropped.
    pub fn template(&self, database: &Path, to: &Path) {
        let connection = Connection::open(to).unwrap();
        connection.execute("ATTACH ?1 AS original", [database.to_str().unwrap()]).unwrap();
        let statements = "SELECT type, tbl_name, sql FROM original.sqlite_schema
                          WHERE sql IS NOT NULL AND type IN ('table', 'index') ORDER BY type = 'index'";
        let mut statement = connection.prepare(statements).unwrap();
        let made: Vec<(String, String, String)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for (_, table, sql) in &made {
            if self.tables.iter().any(|(known, _)| known == table) {
                connection.execute_batch(sql).unwrap();
            }
        }
        let generated = "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden > 1";
        for (table, _) in &self.tables {
            let mut statement = connection.prepare(generated).unwrap();
            let names: Vec<String> =
                statement.query_map([table], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
            for name in names {
                connection.execute_batch(&format!("ALTER TABLE main.{table} DROP COLUMN {name}")).unwrap();
            }
        }
    }

    /// The shell's `.import` of every table into a copy of the template, in one transaction.
    pub fn shell_import(&self, folder: &Path, to: &Path) {
        let mut script = ".mode csv\nBEGIN;\n".to_owned();
        for (table, _) in &self.tables {
            writeln!(script, ".import '{}' {table}", folder.join(format!("{table}.csv")).display()).unwrap();
        }
        script.push_str("COMMIT;\n");
        shell(to, &script);
    }

    /// Python's `csv` and `executemany` into a copy of the template, in one transaction, as Python measures them.
    pub fn python_import(&self, folder: &Path, to: &Path) -> Duration {
        const SCRIPT: &str = "
import csv, os, sqlite3, sys, time
start = time.perf_counter()
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute('BEGIN')
for table in sys.argv[3:]:
    with open(os.path.join(sys.argv[2], table + '.csv'), newline='') as file:
        columns = len(database.execute(f'SELECT * FROM {table} LIMIT 0').description)
        rows = ([cell if cell else None for cell in row] for row in csv.reader(file))
        database.executemany(f'INSERT INTO {table} VALUES ({\",\".join(\"?\" * columns)})', rows)
database.execute('COMMIT')
print(time.perf_counter() - start)
";
        PYTHON.run(SCRIPT, &[to, folder], self.names())
    }

    /// Python's `csv` and `zipfile`, as Python measures them.
    pub fn python_export(&self, database: &Path, to: &Path) -> Duration {
        const SCRIPT: &str = "
import csv, io, sqlite3, sys, time, zipfile
start = time.perf_counter()
database = sqlite3.connect(sys.argv[1])
with zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
    for table in sys.argv[3:]:
        rows = database.execute(f'SELECT * FROM {table}')
        with archive.open(table + '.csv', 'w') as member:
            writer = csv.writer(io.TextIOWrapper(member, encoding='utf-8', newline='', write_through=False))
            writer.writerow(column[0] for column in rows.description)
            writer.writerows([cell.hex() if isinstance(cell, bytes) else cell for cell in row] for row in rows)
print(time.perf_counter() - start)
";
        PYTHON.run(SCRIPT, &[database, to], self.names())
    }

    /// `sqlite-utils` of PyPI reading what Python's `csv` writes and `zipfile` packs, as Python measures them.
    pub fn sqlite_utils_export(&self, database: &Path, to: &Path) -> Duration {
        const SCRIPT: &str = "
import csv, io, sqlite_utils, sys, time, zipfile
start = time.perf_counter()
database = sqlite_utils.Database(sys.argv[1])
with zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
    for table in sys.argv[3:]:
        with archive.open(table + '.csv', 'w') as member:
            text = io.TextIOWrapper(member, encoding='utf-8', newline='', write_through=False)
            writer = csv.DictWriter(text, [column.name for column in database[table].columns], extrasaction='ignore')
            writer.writeheader()
            for row in database[table].rows:
                writer.writerow({name: cell.hex() if isinstance(cell, bytes) else cell for name, cell in row.items()})
print(time.perf_counter() - start)
";
        SQLITE_UTILS.run(SCRIPT, &[database, to], self.names())
    }

    /// `sqlite-utils` of PyPI inserting the rows that Python's `csv` reads, as Python measures them.
    pub fn sqlite_utils_import(&self, folder: &Path, to: &Path) -> Duration {
        const SCRIPT: &str = "
import csv, os, sqlite_utils, sys, time
start = time.perf_counter()
database = sqlite_utils.Database(sys.argv[1])
with database.conn:
    for table in sys.argv[3:]:
        names = [column.name for column in database[table].columns]
        with open(os.path.join(sys.argv[2], table + '.csv'), newline='') as file:
            rows = (dict(zip(names, (cell if cell else None for cell in row))) for row in csv.reader(file))
            database[table].insert_all(rows)
print(time.perf_counter() - start)
";
        SQLITE_UTILS.run(SCRIPT, &[to, folder], self.names())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|(table, _)| table.as_str())
    }

    /// Files of the tables in a folder.
    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        self.tables.iter().map(|(table, _)| folder.join(format!("{table}.csv"))).collect()
    }

    /// `zip -6` of what the shell wrote.
    pub fn zip(&self, folder: &Path, to: &Path) {
        let status = Command::new("zip").args(["-q", "-6", "-j"]).arg(to).args(self.files(folder)).status().unwrap();
        assert!(status.success());
    }
}

/// Python with its own modules.
pub const PYTHON: Language = Language::Python("sqlite3");

/// Python with a module of PyPI for tables.
pub const SQLITE_UTILS: Language = Language::Python("sqlite_utils");

/// Whether there is `zip`, which knows its version by another name.
pub fn has_zip() -> bool {
    Command::new("zip").arg("-v").output().is_ok_and(|output| output.status.success())
}

fn shell(database: &Path, script: &str) {
    let mut shell = Command::new("sqlite3").arg("-batch").arg(database).stdin(Stdio::piped()).spawn().unwrap();
    shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(shell.wait().unwrap().success());
}
