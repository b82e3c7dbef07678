//! What SQLite makes of a value when a column stores it: a number may change its form, and in an edited archive text
//! may turn into a number unasked, which is reported.

use rusqlite::types::ValueRef;

use crate::archive::cell::Value;

/// A column's affinity, as far as storing is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::archive) enum Affinity {
    /// Numbers become text.
    Text,
    /// INTEGER and NUMERIC: whole numbers are integers, and text that reads as a number becomes one.
    Integer,
    /// Integers become floating point, and text that reads as a number too.
    Real,
    /// Everything stays as it is.
    Blob,
}

/// What becomes of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stored {
    /// It stays as it is.
    Same,
    /// It is the same number in another form.
    Number(Value),
    /// It would become something else; in words, after the value's column.
    Else(&'static str),
}

impl Affinity {
    /// By SQLite's rules for declared types.
    pub(in crate::archive) fn of(declared: &str, strict: bool) -> Self {
        let declared = declared.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        match () {
            () if strict && declared == "ANY" => Self::Blob,
            () if has(&["INT"]) => Self::Integer,
            () if has(&["CHAR", "CLOB", "TEXT"]) => Self::Text,
            () if has(&["BLOB"]) || declared.is_empty() => Self::Blob,
            () if has(&["REAL", "FLOA", "DOUB"]) => Self::Real,
            () => Self::Integer,
        }
    }

    /// Whether a value stays as it is in a column of this affinity.
    pub(in crate::archive) fn keeps(self, value: ValueRef<'_>) -> bool {
        match (self, value) {
            (Self::Text, ValueRef::Integer(_) | ValueRef::Real(_)) | (Self::Real, ValueRef::Integer(_)) => false,
            (Self::Integer | Self::Real, ValueRef::Text(text)) => !reads_as_number(text),
            (Self::Integer, ValueRef::Real(real)) => whole(real).is_none(),
            (Self::Real, ValueRef::Real(real)) => real != 0.0 || real.is_sign_positive(),
            _ => true,
        }
    }

    /// What becomes of a value in a column of this affinity.
    pub(super) fn store(self, value: &Value) -> Stored {
        match (self, value) {
            (Self::Text, Value::Integer(_) | Value::Real(_)) => {
                Stored::Else("is a number, which a column of text would turn into text")
            }
            (Self::Integer | Self::Real, Value::Text(text)) if reads_as_number(text) => {
                Stored::Else("is text that a column of numbers would turn into a number")
            }
            (Self::Integer, Value::Real(real)) => {
                whole(*real).map_or(Stored::Same, |integer| Stored::Number(Value::Integer(integer)))
            }
            // A whole number is kept as an integer inside, which has one zero.
            (Self::Real, Value::Real(real)) if *real == 0.0 && real.is_sign_negative() => {
                Stored::Number(Value::Real(0.0))
            }
            (Self::Real, Value::Integer(integer)) => real(*integer).map_or(
                Stored::Else("is a whole number with more digits than a column of floating point holds"),
                |real| Stored::Number(Value::Real(real)),
            ),
            _ => Stored::Same,
        }
    }
}

/// The integer that SQLite stores for a real.
fn whole(real: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "a cast that is not exact is found by casting back")]
    let integer = real as i64;
    #[expect(clippy::cast_precision_loss, reason = "the two are compared")]
    let exact = integer as f64 == real;
    (exact && integer > i64::MIN && integer < i64::MAX).then_some(integer)
}

fn real(integer: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a cast that is not exact is found by casting back")]
    let real = integer as f64;
    #[expect(clippy::cast_possible_truncation, reason = "the two are compared")]
    let exact = real as i64 == integer && integer != i64::MAX;
    exact.then_some(real)
}

/// Whether SQLite takes text for a number: digits with perhaps a sign, a point and an exponent, and blanks around them.
fn reads_as_number(text: &[u8]) -> bool {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let Some(start) = text.iter().position(|byte| !is_blank(byte)) else { return false };
    let end = text.iter().rposition(|byte| !is_blank(byte)).map_or(start, |last| last + 1);
    let bare = &text[start..end];
    let only_signs = bare.iter().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte));
    only_signs && str::from_utf8(bare).is_ok_and(|bare| bare.parse::<f64>().is_ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::Connection;
    use rusqlite::types::ToSqlOutput;

    use super::*;

    const DECLARED: [(&str, bool); 13] = [
        ("", false),
        ("INTEGER", false),
        ("BIGINT", false),
        ("CHARINT", false),
        ("VARCHAR(20)", false),
        ("clob", false),
        ("BLOB", false),
        ("DOUBLE PRECISION", false),
        ("FLOATING POINT", false),
        ("DECIMAL(10,2)", false),
        ("DATE", false),
        ("ANY", false),
        ("ANY", true),
    ];

    /// SQLite is the judge.
    fn check(declared: &str, strict: bool, value: &Value) {
        let connection = Connection::open_in_memory().unwrap();
        let options = if strict { "STRICT" } else { "" };
        connection.execute_batch(&format!("CREATE TABLE t (c {declared}) {options}")).unwrap();
        connection.execute("INSERT INTO t VALUES (?1)", [ToSqlOutput::Borrowed(value.as_ref())]).unwrap();
        let kept = |row: &rusqlite::Row<'_>| {
            Ok(match row.get_ref(0)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(integer) => Value::Integer(integer),
                ValueRef::Real(real) => Value::Real(real),
                ValueRef::Text(text) => Value::Text(text.to_vec()),
                ValueRef::Blob(blob) => Value::Blob(blob.to_vec()),
            })
        };
        let kept = connection.query_row("SELECT c FROM t", [], kept).unwrap();
        let same = |left: &Value, right: &Value| format!("{left:?}") == format!("{right:?}");
        let affinity = Affinity::of(declared, strict);
        assert_eq!(affinity.keeps(value.as_ref()), same(&kept, value), "{value:?} in {declared:?} became {kept:?}");
        match affinity.store(value) {
            Stored::Same => assert!(same(&kept, value), "{value:?} in {declared:?} became {kept:?}"),
            Stored::Number(number) => assert!(same(&kept, &number), "{value:?} in {declared:?} became {kept:?}"),
            Stored::Else(_) => assert!(!same(&kept, value), "{value:?} in {declared:?} stayed as it was"),
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let edges = [i64::MIN, i64::MIN + 1, -1, 0, 1, 1 << 53, (1 << 53) + 1, i64::MAX - 1, i64::MAX];
        let reals = [0.0, -0.0, 1.0, -1.5, 1e15, 1e18, 9.2e18, 9.3e18, -9.3e18, 1e300, f64::INFINITY, 5e-324];
        let texts = ["", " ", "1", " 1 ", "\t1.5\n", "1e5", "1e", ".", ".5", "5.", "+1", "--1", "1 2", "0x10", "inf"];
        let more = ["2026-11-22", "1e400", "9223372036854775808", "1_000", "1,5", "-", "e5", "+.5e-3", "\u{a0}1"];
        let texts: Vec<_> = texts.into_iter().chain(more).map(|text| Value::Text(text.into())).collect();
        prop_oneof![
            Just(Value::Null),
            prop::sample::select(edges.to_vec()).prop_map(Value::Integer),
            any::<i64>().prop_map(Value::Integer),
            prop::sample::select(reals.to_vec()).prop_map(Value::Real),
            any::<f64>().prop_filter("SQLite makes NULL of NaN", |real| !real.is_nan()).prop_map(Value::Real),
            prop::sample::select(texts),
            "[-+ 0-9.eE\u{b}a]{0,6}".prop_map(|text| Value::Text(text.into_bytes())),
            prop::collection::vec(any::<u8>(), 0..3).prop_map(Value::Blob),
        ]
    }

    proptest! {
        #[test]
        fn storing_is_foretold_as_sqlite_does_it(declared in prop::sample::select(DECLARED.to_vec()), value in value()) {
            check(declared.0, declared.1, &value);
        }
    }
}
