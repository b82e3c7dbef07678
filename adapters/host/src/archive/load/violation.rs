//! What SQLite says when a row breaks a rule of its table, in words about the row.

use libsqlite3_sys as sqlite;
use rusqlite::{Error, ErrorCode};

/// A rule that a row breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    /// The column, where it is about one alone.
    pub(super) column: Option<String>,
    /// The rest of a sentence about the row or the column.
    pub(super) text: String,
}

impl Violation {
    /// The rule of this table that an error is about; `None` for trouble that has nothing to do with the row.
    pub(super) fn of(error: &Error, table: &str) -> Option<Self> {
        let Error::SqliteFailure(code, message) = error else { return None };
        let message = message.as_deref().unwrap_or_default();
        let whole = |text: &str| Some(Self { column: None, text: text.to_owned() });
        match (code.code, code.extended_code) {
            (ErrorCode::TypeMismatch, _) => whole("has a rowid that is no whole number"),
            (ErrorCode::TooBig, _) => whole("is larger than this program's SQLite takes"),
            (_, sqlite::SQLITE_CONSTRAINT_DATATYPE) => Some(of_strict(message, table)),
            (_, sqlite::SQLITE_CONSTRAINT_CHECK) => Some(of_check(message)),
            (_, sqlite::SQLITE_CONSTRAINT_NOTNULL) => Some(of_columns("NOT NULL", message, table)),
            (_, sqlite::SQLITE_CONSTRAINT_ROWID) => whole("has the rowid of another row"),
            (_, sqlite::SQLITE_CONSTRAINT_PRIMARYKEY) => Some(of_columns("PRIMARY KEY", message, table)),
            (_, sqlite::SQLITE_CONSTRAINT_UNIQUE) => Some(of_columns("UNIQUE", message, table)),
            (ErrorCode::ConstraintViolation, _) => whole(&format!("breaks a rule of its table: {message}")),
            _ => None,
        }
    }
}

/// `cannot store TEXT value in INTEGER column t.a`.
fn of_strict(message: &str, table: &str) -> Violation {
    let (types, column) = message.split_once(&format!(" column {table}.")).unwrap_or((message, ""));
    let types = types.trim_start_matches("cannot store ").replace(" value in ", " value in a column of type ");
    let column = Some(column.to_owned()).filter(|column| !column.is_empty());
    Violation { column, text: format!("breaks the rule STRICT: it is a {types}") }
}

/// `CHECK constraint failed: price >= 0`, or the name of the rule where it has one.
fn of_check(message: &str) -> Violation {
    let rule = rule(message);
    let is_name = rule.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let text =
        if is_name { format!("breaks the rule CHECK {rule}") } else { format!("breaks the rule CHECK ({rule})") };
    Violation { column: None, text }
}

/// `UNIQUE constraint failed: t.a, t.b`, or `index 'i'` for one over expressions.
fn of_columns(kind: &str, message: &str, table: &str) -> Violation {
    let rule = rule(message);
    let same = if kind == "NOT NULL" { "" } else { ": another row has the same" };
    let Some(columns) = rule.strip_prefix(&format!("{table}.")) else {
        return Violation { column: None, text: format!("breaks the rule {kind} of {rule}{same}") };
    };
    let columns: Vec<&str> = columns.split(&format!(", {table}.")).collect();
    match columns.as_slice() {
        [column] => Violation { column: Some((*column).to_owned()), text: format!("breaks the rule {kind}{same}") },
        columns => Violation { column: None, text: format!("breaks the rule {kind} ({}){same}", columns.join(", ")) },
    }
}

fn rule(message: &str) -> &str {
    message.split_once("constraint failed: ").map_or(message, |(_, rule)| rule)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use rusqlite::Connection;

    use super::*;

    /// SQLite speaks.
    #[track_caller]
    fn check(table: &str, rows: &[&str], expected: Expect) {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(table).unwrap();
        let mut said = String::new();
        for row in rows {
            let Err(error) = connection.execute(&format!("INSERT OR ABORT INTO \"a.b\" VALUES ({row})"), []) else {
                continue;
            };
            let Violation { column, text } = Violation::of(&error, "a.b").unwrap();
            said.push_str(&format!("{row} | {} | {text}\n", column.unwrap_or_default()));
        }
        expected.assert_eq(&said);
    }

    #[test]
    fn rules_are_named_with_their_columns() {
        check(
            "CREATE TABLE \"a.b\" (
                id INTEGER PRIMARY KEY, \"the name\" TEXT NOT NULL UNIQUE, price REAL CHECK (price >= 0), x, y,
                UNIQUE (x, y), CONSTRAINT no_more CHECK (x < 9));
             CREATE UNIQUE INDEX low ON \"a.b\" (lower(\"the name\"))",
            &[
                "1, 'lamp', 1, 1, 1",
                "1, 'table', 1, 2, 2",
                "2, NULL, 1, 3, 3",
                "3, 'lamp', 1, 4, 4",
                "4, 'LAMP', 1, 5, 5",
                "5, 'chair', -1, 6, 6",
                "6, 'desk', 1, 1, 1",
                "7, 'shelf', 1, 9, 9",
                "'seven', 'stool', 1, 7, 7",
            ],
            expect![[r#"
                1, 'table', 1, 2, 2 | id | breaks the rule PRIMARY KEY: another row has the same
                2, NULL, 1, 3, 3 | the name | breaks the rule NOT NULL
                3, 'lamp', 1, 4, 4 |  | breaks the rule UNIQUE of index 'low': another row has the same
                4, 'LAMP', 1, 5, 5 |  | breaks the rule UNIQUE of index 'low': another row has the same
                5, 'chair', -1, 6, 6 |  | breaks the rule CHECK (price >= 0)
                6, 'desk', 1, 1, 1 |  | breaks the rule UNIQUE (x, y): another row has the same
                7, 'shelf', 1, 9, 9 |  | breaks the rule CHECK no_more
                'seven', 'stool', 1, 7, 7 |  | has a rowid that is no whole number
            "#]],
        );
    }

    #[test]
    fn strict_tables_name_both_types() {
        check(
            "CREATE TABLE \"a.b\" (n INTEGER) STRICT",
            &["'one'", "x'00'"],
            expect![[r#"
            'one' | n | breaks the rule STRICT: it is a TEXT value in a column of type INTEGER
            x'00' | n | breaks the rule STRICT: it is a BLOB value in a column of type INTEGER
        "#]],
        );
        check(
            "CREATE TABLE \"a.b\" (a, b, PRIMARY KEY (b, a)) WITHOUT ROWID",
            &["1, 2", "1, 2", "1, NULL"],
            expect![[r#"
            1, 2 |  | breaks the rule PRIMARY KEY (b, a): another row has the same
            1, NULL | b | breaks the rule NOT NULL
        "#]],
        );
    }
}
