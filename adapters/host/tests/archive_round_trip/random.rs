//! Random schemas with random values of every storage class: what comes back is what went away.

use proptest::prelude::*;
use proptest::sample::select;
use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

use crate::support::Trip;

const NAMES: [&str; 14] =
    ["a", "b", "select", "a\"b", "c d", "ü😀", "=1+1", "x'00'", "rowid", "_rowid_", "oid", "'q'", "a,b", "line\nbreak"];
const TYPES: [&str; 13] = [
    "",
    "INTEGER",
    "INT",
    "TEXT",
    "VARCHAR(9)",
    "REAL",
    "DOUBLE",
    "BLOB",
    "NUMERIC",
    "DATE",
    "BOOLEAN",
    "ANY",
    "CHARINT",
];
const STRICT_TYPES: [&str; 6] = ["INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"];
const COLLATIONS: [&str; 4] = ["", " COLLATE NOCASE", " COLLATE RTRIM", " COLLATE BINARY"];

/// How the rows of a table are found.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Key {
    Missing,
    Rowid,
    Counted,
    Descending,
    Composite,
    WithoutRowid,
}

#[derive(Clone, Debug)]
struct Table {
    name: String,
    key: Key,
    strict: bool,
    /// Names are unique but for the case of letters.
    columns: Vec<(String, String, String)>,
    computed: Option<bool>,
    index: Option<bool>,
    rows: Vec<(i64, Vec<Value>)>,
}

impl Table {
    fn quoted(&self) -> String {
        quoted(&self.name)
    }

    fn sql(&self) -> String {
        let mut parts: Vec<String> = self
            .columns
            .iter()
            .enumerate()
            .map(|(place, (name, declared, collation))| {
                let key = match self.key {
                    Key::Rowid if place == 0 => "INTEGER PRIMARY KEY".to_owned(),
                    Key::Counted if place == 0 => "INTEGER PRIMARY KEY AUTOINCREMENT".to_owned(),
                    Key::Descending if place == 0 => "INTEGER PRIMARY KEY DESC".to_owned(),
                    _ => format!("{declared}{collation}"),
                };
                format!("{} {key}", quoted(name))
            })
            .collect();
        let first = quoted(&self.columns[0].0);
        let last = quoted(&self.columns[self.columns.len() - 1].0);
        if let Some(stored) = self.computed {
            let kind = if stored { "STORED" } else { "VIRTUAL" };
            let declared = if self.strict { "TEXT" } else { "" };
            parts.push(format!("computed {declared} AS (hex({last})) {kind}"));
        }
        if matches!(self.key, Key::Composite | Key::WithoutRowid) {
            let both = if first == last { first.clone() } else { format!("{last} DESC, {first}") };
            parts.push(format!("PRIMARY KEY ({both})"));
        }
        let options: Vec<&str> = [("WITHOUT ROWID", self.key == Key::WithoutRowid), ("STRICT", self.strict)]
            .into_iter()
            .filter_map(|(option, on)| on.then_some(option))
            .collect();
        let table = self.quoted();
        let mut sql = format!("CREATE TABLE {table} ({}) {};", parts.join(", "), options.join(", "));
        if let Some(partial) = self.index {
            let condition = if partial { format!("WHERE {last} IS NOT NULL") } else { String::new() };
            sql.push_str(&format!(
                "CREATE INDEX {} ON {table} ({last} DESC, length({first})) {condition};",
                quoted(&format!("{} i", self.name))
            ));
        }
        sql
    }

    /// Inserts what the table takes; what breaks a rule of it is left out.
    fn fill(&self, connection: &Connection) {
        let names: Vec<_> = self.columns.iter().map(|(name, ..)| quoted(name)).collect();
        let taken = |word: &str| self.columns.iter().any(|(name, ..)| name.eq_ignore_ascii_case(word));
        let hidden = !matches!(self.key, Key::Rowid | Key::Counted | Key::WithoutRowid);
        let rowid = ["rowid", "_rowid_", "oid"].into_iter().find(|word| hidden && !taken(word));
        let columns: Vec<_> = rowid.into_iter().map(str::to_owned).chain(names).collect();
        let values = vec!["?"; columns.len()].join(", ");
        let sql = format!("INSERT OR IGNORE INTO {} ({}) VALUES ({values})", self.quoted(), columns.join(", "));
        let mut insert = connection.prepare(&sql).unwrap();
        for (id, values) in &self.rows {
            let own = rowid.map(|_| Value::Integer(*id));
            for (place, value) in (1..).zip(own.iter().chain(values)) {
                // Text that is not UTF-8 goes in as a blob would, but as text.
                let numbered = place == 1 && matches!(self.key, Key::Rowid | Key::Counted);
                let value = match value {
                    // After the highest number there is none that SQLite could make up.
                    Value::Null if numbered => ValueRef::Integer(*id),
                    Value::Blob(bytes) if bytes.first() == Some(&b'T') => ValueRef::Text(&bytes[1..]),
                    value => ValueRef::from(value),
                };
                insert.raw_bind_parameter::<usize, _>(place, ToSqlOutput::Borrowed(value)).unwrap();
            }
            // A strict table refuses some types, a rowid all but numbers.
            let _ = insert.raw_execute();
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn value() -> impl Strategy<Value = Value> {
    let texts =
        ["", "=SUM(A1)", "+1", "-1", "@a", "'", "007", "1e5", "inf", "x'00'", "i'1'", "12345678901234567", " 1 "];
    let integers = [i64::MIN, -1, 0, 1, 1 << 53, (1 << 53) + 1, i64::MAX];
    prop_oneof![
        Just(Value::Null),
        select(integers.to_vec()).prop_map(Value::Integer),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>().prop_filter("SQLite makes NULL of NaN", |real| !real.is_nan()).prop_map(Value::Real),
        (-3..3_i32).prop_map(|half| Value::Real(f64::from(half) / 2.0)),
        select(vec![-0.0, f64::INFINITY, f64::NEG_INFINITY, 1e15, 1e300, 5e-324]).prop_map(Value::Real),
        select(texts.to_vec()).prop_map(|text| Value::Text(text.to_owned())),
        "[ -~\u{0}\r\n\t\"',;=éя😀\u{feff}\u{85}]{0,12}".prop_map(Value::Text),
        prop::collection::vec(any::<u8>(), 0..12).prop_map(Value::Blob),
        prop::collection::vec(any::<u8>(), 0..6).prop_map(|bytes| Value::Blob([b"T", bytes.as_slice()].concat())),
    ]
}

fn table(number: usize) -> impl Strategy<Value = Table> {
    let keys = [Key::Missing, Key::Rowid, Key::Counted, Key::Descending, Key::Composite, Key::WithoutRowid];
    let columns = prop::collection::btree_set(select(NAMES.to_vec()), 1..6).prop_shuffle_set();
    let shape = (
        select(NAMES.to_vec()),
        select(keys.to_vec()),
        any::<bool>(),
        columns,
        any::<Option<bool>>(),
        any::<Option<bool>>(),
    );
    shape.prop_flat_map(move |(name, key, strict, names, computed, index)| {
        let count = names.len();
        let types = if strict { select(STRICT_TYPES.to_vec()) } else { select(TYPES.to_vec()) };
        let columns = prop::collection::vec((types, select(COLLATIONS.to_vec())), count);
        let rows = prop::collection::vec((any::<i64>(), prop::collection::vec(value(), count)), 0..12);
        (columns, rows).prop_map(move |(columns, rows)| Table {
            name: format!("{name}{number}"),
            key,
            strict,
            columns: names
                .iter()
                .zip(columns)
                .map(|(name, (declared, collation))| ((*name).to_owned(), declared.to_owned(), collation.to_owned()))
                .collect(),
            computed,
            index,
            rows,
        })
    })
}

/// Names in any order.
trait Shuffled: Strategy<Value = std::collections::BTreeSet<&'static str>> + Sized {
    fn prop_shuffle_set(self) -> impl Strategy<Value = Vec<&'static str>> {
        self.prop_map(|set| set.into_iter().collect::<Vec<_>>()).prop_shuffle()
    }
}

impl<S: Strategy<Value = std::collections::BTreeSet<&'static str>>> Shuffled for S {}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_goes_away_comes_back(
        tables in (table(1), table(2), table(3)),
        encoding in select(vec!["UTF-8", "UTF-16le", "UTF-16be"]),
        search in any::<bool>(),
    ) {
        let tables = [tables.0, tables.1, tables.2];
        let mut sql: String = tables.iter().map(Table::sql).collect();
        if search {
            let first = &tables[0];
            sql.push_str("CREATE VIRTUAL TABLE search USING fts5(words); INSERT INTO search VALUES ('one two'), ('three');");
            sql.push_str(&format!("CREATE VIEW seen AS SELECT count(*) AS n FROM {};", first.quoted()));
            sql.push_str(&format!("CREATE TRIGGER fired AFTER INSERT ON {} BEGIN DELETE FROM search; END;", tables[1].quoted()));
        }
        // Bytes that are no text of their encoding are a matter of UTF-8 databases.
        let trip = Trip::made(&format!("PRAGMA encoding = '{encoding}'"), &sql, |connection| {
            for table in &tables {
                if encoding == "UTF-8" { table.fill(connection) } else { readable(table).fill(connection) }
            }
        });
        trip.comes_back();
    }
}

fn readable(table: &Table) -> Table {
    let mut table = table.clone();
    for value in table.rows.iter_mut().flat_map(|(_, values)| values) {
        if let Value::Blob(bytes) = value {
            bytes.retain(|byte| *byte != b'T');
        }
    }
    table
}
