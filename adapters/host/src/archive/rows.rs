//! The rows of one table, read from its CSV file: each value in the form that its column asks for, or a finding with
//! its line and column. The file is unpacked on a thread of its own. Memory holds a few blocks, one batch of about 1 MiB of
//! values, and one record as it is written; so at most a row of SQLite's largest size, twice, for each file that is read.

mod tokens;

use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread;

use super::cell::{self, Value};
use super::container::Container;
use super::findings::Findings;
use super::manifest::TableEntry;
use crate::error::{Result, Stop};
use tokens::{Record, Tokens};

/// A row, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The line of the CSV file on which it begins; the names of the columns are line 1.
    pub line: u64,
    /// Its values, the rowid first where the table has it.
    pub values: Vec<Value>,
}

impl Row {
    /// About how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        let content = |value: &Value| match value {
            Value::Text(bytes) | Value::Blob(bytes) => bytes.len(),
            Value::Null | Value::Integer(_) | Value::Real(_) => 0,
        };
        self.values.iter().map(|value| size_of::<Value>() + content(value)).sum()
    }
}

/// What became of a table since it was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Byte for byte what was exported.
    AsExported,
    /// Something else.
    Edited,
    /// It cannot be read.
    Damaged,
}

/// Where rows go, about a thousand at a time. An error ends the reading.
pub type Sink<'a> = &'a mut dyn FnMut(Vec<Row>) -> Result<()>;

/// Blocks that wait between the two threads.
const BLOCKS: usize = 8;
/// Rows in a batch, unless they are large.
const BATCH: usize = 1000;
const BATCH_BYTES: usize = 1 << 20;
/// Problems after which a file is not read further.
const ENOUGH: u64 = 10_000;

const EDITED: &str = "it was changed after it was exported, probably in a spreadsheet; with --accept-edited it is \
                      taken as it is now, if everything else about it is in order";

/// Reads a table. Without `accept_edited` it must be what was exported. Rows with findings are left out of what the
/// sink gets, and where the findings say that the file is damaged, the rows before that mean nothing.
pub fn read(
    container: &mut Container,
    table: &TableEntry,
    accept_edited: bool,
    findings: &mut Findings,
    sink: Sink<'_>,
) -> Result<()> {
    examine(container, table, accept_edited, findings, sink).map(|_| ())
}

/// The same, and says what became of the table.
pub fn examine(
    container: &mut Container,
    table: &TableEntry,
    accept_edited: bool,
    findings: &mut Findings,
    sink: Sink<'_>,
) -> Result<Content> {
    let mut reader = Reader::new(table);
    let mut problems = Findings::default();
    let Some(digest) = unpack(container, table, findings, &mut |block| reader.push(block, &mut problems, sink))? else {
        return Ok(Content::Damaged);
    };
    let rows = reader.finish(&mut problems, sink)?;
    let content = if digest == table.digest { Content::AsExported } else { Content::Edited };
    let size = container.directory().get(&table.file).map(|entry| entry.size);
    if content == Content::Edited {
        if !accept_edited {
            findings.member(&table.file, EDITED);
        }
    } else if size != Some(table.bytes) {
        findings.member(&table.file, format!("the manifest says that it has {} bytes, which it has not", table.bytes));
    } else if let Some(rows) = rows.filter(|rows| *rows != table.rows) {
        findings.member(&table.file, format!("the manifest says {} rows, and there are {rows}", table.rows));
    }
    findings.append(problems);
    Ok(content)
}

/// Unpacks on one thread and reads on this one. `None` where the findings say that the file is damaged.
fn unpack(
    container: &mut Container,
    table: &TableEntry,
    findings: &mut Findings,
    read: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<Option<String>> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Vec<u8>>(BLOCKS);
        let unpacking = scope.spawn(move || {
            // Nobody receives any more when reading has ended; what ended it is the error to tell.
            let mut hand_on = |block: &[u8]| sender.send(block.to_vec()).map_err(|_| Stop::Cancelled);
            container.read(&table.file, findings, &mut hand_on)
        });
        let read = receiver.iter().try_for_each(|block| read(&block));
        drop(receiver);
        let unpacked = unpacking.join().unwrap_or_else(|panic| resume_unwind(panic));
        read.and(unpacked)
    })
}

/// Reads the rows of one table from bytes that come block by block.
pub struct Reader<'a> {
    table: &'a TableEntry,
    columns: Vec<Column<'a>>,
    tokens: Tokens,
    stage: Stage,
    rows: u64,
    problems: u64,
    batch: Vec<Row>,
    batch_bytes: usize,
}

struct Column<'a> {
    name: &'a str,
    is_text: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Header,
    Rows,
    /// What comes now would be misread.
    GivenUp,
}

impl<'a> Reader<'a> {
    /// A reader of this table's CSV file, from its beginning.
    pub fn new(table: &'a TableEntry) -> Self {
        let rowid = table.rowid.iter().map(|name| Column { name, is_text: false });
        let is_text = cell::is_text_column;
        let others =
            table.columns.iter().map(|column| Column { name: &column.name, is_text: is_text(&column.declared) });
        let columns: Vec<_> = rowid.chain(others).collect();
        let tokens = Tokens::new(columns.len());
        let batch = Vec::new();
        Self { table, columns, tokens, stage: Stage::Header, rows: 0, problems: 0, batch, batch_bytes: 0 }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, mut block: &[u8], findings: &mut Findings, sink: Sink<'_>) -> Result<()> {
        while self.stage != Stage::GivenUp && self.tokens.next(&mut block) {
            self.record(findings, sink)?;
        }
        Ok(())
    }

    /// Ends the file. How many rows it has, unless reading was given up.
    pub fn finish(&mut self, findings: &mut Findings, sink: Sink<'_>) -> Result<Option<u64>> {
        if self.stage != Stage::GivenUp && self.tokens.finish() {
            self.record(findings, sink)?;
        }
        if self.stage == Stage::Header {
            self.problem(findings, 1, None, "the line with the names of the columns is missing".to_owned());
            self.stage = Stage::GivenUp;
        }
        self.flush(sink)?;
        Ok((self.stage == Stage::Rows).then_some(self.rows))
    }

    fn record(&mut self, findings: &mut Findings, sink: Sink<'_>) -> Result<()> {
        if self.tokens.record().is_blank() {
            return Ok(());
        }
        if self.stage == Stage::Header {
            self.stage = if self.header(findings) { Stage::Rows } else { Stage::GivenUp };
            return Ok(());
        }
        self.rows += 1;
        if let Some(row) = self.row(findings) {
            self.batch_bytes += row.size();
            self.batch.push(row);
            self.tokens.let_go();
            if self.batch.len() >= BATCH || self.batch_bytes >= BATCH_BYTES {
                self.flush(sink)?;
            }
        }
        if self.tokens.is_oversized() {
            // Whatever follows is of the same kind: made to fill memory, or text whose quotes are lost.
            self.stage = Stage::GivenUp;
            findings.member(&self.table.file, "it was not read further after a row of that size");
        } else if self.problems >= ENOUGH {
            self.stage = Stage::GivenUp;
            findings.member(&self.table.file, format!("it was not read further after {ENOUGH} problems"));
        }
        Ok(())
    }

    fn flush(&mut self, sink: Sink<'_>) -> Result<()> {
        self.batch_bytes = 0;
        if self.batch.is_empty() { Ok(()) } else { sink(std::mem::take(&mut self.batch)) }
    }

    /// Whether the names of the columns are those of the manifest; if not, no row can be read.
    fn header(&mut self, findings: &mut Findings) -> bool {
        let before = self.problems;
        let record = self.tokens.record();
        let line = record.line;
        let names: Vec<_> = record.kept().map(|cell| cell::decode(cell, true)).collect();
        if let Some((column, text)) = fault(record, &self.columns) {
            self.problem(findings, line, column.as_deref(), text);
        } else if let Some(text) = wrong_count(record, self.columns.len()) {
            let semicolons =
                self.columns.len() > 1 && record.cells == 1 && record.kept().any(|cell| cell.contains(&b';'));
            let hint = "; the cells are separated by semicolons, save it with commas between them";
            self.problem(findings, line, None, format!("{text}{}", if semicolons { hint } else { "" }));
        }
        for (index, name) in names.into_iter().enumerate() {
            let expected = self.columns[index].name;
            let is_same = matches!(&name, Ok(Value::Text(name)) if name == expected.as_bytes());
            if !is_same {
                let there = name.map(|name| said(&name)).unwrap_or_else(|reason| reason);
                self.problem(findings, line, Some(expected), format!("the column is named {there} here"));
            }
        }
        self.problems == before
    }

    fn row(&mut self, findings: &mut Findings) -> Option<Row> {
        let record = self.tokens.record();
        let line = record.line;
        let whole = fault(record, &self.columns).or_else(|| Some((None, wrong_count(record, self.columns.len())?)));
        if let Some((column, text)) = whole {
            self.problem(findings, line, column.as_deref(), text);
            return None;
        }
        let has_rowid = self.table.rowid.is_some();
        let mut values = Vec::with_capacity(self.columns.len());
        let mut wrong = Vec::new();
        for (index, (cell, column)) in record.kept().zip(&self.columns).enumerate() {
            match value(cell, column.is_text, has_rowid && index == 0) {
                Ok(value) => values.push(value),
                Err(text) => wrong.push((column.name, text)),
            }
        }
        let is_whole = wrong.is_empty();
        for (column, text) in wrong {
            self.problem(findings, line, Some(column), text);
        }
        is_whole.then_some(Row { line, values })
    }

    fn problem(&mut self, findings: &mut Findings, line: u64, column: Option<&str>, text: String) {
        self.problems += 1;
        findings.line(&self.table.file, line, column, text);
    }
}

fn value(cell: &[u8], is_text: bool, is_rowid: bool) -> std::result::Result<Value, String> {
    if !cell::is_plain(cell) {
        readable(cell)?;
    }
    let value = cell::decode(cell, is_text)?;
    if is_rowid && !matches!(value, Value::Integer(_)) {
        return Err(format!("{} is no whole number, by which the database numbers this row", said(&value)));
    }
    Ok(value)
}

/// Whether a cell is UTF-8 without control characters, or what is wrong with it.
fn readable(cell: &[u8]) -> std::result::Result<(), String> {
    let text = std::str::from_utf8(cell).map_err(|error| {
        let place = error.valid_up_to() + 1;
        format!("it is not UTF-8 from its byte {place} on; save the file as “CSV UTF-8”")
    })?;
    let is_control = |letter: &char| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r');
    let Some(letter) = text.chars().find(is_control) else { return Ok(()) };
    let code = u32::from(letter);
    Err(format!("it holds the control character U+{code:04X}, which is written as t'…' with all bytes in hex"))
}

fn fault(record: &Record, columns: &[Column<'_>]) -> Option<(Option<String>, String)> {
    let (cell, text) = record.fault?;
    Some((columns.get(cell).map(|column| column.name.to_owned()), text.to_owned()))
}

fn wrong_count(record: &Record, columns: usize) -> Option<String> {
    (record.cells != columns).then(|| format!("there are {} cells, and the table has {columns} columns", record.cells))
}

/// A value as a message shows it.
fn said(value: &Value) -> String {
    const SHOWN: usize = 40;
    match value {
        Value::Null => "an empty cell".to_owned(),
        Value::Integer(value) => format!("`{value}`"),
        Value::Real(value) => format!("`{value:?}`"),
        Value::Text(bytes) => {
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]);
            format!("`{}{}`", text.escape_debug(), if bytes.len() > SHOWN { "…" } else { "" })
        }
        Value::Blob(_) => "a value in hex".to_owned(),
    }
}
