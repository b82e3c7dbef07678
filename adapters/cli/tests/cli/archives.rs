//! CSV archives: there and back again, over a database that is whole, damaged or gone; edited, broken and hostile ones.

use std::fs;
use std::path::PathBuf;

use crate::world::{Ran, World, content, count};
use crate::zips::{self, Member};

/// A business, its live database, and its CSV archive.
struct Books {
    world: World,
    live: PathBuf,
    archive: PathBuf,
}

fn books() -> Books {
    let world = World::business();
    world.run("export --csv books.zip").ends(0);
    Books { live: world.home().join("my-workshop.db"), archive: world.path("books.zip"), world }
}

/// A shop and its CSV archive.
fn shop() -> Books {
    let world = World::shop();
    world.run("export --csv books.zip").ends(0);
    Books { live: world.path("shop.db"), archive: world.path("books.zip"), world }
}

impl Books {
    /// The archive is refused for this reason by preview and restore, and nothing in the home is touched.
    #[track_caller]
    fn refused(&self, reason: &str) -> Ran {
        self.world.run("list").ends(0);
        let live = fs::read(&self.live).ok();
        self.world.nothing_changed(|| {
            for command in ["preview books.zip", "--json preview books.zip", "--yes restore books.zip"] {
                let ran = self.world.run(command).ends(1);
                assert!(ran.stderr.contains(reason), "{command}: {}", ran.stderr);
            }
        });
        assert_eq!(fs::read(&self.live).ok(), live);
        self.world.run("--json --yes restore books.zip").ends(1)
    }

    #[track_caller]
    fn restored(&self, flags: &str) -> Ran {
        let ran = self.world.run(&format!("--yes restore books.zip {flags}"));
        assert!(matches!(ran.code, 0 | 3), "{}", ran.stderr);
        ran
    }
}

#[test]
fn a_business_comes_back_over_a_whole_a_damaged_and_a_missing_database() {
    let Books { world, live, .. } = books();
    let before = content(&live);
    for damage in ["DELETE FROM sale_lines", "noise", "gone"] {
        match damage {
            "gone" => fs::remove_file(&live).unwrap(),
            "noise" => fs::write(&live, "not a database at all ".repeat(1000)).unwrap(),
            sql => world.sql("home/my-workshop.db", sql),
        }
        let ran = world.run("--yes restore books.zip");
        assert!(matches!(ran.code, 0 | 3), "{damage}: {}", ran.stderr);
        assert_eq!(content(&live), before, "{damage}");
    }
    world.run("verify").ends(0);
    world.run("drill").ends(0);
}

#[test]
fn a_preview_tells_what_was_made_since_and_changes_nothing() {
    let Books { world, live, .. } = books();
    omnicraft_fixtures::work_day(&live, jiff::civil::date(2026, 11, 21), 1).unwrap();
    world.run("list").ends(0);
    let told = world.nothing_changed(|| world.run("preview books.zip").ends(0).stdout);
    assert!(told.contains("It is of 21 Nov 2026 08:30."), "{told}");
    assert!(told.contains("made since then will be lost"), "{told}");
    let told = world.json("preview books.zip");
    assert_eq!((told["workspace"].as_str(), told["edited"].as_array().map(Vec::len)), (Some("my-workshop"), Some(0)));
}

#[test]
fn a_restore_from_an_archive_can_be_undone() {
    let Books { world, .. } = shop();
    world.add_goods(5);
    world.run("--yes restore books.zip").ends(0);
    assert_eq!(world.goods(), 100);
    let undone = world.json("--yes undo");
    assert_eq!((world.goods(), undone["workspaces"].as_array().map(Vec::len)), (105, Some(1)));
}

/// Exports, loses every row, and restores.
#[track_caller]
fn check(sql: &str) {
    let world = World::nothing();
    world.run("init").ends(0);
    world.run("--yes workspace remove my-workshop").ends(0);
    world.sql("any.db", sql);
    world.run(&format!("workspace add Any --db {}", world.path("any.db").display())).ends(0);
    let before = content(&world.path("any.db"));
    world.run("open").ends(0);
    world.run("export --csv any.zip").ends(0);
    for member in zips::members(&world.path("any.zip")) {
        let safe = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
        assert!(member.name.chars().all(safe), "{}", member.name);
    }
    let connection = rusqlite::Connection::open(world.path("any.db")).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    let mut tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names: Vec<String> = tables.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    drop(tables);
    for name in names.iter().filter(|name| !name.starts_with("sqlite_") && !name.starts_with("words_")) {
        connection.execute(&format!("DELETE FROM \"{}\"", name.replace('"', "\"\"")), ()).unwrap();
    }
    drop(connection);
    assert_ne!(content(&world.path("any.db")), before);
    world.run("--yes restore any.zip").ends(0);
    assert_eq!(content(&world.path("any.db")), before);
    fs::remove_file(world.path("any.db")).unwrap();
    let ran = world.run("--yes restore any.zip");
    assert!(matches!(ran.code, 0 | 3), "{}", ran.stderr);
    assert_eq!(content(&world.path("any.db")), before, "the tables come from the newest backup");
}

#[test]
fn every_value_and_every_kind_of_table() {
    check(
        "CREATE TABLE v (a, b TEXT, c REAL, d INTEGER, e BLOB);
         INSERT INTO v VALUES (NULL, '', 0.1, 9223372036854775807, x'00ff'), (1, '1', 1.0, -1, x''), ('1', '=1+1', 1e300, 0, 'x'),
           (1.0, '007', -0.0, 'text', 1), (x'31', char(0) || 'a', 9e999, '', NULL), ('''', 'a' || char(10) || 'b', -9e999, 2, 1.5);",
    );
    check("CREATE TABLE k (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO k VALUES ('a', 1), ('B', NULL)");
    check(
        "CREATE TABLE s (k INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT) STRICT; INSERT INTO s VALUES (7, 'a'); DELETE FROM s; INSERT INTO s (v) VALUES ('b')",
    );
    check("CREATE TABLE g (a INT, b INT AS (a * 2) STORED, c INT AS (a + 1)); INSERT INTO g (rowid, a) VALUES (40, 4)");
    check("CREATE VIRTUAL TABLE words USING fts5 (body); INSERT INTO words VALUES ('words to find')");
    check(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p DEFERRABLE); CREATE TRIGGER t AFTER INSERT ON c BEGIN INSERT INTO p VALUES (99); END; INSERT INTO p VALUES (1); INSERT INTO c VALUES (1)",
    );
}

#[test]
fn names_that_would_hurt_somebody() {
    check(
        "CREATE TABLE \"../../evil\" (a); INSERT INTO \"../../evil\" VALUES (1);
         CREATE TABLE CON (a); INSERT INTO CON VALUES (2);
         CREATE TABLE \"two\nlines\" (\"a\"\"b\", \"c,d\", \"=e\"); INSERT INTO \"two\nlines\" VALUES (3, 4, 5);
         CREATE TABLE \"select\" (\"from\"); INSERT INTO \"select\" VALUES (6);
         CREATE TABLE \"'); DROP TABLE CON; --\" (a); INSERT INTO \"'); DROP TABLE CON; --\" VALUES (7);
         CREATE TABLE \"Ümläut 商店\" (\"größe\"); INSERT INTO \"Ümläut 商店\" VALUES (8);
         CREATE TABLE \"C:\\x|y\" (a); INSERT INTO \"C:\\x|y\" VALUES (9);",
    );
}

#[test]
fn an_archive_is_known_by_its_content_not_by_its_name() {
    let Books { world, archive, .. } = shop();
    fs::rename(&archive, world.path("books.bin")).unwrap();
    world.add_goods(1);
    world.run("--yes restore books.bin").ends(0);
    assert_eq!(world.goods(), 100);
    fs::copy(world.path("shop.db"), world.path("database.zip")).unwrap();
    world.run("open").ends(0);
    world.run("--yes restore database.zip").ends(0);
}

#[test]
fn an_edited_archive_is_refused_and_accepted_when_that_is_wanted() {
    let books = shop();
    zips::edit(&books.archive, "goods.csv", "\r\n12,thing 12\r\n", "\r\n12,a better thing\r\n");
    let told = books.refused("--accept-edited").json();
    let found = &told["findings"][0];
    assert!(found["member"].as_str().unwrap().contains("goods.csv"), "{told}");
    let Books { world, .. } = &books;
    let looked = world.run("preview books.zip --accept-edited").ends(0);
    assert!(looked.stdout.contains("_goods.csv, line 13"), "{}", looked.stdout);
    assert_eq!(looked.stdout.matches("_goods.csv").count(), 1, "{}", looked.stdout);
    let told = world.json("--yes restore books.zip --accept-edited");
    assert_eq!((told["edited"][0]["line"].as_u64(), told["edited"].as_array().map(Vec::len)), (Some(13), Some(1)));
    assert_eq!(count(&books.live, "goods WHERE id = 12 AND name = 'a better thing'"), 1);
    assert_eq!(world.goods(), 100);
}

#[test]
fn every_row_that_breaks_a_rule_is_named_with_its_line_and_column() {
    let books = books();
    let clients = zips::member(&books.archive, "_clients.csv").text();
    let lines: Vec<&str> = clients.split("\r\n").collect();
    assert!(lines.len() > 4, "{clients}");
    let (second, third) = (lines[1].to_owned(), lines[2].to_owned());
    let as_number = |line: &str| format!("x{}", line.split_once(',').map_or("", |(_, rest)| rest));
    let changed =
        clients.replacen(&second, &as_number(&second), 1).replacen(&third, &format!("{third},one too many"), 1);
    zips::change(&books.archive, |members| {
        let member = members.iter_mut().find(|member| member.name.contains("_clients.csv")).unwrap();
        member.bytes = changed.into_bytes();
    });
    books.refused("_clients.csv, line 3");
    let told = books.world.run("--yes --json restore books.zip --accept-edited").ends(1).json();
    let lines: Vec<u64> =
        told["findings"].as_array().unwrap().iter().filter_map(|found| found["line"].as_u64()).collect();
    assert!(lines.contains(&2) && lines.contains(&3), "{told}");
}

#[test]
fn a_broken_archive_changes_nothing() {
    let whole = fs::read(shop().archive).unwrap();
    let half = &whole[..whole.len() / 2];
    for (bytes, reason) in [(half, "books.zip"), (b"PK\x03\x04 and nothing more", "books.zip"), (b"", "books.zip")] {
        let books = shop();
        fs::write(&books.archive, bytes).unwrap();
        books.refused(reason);
    }
    let books = shop();
    let mut flipped = whole;
    flipped[60] ^= 0x10;
    fs::write(&books.archive, flipped).unwrap();
    books.refused("books.zip");
}

#[test]
fn members_that_do_not_belong_there_are_named() {
    let member = |name: &str| Member { name: name.to_owned(), bytes: b"x".to_vec() };
    for name in ["../evil.csv", "/etc/passwd", "C:\\evil.csv", "extra.csv", "NUL", "a/b.csv"] {
        let books = shop();
        zips::change(&books.archive, |members| members.push(member(name)));
        let told = books.refused("books.zip").json();
        assert!(told["findings"].as_array().is_some_and(|found| !found.is_empty()), "{name}: {told}");
    }
    let books = shop();
    zips::change(&books.archive, |members| members.retain(|member| member.name != "manifest.json"));
    books.refused("manifest");
    let books = shop();
    zips::change(&books.archive, |members| members.retain(|member| !member.name.ends_with(".csv")));
    books.refused("goods.csv");
}

#[test]
fn an_archive_of_another_workspace_is_not_restored_over_this_one() {
    let world = World::business();
    world.run("workspace add Studio").ends(0);
    world.run("export --csv studio.zip --workspace studio").ends(0);
    world.run("--yes restore studio.zip").ends(0);
    let other = world.nothing_changed(|| world.run("--yes restore studio.zip --workspace my-workshop").ends(1));
    assert!(other.stderr.contains("another workspace"), "{}", other.stderr);
    world.run("--yes workspace remove studio").ends(0);
    let stranger = world.nothing_changed(|| world.run("--yes restore studio.zip").ends(1));
    assert!(stranger.stderr.contains("“Studio”") && stranger.stderr.contains("--home DIR"), "{}", stranger.stderr);
}

#[test]
fn an_archive_in_front_of_a_running_app_is_refused() {
    let books = shop();
    books.world.add_goods(1);
    let app = rusqlite::Connection::open(&books.live).unwrap();
    app.query_row("SELECT count(*) FROM goods", (), |row| row.get::<_, i64>(0)).unwrap();
    books.world.run("--yes restore books.zip").ends(1);
    drop(app);
    books.restored("");
    assert_eq!(books.world.goods(), 100);
}
