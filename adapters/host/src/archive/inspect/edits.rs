//! Which rows of a table were changed since the export: the short digests that came with it, against those of the rows
//! as they are now. Rows that stayed are matched wherever they stand; what remains was changed, added or removed.

use std::collections::HashMap;

use crate::archive::cell;
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
    cells: Vec<u8>,
    ends: Vec<usize>,
    /// The line and the digest of each row.
    taken: Vec<(u64, Digest)>,
}

impl Digests {
    pub(super) fn of(table: &TableEntry) -> Self {
        let others = table.columns.iter().map(|column| cell::is_text_column(&column.declared));
        let is_text = table.rowid.iter().map(|_| false).chain(others).collect();
        Self { is_text, cells: Vec::new(), ends: Vec::new(), taken: Vec::new() }
    }

    /// Takes the digests of these rows, as long as a spreadsheet can hold them.
    pub(super) fn take(&mut self, rows: &[Row]) {
        if self.taken.len() as u64 > SPREADSHEET_ROWS {
            return;
        }
        for row in rows {
            self.cells.clear();
            self.ends.clear();
            for (value, is_text) in row.values.iter().zip(&self.is_text) {
                cell::encode(value.as_ref(), *is_text, &mut self.cells);
                self.ends.push(self.cells.len());
            }
            let starts = std::iter::once(0).chain(self.ends.iter().copied());
            let cells = starts.zip(&self.ends).map(|(start, end)| &self.cells[start..*end]);
            self.taken.push((row.line, lines::digest(cells)));
        }
    }

    /// Whether these are the digests that came with the table, in their order.
    pub(super) fn are(&self, exported: &[u8]) -> bool {
        let (exported, rest) = exported.as_chunks::<WIDTH>();
        rest.is_empty() && exported.iter().eq(self.taken.iter().map(|(_, digest)| digest))
    }

    /// Lists what was changed since the digests that came with the table.
    pub(super) fn list(&self, member: &str, exported: &[u8], edited: &mut Findings) {
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
        let new: Vec<u64> =
            self.taken.iter().filter(|(_, digest)| !is_known(digest, &mut left)).map(|(line, _)| *line).collect();
        let gone: usize = left.values().sum();
        for line in new.iter().take(gone) {
            edited.line(member, *line, None, "this row was changed since the export");
        }
        for line in new.iter().skip(gone) {
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
}
