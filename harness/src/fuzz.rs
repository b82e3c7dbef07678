//! What must hold for any bytes whatever, where an archive is read: no panic, no endless work, and the laws below. The
//! fuzzer in `harness/fuzz` and an ordinary test both go through these. Each says whether the bytes were accepted, so
//! that a corpus can be seen to reach what it is for.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use omnicraft_host::archive::cell;
use omnicraft_host::archive::container::{self, Container};
use omnicraft_host::archive::findings::Findings;
use omnicraft_host::archive::inspect;
use omnicraft_host::archive::manifest::{ColumnEntry, TableEntry};
use omnicraft_host::archive::rows::{Reader, Row};
use omnicraft_host::ports::filesystem::OldFile;

/// An archive. What is accepted as it was exported has no edited rows, and is accepted as an edited one too.
pub fn zip(bytes: &[u8]) -> bool {
    let Some(report) = read(bytes, false) else { return false };
    let edited = read(bytes, true).unwrap();
    assert!(report.edited.is_empty(), "nothing counts as edited where that is not accepted");
    let accepted = report.findings.is_empty();
    if accepted {
        assert!(edited.findings.is_empty() && edited.edited.is_empty(), "the same archive, and more is accepted");
    }
    accepted
}

fn read(bytes: &[u8], accept_edited: bool) -> Option<inspect::Report> {
    let file = Box::new(InMemory(Cursor::new(bytes.to_vec())));
    let mut container = match Container::over(file, Path::new("archive.zip")).unwrap() {
        Ok(container) => container,
        Err(findings) => {
            assert!(!findings.is_empty(), "a refusal says why");
            return None;
        }
    };
    // Deflate makes nothing smaller than by 1032.
    let most = bytes.len() as u64 * 1032;
    let report = inspect::read(&mut container, accept_edited, &mut |done, total| {
        assert!(done <= total && total <= most, "{done} of {total} bytes of {}", bytes.len());
        Ok(())
    });
    Some(report.unwrap())
}

/// A manifest. What is accepted is written again as a manifest that says the same.
pub fn manifest(bytes: &[u8]) -> bool {
    let Ok(manifest) = container::parse(bytes) else { return false };
    let again = serde_json::to_vec(&manifest).unwrap();
    assert_eq!(container::parse(&again).unwrap(), manifest);
    true
}

/// The CSV file of a table with a column of each kind. Rows that are accepted are written again as a file that gives
/// the same rows, whatever blocks it comes in.
pub fn csv(bytes: &[u8]) -> bool {
    let (rows, findings) = table(bytes, bytes.len().max(1));
    assert_eq!((&rows, &findings), (&table(bytes, 3).0, &table(bytes, 3).1), "blocks make no difference");
    let (again, none) = table(&written(&rows), 4096);
    assert!(none.is_empty(), "what was accepted is accepted again: {none:?}");
    // Compared in the form of cells, in which no two values are one.
    let cells = |rows: &[Row]| rows.iter().map(encoded).collect::<Vec<_>>();
    assert_eq!(cells(&rows), cells(&again));
    findings.is_empty()
}

const COLUMNS: [(&str, &str); 5] =
    [("text", "VARCHAR(10)"), ("number", "INTEGER"), ("real", "REAL"), ("blob", "BLOB"), ("any", "")];

fn table(bytes: &[u8], block: usize) -> (Vec<Row>, Findings) {
    let column = |(name, declared): (&str, &str)| ColumnEntry { name: name.to_owned(), declared: declared.to_owned() };
    let table = TableEntry {
        name: "any".to_owned(),
        file: "0001_any.csv".to_owned(),
        lines: None,
        rows: 0,
        bytes: 0,
        digest: String::new(),
        rowid: Some("rowid".to_owned()),
        columns: COLUMNS.into_iter().map(column).collect(),
    };
    let (mut reader, mut findings, mut rows) = (Reader::new(&table), Findings::default(), Vec::new());
    let mut sink = |batch: Vec<Row>| {
        rows.extend(batch);
        Ok(())
    };
    for block in bytes.chunks(block) {
        reader.push(block, &mut findings, &mut sink).unwrap();
    }
    reader.finish(&mut findings, &mut sink).unwrap();
    (rows, findings)
}

fn encoded(row: &Row) -> Vec<Vec<u8>> {
    let is_text = std::iter::once("INTEGER").chain(COLUMNS.map(|(_, declared)| declared)).map(cell::is_text_column);
    let cells = row.values.iter().zip(is_text).map(|(value, is_text)| {
        let mut cell = Vec::new();
        cell::encode(value.as_ref(), is_text, &mut cell);
        cell
    });
    cells.collect()
}

/// Every cell in quotes.
fn written(rows: &[Row]) -> Vec<u8> {
    let mut csv = b"rowid,text,number,real,blob,any\r\n".to_vec();
    for row in rows {
        for (index, cell) in encoded(row).iter().enumerate() {
            csv.extend(if index == 0 { b"\"".as_slice() } else { b",\"" });
            csv.extend(
                cell.iter().flat_map(|byte| if *byte == b'"' { &b"\"\""[..] } else { std::slice::from_ref(byte) }),
            );
            csv.push(b'"');
        }
        csv.extend(b"\r\n");
    }
    csv
}

struct InMemory(Cursor<Vec<u8>>);

impl Read for InMemory {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Seek for InMemory {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

impl OldFile for InMemory {}
