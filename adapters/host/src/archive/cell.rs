//! One value as one cell of a CSV file, and back, without loss and independent of quoting: a spreadsheet may drop or
//! add quotes when it saves the file again. [`layout`](super::layout) has the grammar for readers in other languages.

use std::io::Write as _;
use std::{fmt, str};

use rusqlite::types::ValueRef;

/// A value of SQLite's. Text keeps its bytes, which need not be UTF-8.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A 64-bit integer.
    Integer(i64),
    /// A floating-point number; never NaN, which SQLite stores as NULL.
    Real(f64),
    /// Text.
    Text(Vec<u8>),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Value {
    /// The same value, borrowed as SQLite lends it.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(bytes) => ValueRef::Text(bytes),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }
    }
}

/// Whether a column of this declared type has TEXT affinity, by SQLite's rule: a type that says `INT` has INTEGER
/// affinity, whatever else it says.
pub fn is_text_column(declared: &str) -> bool {
    let declared = declared.to_ascii_uppercase();
    !declared.contains("INT") && ["CHAR", "CLOB", "TEXT"].iter().any(|word| declared.contains(word))
}

/// Appends the one cell that stands for a value in a column of TEXT affinity or of another. Each value has one form,
/// so that equal values have equal cells.
pub fn encode(value: ValueRef<'_>, text_column: bool, cell: &mut Vec<u8>) {
    match value {
        ValueRef::Null => {}
        // SQLite stores it as NULL.
        ValueRef::Real(value) if value.is_nan() => {}
        ValueRef::Integer(value) if text_column => print(format_args!("i'{value}'"), cell),
        ValueRef::Integer(value) => decimal(value, cell),
        ValueRef::Real(value) if text_column => print(format_args!("r'{value:?}'"), cell),
        // The shortest digits that give the same bits, always with a `.` or an `e`.
        ValueRef::Real(value) => print(format_args!("{value:?}"), cell),
        ValueRef::Blob(bytes) => hex(b'x', bytes, cell),
        ValueRef::Text(bytes) if !is_printable(bytes) => hex(b't', bytes, cell),
        ValueRef::Text(bytes) => {
            if needs_apostrophe(bytes, text_column) {
                cell.push(b'\'');
            }
            cell.extend_from_slice(bytes);
        }
    }
}

fn print(text: fmt::Arguments<'_>, cell: &mut Vec<u8>) {
    // Writing to a vector cannot fail.
    let _ = cell.write_fmt(text);
}

/// Whether a cell is UTF-8 without control characters, as one look tells that does not tell it of every cell: of those
/// with certain letters of Latin-1 it says no.
pub(super) fn is_plain(cell: &[u8]) -> bool {
    let signs = signs(cell);
    signs & (CONTROL | LATIN) == 0 && (signs & WIDE == 0 || str::from_utf8(cell).is_ok())
}

/// What there is among the bytes of a text.
fn signs(text: &[u8]) -> u8 {
    text.iter().fold(0, |signs, byte| signs | SIGNS[usize::from(*byte)])
}

/// What the bytes of a text are to a cell, all at one look.
const SIGNS: [u8; 256] = {
    let mut signs = [0; 256];
    let mut byte = 0_u8;
    loop {
        signs[byte as usize] = match byte {
            b'\t' | b'\r' | b'\n' => 0,
            0..=0x1F | 0x7F => CONTROL,
            0xC2 => WIDE | LATIN,
            0x80.. => WIDE,
            _ => 0,
        };
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    signs
};
/// A control character that no text file should hold.
const CONTROL: u8 = 1;
/// A part of a letter of several bytes.
const WIDE: u8 = 2;
/// The first byte of U+0080 to U+00BF, among which are control characters.
const LATIN: u8 = 4;

/// The value that a cell, without its quotes, stands for in a column of TEXT affinity or of another. The error says
/// what is wrong with the cell.
pub fn decode(cell: &[u8], text_column: bool) -> Result<Value, String> {
    match cell {
        [] => Ok(Value::Null),
        [b'\'', text @ ..] => Ok(Value::Text(text.to_vec())),
        [b'x', b'\'', rest @ ..] => unhex(rest).map(Value::Blob).ok_or_else(|| wrong(cell, HEX)),
        [b't', b'\'', rest @ ..] => unhex(rest).map(Value::Text).ok_or_else(|| wrong(cell, HEX)),
        [b'i', b'\'', rest @ ..] => match rest.strip_suffix(b"'") {
            Some(digits) if number(digits) == Some(Number::Integer) => integer(digits),
            _ => Err(wrong(cell, "does not read i'…' with a whole number between the apostrophes")),
        },
        [b'r', b'\'', rest @ ..] => match rest.strip_suffix(b"'") {
            Some(digits) if number(digits) == Some(Number::Real) => real(digits),
            _ => Err(wrong(cell, "does not read r'…' with a number like 1.5 between the apostrophes")),
        },
        _ if text_column => Ok(Value::Text(cell.to_vec())),
        // What most numbers are.
        _ if cell.len() < SHORT && cell.iter().all(u8::is_ascii_digit) => Ok(Value::Integer(whole(cell))),
        _ => match number(cell) {
            Some(Number::Integer) => integer(cell),
            Some(Number::Real) => real(cell),
            None => Ok(Value::Text(cell.to_vec())),
        },
    }
}

const HEX: &str = "has no closing apostrophe after an even number of the digits 0-9 and A-F";

/// The digits of a spreadsheet's numbers; it changes those beyond.
const SPREADSHEET_DIGITS: usize = 15;

fn needs_apostrophe(text: &[u8], text_column: bool) -> bool {
    let starts_otherwise = match text {
        // NULL; what spreadsheets take for a formula; the apostrophe itself; the forms with a letter before it.
        [] | [b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n' | b'\'', ..] => true,
        [b'x' | b't' | b'i' | b'r', b'\'', ..] => true,
        // The same signs in full width, which East Asian spreadsheets take for them: = + - @.
        [0xEF, 0xBC, 0x9D | 0x8B | 0x8D | 0xA0, ..] => true,
        _ => false,
    };
    starts_otherwise || changes_in_a_spreadsheet(text) || !text_column && number(text).is_some()
}

fn changes_in_a_spreadsheet(text: &[u8]) -> bool {
    let leading_zero = text.len() > 1 && text[0] == b'0';
    (leading_zero || text.len() > SPREADSHEET_DIGITS) && text.iter().all(u8::is_ascii_digit)
}

/// Whether text survives as it is: UTF-8 without control characters but tab, line feed and carriage return, and
/// without a byte order mark at its start.
fn is_printable(text: &[u8]) -> bool {
    let signs = signs(text);
    // U+0080 to U+009F.
    let late_control = |pair: &[u8]| pair[0] == 0xC2 && pair[1] < 0xA0;
    let is_wide = || str::from_utf8(text).is_ok() && !text.starts_with("\u{FEFF}".as_bytes());
    signs & CONTROL == 0
        && (signs & WIDE == 0 || is_wide())
        && (signs & LATIN == 0 || !text.windows(2).any(late_control))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    Integer,
    Real,
}

/// What kind of number a cell looks like: digits, perhaps a fraction, perhaps an exponent, perhaps infinite.
fn number(cell: &[u8]) -> Option<Number> {
    let cell = cell.strip_prefix(b"-").unwrap_or(cell);
    if cell == b"inf" {
        return Some(Number::Real);
    }
    let rest = after_digits(cell)?;
    if rest.is_empty() {
        return Some(Number::Integer);
    }
    let rest = match rest {
        [b'.', fraction @ ..] => after_digits(fraction)?,
        _ => rest,
    };
    let rest = match rest {
        // Spreadsheets write 1E+20.
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => after_digits(exponent)?,
        _ => rest,
    };
    rest.is_empty().then_some(Number::Real)
}

/// What follows at least one digit.
fn after_digits(cell: &[u8]) -> Option<&[u8]> {
    let digits = cell.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then(|| &cell[digits..])
}

/// Digits of a whole number that is certain to be in range.
const SHORT: usize = 19;

fn whole(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
}

fn integer(digits: &[u8]) -> Result<Value, String> {
    let parsed = str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    parsed.map(Value::Integer).ok_or_else(|| wrong(digits, "is a whole number beyond the range of 64 bits"))
}

fn real(digits: &[u8]) -> Result<Value, String> {
    let parsed = str::from_utf8(digits).ok().and_then(|digits| digits.parse::<f64>().ok());
    // Only `inf` itself is infinite.
    let in_range = parsed.filter(|value| value.is_finite() || digits.ends_with(b"inf"));
    in_range.map(Value::Real).ok_or_else(|| wrong(digits, "is a number beyond the range of 64-bit floating point"))
}

/// The digits of a number, without the machinery of formatting.
fn decimal(value: i64, cell: &mut Vec<u8>) {
    const DIGITS: &[u8; 10] = b"0123456789";
    let mut digits = [0; 20];
    let (mut rest, mut start) = (value.unsigned_abs(), digits.len());
    loop {
        start -= 1;
        digits[start] = DIGITS[usize::try_from(rest % 10).unwrap_or_default()];
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        cell.push(b'-');
    }
    cell.extend_from_slice(&digits[start..]);
}

fn hex(kind: u8, bytes: &[u8], cell: &mut Vec<u8>) {
    cell.reserve(bytes.len() * 2 + 3);
    cell.extend([kind, b'\'']);
    let start = cell.len();
    cell.resize(start + bytes.len() * 2, 0);
    // Arithmetic instead of a table of digits, so that many are made at a time.
    let digit = |value: u8| value + b'0' + if value > 9 { b'A' - b'9' - 1 } else { 0 };
    for (pair, byte) in cell[start..].as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    cell.push(b'\'');
}

/// The bytes of hex digits that end with an apostrophe.
fn unhex(rest: &[u8]) -> Option<Vec<u8>> {
    let (pairs, odd) = rest.strip_suffix(b"'")?.as_chunks::<2>();
    let mut wrong = odd.len();
    let mut digit = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        b'A'..=b'F' => digit - b'A' + 10,
        b'a'..=b'f' => digit - b'a' + 10,
        _ => {
            wrong += 1;
            0
        }
    };
    let bytes = pairs.iter().map(|[high, low]| digit(*high) << 4 | digit(*low)).collect();
    (wrong == 0).then_some(bytes)
}

/// A sentence about a cell, of which the beginning is shown.
fn wrong(cell: &[u8], what: &str) -> String {
    const SHOWN: usize = 40;
    let shown = String::from_utf8_lossy(&cell[..cell.len().min(SHOWN)]);
    let shown = shown.replace(char::is_control, "\u{FFFD}");
    let more = if cell.len() > SHOWN { "…" } else { "" };
    format!("`{shown}{more}` {what}")
}
