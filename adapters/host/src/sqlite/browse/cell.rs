//! A value as a person is shown it: long texts are cut, and of a blob only its size is told.

use rusqlite::types::ValueRef;

/// So many characters of a text are shown.
const SHOWN: usize = 200;

/// A value for people.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing, or the side has no such column.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text, or its beginning.
    Text {
        /// At most 200 characters; what is not UTF-8 became `\u{FFFD}`.
        text: String,
        /// Whether more follows.
        cut: bool,
    },
    /// Bytes that are no text.
    Blob {
        /// How many.
        bytes: u64,
    },
}

impl Cell {
    pub(super) fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Blob(bytes) => Self::Blob { bytes: bytes.len() as u64 },
            ValueRef::Text(bytes) => {
                let whole = String::from_utf8_lossy(head(bytes));
                match whole.char_indices().nth(SHOWN) {
                    Some((end, _)) => Self::Text { text: whole[..end].to_owned(), cut: true },
                    None => Self::Text { text: whole.into_owned(), cut: false },
                }
            }
        }
    }
}

/// As much of a text as must be kept to know what is shown of it, and whether more follows.
pub(super) fn head(text: &[u8]) -> &[u8] {
    /// A character has four bytes at most.
    const MOST: usize = (SHOWN + 1) * 4;
    let start = |byte: &u8| byte & 0b1100_0000 != 0b1000_0000;
    let starts = text.iter().enumerate().filter(|(_, byte)| start(byte));
    let end = starts.map(|(at, _)| at).nth(SHOWN + 1).unwrap_or(text.len());
    &text[..end.min(MOST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], shown: &str, is_cut: bool) {
        let expected = Cell::Text { text: shown.to_owned(), cut: is_cut };
        assert_eq!(Cell::of(ValueRef::Text(bytes)), expected);
        assert_eq!(Cell::of(ValueRef::Text(head(bytes))), expected, "the head says the same");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        check(b"", "", false);
        check("ё🥄".repeat(100).as_bytes(), &"ё🥄".repeat(100), false);
        check("ё🥄".repeat(1000).as_bytes(), &"ё🥄".repeat(100), true);
        check(format!("{}é", "x".repeat(199)).as_bytes(), &format!("{}é", "x".repeat(199)), false);
        check("x".repeat(201).as_bytes(), &"x".repeat(200), true);
    }

    #[test]
    fn what_is_no_utf8_is_shown_and_bounded() {
        check(b"a\xffb", "a\u{fffd}b", false);
        check(&[0x80; 100_000], &"\u{fffd}".repeat(200), true);
        check(&[0xf0; 100_000], &"\u{fffd}".repeat(200), true);
        assert!(head(&[0x80; 100_000]).len() < 1000);
    }
}
