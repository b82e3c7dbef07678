//! Programs that are not ours open the archive. Each is tried where it is installed, and its absence is told.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Archive, archive};

const SHOP: &str = "
    CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT NOT NULL, price REAL, count INTEGER, day TEXT, note);
    INSERT INTO sale VALUES
        (1, 'Bread, fresh', 3.5, 2, '2026-11-22', NULL),
        (2, '=1+1', 0.1, 3, '2026-11-23', '+49 30 901820'),
        (3, '@SUM(A1)', 1e10, 4, '2026-01-02', '-1+2'),
        (4, 'two' || char(10) || 'lines', -2.25, 123456789012345, '1999-12-31', '007'),
        (5, 'Ä \"quoted\" 😀', 2.0, -5, '2024-02-29', '');
    CREATE TABLE \"../../x\" (a); INSERT INTO \"../../x\" VALUES ('it''s'), (7), (2.5);
";

/// The output of a program; `None` where it is not installed.
fn run(program: &str, arguments: &[&str]) -> Option<String> {
    let Ok(done) = Command::new(program).args(arguments).output() else {
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{program} {arguments:?}: {said}");
    Some(said)
}

fn shown(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn info_zip_finds_no_fault() {
    let archive = archive(SHOP);
    if let Some(said) = run("unzip", &["-t", &shown(&archive.path())]) {
        assert!(said.contains("No errors detected"), "{said}");
    }
}

#[test]
fn python_reads_every_member() {
    let archive = archive(SHOP);
    let program = "import sys, zipfile, csv, io\n\
                   z = zipfile.ZipFile(sys.argv[1])\n\
                   assert z.testzip() is None\n\
                   rows = list(csv.reader(io.TextIOWrapper(z.open('0002_sale.csv'), 'utf-8-sig', newline='')))\n\
                   print(ascii([row[1] for row in rows]))";
    if let Some(said) = run("python3", &["-c", program, &shown(&archive.path())]) {
        let texts = r#"['what', 'Bread, fresh', "'=1+1", "'@SUM(A1)", 'two\nlines', '\xc4 "quoted" \U0001f600']"#;
        assert_eq!(said.trim_end(), texts);
    }
}

/// LibreOffice opens every file as it is, shows texts, numbers and dates, and computes nothing.
#[test]
fn a_spreadsheet_shows_what_was_stored() {
    let archive = archive(SHOP);
    let Some(sale) = through_libreoffice(&archive, "0002_sale.csv") else { return };
    let rows: Vec<Vec<String>> = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(sale.as_slice())
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let column = |at: usize| rows.iter().map(|row| row[at].as_str()).collect::<Vec<_>>();
    assert_eq!(column(0), ["id", "1", "2", "3", "4", "5"]);
    let texts = ["what", "Bread, fresh", "'=1+1", "'@SUM(A1)", "two\nlines", "Ä \"quoted\" 😀"];
    assert_eq!(column(1), texts);
    let prices: Vec<f64> = column(2)[1..].iter().map(|price| price.parse().unwrap()).collect();
    assert_eq!(prices, [3.5, 0.1, 1e10, -2.25, 2.0]);
    let counts: Vec<f64> = column(3)[1..].iter().map(|count| count.parse().unwrap()).collect();
    assert_eq!(counts, [2.0, 3.0, 4.0, 123_456_789_012_345.0, -5.0]);
    assert_eq!(column(4), ["day", "2026-11-22", "2026-11-23", "2026-01-02", "1999-12-31", "2024-02-29"]);
    assert_eq!(column(5), ["note", "", "'+49 30 901820", "'-1+2", "'007", "'"]);
    let other = through_libreoffice(&archive, &archive.table("../../x").file).unwrap();
    assert_eq!(String::from_utf8(other).unwrap().replace("\r\n", "\n"), "rowid,a\n1,it's\n2,7\n3,2.5\n");
}

/// Opens a file as a person would, saves it as a workbook, opens that, and saves it as CSV (UTF-8, cells as shown).
fn through_libreoffice(archive: &Archive, member: &str) -> Option<Vec<u8>> {
    let program =
        ["libreoffice", "soffice"].into_iter().find(|name| Command::new(name).arg("--version").output().is_ok());
    let Some(program) = program else {
        eprintln!("skipped: LibreOffice is not installed");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join(member);
    fs::write(&csv, archive.member(member)).unwrap();
    let profile = format!("-env:UserInstallation=file://{}/profile", shown(folder.path()));
    let convert = |format: &str, from: &Path, to: &str| {
        let to = folder.path().join(to);
        let (from, to) = (shown(from), shown(&to));
        // What its dialog proposes for a file with a byte order mark; without a dialog it looks for none.
        let comma_and_utf_8 = "--infilter=CSV:44,34,76,1";
        let reading = if from.ends_with(".csv") { comma_and_utf_8 } else { "--nologo" };
        run(program, &[&profile, "--headless", reading, "--convert-to", format, "--outdir", &to, &from]);
    };
    convert("xlsx", &csv, "workbook");
    let workbook = folder.path().join("workbook").join(member).with_extension("xlsx");
    convert("csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false", &workbook, "again");
    let again = fs::read(folder.path().join("again").join(member)).unwrap();
    Some(again.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&again).to_vec())
}
