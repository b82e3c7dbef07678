//! Which rows of a table were changed since the export: the short digests that came with it, against those of the rows
//! as they are now. Rows that stayed are matched wherever they stand; what remains was changed, added or removed.

use std::collections::HashMap;

use crate::archive::cell::{self, Value};
use crate::archive::findings::Findings;
use crate::archive::layout::SPREADSHEET_ROWS;
use crate::archive::lines::{self, WIDTH};
use crate::archive::manifest::TableEntry;
use crate::archive::rows::Row;

type Digest = [u8; WIDTH];

/// Takes the digests of rows.
pub(super) struct Digests {
    /// Whether each column has TEXT affinity.
    is_text: Vec<bool>,
    /// The cells of one row, as their digest is taken.
    cells: Vec<u8>,
    /// What each column counts.
    counts: Vec<Counts>,
    taken: Vec<Taken>,
}

/// A row.
struct Taken {
    line: u64,
    digest: Digest,
    /// The first column that holds no number although numbers belong there.
    strange: Option<u16>,
}

/// What the name of a column's type says that belongs into it. SQLite stores anything; a spreadsheet that writes
/// `2370,50` would make text of a price, and every sum wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    Whole,
    Fractions,
    Anything,
}

impl Counts {
    fn of(declared: &str) -> Self {
        let declared = declared.to_ascii_uppercase();
        let says = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        match () {
            () if says(&["INT"]) => Self::Whole,
            () if says(&["REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL"]) => Self::Fractions,
            () => Self::Anything,
        }
    }

    fn is_strange(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Whole | Self::Fractions, Value::Text(_)) => true,
            // SQLite makes a whole number of 1.0, as some spreadsheets write it.
            (Self::Whole, Value::Real(real)) => real.fract() != 0.0,
            _ => false,
        }
    }

    const fn problem(self) -> &'static str {
        match self {
            Self::Whole => "whole numbers belong here, and this row was changed to hold something else",
            Self::Fractions | Self::Anything => "numbers belong here, and this row was changed to hold something else",
        }
    }
}

impl Digests {
    pub(super) fn of(table: &TableEntry) -> Self {
        let others = table.columns.iter().map(|column| cell::is_text_column(&column.declared));
        let is_text = table.rowid.iter().map(|_| false).chain(others).collect();
        let counts = table.columns.iter().map(|column| Counts::of(&column.declared));
        let counts = table.rowid.iter().map(|_| Counts::Whole).chain(counts).collect();
        // Growing by doubling would take twice the memory, for a moment three times.
        let rows = table.lines.as_ref().map_or(0, |_| table.rows.min(SPREADSHEET_ROWS));
        let taken = Vec::with_capacity(usize::try_from(rows).unwrap_or_default());
        Self { is_text, cells: Vec::new(), counts, taken }
    }

    /// Takes the digests of these rows, as long as a spreadsheet can hold them.
    pub(super) fn take(&mut self, rows: &[Row]) {
        if self.taken.len() as u64 > SPREADSHEET_ROWS {
            return;
        }
        for row in rows {
            self.cells.clear();
            for (value, is_text) in row.values.iter().zip(&self.is_text) {
                lines::push(value.as_ref(), *is_text, &mut self.cells);
            }
            let strange = row.values.iter().zip(&self.counts).position(|(value, counts)| counts.is_strange(value));
            let strange = strange.and_then(|column| u16::try_from(column).ok());
            self.taken.push(Taken { line: row.line, digest: lines::digest_of(&self.cells), strange });
        }
    }

    /// Whether these are the digests that came with the table, in their order.
    pub(super) fn are(&self, exported: &[u8]) -> bool {
        let (exported, rest) = exported.as_chunks::<WIDTH>();
        rest.is_empty() && exported.iter().eq(self.taken.iter().map(|row| &row.digest))
    }

    /// Lists what was changed since the digests that came with the table, and what is wrong with it.
    pub(super) fn list(&self, table: &TableEntry, exported: &[u8], edited: &mut Findings, findings: &mut Findings) {
        let member = table.file.as_str();
        if self.taken.len() as u64 > SPREADSHEET_ROWS {
            edited.member(member, "this table was changed; it is too large to say where");
            return;
        }
        let (exported_rows, _) = exported.as_chunks::<WIDTH>();
        let mut left: HashMap<Digest, usize> = HashMap::new();
        for digest in exported_rows {
            *left.entry(*digest).or_default() += 1;
        }
        let is_known = |digest: &Digest, left: &mut HashMap<Digest, usize>| match left.get_mut(digest) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        };
        let new: Vec<&Taken> = self.taken.iter().filter(|row| !is_known(&row.digest, &mut left)).collect();
        for row in &new {
            self.judge(table, row, findings);
        }
        let gone: usize = left.values().sum();
        for Taken { line, .. } in new.iter().take(gone) {
            edited.line(member, *line, None, "this row was changed since the export");
        }
        for Taken { line, .. } in new.iter().skip(gone) {
            edited.line(member, *line, None, "this row was added since the export");
        }
        match gone.saturating_sub(new.len()) {
            0 if new.is_empty() && self.are(exported) => {
                edited.member(member, "it was saved again since the export; no value was changed");
            }
            0 if new.is_empty() => {
                edited.member(member, "its rows were brought into another order since the export; none was changed");
            }
            0 => {}
            1 => edited.member(member, "one row of the export is missing here"),
            missing => edited.member(member, format!("{missing} rows of the export are missing here")),
        }
    }

    fn judge(&self, table: &TableEntry, row: &Taken, findings: &mut Findings) {
        let Some(column) = row.strange.map(usize::from) else { return };
        let before = usize::from(table.rowid.is_some());
        let name = column.checked_sub(before).and_then(|column| table.columns.get(column)).map(|known| &known.name);
        let name = name.map(String::as_str).or(table.rowid.as_deref());
        findings.line(&table.file, row.line, name, self.counts[column].problem());
    }
}
