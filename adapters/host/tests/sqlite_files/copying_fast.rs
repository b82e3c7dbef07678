//! The fast copy and the clone held against SQLite's backup: of the same moment all give the same bytes, whatever the app
//! commits, checkpoints or rolls back between any two blocks.

use std::path::{Path, PathBuf};
use std::time::Duration;

use omnicraft_core::outcome::Copied;
use omnicraft_host::error::{Result, Stop};
use omnicraft_host::ports::filesystem::{FileSystem, OsFileSystem};
use omnicraft_host::sqlite::backup::{Held, hold};
use proptest::prelude::*;
use rusqlite::Connection;

use crate::cloning::Cloning;
use crate::other_process::Other;
use crate::support::{EVERY_KIND, Folder, PLAIN, one, quietly, run, value};

const BLOCK: u64 = 256 << 10;

/// Something that an app or its checkpointer does between two blocks.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Insert {
        rows: u16,
        bytes: u16,
    },
    Delete {
        every: u8,
    },
    Update {
        every: u8,
    },
    Vacuum,
    IncrementalVacuum,
    /// A transaction so large that its pages are in the log before it is rolled back.
    RollBack,
    /// The same, committed before the next deed.
    Linger,
    Checkpoint(&'static str),
    /// Somebody begins to read and stays, or leaves.
    Reader,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (1..400_u16, 0..4000_u16).prop_map(|(rows, bytes)| Deed::Insert { rows, bytes }),
        2 => (1..5_u8).prop_map(|every| Deed::Delete { every }),
        2 => (1..9_u8).prop_map(|every| Deed::Update { every }),
        1 => Just(Deed::Vacuum),
        1 => Just(Deed::IncrementalVacuum),
        1 => Just(Deed::RollBack),
        1 => Just(Deed::Linger),
        8 => prop::sample::select(vec!["PASSIVE", "FULL", "RESTART", "TRUNCATE"]).prop_map(Deed::Checkpoint),
        2 => Just(Deed::Reader),
    ]
}

/// An app that waits for nobody: a commit that finds a lock fails the test.
struct App {
    writer: Connection,
    checkpointer: Connection,
    reader: Connection,
}

impl App {
    fn new(live: &Path, page_size: u32, auto_vacuum: u8) -> Self {
        let open = || {
            let connection = Connection::open(live).expect("open");
            connection.busy_timeout(Duration::ZERO).expect("timeout");
            // So small a cache sends the pages of large transactions into the log before they are committed.
            let settings = "PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 8;";
            connection.execute_batch(settings).expect("settings");
            connection
        };
        let writer = open();
        let sql = format!(
            "PRAGMA page_size = {page_size}; PRAGMA auto_vacuum = {auto_vacuum}; PRAGMA journal_mode = WAL;
             CREATE TABLE done (commits INTEGER); INSERT INTO done VALUES (0);
             CREATE TABLE goods (id INTEGER PRIMARY KEY, price INTEGER, picture BLOB);
             CREATE INDEX by_price ON goods (price);"
        );
        writer.execute_batch(&sql).expect("schema");
        Self { writer, checkpointer: open(), reader: open() }
    }

    fn act(&self, deed: Deed) {
        if !self.writer.is_autocommit() {
            self.sql("COMMIT");
        }
        match deed {
            Deed::Insert { rows, bytes } => self.commit(&format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
                 INSERT INTO goods (price, picture) SELECT random() % 1000, randomblob({bytes}) FROM n"
            )),
            Deed::Delete { every } => self.commit(&format!("DELETE FROM goods WHERE id % {every} = 0")),
            Deed::Update { every } => {
                self.commit(&format!("UPDATE goods SET price = price + 1 WHERE id % {every} = 0"));
            }
            Deed::Vacuum => self.sql("VACUUM"),
            Deed::IncrementalVacuum => self.sql("PRAGMA incremental_vacuum(20)"),
            Deed::RollBack => self.sql(&format!("{LARGE}; ROLLBACK")),
            Deed::Linger => self.sql(LARGE),
            Deed::Checkpoint(mode) => self.checkpoint(mode),
            Deed::Reader if self.reader.is_autocommit() => {
                self.reader.execute_batch("BEGIN; SELECT count(*) FROM done").expect("read");
            }
            Deed::Reader => self.reader.execute_batch("COMMIT").expect("stop reading"),
        }
    }

    fn commit(&self, sql: &str) {
        self.sql(&format!("BEGIN IMMEDIATE; {sql}; UPDATE done SET commits = commits + 1; COMMIT"));
    }

    fn sql(&self, sql: &str) {
        self.writer.execute_batch(sql).unwrap_or_else(|error| panic!("the app had to wait: {sql}: {error}"));
    }

    /// One that finds somebody in its way does what it can.
    fn checkpoint(&self, mode: &str) {
        let _ = self.checkpointer.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
    }
}

const LARGE: &str = "BEGIN IMMEDIATE; UPDATE goods SET price = -price; UPDATE done SET commits = commits + 1;
    INSERT INTO goods (price, picture) SELECT price, randomblob(900) FROM goods LIMIT 300";

fn held(live: &Path) -> Held {
    quietly(|progress| hold(&PLAIN, live, progress)).expect("hold")
}

fn copied(files: &dyn FileSystem, held: Held, to: &Path, between: &mut dyn FnMut() -> Result<()>) -> Copied {
    held.copy(&PLAIN, files, to, &mut |_, _, _| between()).expect("copy")
}

/// The ways that are fast: as this platform does it, and as a clone.
const WAYS: [&dyn FileSystem; 2] = [&OsFileSystem, &Cloning];

/// What SQLite makes of the same moment.
fn backup(live: &Path, to: PathBuf) -> Vec<u8> {
    held(live).copy_through_sqlite(&PLAIN, &OsFileSystem, &to, &mut |_, _, _| Ok(())).expect("backup");
    std::fs::read(to).expect("read")
}

/// The two files are the same; nobody wants to read a million bytes to see where they are not.
#[track_caller]
fn same(fast: &[u8], backup: &[u8]) {
    let differs = fast.iter().zip(backup).position(|(one, other)| one != other);
    assert_eq!((differs, fast.len()), (None, backup.len()), "first difference, and length");
}

fn check(page_size: u32, auto_vacuum: u8, before: &[Deed], meanwhile: &[Deed]) {
    for files in WAYS {
        check_on(files, page_size, auto_vacuum, before, meanwhile);
    }
}

fn check_on(files: &dyn FileSystem, page_size: u32, auto_vacuum: u8, before: &[Deed], meanwhile: &[Deed]) {
    let folder = Folder::new();
    let live = folder.path("shop.db");
    let app = App::new(&live, page_size, auto_vacuum);
    before.iter().for_each(|deed| app.act(*deed));
    let expected = backup(&live, folder.path("backup.db"));
    let to = folder.path("fast.db");
    let (held, mut meanwhile, mut blocks) = (held(&live), meanwhile.iter().copied().cycle(), 0);
    let copied = copied(files, held, &to, &mut || {
        blocks += 1;
        meanwhile.next().into_iter().for_each(|deed| app.act(deed));
        Ok(())
    });
    let fast = std::fs::read(&to).expect("read");
    same(&fast, &expected);
    assert!(Copied::is_fast(&copied.way), "{}", copied.way);
    assert_eq!(copied.digest, Some(blake3::hash(&fast).to_hex().to_string()));
    assert!(blocks >= fast.len() as u64 / BLOCK, "{blocks} blocks of {} bytes", fast.len());
    assert_eq!(one(&to, "PRAGMA integrity_check"), "ok");
    assert_eq!(one(&to, "PRAGMA page_count"), (fast.len() / page_size as usize).to_string());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn both_ways_give_the_same_file_whatever_happens_meanwhile(
        size in 9..17_u32,
        auto_vacuum in 0..3_u8,
        before in prop::collection::vec(deed(), 0..12),
        meanwhile in prop::collection::vec(deed(), 0..12),
    ) {
        check(1 << size, auto_vacuum, &before, &meanwhile);
    }
}

#[test]
fn every_way_to_checkpoint_between_any_two_blocks_changes_nothing() {
    let fill = [Deed::Insert { rows: 399, bytes: 3999 }, Deed::Update { every: 2 }];
    for mode in ["PASSIVE", "FULL", "RESTART", "TRUNCATE"] {
        for all_in_main_file in [false, true] {
            let settle = all_in_main_file.then_some(Deed::Checkpoint("PASSIVE"));
            let before: Vec<_> = fill.into_iter().chain(settle).collect();
            let meanwhile = [Deed::Update { every: 1 }, Deed::Checkpoint(mode), Deed::Vacuum, Deed::Checkpoint(mode)];
            check(4096, 0, &before, &meanwhile);
            check(4096, 0, &before, &[Deed::Checkpoint(mode)]);
        }
    }
}

#[test]
fn a_database_of_one_page_and_one_of_every_kind_of_table_are_the_same_both_ways() {
    for sql in ["PRAGMA user_version = 3", EVERY_KIND] {
        for page_size in [512, 1024, 4096, 65_536] {
            let folder = Folder::new();
            let wal = format!("PRAGMA page_size = {page_size}; PRAGMA journal_mode = WAL; {sql}");
            let live = folder.database("shop.db", &wal);
            let app = Connection::open(&live).expect("open");
            // Once with an empty log, once with one that has everything.
            for log in ["PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_autocheckpoint = 0; VACUUM"] {
                app.execute_batch(log).expect("log");
                let expected = backup(&live, folder.path("backup.db"));
                for files in WAYS {
                    let told = copied(files, held(&live), &folder.path("fast.db"), &mut || Ok(()));
                    assert!(Copied::is_fast(&told.way), "{}", told.way);
                    same(&std::fs::read(folder.path("fast.db")).expect("read"), &expected);
                    std::fs::remove_file(folder.path("fast.db")).expect("remove");
                }
                std::fs::remove_file(folder.path("backup.db")).expect("remove");
            }
        }
    }
}

/// The moment is held while another process commits at full speed, and a third checkpoints in every mode.
#[test]
fn an_app_at_full_speed_neither_waits_nor_tears_the_copy() {
    for files in WAYS {
        beside_an_app_at_full_speed(files);
    }
}

fn beside_an_app_at_full_speed(files: &dyn FileSystem) {
    let folder = Folder::new();
    let live = folder.database(
        "shop.db",
        "PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE TABLE total (n);
         WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 30000)
         INSERT INTO t (v) SELECT hex(randomblob(400)) FROM c; INSERT INTO total VALUES (30000)",
    );
    let (writer, checkpointer) = (Other::start("writer", &live), Other::start("checkpointer", &live));
    for number in 0..40 {
        let to = folder.path(&format!("copy{number}.db"));
        let mut blocks = 0;
        let told = copied(files, held(&live), &to, &mut || {
            blocks += 1;
            Ok(())
        });
        assert!(Copied::is_fast(&told.way), "{}", told.way);
        let copy = Connection::open(&to).expect("open");
        let rows = value(&copy, "SELECT count(*) FROM t");
        assert_eq!(rows, value(&copy, "SELECT n FROM total"), "one committed state");
        assert_eq!(value(&copy, "PRAGMA integrity_check"), "ok");
        let pages: u64 = value(&copy, "PRAGMA page_count").parse().expect("a number");
        assert_eq!(std::fs::metadata(&to).expect("there").len(), pages * 4096);
        let of_log = blocks - (pages * 4096).div_ceil(BLOCK);
        assert!(of_log < 400, "never begun anew: {blocks} blocks for {pages} pages");
        drop(copy);
        std::fs::remove_file(&to).expect("remove");
    }
    let checkpoints = checkpointer.end();
    assert!(!checkpoints.starts_with("0 "), "{checkpoints}");
    let said = writer.end();
    let commits: u64 = said.split(' ').next().and_then(|count| count.parse().ok()).expect(&said);
    assert!(commits > 100, "{said}");
}

/// The program that has the database open in this process closed a descriptor of it, and with that all locks of this
/// process were gone: another process checkpointed beyond the moment of the copy, and began the log anew. The copy was
/// a mixture of two states, and `integrity_check` said that it was whole.
#[test]
fn a_lock_that_was_lost_is_noticed() {
    for files in WAYS {
        steal_a_lock(files, true, "somebody checkpointed beyond the moment that is held");
        steal_a_lock(files, false, "is none of this log");
    }
}

/// Once with everything in the main file, once with all of it in the log.
fn steal_a_lock(files: &dyn FileSystem, is_in_main_file: bool, says: &str) {
    let folder = Folder::new();
    let live = folder.path("shop.db");
    let app = App::new(&live, 4096, 0);
    app.act(Deed::Insert { rows: 399, bytes: 3999 });
    if is_in_main_file {
        app.checkpoint("PASSIVE");
    }
    let (held, to) = (held(&live), folder.path("fast.db"));
    let mut is_first = true;
    let told = copied(files, held, &to, &mut || {
        if std::mem::take(&mut is_first) {
            for name in ["shop.db", "shop.db-shm"] {
                drop(std::fs::File::open(folder.path(name)).expect("open"));
            }
            Other::start("thief", &live).end();
        }
        Ok(())
    });
    assert!(told.way.starts_with("through SQLite: ") && told.way.ends_with(says), "{}", told.way);
}

#[test]
fn what_is_not_known_in_every_byte_goes_through_sqlite() {
    let folder = Folder::new();
    let rollback = folder.database("rollback.db", EVERY_KIND);
    says(&rollback, "through SQLite: its journal mode is delete");
    let reserve = folder.path("reserve.db");
    keep_in_reserve(&reserve, 8);
    says(&reserve, "through SQLite: 8 bytes of each page are kept for an extension");
}

#[test]
fn what_stops_a_copy_stops_it_whichever_way_it_goes() {
    let folder = Folder::new();
    let live = folder.database("shop.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (v); INSERT INTO t VALUES (1)");
    let stopped = held(&live).copy(&PLAIN, &OsFileSystem, &folder.path("copy.db"), &mut |_, _, _| Err(Stop::Cancelled));
    assert!(matches!(stopped, Err(Stop::Cancelled)), "{stopped:?}");
    let nowhere = held(&live).copy(&PLAIN, &OsFileSystem, &folder.path("none/copy.db"), &mut |_, _, _| Ok(()));
    crate::support::fails(nowhere, omnicraft_core::outcome::FailureKind::Missing, "No such file");
    run(&live, "INSERT INTO t VALUES (2)");
}

/// Copies the fastest way and compares with the backup.
#[track_caller]
fn says(live: &Path, way: &str) {
    let beside = |name: &str| live.with_file_name(name);
    let expected = backup(live, beside("backup.db"));
    let told = copied(&Cloning, held(live), &beside("fast.db"), &mut || Ok(()));
    assert_eq!((&*told.way, told.digest), (way, None));
    same(&std::fs::read(beside("fast.db")).expect("read"), &expected);
    for name in ["backup.db", "fast.db"] {
        std::fs::remove_file(beside(name)).expect("remove");
    }
}

/// Makes a WAL database whose pages keep some bytes at their end, as an extension that encrypts asks for.
fn keep_in_reserve(path: &Path, bytes: u8) {
    run(path, "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA user_version = 1");
    let mut file = std::fs::read(path).expect("read");
    file[20] = bytes;
    // Where the cells of the empty schema begin.
    file[105..107].copy_from_slice(&(4096 - u16::from(bytes)).to_be_bytes());
    std::fs::write(path, file).expect("write");
    run(path, "CREATE TABLE t (v); INSERT INTO t VALUES (hex(randomblob(9000)))");
    assert_eq!(one(path, "PRAGMA integrity_check"), "ok");
}
