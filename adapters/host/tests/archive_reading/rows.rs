//! The rows of a table: what is read, and what is refused with its line and column.

use omnicraft_host::archive::findings::Findings;
use omnicraft_host::archive::manifest::TableEntry;
use omnicraft_host::archive::rows::{self, Reader, Row};
use omnicraft_host::error::{Result, Stop};
use proptest::prelude::*;

use crate::support::{content, csv_files, csv_manifest, open, shown, stored, table, told};

/// The table of these tests: a number, a text, an amount.
fn sales(csv: &str) -> TableEntry {
    table("sales", 1, csv, 1, Some("rowid"), &[("what", "TEXT"), ("amount", "REAL")])
}

/// Reads a CSV file in blocks; the rows, then the findings.
fn read(csv: &[u8], block: usize) -> (Vec<String>, Vec<String>) {
    let table = sales("");
    let (mut reader, mut findings, mut lines) = (Reader::new(&table), Findings::default(), Vec::new());
    let mut sink = |rows: Vec<Row>| -> Result<()> {
        for row in rows {
            let cells: Vec<_> = row.values.iter().map(shown).collect();
            lines.push(format!("{} {}", row.line, cells.join(" | ")));
        }
        Ok(())
    };
    for block in csv.chunks(block) {
        reader.push(block, &mut findings, &mut sink).unwrap();
    }
    reader.finish(&mut findings, &mut sink).unwrap();
    (lines, told(&findings))
}

/// A CSV file in, its rows and its findings out.
#[track_caller]
fn check(csv: impl AsRef<[u8]>, expected_rows: &[&str], expected_findings: &[&str]) {
    let csv = csv.as_ref();
    for block in [1, 5, csv.len().max(1)] {
        let (rows, findings) = read(csv, block);
        assert_eq!(rows, expected_rows, "in blocks of {block}");
        assert_eq!(findings, expected_findings, "in blocks of {block}");
    }
}

const HEADER: &str = "\u{FEFF}rowid,what,amount\r\n";

#[track_caller]
fn check_row(row: impl AsRef<[u8]>, finding: &str) {
    let csv = [HEADER.as_bytes(), b"1,lamp,1\r\n", row.as_ref(), b"\r\n9,chair,2\r\n"].concat();
    check(csv, &["2 1 | lamp | 1", "4 9 | chair | 2"], &[finding]);
}

#[test]
fn values_come_out_as_they_went_in() {
    check(
        format!("{HEADER}-5,\"a,\"\"b\r\nc\",1.5\r\n6,'=1+1,\r\n7,,9223372036854775807\r\n8,x'00FF',-inf\r\n"),
        &["2 -5 | a,\"b\r\nc | 1.5", "4 6 | '=1+1 | NULL", "5 7 | NULL | 9223372036854775807", "6 8 | x'00FF' | -inf"],
        &[],
    );
}

#[test]
fn a_spreadsheet_may_write_it_in_its_own_way() {
    // No byte order mark, line feeds alone, other quotes, an empty line at the end.
    check("\"rowid\",\"what\",\"amount\"\n\"1\",lamp,\"1.5\"\n\n", &["2 1 | lamp | 1.5"], &[]);
}

#[test]
fn a_wrong_header_stops_the_file() {
    check("", &[], &["0001_sales.csv, line 1: the line with the names of the columns is missing"]);
    check("rowid,what\n1,a\n", &[], &["0001_sales.csv, line 1: there are 2 cells, and the table has 3 columns"]);
    check(
        "rowid;what;amount\n1;a;2\n",
        &[],
        &[
            "0001_sales.csv, line 1: there are 1 cells, and the table has 3 columns; the cells are separated by \
             semicolons, save it with commas between them",
            "0001_sales.csv, line 1, column “rowid”: the column is named `rowid;what;amount` here",
        ],
    );
    check(
        "rowid,amount,what\n1,a,2\n",
        &[],
        &[
            "0001_sales.csv, line 1, column “what”: the column is named `amount` here",
            "0001_sales.csv, line 1, column “amount”: the column is named `what` here",
        ],
    );
    check("rowid,what,'amount\n", &[], &[]);
}

#[test]
fn each_refusal_names_line_and_column() {
    check_row("2,lamp", "0001_sales.csv, line 3: there are 2 cells, and the table has 3 columns");
    check_row("2,lamp,1,", "0001_sales.csv, line 3: there are 4 cells, and the table has 3 columns");
    check_row(
        "2,lamp,9223372036854775808",
        "0001_sales.csv, line 3, column “amount”: `9223372036854775808` is a whole number beyond the range of 64 bits",
    );
    check_row(
        "2,lamp,1e999",
        "0001_sales.csv, line 3, column “amount”: `1e999` is a number beyond the range of 64-bit floating point",
    );
    check_row(
        "2,x'0,1",
        "0001_sales.csv, line 3, column “what”: `x'0` has no closing apostrophe after an even number of the digits \
         0-9 and A-F",
    );
    check_row(
        b"2,caf\xE9,1",
        "0001_sales.csv, line 3, column “what”: it is not UTF-8 from its byte 4 on; save the file as “CSV UTF-8”",
    );
    check_row(
        "2,la\u{0}mp,1",
        "0001_sales.csv, line 3, column “what”: it holds the control character U+0000, which is written as t'…' with \
         all bytes in hex",
    );
    check_row(
        "two,lamp,1",
        "0001_sales.csv, line 3, column “rowid”: `two` is no whole number, by which the database numbers this row",
    );
    check_row(
        ",,",
        "0001_sales.csv, line 3, column “rowid”: an empty cell is no whole number, by which the database numbers this row",
    );
    check_row("2,la\"mp,1", "0001_sales.csv, line 3, column “what”: a quote stands in a cell that is not in quotes");
    check_row(
        "2,\"la\"mp,1",
        "0001_sales.csv, line 3, column “what”: there is text behind the quote that closes the cell",
    );
    check(
        format!("{HEADER}1,lamp,1\r\n2,\"chair,1\r\n3,desk,1\r\n"),
        &["2 1 | lamp | 1"],
        &["0001_sales.csv, line 3, column “what”: a quote is opened and never closed: the file ends inside a cell"],
    );
}

#[test]
fn quotes_and_sql_are_text() {
    let text = "'); DROP TABLE sales; --";
    check(format!("{HEADER}1,'{text},1\r\n"), &[&format!("2 1 | '{text} | 1")], &[]);
}

#[test]
fn a_file_full_of_mistakes_is_given_up() {
    let csv = HEADER.to_owned() + &"x\r\n".repeat(20_000);
    let (rows, findings) = read(csv.as_bytes(), 4096);
    assert!(rows.is_empty());
    assert_eq!((findings.len(), findings[100].as_str()), (101, "and 9901 more"));
}

#[test]
fn the_rest_of_the_program_can_stop_it() {
    let table = csv_manifest().tables.remove(0);
    let mut container = open(stored(&csv_files())).unwrap();
    let mut findings = Findings::default();
    let mut calls = 0;
    let stopped = rows::read(&mut container, &table, false, &mut findings, &mut |_| {
        calls += 1;
        Err(Stop::Cancelled)
    });
    assert!(matches!(stopped, Err(Stop::Cancelled)));
    assert_eq!((calls, findings), (1, Findings::default()));
}

/// A table of many blocks, whose sink breaks off in the middle: the thread that unpacks it ends too.
#[test]
fn a_large_table_ends_where_it_is_told_to() {
    let row = format!("1,{},2\r\n", "lamp ".repeat(200));
    let csv = format!("\u{FEFF}id,what,amount\r\n{}", row.repeat(5_000));
    let mut files = csv_files();
    *content(&mut files, "0001_sales.csv") = csv.into_bytes();
    let table = csv_manifest().tables.remove(0);
    for limit in [1, u64::MAX] {
        let mut container = open(stored(&files)).unwrap();
        let (mut findings, mut seen) = (Findings::default(), 0);
        let read = rows::read(&mut container, &table, true, &mut findings, &mut |rows| {
            seen += rows.len() as u64;
            if seen < limit { Ok(()) } else { Err(Stop::Cancelled) }
        });
        assert_eq!((read.is_ok(), findings), (limit == u64::MAX, Findings::default()));
        assert!(limit < u64::MAX || seen == 5_000);
    }
}

/// An archive of 7 MB took 1.4 GB of memory: a thousand rows were one batch, however many columns they had.
#[test]
fn a_batch_is_closed_by_what_its_values_take() {
    let columns: Vec<_> = (0..500).map(|column| format!("c{column}")).collect();
    let of: Vec<_> = columns.iter().map(|name| (name.as_str(), "INT")).collect();
    let csv = format!("{}\n{}", columns.join(","), format!("1{}\n", ",".repeat(499)).repeat(1000));
    let table = table("wide", 1, &csv, 1000, None, &of);
    let (mut reader, mut findings, mut batches) = (Reader::new(&table), Findings::default(), Vec::new());
    let mut sink = |rows: Vec<Row>| -> Result<()> {
        batches.push((rows.len(), rows.iter().map(Row::size).sum::<usize>()));
        Ok(())
    };
    reader.push(csv.as_bytes(), &mut findings, &mut sink).unwrap();
    reader.finish(&mut findings, &mut sink).unwrap();
    assert_eq!((findings, batches.iter().map(|(rows, _)| rows).sum::<usize>()), (Findings::default(), 1000));
    assert!(batches.iter().all(|(_, bytes)| *bytes < 2 << 20), "{batches:?}");
}

proptest! {
    /// Whatever bytes come, in whatever blocks: the same rows and the same findings, and no panic.
    #[test]
    fn blocks_make_no_difference(csv in "(rowid,what,amount\n)?([0-9a-z'\",\r\n.=;-]{0,60})", block in 1_usize..9) {
        prop_assert_eq!(read(csv.as_bytes(), block), read(csv.as_bytes(), csv.len().max(1)));
    }

    /// What is accepted, other readers of CSV files read in the same way.
    #[test]
    fn other_readers_agree(csv in "(rowid,what,amount\n)([0-9],[a-z'\",\r\n]{0,8},[0-9.]{0,3}\r?\n){0,5}") {
        let (rows, findings) = read(csv.as_bytes(), 3);
        if findings.is_empty() {
            let mut other = csv::ReaderBuilder::new().flexible(true).from_reader(csv.as_bytes());
            let records: Vec<_> = other.byte_records().map(|record| record.unwrap()).collect();
            prop_assert_eq!(rows.len(), records.len());
            for record in &records {
                prop_assert_eq!(record.len(), 3);
            }
        }
    }
}
