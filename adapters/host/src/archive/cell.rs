//! One value as one cell of a CSV file, and back, without loss and independent of quoting: a spreadsheet may drop or
//! add quotes when it saves the file again. [`layout`](super::layout) has the grammar for readers in other languages.

use std::io::Write as _;
use std::str;

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
    // Writing to a vector cannot fail.
    let _ = match value {
        ValueRef::Null => Ok(()),
        // SQLite stores it as NULL.
        ValueRef::Real(value) if value.is_nan() => Ok(()),
        ValueRef::Integer(value) if text_column => write!(cell, "i'{value}'"),
        ValueRef::Integer(value) => write!(cell, "{value}"),
        ValueRef::Real(value) if text_column => write!(cell, "r'{value:?}'"),
        // The shortest digits that give the same bits, always with a `.` or an `e`.
        ValueRef::Real(value) => write!(cell, "{value:?}"),
        ValueRef::Blob(bytes) => hex(b'x', bytes, cell),
        ValueRef::Text(bytes) if !is_printable(bytes) => hex(b't', bytes, cell),
        ValueRef::Text(bytes) => {
            if needs_apostrophe(bytes, text_column) {
                cell.push(b'\'');
            }
            cell.write_all(bytes)
        }
    };
}

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
    let ascii_control = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r');
    // U+0080 to U+009F.
    let late_control = |pair: &[u8]| pair[0] == 0xC2 && pair[1] < 0xA0;
    let is_utf8 = text.is_ascii() || str::from_utf8(text).is_ok() && !text.windows(2).any(late_control);
    is_utf8 && !text.iter().any(ascii_control) && !text.starts_with("\u{FEFF}".as_bytes())
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

fn hex(kind: u8, bytes: &[u8], cell: &mut Vec<u8>) -> std::io::Result<()> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    cell.reserve(bytes.len() * 2 + 3);
    cell.extend([kind, b'\'']);
    cell.extend(bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]));
    cell.push(b'\'');
    Ok(())
}

/// The bytes of hex digits that end with an apostrophe.
fn unhex(rest: &[u8]) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, odd) = rest.strip_suffix(b"'")?.as_chunks::<2>();
    if !odd.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// A sentence about a cell, of which the beginning is shown.
fn wrong(cell: &[u8], what: &str) -> String {
    const SHOWN: usize = 40;
    let shown = String::from_utf8_lossy(&cell[..cell.len().min(SHOWN)]);
    let shown = shown.replace(char::is_control, "\u{FFFD}");
    let more = if cell.len() > SHOWN { "…" } else { "" };
    format!("`{shown}{more}` {what}")
}
