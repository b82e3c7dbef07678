//! The manifest: what it may look like, and what it may say of the files beside it.

use omnicraft_core::model::ArchiveKind;
use omnicraft_host::archive::container::parse;
use omnicraft_host::archive::manifest::{CsvManifest, Manifest};

use crate::support::{content, csv_files, csv_manifest, edit, findings, global_files, json, open, stored};

/// A CSV archive whose manifest says something else.
#[track_caller]
fn check(change: impl FnOnce(&mut CsvManifest), expected: &[&str]) {
    let mut manifest = csv_manifest();
    change(&mut manifest);
    let mut files = csv_files();
    *content(&mut files, "manifest.json") = json(&Manifest::Csv(Box::new(manifest)));
    assert_eq!(findings(stored(&files)), expected);
}

/// The text of a manifest, and what is said of it.
#[track_caller]
fn check_text(text: &str, expected: &str) {
    let finding = parse(text.as_bytes()).unwrap_err();
    assert_eq!(finding.to_string(), expected);
}

/// A global archive with one of its files edited.
#[track_caller]
fn check_global(file: &str, from: &str, to: &str, expected: &[&str]) {
    let mut files = global_files();
    edit(&mut files, file, from, to);
    assert_eq!(findings(stored(&files)), expected);
}

#[test]
fn the_format_comes_first() {
    check_text("", "manifest.json, line 1: it is not a manifest of an archive: EOF while parsing a value");
    check_text("{}", "manifest.json, line 1: it is not a manifest of an archive: missing field `format`");
    check_text(
        r#"{"format": 2, "kind": "crystal"}"#,
        "manifest.json: it has format 2, and this version of the program reads format 1: take a newer version of the \
         program to read this archive",
    );
    check_text(r#"{"format": 0}"#, "manifest.json: it has format 0, which no program has written");
    check_text(
        r#"{"format": 1, "kind": "crystal"}"#,
        "manifest.json, line 1: it is not a manifest of an archive: unknown variant `crystal`, expected `csv` or `global`",
    );
    check_text(
        "[1]",
        "manifest.json, line 1: it is not a manifest of an archive: invalid type: integer `1`, expected variant identifier",
    );
}

#[test]
fn the_shape_is_bounded() {
    let deep = format!("{{\"format\": 1, \"a\": {}{}}}", "[".repeat(40), "]".repeat(40));
    check_text(
        &deep,
        "manifest.json, line 1: it is not a manifest of an archive: lists and objects lie more than 32 deep in one another",
    );
    let very_deep = "[".repeat(1_000_000);
    assert!(parse(very_deep.as_bytes()).is_err());
    let long = format!("{{\"format\": 1, \"a\": [{}0]}}", "0,".repeat(2_000_000));
    check_text(&long, "manifest.json, line 1: it is not a manifest of an archive: it holds more than 2000000 values");
}

#[test]
fn nothing_is_said_twice_or_besides() {
    let whole = String::from_utf8(json(&Manifest::Csv(Box::new(csv_manifest())))).unwrap();
    assert!(parse(whole.as_bytes()).is_ok());
    check_text(
        &whole.replacen('{', "{\n\"app\": \"x\",", 1),
        "manifest.json, line 5: it is not a manifest of an archive: `app` is said twice",
    );
    let rows = whole.replacen("\"notes\": 1,", "\"notes\": 1, \"notes\": 2,", 1);
    assert!(parse(rows.as_bytes()).unwrap_err().text.ends_with("`notes` is said twice"));
    let besides = whole.replacen("\"app\"", "\"more\": 1, \"app\"", 1);
    assert!(parse(besides.as_bytes()).unwrap_err().text.contains("unknown field `more`"));
    let in_a_table = whole.replacen("\"declared\"", "\"more\": 1, \"declared\"", 1);
    assert!(parse(in_a_table.as_bytes()).unwrap_err().text.contains("unknown field `more`"));
    let in_the_facts = whole.replacen("\"page_size\"", "\"more\": 1, \"page_size\"", 1);
    assert_eq!(parse(in_the_facts.as_bytes()).unwrap_err().text, "unknown field `more` among the facts");
    let left_out = whole.replacen("\"encoding\": \"UTF-8\",", "", 1);
    assert!(parse(left_out.as_bytes()).unwrap_err().text.contains("missing field `encoding`"));
    let behind = format!("{whole} {{}}");
    assert!(parse(behind.as_bytes()).unwrap_err().text.contains("trailing characters"));
}

#[test]
fn exactly_the_files_of_the_manifest_are_there() {
    let without = |name: &str| {
        let mut files = csv_files();
        files.retain(|(there, _)| there != name);
        findings(stored(&files))
    };
    assert_eq!(without("0001_sales.csv"), ["0001_sales.csv: it is missing from the archive"]);
    assert_eq!(without("0002_notes.lines"), ["0002_notes.lines: it is missing from the archive"]);
    assert_eq!(without("README.txt"), ["README.txt: it is missing from the archive"]);
    assert_eq!(
        without("manifest.json"),
        ["manifest.json: it is missing: this is no archive of this program, or its list was taken out"]
    );
    let mut files = csv_files();
    files.push(("0007_more.csv".to_owned(), Vec::new()));
    files.push(("workspaces.json".to_owned(), Vec::new()));
    assert_eq!(
        findings(stored(&files)),
        [
            "0007_more.csv: the manifest does not know this file",
            "workspaces.json: the manifest does not know this file",
        ]
    );
}

#[test]
fn tables_are_tables_that_a_database_can_have() {
    let of = |text: &str| format!("manifest.json: {text}");
    check(|csv| csv.tables[1].name = "Sales".into(), &[&of("it has the table `Sales` twice")]);
    check(
        |csv| csv.tables[1].name = "SQLite_stat1".into(),
        &[&of("`SQLite_stat1` is a table that SQLite keeps for itself")],
    );
    check(|csv| csv.tables[0].columns[1].name = "ID".into(), &[&of("the table `sales` has the column `ID` twice")]);
    check(|csv| csv.tables[0].columns.clear(), &[&of("the table `sales` has no columns")]);
    check(|csv| csv.tables[1].rowid = Some("text".into()), &[&of("`text` cannot name the rowid of the table `notes`")]);
    check(
        |csv| csv.tables[1].columns[0].name = "ROWID".into(),
        &[&of("`rowid` cannot name the rowid of the table `notes`")],
    );
    check(
        |csv| csv.tables[1].file = "0001_sales.csv".into(),
        &[&of("it names the file `0001_sales.csv` twice"), "0002_notes.csv: the manifest does not know this file"],
    );
    check(
        |csv| csv.tables[1].file = "0002_notes.lines".into(),
        &[
            &of("the file `0002_notes.lines` should be named `….csv`"),
            &of("it names the file `0002_notes.lines` twice"),
            "0002_notes.csv: the manifest does not know this file",
        ],
    );
}

/// SQLite takes `CREATE TABLE "" (…)`: the archive of such a database was refused.
#[test]
fn a_table_may_have_the_empty_name() {
    check(|csv| csv.tables[1].name = String::new(), &[]);
}

/// A manifest that said nearly 2^64 bytes ended the program: the room that it asks for was more than a number holds.
#[test]
fn a_file_is_no_larger_than_a_file_may_be() {
    check(
        |csv| csv.tables[0].bytes = u64::MAX,
        &["0001_sales.csv: the manifest says more of it than the 1099511627776 bytes that a file may have"],
    );
}

#[test]
fn numbers_fit() {
    let of = |text: &str| format!("manifest.json: {text}");
    check(
        |csv| csv.tables[0].rows = 4,
        &[
            &of("of the table `sales`, it says two different numbers of rows"),
            "0001_sales.lines: it has not the size of the digests of 4 rows of 0001_sales.csv",
        ],
    );
    check(
        |csv| {
            csv.tables[0].rows = 4;
            csv.facts.rows.clear();
            csv.tables[0].lines = None;
        },
        &[
            &of(
                "of the table `sales`, the digests of the rows are there although it is too large, or missing although \
                 it is not",
            ),
            "0001_sales.lines: the manifest does not know this file",
        ],
    );
    check(|csv| csv.tables[0].digest = "12".into(), &[&of("the digest of `0001_sales.csv` is none")]);
    check(|csv| csv.tables[0].bytes = 1, &[&of("of the table `sales`, it says more rows than bytes")]);
    check(
        |csv| csv.tables[0].bytes += 1,
        &["0001_sales.csv: the manifest says that it has 64 bytes, which it has not"],
    );
    check(|csv| csv.encoding = "latin1".into(), &[&of("`latin1` is no encoding of a database")]);
    check(|csv| csv.auto_vacuum = 3, &[&of("auto_vacuum cannot be 3")]);
    check(|csv| csv.facts.page_size = 1000, &[&of("of the workspace `shop`, 1000 is no size of a page")]);
    check(|csv| csv.facts.journal_mode = "x".into(), &[&of("of the workspace `shop`, `x` is no journal mode")]);
    check(|csv| csv.taken_at = "yesterday".into(), &[&of("taken_at is no time with a zone, but `yesterday`")]);
    check(|csv| csv.taken_at = "2026-11-22T10:00:00+01:00[Mars/Olympus]".into(), &[]);
    check(|csv| csv.app = String::new(), &[&of("it does not say of which app it is")]);
    check(|csv| csv.schema[0].kind = "pragma".into(), &[&of("`pragma` is nothing that a schema holds")]);
}

#[test]
fn a_workspace_is_one_that_a_home_can_have() {
    check(|csv| csv.workspace.id.0 = "../shop".into(), &["manifest.json: `../shop` cannot be the id of a workspace"]);
    check(
        |csv| csv.workspace.folder = "../x".into(),
        &["manifest.json: `../x` cannot be the folder of a workspace's backups; it must be one plain name"],
    );
    check(
        |csv| csv.workspace.database = "../../x.db".into(),
        &["manifest.json: the database `../../x.db` of `shop` lies outside the home, or where the backups lie"],
    );
}

#[test]
fn a_global_archive_agrees_with_its_list_of_workspaces() {
    assert_eq!(findings(stored(&global_files())), Vec::<String>::new());
    let changed = "it is not what was exported: it was changed since, or is damaged";
    check_global("0001_shop.db", "follows", "flowers", &[&format!("0001_shop.db: {changed}")]);
    check_global("0001_shop.db", "follows", "follows.", &["0001_shop.db: it has 34 bytes, and the manifest says 33"]);
    check_global(
        "0001_shop.db",
        "SQLite",
        "sqlite",
        &[&format!("0001_shop.db: {changed}"), "0001_shop.db: it is not a database of SQLite"],
    );
    check_global("0001_shop.zip", "CSV", "csv", &[&format!("0001_shop.zip: {changed}")]);
    check_global(
        "0001_shop.zip",
        "PK",
        "MZ",
        &[&format!("0001_shop.zip: {changed}"), "0001_shop.zip: it is not a zip file"],
    );
    check_global(
        "workspaces.json",
        "Till",
        "Tull",
        &[&format!("workspaces.json: {changed}"), "workspaces.json: it is of another app than the manifest says"],
    );
    check_global(
        "workspaces.json",
        "home.db",
        "hole.db",
        &[&format!("workspaces.json: {changed}"), "workspaces.json: its workspaces are not those of the manifest"],
    );
    check_global(
        "workspaces.json",
        "\"id\": \"home\"",
        "\"id\": \"shop\"",
        &[&format!("workspaces.json: {changed}"), "workspaces.json: two workspaces have the id `shop`"],
    );
    check_global(
        "manifest.json",
        "\"id\": \"home\"",
        "\"id\": \"SHOP\"",
        &["manifest.json: it has the workspace `SHOP` twice"],
    );
    check_global(
        "manifest.json",
        "\"file\": \"0002_home.db\"",
        "\"file\": \"0001_shop.db\"",
        &[
            "manifest.json: it names the file `0001_shop.db` twice",
            "0002_home.db: the manifest does not know this file",
        ],
    );
}

#[test]
fn front_ends_learn_what_an_archive_says() {
    let container = open(stored(&csv_files())).unwrap();
    let facts = container.facts();
    assert_eq!((facts.kind, facts.app.as_str()), (ArchiveKind::Csv, "Till"));
    assert_eq!(facts.workspaces.len(), 1);
    assert_eq!(facts.workspaces[0].member, "");
    let facts = open(stored(&global_files())).unwrap().facts();
    let members: Vec<_> = facts.workspaces.iter().map(|workspace| workspace.member.as_str()).collect();
    assert_eq!((facts.kind, members), (ArchiveKind::Global, vec!["0001_shop.db", "0002_home.db"]));
}
