//! Rows remembered in few bytes: a list of entries of any length that has a limit, and any place of which is found at
//! once; and the encoding of the values in an entry.

use rusqlite::types::ValueRef;

use super::cell::{Cell, head};

/// The place of every so many entries is remembered.
const STRIDE: usize = 32;

/// Entries one behind the other, each after its length.
///
/// **Invariant:** it takes no more bytes than its room, and holds every entry that was pushed before the first that did
/// not fit.
#[derive(Debug, Default)]
pub(super) struct Packed {
    bytes: Vec<u8>,
    starts: Vec<u32>,
    entries: usize,
    room: usize,
    is_full: bool,
}

impl Packed {
    pub(super) const fn within(room: usize) -> Self {
        Self { bytes: Vec::new(), starts: Vec::new(), entries: 0, room, is_full: false }
    }

    /// How many entries it holds.
    pub(super) const fn len(&self) -> usize {
        self.entries
    }

    /// Adds an entry, unless it is full.
    pub(super) fn push(&mut self, entry: &[u8]) {
        let mut length = Vec::new();
        put_number(&mut length, entry.len() as u64);
        let taken = self.bytes.len() + (self.starts.len() + 1) * size_of::<u32>();
        let start = u32::try_from(self.bytes.len());
        let (Ok(start), false) = (start, self.is_full || taken + length.len() + entry.len() > self.room) else {
            self.is_full = true;
            return;
        };
        if self.entries.is_multiple_of(STRIDE) {
            self.starts.push(start);
        }
        self.grow(length.len() + entry.len());
        self.bytes.extend_from_slice(&length);
        self.bytes.extend_from_slice(entry);
        self.entries += 1;
    }

    /// Doubles as a vector does, but never beyond the room.
    fn grow(&mut self, by: usize) {
        if self.bytes.capacity() - self.bytes.len() < by {
            let more = self.bytes.len().max(4096).min(self.room - self.bytes.len());
            self.bytes.reserve_exact(more.max(by));
        }
    }

    /// The entries from one of them on.
    pub(super) fn from(&self, first: usize) -> impl Iterator<Item = &[u8]> {
        let start = self.starts.get(first / STRIDE).map(|start| *start as usize);
        let mut rest = start.and_then(|start| self.bytes.get(start..)).unwrap_or_default();
        std::iter::from_fn(move || {
            let length = number(&mut rest)?;
            take(&mut rest, usize::try_from(length).ok()?)
        })
        .skip(first % STRIDE)
    }
}

/// A value as it was put.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Held<'a> {
    /// The value itself, or as much of a text as is shown.
    Value(ValueRef<'a>),
    /// The size of a blob.
    BlobOf(u64),
}

const NULL: u8 = 0;
// 1 to 8: an integer of so many bytes, the highest first.
const REAL: u8 = 9;
const TEXT: u8 = 10;
const BLOB: u8 = 11;
const BLOB_OF: u8 = 12;

/// Appends a value in full.
pub(super) fn put(entry: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => entry.push(NULL),
        ValueRef::Integer(number) => {
            // The fewest that still say its sign.
            let length = (1_u8..8).find(|length| matches!(number >> (8 * length - 1), 0 | -1)).unwrap_or(8);
            entry.push(length);
            entry.extend_from_slice(&number.to_be_bytes()[8 - usize::from(length)..]);
        }
        ValueRef::Real(number) => {
            entry.push(REAL);
            entry.extend_from_slice(&number.to_bits().to_be_bytes());
        }
        ValueRef::Text(bytes) => put_bytes(entry, TEXT, bytes),
        ValueRef::Blob(bytes) => put_bytes(entry, BLOB, bytes),
    }
}

/// Appends as much of a value as is ever shown.
pub(super) fn put_shown(entry: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Text(bytes) => put_bytes(entry, TEXT, head(bytes)),
        ValueRef::Blob(bytes) => {
            entry.push(BLOB_OF);
            put_number(entry, bytes.len() as u64);
        }
        value @ (ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_)) => put(entry, value),
    }
}

/// The values of an entry.
pub(super) fn values(mut entry: &[u8]) -> impl Iterator<Item = Held<'_>> {
    std::iter::from_fn(move || {
        let [tag] = *take(&mut entry, 1)? else { return None };
        Some(match tag {
            NULL => Held::Value(ValueRef::Null),
            REAL => {
                let bits = take(&mut entry, 8)?.try_into().ok()?;
                Held::Value(ValueRef::Real(f64::from_bits(u64::from_be_bytes(bits))))
            }
            TEXT => Held::Value(ValueRef::Text(bytes(&mut entry)?)),
            BLOB => Held::Value(ValueRef::Blob(bytes(&mut entry)?)),
            BLOB_OF => Held::BlobOf(number(&mut entry)?),
            length => Held::Value(ValueRef::Integer(integer(take(&mut entry, usize::from(length))?))),
        })
    })
}

impl Held<'_> {
    /// As a person is shown it.
    pub(super) fn cell(self) -> Cell {
        match self {
            Self::Value(value) => Cell::of(value),
            Self::BlobOf(bytes) => Cell::Blob { bytes },
        }
    }
}

fn put_bytes(entry: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    entry.push(tag);
    put_number(entry, bytes.len() as u64);
    entry.extend_from_slice(bytes);
}

/// Seven bits a byte, the lowest first.
fn put_number(entry: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            entry.push(low);
            return;
        }
        entry.push(low | 0x80);
    }
}

fn number(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = *take(from, 1)? else { return None };
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(from)?;
    take(from, usize::try_from(length).ok()?)
}

fn integer(bytes: &[u8]) -> i64 {
    let sign = bytes.first().map_or(0, |first| i64::from(first.cast_signed()) >> 7);
    bytes.iter().fold(sign, |number, byte| (number << 8) | i64::from(*byte))
}

fn take<'a>(from: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::types::Value;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let edges = [i64::MIN, -32_769, -32_768, -129, -128, -1, 0, 1, 127, 128, 255, 256, 32_767, 32_768, i64::MAX];
        prop_oneof![
            Just(Value::Null),
            prop::sample::select(edges.to_vec()).prop_map(Value::Integer),
            any::<i64>().prop_map(Value::Integer),
            any::<f64>().prop_filter("NaN is not equal to itself", |real| !real.is_nan()).prop_map(Value::Real),
            ".{0,300}".prop_map(Value::Text),
            prop::collection::vec(any::<u8>(), 0..300).prop_map(Value::Blob),
        ]
    }

    proptest! {
        #[test]
        fn values_come_back_as_they_were_put(row in prop::collection::vec(value(), 0..5)) {
            let (mut full, mut shown) = (Vec::new(), Vec::new());
            for value in &row {
                put(&mut full, value.into());
                put_shown(&mut shown, value.into());
            }
            let expected: Vec<_> = row.iter().map(|value| Held::Value(value.into())).collect();
            prop_assert_eq!(values(&full).collect::<Vec<_>>(), expected);
            let expected: Vec<_> = row.iter().map(|value| Cell::of(value.into())).collect();
            prop_assert_eq!(values(&shown).map(Held::cell).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn small_integers_take_few_bytes() {
        for (number, length) in [(0, 2), (-1, 2), (127, 2), (128, 3), (-128, 2), (1_000_000, 4), (i64::MAX, 9)] {
            let mut entry = Vec::new();
            put(&mut entry, ValueRef::Integer(number));
            assert_eq!(entry.len(), length, "{number}");
        }
    }

    #[test]
    fn every_entry_is_found_and_the_room_is_kept() {
        let entry = |at: usize| vec![0xab; at % 200];
        let mut list = Packed::within(10_000);
        let pushed = (0..1000).take_while(|at| {
            list.push(&entry(*at));
            list.len() > *at
        });
        let held = pushed.count();
        assert!((135..142).contains(&held), "{held}");
        list.push(&[]);
        assert_eq!(list.len(), held, "nothing follows what did not fit");
        assert!(list.bytes.capacity() <= 10_000);
        for first in 0..held + 40 {
            let expected: Vec<_> = (first..held).map(entry).collect();
            assert_eq!(list.from(first).collect::<Vec<_>>(), expected, "from {first}");
        }
    }
}
