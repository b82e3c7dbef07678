//! One value, one cell, and back: examples for people, and the law that nothing is lost, whoever chooses the quotes.

use std::fmt::Write as _;

use csv::{QuoteStyle, ReaderBuilder, WriterBuilder};
use expect_test::{Expect, expect};
use omnicraft_host::archive::cell::{Value, decode, encode, is_text_column};
use proptest::prelude::*;

fn encoded(value: &Value, text_column: bool) -> Vec<u8> {
    let mut cell = Vec::new();
    encode(value.as_ref(), text_column, &mut cell);
    cell
}

fn text(text: &str) -> Value {
    Value::Text(text.as_bytes().to_vec())
}

#[track_caller]
fn check(values: &[Value], expected: &Expect) {
    let mut table = String::new();
    for value in values {
        let [in_text, elsewhere] = [true, false].map(|text_column| {
            let cell = encoded(value, text_column);
            assert_eq!(decode(&cell, text_column).as_ref(), Ok(value));
            visible(&String::from_utf8(cell).unwrap())
        });
        let value = match value {
            Value::Text(bytes) => format!("text {}", visible(&String::from_utf8_lossy(bytes))),
            Value::Blob(bytes) => format!("blob {bytes:02X?}"),
            other => format!("{other:?}").to_lowercase(),
        };
        writeln!(table, "{value:<30} | {in_text:<25} | {elsewhere}|").unwrap();
    }
    expected.assert_eq(&table);
}

/// Text on one line.
fn visible(text: &str) -> String {
    let shown =
        |letter: char| if letter.is_control() { letter.escape_default().to_string() } else { letter.to_string() };
    text.chars().map(shown).collect()
}

#[test]
fn nulls_numbers_and_bytes() {
    check(
        &[
            Value::Null,
            Value::Integer(-7),
            Value::Integer(i64::MAX),
            Value::Integer(i64::MIN),
            Value::Real(0.1),
            Value::Real(-0.0),
            Value::Real(3.0),
            Value::Real(1e300),
            Value::Real(5e-324),
            Value::Real(f64::NEG_INFINITY),
            Value::Blob(Vec::new()),
            Value::Blob(vec![0, 0x1F, 0xFF]),
        ],
        &expect![[r#"
            null                           |                           | |
            integer(-7)                    | i'-7'                     | -7|
            integer(9223372036854775807)   | i'9223372036854775807'    | 9223372036854775807|
            integer(-9223372036854775808)  | i'-9223372036854775808'   | -9223372036854775808|
            real(0.1)                      | r'0.1'                    | 0.1|
            real(-0.0)                     | r'-0.0'                   | -0.0|
            real(3.0)                      | r'3.0'                    | 3.0|
            real(1e300)                    | r'1e300'                  | 1e300|
            real(5e-324)                   | r'5e-324'                 | 5e-324|
            real(-inf)                     | r'-inf'                   | -inf|
            blob []                        | x''                       | x''|
            blob [00, 1F, FF]              | x'001FFF'                 | x'001FFF'|
        "#]],
    );
}

#[test]
fn texts() {
    check(
        &[
            text(""),
            text("Bread, 'fresh'"),
            text("=SUM(A1:A9)"),
            text("+49 30 901820"),
            text("-"),
            text("@home"),
            text("\tindented"),
            text("\r\nnext"),
            text("two\nlines"),
            text("'quoted'"),
            text("＝1"),
            text("x'00'"),
            text("t'"),
            text("x-ray"),
            text("7"),
            text("007"),
            text("0"),
            text("123456789012345"),
            text("1234567890123456"),
            text("1.50"),
            text("1e5"),
            text("1.5 kg"),
            text("inf"),
            text("infinite"),
            text("NULL"),
            text("2026-11-22"),
            text("Ä 😀"),
            text("\u{FEFF}mark"),
            text("a\0b"),
            text("\u{1B}[31m"),
            text("next\u{85}line"),
            Value::Text(vec![b'a', 0xFF]),
        ],
        &expect![[r#"
            text                           | '                         | '|
            text Bread, 'fresh'            | Bread, 'fresh'            | Bread, 'fresh'|
            text =SUM(A1:A9)               | '=SUM(A1:A9)              | '=SUM(A1:A9)|
            text +49 30 901820             | '+49 30 901820            | '+49 30 901820|
            text -                         | '-                        | '-|
            text @home                     | '@home                    | '@home|
            text \tindented                | '\tindented               | '\tindented|
            text \r\nnext                  | '\r\nnext                 | '\r\nnext|
            text two\nlines                | two\nlines                | two\nlines|
            text 'quoted'                  | ''quoted'                 | ''quoted'|
            text ＝1                        | '＝1                       | '＝1|
            text x'00'                     | 'x'00'                    | 'x'00'|
            text t'                        | 't'                       | 't'|
            text x-ray                     | x-ray                     | x-ray|
            text 7                         | 7                         | '7|
            text 007                       | '007                      | '007|
            text 0                         | 0                         | '0|
            text 123456789012345           | 123456789012345           | '123456789012345|
            text 1234567890123456          | '1234567890123456         | '1234567890123456|
            text 1.50                      | 1.50                      | '1.50|
            text 1e5                       | 1e5                       | '1e5|
            text 1.5 kg                    | 1.5 kg                    | 1.5 kg|
            text inf                       | inf                       | 'inf|
            text infinite                  | infinite                  | infinite|
            text NULL                      | NULL                      | NULL|
            text 2026-11-22                | 2026-11-22                | 2026-11-22|
            text Ä 😀                       | Ä 😀                       | Ä 😀|
            text ﻿mark                     | t'EFBBBF6D61726B'         | t'EFBBBF6D61726B'|
            text a\u{0}b                   | t'610062'                 | t'610062'|
            text \u{1b}[31m                | t'1B5B33316D'             | t'1B5B33316D'|
            text next\u{85}line            | t'6E657874C2856C696E65'   | t'6E657874C2856C696E65'|
            text a�                        | t'61FF'                   | t'61FF'|
        "#]],
    );
}

#[test]
fn what_only_people_and_spreadsheets_write_is_understood() {
    let check = |cell: &str, in_text: Value, elsewhere: Value| {
        assert_eq!(decode(cell.as_bytes(), true), Ok(in_text), "{cell}");
        assert_eq!(decode(cell.as_bytes(), false), Ok(elsewhere), "{cell}");
    };
    check("1E+20", text("1E+20"), Value::Real(1e20));
    check("1e5", text("1e5"), Value::Real(1e5));
    check("007", text("007"), Value::Integer(7));
    check("+7", text("+7"), text("+7"));
    check("1,5", text("1,5"), text("1,5"));
    check(".5", text(".5"), text(".5"));
    check("5.", text("5."), text("5."));
    check("NaN", text("NaN"), text("NaN"));
    check("x'0a'", Value::Blob(vec![10]), Value::Blob(vec![10]));
    check("t'41'", text("A"), text("A"));
    check("i'7'", Value::Integer(7), Value::Integer(7));
    check("r'7.0'", Value::Real(7.0), Value::Real(7.0));
}

#[test]
fn what_is_wrong_with_a_cell_is_said() {
    let mut said = String::new();
    let long = "9".repeat(100);
    for cell in [
        "9223372036854775808",
        "-9223372036854775809",
        "1e999",
        "x'0",
        "x'0G'",
        "x'00",
        "i'7.5'",
        "i''",
        "r'7'",
        "r'x'",
        &long,
    ] {
        writeln!(said, "{}", decode(cell.as_bytes(), false).unwrap_err()).unwrap();
    }
    expect![[r#"
        `9223372036854775808` is a whole number beyond the range of 64 bits
        `-9223372036854775809` is a whole number beyond the range of 64 bits
        `1e999` is a number beyond the range of 64-bit floating point
        `x'0` has no closing apostrophe after an even number of the digits 0-9 and A-F
        `x'0G'` has no closing apostrophe after an even number of the digits 0-9 and A-F
        `x'00` has no closing apostrophe after an even number of the digits 0-9 and A-F
        `i'7.5'` does not read i'…' with a whole number between the apostrophes
        `i''` does not read i'…' with a whole number between the apostrophes
        `r'7'` does not read r'…' with a number like 1.5 between the apostrophes
        `r'x'` does not read r'…' with a number like 1.5 between the apostrophes
        `9999999999999999999999999999999999999999…` is a whole number beyond the range of 64 bits
    "#]]
    .assert_eq(&said);
}

#[test]
fn the_affinity_of_a_column_is_sqlites() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    for declared in [
        "",
        "TEXT",
        "text",
        "VARCHAR(20)",
        "NATIONAL CHARACTER",
        "CLOB",
        "CHARINT",
        "POINT",
        "TEXTINT",
        "BLOB",
        "REAL",
        "NUMERIC",
        "STRING",
        "DATE",
        "xclobx",
        "FLOATING POINT",
        "DECIMAL(10,2)",
        "BOOLEAN",
        "Ünicode text",
    ] {
        // Only a column of TEXT affinity makes text of a number.
        let sql = format!("CREATE TABLE t (a {declared}); INSERT INTO t VALUES (7)");
        connection.execute_batch(&sql).unwrap();
        let kind: String = connection.query_row("SELECT typeof(a) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(is_text_column(declared), kind == "text", "{declared}");
        connection.execute_batch("DROP TABLE t").unwrap();
    }
}

pub(crate) fn value() -> impl Strategy<Value = Value> {
    let near_the_grammar = "['=+@xtir0-9.eE\\-,\"\r\n\t a-c]{0,20}";
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>().prop_filter("SQLite makes NULL of NaN", |real| !real.is_nan()).prop_map(Value::Real),
        near_the_grammar.prop_map(|text| Value::Text(text.into_bytes())),
        any::<String>().prop_map(|text| Value::Text(text.into_bytes())),
        (any::<i64>()).prop_map(|number| text(&number.to_string())),
        any::<f64>().prop_map(|number| text(&format!("{number:?}"))),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::Text),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::Blob),
    ]
}

fn through_a_csv_file(cells: &[Vec<u8>], quotes: QuoteStyle) -> Vec<Vec<u8>> {
    let mut csv = WriterBuilder::new().quote_style(quotes).from_writer(Vec::new());
    csv.write_record(cells).unwrap();
    let file = csv.into_inner().unwrap();
    let mut records = ReaderBuilder::new().has_headers(false).from_reader(file.as_slice()).into_byte_records();
    let record = records.next().unwrap().unwrap();
    assert!(records.next().is_none());
    record.iter().map(<[u8]>::to_vec).collect()
}

proptest! {
    #[test]
    fn a_cell_gives_back_its_value(value in value(), text_column: bool) {
        let cell = encoded(&value, text_column);
        prop_assert!(std::str::from_utf8(&cell).is_ok());
        let back = decode(&cell, text_column);
        // Equality cannot tell the two zeros apart.
        let sign = |value: &Value| matches!(value, Value::Real(real) if real.is_sign_negative());
        prop_assert_eq!(back.as_ref().map(sign), Ok(sign(&value)));
        prop_assert_eq!(back, Ok(value));
    }

    #[test]
    fn quotes_say_nothing(values in prop::collection::vec((value(), any::<bool>()), 2..6)) {
        for quotes in [QuoteStyle::Necessary, QuoteStyle::Always] {
            let cells: Vec<_> = values.iter().map(|(value, text_column)| encoded(value, *text_column)).collect();
            for (cell, (value, text_column)) in through_a_csv_file(&cells, quotes).iter().zip(&values) {
                let back = decode(cell, *text_column);
                prop_assert_eq!(back.as_ref(), Ok(value));
            }
        }
    }

    #[test]
    fn whatever_a_cell_holds_is_read_or_refused(cell in prop::collection::vec(any::<u8>(), 0..20), text_column: bool) {
        if let Ok(value) = decode(&cell, text_column) {
            // One form for each value: an edited cell that means the same counts as the same.
            prop_assert_eq!(decode(&encoded(&value, text_column), text_column), Ok(value));
        }
    }

    #[test]
    fn no_text_begins_as_a_formula_does(value in value(), text_column: bool) {
        let cell = encoded(&value, text_column);
        let is_number = matches!(value, Value::Integer(_) | Value::Real(_));
        prop_assert!(is_number || !matches!(cell.first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n')));
    }
}
