//! RFC 4180, taken at its word: bytes go in, block by block, and records come out, each with the line on which it
//! begins. What other readers guess at (a quote in the middle of a cell, text behind a closing quote, a lone carriage
//! return) is named as a fault.

/// Bytes of SQLite's largest row; one in hex takes twice as many here.
const LARGEST: usize = 1_000_000_000;
/// Signs around a value that are not part of it: `x'…'` with two digits for a byte.
const AROUND: usize = 3;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One record. Of a record with a fault the cells are what most readers would make of it.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The line on which it begins, counted from 1.
    pub(super) line: u64,
    /// How many cells it has; no more are kept than were asked for.
    pub(super) cells: usize,
    /// The first cell that is not as it should be, from 0, and why.
    pub(super) fault: Option<(usize, &'static str)>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Bytes that the values of its first cells have at least, and how many cells these are; only counted where that
    /// may be too much.
    content: (usize, usize),
    is_quoted: bool,
    is_oversized: bool,
}

impl Record {
    /// The cells that were kept, without their quotes.
    pub(super) fn kept(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }

    /// Whether its line is empty.
    pub(super) const fn is_blank(&self) -> bool {
        self.cells == 1 && self.bytes.is_empty() && !self.is_quoted && self.fault.is_none()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// At the beginning of a record.
    Record,
    /// At the beginning of a cell that is not the first.
    Cell,
    /// In a cell without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// Behind a quote between quotes: the end, or the first of two.
    Quote,
    /// Behind a carriage return that should end the record.
    Return,
}

/// Takes bytes apart into records.
pub(super) struct Tokens {
    record: Record,
    state: State,
    line: u64,
    /// How much of a byte order mark has been seen; its whole length once it cannot come any more.
    mark: usize,
    keep: usize,
    /// Bytes that the values of a record may have.
    largest: usize,
}

impl Tokens {
    /// Keeps as many cells of a record.
    pub(super) fn new(keep: usize) -> Self {
        Self { record: Record::default(), state: State::Record, line: 1, mark: 0, keep, largest: LARGEST }
    }

    /// The record that is complete.
    pub(super) const fn record(&self) -> &Record {
        &self.record
    }

    /// Whether the record that is complete is larger than a row can be.
    pub(super) const fn is_oversized(&self) -> bool {
        self.record.is_oversized
    }

    /// Gives back the memory of a large record, whose cells are needed no more.
    pub(super) fn let_go(&mut self) {
        if self.record.bytes.capacity() > SHRUNK {
            self.record.bytes = Vec::new();
            self.record.ends.clear();
        }
    }

    /// Takes bytes from the front until a record is complete (`true`) or none are left (`false`).
    pub(super) fn next(&mut self, rest: &mut &[u8]) -> bool {
        while self.mark < BYTE_ORDER_MARK.len() {
            let Some(first) = rest.first() else { return false };
            if *first == BYTE_ORDER_MARK[self.mark] {
                *rest = &rest[1..];
                self.mark += 1;
            } else {
                let seen = &BYTE_ORDER_MARK[..self.mark];
                self.mark = BYTE_ORDER_MARK.len();
                // The beginning of something else; it holds no end of a record.
                self.take(&mut &seen[..]);
            }
        }
        self.take(rest)
    }

    /// Ends the input. Whether that completes a record.
    pub(super) fn finish(&mut self) -> bool {
        match self.state {
            State::Record => return false,
            State::Quoted => self.fault("a quote is opened and never closed: the file ends inside a cell"),
            State::Return => self.fault(LONE_RETURN),
            State::Cell | State::Plain | State::Quote => {}
        }
        self.end_record();
        true
    }

    fn take(&mut self, rest: &mut &[u8]) -> bool {
        while let Some(&byte) = rest.first() {
            match self.state {
                State::Quoted => {
                    *rest = self.quoted(rest);
                    continue;
                }
                State::Record => {
                    self.begin_record();
                    self.state = State::Cell;
                }
                State::Return if byte != b'\n' => {
                    // The byte begins something new, as if the line had ended.
                    self.fault(LONE_RETURN);
                    self.end_record();
                    return true;
                }
                State::Cell | State::Plain | State::Quote | State::Return => {}
            }
            if matches!(self.state, State::Cell | State::Plain) && (byte == b',' || !is_special(byte)) {
                *rest = self.plain(rest);
                continue;
            }
            *rest = &rest[1..];
            if self.step(byte) {
                return true;
            }
        }
        false
    }

    /// One byte with a meaning, or behind a quote. Whether it completes a record.
    fn step(&mut self, byte: u8) -> bool {
        match (self.state, byte) {
            (_, b',') => {
                self.end_cell();
                self.state = State::Cell;
            }
            (_, b'\r') => self.state = State::Return,
            (_, b'\n') => {
                self.line += 1;
                self.end_record();
                return true;
            }
            (State::Cell, b'"') => {
                self.record.is_quoted = true;
                self.state = State::Quoted;
            }
            (State::Quote, b'"') => {
                self.keep(b"\"");
                self.state = State::Quoted;
            }
            (State::Quote, _) => {
                self.fault("there is text behind the quote that closes the cell");
                self.keep(&[byte]);
                self.state = State::Plain;
            }
            // Only a quote is left.
            _ => {
                self.fault("a quote stands in a cell that is not in quotes");
                self.keep(b"\"");
            }
        }
        false
    }

    /// Cells without quotes, with the commas behind them, up to the next other byte with a meaning.
    fn plain<'b>(&mut self, mut bytes: &'b [u8]) -> &'b [u8] {
        loop {
            let end = bytes.iter().position(|byte| is_special(*byte)).unwrap_or(bytes.len());
            let (text, rest) = bytes.split_at(end);
            if !text.is_empty() {
                self.keep(text);
                self.state = State::Plain;
            }
            let Some((b',', behind)) = rest.split_first() else { return rest };
            self.end_cell();
            self.state = State::Cell;
            bytes = behind;
        }
    }

    /// Everything up to the next quote, which is taken too.
    fn quoted<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let end = bytes.iter().position(|byte| *byte == b'"').unwrap_or(bytes.len());
        let (text, rest) = bytes.split_at(end);
        self.line += text.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.keep(text);
        let Some((_, rest)) = rest.split_first() else { return rest };
        self.state = State::Quote;
        rest
    }

    fn keep(&mut self, text: &[u8]) {
        if self.record.is_oversized {
            return;
        }
        if self.record.bytes.len() + text.len() > self.largest && self.content(text) > self.largest {
            self.record.is_oversized = true;
            self.fault("the row is larger than any that a database can hold");
        } else if self.record.ends.len() < self.keep {
            self.record.bytes.extend_from_slice(text);
        }
    }

    /// Bytes that the values have at least, when the cell under way has got these too.
    fn content(&mut self, more: &[u8]) -> usize {
        let Record { bytes, ends, content: (content, counted), .. } = &mut self.record;
        let mut start = counted.checked_sub(1).map_or(0, |last| ends[last]);
        for end in &ends[*counted..] {
            *content += at_least(&bytes[start..*end], &[]);
            start = *end;
        }
        *counted = ends.len();
        *content + at_least(bytes.get(start..).unwrap_or_default(), more)
    }

    fn begin_record(&mut self) {
        let Record { bytes, ends, .. } = &mut self.record;
        bytes.clear();
        ends.clear();
        // One large row must not hold its memory for all that follow.
        bytes.shrink_to(SHRUNK);
        self.record.cells = 0;
        self.record.fault = None;
        self.record.content = (0, 0);
        self.record.is_quoted = false;
        self.record.is_oversized = false;
        self.record.line = self.line;
    }

    fn end_cell(&mut self) {
        if self.record.ends.len() < self.keep {
            self.record.ends.push(self.record.bytes.len());
        }
        self.record.cells += 1;
    }

    fn end_record(&mut self) {
        self.end_cell();
        self.state = State::Record;
    }

    fn fault(&mut self, text: &'static str) {
        let cell = self.record.cells;
        self.record.fault.get_or_insert((cell, text));
    }
}

/// Bytes that the value of a cell in two parts has at least.
fn at_least(cell: &[u8], more: &[u8]) -> usize {
    let written = (cell.len() + more.len()).saturating_sub(AROUND);
    let mut signs = cell.iter().chain(more).take(2);
    let is_hex = matches!(signs.next(), Some(b'x' | b't')) && signs.next() == Some(&b'\'');
    if is_hex { written / 2 } else { written }
}

const LONE_RETURN: &str = "a carriage return stands outside quotes, and no line feed follows it";
const SHRUNK: usize = 1 << 20;

const fn is_special(byte: u8) -> bool {
    SPECIAL[byte as usize]
}

const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    special[b',' as usize] = true;
    special[b'"' as usize] = true;
    special[b'\r' as usize] = true;
    special[b'\n' as usize] = true;
    special
};

#[cfg(test)]
mod tests {
    use super::Tokens;

    /// Text in, records out, whatever the size of the blocks: the line, then the cells, then the fault.
    fn check(text: &str, expected: &[&str]) {
        for size in [1, 2, 3, 7, text.len().max(1)] {
            let mut tokens = Tokens::new(3);
            let mut records = Vec::new();
            for mut block in text.as_bytes().chunks(size) {
                while tokens.next(&mut block) {
                    records.push(shown(&tokens));
                }
            }
            if tokens.finish() {
                records.push(shown(&tokens));
            }
            assert_eq!(records, expected, "{text:?} in blocks of {size}");
        }
    }

    fn shown(tokens: &Tokens) -> String {
        let record = tokens.record();
        let cells: Vec<_> = record.kept().map(String::from_utf8_lossy).collect();
        let more = if record.cells > 3 { format!(" of {}", record.cells) } else { String::new() };
        let fault = record.fault.map(|(cell, text)| format!(" !{cell} {text}")).unwrap_or_default();
        format!("{} {}{more}{fault}", record.line, cells.join("|"))
    }

    #[test]
    fn quotes_lines_and_marks_are_read() {
        check("\u{FEFF}a,b\r\n1,\"x,\"\"y\"\"\r\nz\"\n2,\n", &["1 a|b", "2 1|x,\"y\"\r\nz", "4 2|"]);
        check("a\n\nb", &["1 a", "2 ", "3 b"]);
        check("a,b,c,d,e\n", &["1 a|b|c of 5"]);
        check("", &[]);
        check("\"\"\n", &["1 "]);
        check("\u{FEFF}\u{FEFF}a\n", &["1 \u{FEFF}a"]);
        check("é,ï\n", &["1 é|ï"]);
        check("\u{FEC0}\n", &["1 \u{FEC0}"]);
    }

    /// An archive of 7 MB took 1.4 GB of memory: cells of two gigabytes were kept, which no database can hold.
    #[test]
    fn more_than_a_database_can_hold_is_not_kept() {
        let kept = |text: &str| {
            let mut tokens = Tokens { largest: 10, ..Tokens::new(2) };
            assert!(tokens.next(&mut text.as_bytes()));
            (tokens.is_oversized(), tokens.record().bytes.len())
        };
        assert_eq!(kept("0123456789,x''\n"), (false, 13));
        assert_eq!(kept("x'00112233445566778899'\n"), (false, 23));
        assert!(kept("x'00112233445566778899aabb'\n").0);
        assert_eq!(kept(&format!("a,\"{}\"\n", "b\"\"".repeat(1000))), (true, 14));
    }

    #[test]
    fn what_others_guess_at_is_a_fault() {
        check("a\"b,c\n", &["1 a\"b|c !0 a quote stands in a cell that is not in quotes"]);
        check("a,\"b\"c\n", &["1 a|bc !1 there is text behind the quote that closes the cell"]);
        check("a\rb\n", &["1 a !0 a carriage return stands outside quotes, and no line feed follows it", "1 b"]);
        check("a,\"b\n", &["1 a|b\n !1 a quote is opened and never closed: the file ends inside a cell"]);
    }
}
