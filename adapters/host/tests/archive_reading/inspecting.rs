//! Whole archives: what was changed since the export, and what a person hears of it.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use omnicraft_host::archive::container::Container;
use omnicraft_host::archive::inspect;
use omnicraft_host::error::Stop;
use omnicraft_host::ports::filesystem::OldFile;

use crate::support::{Files, InMemory, content, csv_files, deflated, edit, findings, global_files, read, told};

const EDITED: &str = "0001_sales.csv: it was changed after it was exported, probably in a spreadsheet; with \
                      --accept-edited it is taken as it is now, if everything else about it is in order";

/// A CSV archive whose sales were edited: refused as it is, and accepted with these words.
#[track_caller]
fn check(change: impl FnOnce(&mut Files), expected: &[&str]) {
    let mut files = csv_files();
    change(&mut files);
    let archive = deflated(&files);
    assert_eq!(findings(archive.clone()), [EDITED]);
    let report = read(archive, true);
    assert_eq!(told(&report.findings), Vec::<String>::new());
    assert_eq!(told(&report.edited), expected);
}

#[test]
fn edited_rows_are_listed() {
    check(
        |files| edit(files, "0001_sales.csv", "lamp", "candle"),
        &["0001_sales.csv, line 2: this row was changed since the export"],
    );
    check(
        |files| content(files, "0001_sales.csv").extend(b"4,chair,7.5\r\n"),
        &["0001_sales.csv, line 5: this row was added since the export"],
    );
    check(
        |files| edit(files, "0001_sales.csv", "1,lamp,12.5\r\n", ""),
        &["0001_sales.csv: one row of the export is missing here"],
    );
    check(
        |files| {
            edit(files, "0001_sales.csv", "1,lamp,12.5\r\n", "7,lamp,12.5\r\n");
            edit(files, "0001_sales.csv", "3,'=1+1,\r\n", "");
        },
        &[
            "0001_sales.csv, line 2: this row was changed since the export",
            "0001_sales.csv: one row of the export is missing here",
        ],
    );
}

/// A spreadsheet with a decimal comma wrote `12,5` into the prices. SQLite took it as text, and every sum was wrong.
#[test]
fn an_edit_that_makes_text_of_a_number_is_refused_with_its_place() {
    let mut files = csv_files();
    edit(&mut files, "0001_sales.csv", "1,lamp,12.5", "1,lamp,\"12,5\"");
    let report = read(deflated(&files), true);
    let place =
        "0001_sales.csv, line 2, column “amount”: numbers belong here, and this row was changed to hold something else";
    assert_eq!(told(&report.findings), [place]);
}

#[test]
fn a_spreadsheet_that_only_saves_changes_no_row() {
    check(
        |files| {
            let text = String::from_utf8(content(files, "0001_sales.csv").clone()).unwrap();
            let text = text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n").replace("lamp", "\"lamp\"");
            *content(files, "0001_sales.csv") = text.into_bytes();
        },
        &["0001_sales.csv: it was saved again since the export; no value was changed"],
    );
    check(
        |files| {
            edit(files, "0001_sales.csv", "3,'=1+1,\r\n", "");
            edit(files, "0001_sales.csv", "amount\r\n", "amount\r\n3,'=1+1,\r\n");
        },
        &["0001_sales.csv: its rows were brought into another order since the export; none was changed"],
    );
}

#[test]
fn every_other_check_still_holds() {
    let mut files = csv_files();
    edit(&mut files, "0001_sales.csv", "1,lamp", "1,lamp,too many");
    let report = read(deflated(&files), true);
    assert_eq!(told(&report.findings), ["0001_sales.csv, line 2: there are 4 cells, and the table has 3 columns"]);
}

#[test]
fn digests_of_rows_belong_to_their_table() {
    let mut files = csv_files();
    content(&mut files, "0001_sales.lines")[0] ^= 1;
    assert_eq!(findings(deflated(&files)), ["0001_sales.lines: its digests are not those of the rows of its table"]);
}

/// A disk that stops to answer, wherever it does: the archive is not blamed for it.
#[test]
fn a_broken_disk_is_no_fault_of_the_archive() {
    for files in [csv_files(), global_files()] {
        let archive = deflated(&files);
        let mut stopped = 0;
        for calls in 0.. {
            let file = Box::new(Failing { file: InMemory(Cursor::new(archive.clone())), calls });
            match Container::over(file, Path::new("archive.zip")) {
                Err(Stop::Failed(failure)) => assert_eq!(failure.reason, "the disk does not answer"),
                Err(Stop::Cancelled) => panic!("nobody asked for a stop"),
                Ok(Err(findings)) => panic!("{:?}", told(&findings)),
                Ok(Ok(mut container)) => match inspect::read(&mut container, false, &mut |_, _| Ok(())) {
                    Err(Stop::Failed(failure)) => assert_eq!(failure.reason, "the disk does not answer"),
                    Err(Stop::Cancelled) => panic!("nobody asked for a stop"),
                    Ok(report) => {
                        assert!(report.findings.is_empty());
                        break;
                    }
                },
            }
            stopped += 1;
        }
        assert!(stopped > 20, "{stopped}");
    }
}

/// A file that can be read and sought so many times, and no more.
struct Failing {
    file: InMemory,
    calls: u32,
}

impl Failing {
    fn call(&mut self) -> io::Result<()> {
        let left = self.calls.checked_sub(1).ok_or_else(|| io::Error::other("the disk does not answer"))?;
        self.calls = left;
        Ok(())
    }
}

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.call()?;
        self.file.read(buffer)
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.call()?;
        self.file.seek(to)
    }
}

impl OldFile for Failing {}
