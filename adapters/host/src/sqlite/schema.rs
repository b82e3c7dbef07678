//! What a database consists of: its tables with their columns and keys, and a fingerprint of its schema.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::trouble::{Trouble, trouble};

/// What kind of table it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
    /// Rows with a rowid.
    Ordinary,
    /// Rows stored by their primary key.
    WithoutRowid,
    /// Made by a module such as FTS5.
    Virtual,
    /// Where a virtual table keeps its data.
    Shadow,
}

/// Whether a column is stored, computed or hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Stored, and given by whoever inserts.
    Plain,
    /// Of a virtual table, and not part of `SELECT *`.
    Hidden,
    /// Computed when it is read.
    VirtualGenerated,
    /// Computed when it is written.
    StoredGenerated,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its declared type; empty where there is none.
    pub declared: String,
    /// Whether it is stored, computed or hidden.
    pub kind: ColumnKind,
    /// Whether it refuses NULL. A primary key of a table with rowids does not, unless it says so.
    pub not_null: bool,
}

/// A table of the main database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: TableKind,
    /// In the order of declaration.
    pub columns: Vec<Column>,
    /// The names of the primary key's columns, in the key's order; empty where there is none.
    pub primary_key: Vec<String>,
    /// Whether the primary key is the rowid itself (`INTEGER PRIMARY KEY`), so that nothing ever renumbers it.
    pub key_is_rowid: bool,
    /// Whether its rows are stored by a rowid; always false for a virtual table, which has no rows of its own.
    pub has_rowid: bool,
}

/// BLAKE3, in hex, over the schema's text, sorted. Spaces, line breaks and comments do not count, nor do SQLite's own
/// statistics, sequences and automatic indexes.
pub fn fingerprint(connection: &Connection) -> rusqlite::Result<String> {
    let mut statement = connection.prepare("SELECT type, name, tbl_name, sql FROM main.sqlite_schema")?;
    let mut rows = statement.query([])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let name = bytes(row.get_ref(1)?);
        let internal = name.starts_with(b"sqlite_stat") || name == b"sqlite_sequence";
        let sql = bytes(row.get_ref(3)?);
        if internal || (name.starts_with(b"sqlite_autoindex_") && sql.is_empty()) {
            continue;
        }
        entries.push([
            bytes(row.get_ref(0)?).to_vec(),
            name.to_vec(),
            bytes(row.get_ref(2)?).to_vec(),
            normalised(sql),
        ]);
    }
    entries.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    for field in entries.iter().flatten() {
        hasher.update(&u64::try_from(field.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(field);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// All tables of the main database but SQLite's own, by name. Views are not tables. A virtual table whose module is missing
/// here has no columns.
pub fn tables(connection: &Connection) -> rusqlite::Result<Vec<Table>> {
    let read = |(name, kind): (String, TableKind)| match table(connection, name.clone(), kind) {
        // Its module is not in this SQLite; the tables that keep its rows are there all the same.
        Err(error) if kind == TableKind::Virtual && trouble(&error) == Trouble::Unsupported => Ok(Table {
            name,
            kind,
            columns: Vec::new(),
            primary_key: Vec::new(),
            key_is_rowid: false,
            has_rowid: false,
        }),
        read => read,
    };
    names(connection)?.into_iter().map(read).collect()
}

/// `sqlite_sequence`, where `AUTOINCREMENT` keeps the highest rowid of each table; `None` where nothing uses it.
pub fn sequences(connection: &Connection) -> rusqlite::Result<Option<Table>> {
    let name = "sqlite_sequence";
    let sql = "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?1)";
    let there = connection.query_row(sql, [name], |row| row.get(0))?;
    if there { table(connection, name.to_owned(), TableKind::Ordinary).map(Some) } else { Ok(None) }
}

/// The names of all tables of the main database but SQLite's own, sorted.
pub(super) fn names(connection: &Connection) -> rusqlite::Result<Vec<(String, TableKind)>> {
    let mut statement = connection.prepare("PRAGMA main.table_list")?;
    let mut rows = statement.query([])?;
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        let name = text(row.get_ref("name")?);
        // Names that begin so are SQLite's own, in any case of letters; an app cannot make one.
        let own = name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"));
        let without_rowid: bool = row.get("wr")?;
        let kind = match text(row.get_ref("type")?).as_str() {
            "table" if without_rowid => TableKind::WithoutRowid,
            "table" => TableKind::Ordinary,
            "virtual" => TableKind::Virtual,
            "shadow" => TableKind::Shadow,
            _ => continue,
        };
        if !own && text(row.get_ref("schema")?) == "main" {
            names.push((name, kind));
        }
    }
    names.sort_unstable_by(|left, right| left.0.cmp(&right.0));
    Ok(names)
}

/// The names of all tables that something is stored of, SQLite's own among them.
pub(super) fn stored(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT 'sqlite_schema' UNION ALL SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY 1",
    )?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.collect()
}

/// An identifier as it stands in SQL, whatever it contains.
pub fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

fn table(connection: &Connection, name: String, kind: TableKind) -> rusqlite::Result<Table> {
    let mut statement = connection.prepare(&format!("PRAGMA main.table_xinfo({})", quoted(&name)))?;
    let mut rows = statement.query([])?;
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let column = text(row.get_ref("name")?);
        let place: i64 = row.get("pk")?;
        if place > 0 {
            key.push((place, column.clone()));
        }
        let kind = match row.get::<_, i64>("hidden")? {
            0 => ColumnKind::Plain,
            2 => ColumnKind::VirtualGenerated,
            3 => ColumnKind::StoredGenerated,
            _ => ColumnKind::Hidden,
        };
        columns.push(Column {
            name: column,
            declared: text(row.get_ref("type")?),
            kind,
            not_null: row.get("notnull")?,
        });
    }
    key.sort_unstable();
    let primary_key: Vec<_> = key.into_iter().map(|(_, column)| column).collect();
    let has_rowid = match kind {
        TableKind::Ordinary => true,
        TableKind::WithoutRowid | TableKind::Virtual => false,
        TableKind::Shadow => !is_without_rowid(connection, &name)?,
    };
    let key_is_rowid = has_rowid && primary_key.len() == 1 && !has_key_index(connection, &name)?;
    Ok(Table { name, kind, columns, primary_key, key_is_rowid, has_rowid })
}

fn is_without_rowid(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM pragma_table_list(?1) WHERE schema = 'main' AND wr)";
    connection.query_row(sql, [table], |row| row.get(0))
}

/// A primary key that is not the rowid has an index of its own (so has `INTEGER PRIMARY KEY DESC`, which is not the
/// rowid although it looks so).
fn has_key_index(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare(&format!("PRAGMA main.index_list({})", quoted(table)))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if text(row.get_ref("origin")?) == "pk" {
            return Ok(true);
        }
    }
    Ok(false)
}

fn bytes(value: ValueRef<'_>) -> &[u8] {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => &[],
    }
}

/// Text of a schema; bytes that are not UTF-8, which SQLite allows, must not stop the reading of all the rest.
fn text(value: ValueRef<'_>) -> String {
    String::from_utf8_lossy(bytes(value)).into_owned()
}

/// SQL with one space where words would otherwise run together, and no comments; what is quoted stays as it is.
fn normalised(sql: &[u8]) -> Vec<u8> {
    let mut normal: Vec<u8> = Vec::with_capacity(sql.len());
    let mut at = 0;
    let mut apart = false;
    while at < sql.len() {
        let end = at + token_length(&sql[at..]);
        let token = &sql[at..end];
        at = end;
        if is_blank(token) {
            apart = true;
            continue;
        }
        if apart && normal.last().is_some_and(|last| is_word(*last)) && is_word(token[0]) {
            normal.push(b' ');
        }
        normal.extend_from_slice(token);
        apart = false;
    }
    normal
}

/// The length of a quoted text, a comment, or a single byte.
fn token_length(sql: &[u8]) -> usize {
    let find = |from: usize, what: &[u8]| {
        let rest = sql.get(from..).unwrap_or_default();
        rest.windows(what.len()).position(|window| window == what).map_or(sql.len(), |at| from + at + what.len())
    };
    match sql {
        [b'-', b'-', ..] => find(2, b"\n"),
        [b'/', b'*', ..] => find(2, b"*/"),
        [b'[', ..] => find(1, b"]"),
        // A doubled quote inside is the end of one quoted text and the beginning of the next, which reads the same.
        [quote @ (b'\'' | b'"' | b'`'), ..] => find(1, &[*quote]),
        _ => 1,
    }
}

fn is_blank(token: &[u8]) -> bool {
    token.starts_with(b"--") || token.starts_with(b"/*") || token[0].is_ascii_whitespace()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_$'\"`[]".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&normalised(sql.as_bytes())), expected);
    }

    #[test]
    fn only_blanks_outside_quotes_are_folded() {
        check("CREATE TABLE t ( a  INT,\n\tb )", "CREATE TABLE t(a INT,b)");
        check("a DEFAULT 'x  y'  NOT NULL", "a DEFAULT 'x  y' NOT NULL");
        check("\"a  b\" [c  d] `e  f`", "\"a  b\" [c  d] `e  f`");
        check("'it''s  --no comment'", "'it''s  --no comment'");
        check("a -- why\n b /* c  d */ , e", "a b,e");
        check("'never closed", "'never closed");
        check("a/* never closed", "a");
    }

    #[test]
    fn a_sign_inside_words_keeps_words_apart() {
        check("a - b", "a-b");
        check("x IS  NOT\r\nNULL", "x IS NOT NULL");
    }

    #[test]
    fn identifiers_are_quoted_whatever_they_contain() {
        assert_eq!(quoted("a\"b; DROP"), "\"a\"\"b; DROP\"");
    }
}
