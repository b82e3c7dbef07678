//! The catalog on real files: what is recorded is loaded again, all of it or none, and a file that is damaged, newer,
//! foreign or busy is told apart from one that is empty.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use jiff::Zoned;
use omnicraft_core::catalog::{self, Connection};
use omnicraft_core::change::Change;
use omnicraft_core::effect::{BundleMember, Effect};
use omnicraft_core::error::CatalogError;
use omnicraft_core::model::{
    Base, Condition, Facts, FileStamp, Level, Slot, Snapshot, SnapshotId, Tier, Trigger, Workspace, WorkspaceId,
};
use omnicraft_core::state::{Ending, JournalEntry, State, UndoPoint};
use proptest::prelude::*;
use tempfile::TempDir;

#[path = "support/changes.rs"]
mod changes;
#[path = "support/slots.rs"]
mod slots;

/// A folder with a catalog in it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A home whose catalog knows a shop, two snapshots, an undo point and a journal.
    fn lived_in() -> Self {
        let home = Self::new();
        catalog::record(&mut home.open().unwrap(), &life()).unwrap();
        home
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("catalog.db")
    }

    fn connect(&self, mode: &str) -> Result<Connection, CatalogError> {
        catalog::connect(&format!("file:{}?mode={mode}", self.file().display()))
    }

    fn open(&self) -> Result<Connection, CatalogError> {
        let mut conn = self.connect("rwc")?;
        catalog::prepare(&mut conn)?;
        Ok(conn)
    }

    /// What an engine does when it starts.
    fn load(&self) -> Result<State, CatalogError> {
        catalog::load(&mut self.open()?)
    }

    /// Another program, which knows SQLite and nothing of us.
    fn stranger(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.file()).unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "nobody has the catalog open")]
    fn bytes(&self) -> Vec<u8> {
        fs::read(self.file()).unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "nobody has the catalog open")]
    fn overwrite(&self, bytes: &[u8]) {
        fs::write(self.file(), bytes).unwrap();
    }

    /// The files beside the catalog.
    fn beside(&self) -> Vec<String> {
        let files = fs::read_dir(self.0.path()).unwrap().map(Result::unwrap).filter(|file| file.path() != self.file());
        files.map(|file| format!("{}: {} bytes", file.file_name().display(), file.metadata().unwrap().len())).collect()
    }

    #[expect(clippy::disallowed_methods, reason = "the journal alone is read")]
    fn journal(&self) -> Vec<u8> {
        fs::read(self.file().with_extension("db-journal")).unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "nobody has the catalog open")]
    fn put_journal(&self, bytes: &[u8]) {
        fs::write(self.file().with_extension("db-journal"), bytes).unwrap();
    }

    fn modified(&self) -> SystemTime {
        fs::metadata(self.file()).unwrap().modified().unwrap()
    }

    fn meddle(&self, sql: &str) {
        self.stranger().execute_batch(sql).unwrap();
    }
}

fn shop() -> WorkspaceId {
    WorkspaceId("shop".to_owned())
}

fn snapshot(id: u64) -> Snapshot {
    Snapshot {
        id: SnapshotId(id),
        workspace: shop(),
        slot: Slot::plain(Base::Tier(Tier::Daily)),
        trigger: Trigger::Startup,
        taken_at: "2026-11-21T08:00:00.000000001+03:00[Europe/Moscow]".parse().unwrap(),
        digest: "9f86d081".to_owned(),
        stamp: FileStamp { size: 4096, modified: 1_795_000_000_000_000_000, inode: u64::MAX, device: 1 << 63 },
        level: Level::Sound,
        pin: Some("before the move".to_owned()),
        facts: Facts { rows: [("sale".to_owned(), 12)].into(), ..Facts::default() },
        condition: Condition::Good,
        looked_at: None,
    }
}

fn noted(text: String) -> Change {
    let at = "2026-11-21T08:00:00+03:00[Europe/Moscow]".parse::<Zoned>().unwrap();
    let moment = "startup".to_owned();
    Change::Noted(JournalEntry { at, workspace: Some(shop()), moment, ending: Ending::Applied, text })
}

fn life() -> Vec<Change> {
    let workspace = Workspace {
        id: shop(),
        name: "Мастерская".to_owned(),
        database: "shop.db".into(),
        schema: Some("omnicraft.business".to_owned()),
        folder: "".into(),
        identity: None,
        frozen: None,
        cliff_expected: false,
        unchanged_since: Some(FileStamp::default()),
    };
    let point = UndoPoint { workspace: shop(), operation: 7, safeguard: Some(SnapshotId(2)), source: "s1".to_owned() };
    vec![
        Change::WorkspacePut(workspace),
        Change::SnapshotPut(Box::new(snapshot(1))),
        Change::SnapshotPut(Box::new(snapshot(2))),
        Change::UndoPushed(point),
        noted("a daily backup was taken".to_owned()),
    ]
}

fn applied(changes: &[Change]) -> State {
    let mut state = State::default();
    changes.iter().for_each(|change| state.apply(change));
    state
}

/// Also compares the zones, which `Zoned` leaves out of its equality.
#[track_caller]
fn check_same(found: &State, expected: &State) {
    assert_eq!(format!("{found:#?}"), format!("{expected:#?}"));
    assert_eq!(found, expected);
}

#[track_caller]
fn check_damaged(home: &Home) {
    let found = home.load();
    assert!(matches!(found, Err(CatalogError::Damaged(_))), "{found:?}");
}

#[track_caller]
fn check_unavailable<T: std::fmt::Debug>(found: Result<T, CatalogError>, reason: &str) {
    assert!(matches!(&found, Err(CatalogError::Unavailable(text)) if text.contains(reason)), "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// The law of the catalog, across restarts of the engine.
    #[test]
    fn what_is_recorded_is_what_was_applied(
        batches in prop::collection::vec(prop::collection::vec(changes::change(), 0..10), 1..5),
    ) {
        let home = Home::new();
        let mut state = State::default();
        for batch in &batches {
            catalog::record(&mut home.open().unwrap(), batch).unwrap();
            batch.iter().for_each(|change| state.apply(change));
            check_same(&home.load().unwrap(), &state);
        }
    }

    #[test]
    fn a_moment_comes_back_with_its_zone_to_the_nanosecond(
        moments in prop::collection::vec(changes::moment_in_time(), 1..30),
    ) {
        let home = Home::new();
        let taken = (0..).zip(&moments).map(|(id, moment)| Snapshot { taken_at: moment.clone(), ..snapshot(id) });
        let puts: Vec<_> = taken.map(|snapshot| Change::SnapshotPut(Box::new(snapshot))).collect();
        catalog::record(&mut home.open().unwrap(), &puts).unwrap();
        for (found, moment) in home.load().unwrap().snapshots.values().zip(&moments) {
            prop_assert_eq!(found.taken_at.timestamp(), moment.timestamp());
            prop_assert_eq!(found.taken_at.time_zone(), moment.time_zone());
        }
    }

    #[test]
    fn garbage_is_damaged(bytes in prop::collection::vec(any::<u8>(), 2..3000), header in any::<bool>()) {
        let home = Home::new();
        let magic: &[u8] = if header { b"SQLite format 3\0" } else { b"" };
        home.overwrite(&[magic, &bytes].concat());
        check_damaged(&home);
    }

    #[test]
    fn all_of_a_call_or_nothing(
        before in prop::collection::vec(changes::change(), 0..6),
        first in prop::collection::vec(changes::change(), 0..6),
        last in changes::journal_entry(),
    ) {
        let home = Home::new();
        catalog::record(&mut home.open().unwrap(), &before).unwrap();
        home.meddle("CREATE TRIGGER no BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'not today'); END");
        let failing = [first, vec![Change::Noted(last)]].concat();
        let mut conn = home.open().unwrap();
        prop_assert!(catalog::record(&mut conn, &failing).is_err());
        check_same(&home.load().unwrap(), &applied(&before));
        // The connection is as good as before.
        home.meddle("DROP TRIGGER no");
        catalog::record(&mut conn, &failing).unwrap();
        check_same(&home.load().unwrap(), &applied(&[before, failing].concat()));
    }
}

#[test]
fn a_new_catalog_holds_the_default_state() {
    check_same(&Home::new().load().unwrap(), &State::default());
}

#[test]
fn ids_are_never_given_again_after_everything_was_forgotten() {
    let home = Home::lived_in();
    catalog::record(&mut home.open().unwrap(), &[Change::WorkspaceForgotten(shop())]).unwrap();
    let state = home.load().unwrap();
    assert!(state.workspaces.is_empty() && state.snapshots.is_empty() && state.undo.is_empty());
    assert_eq!(state.next_snapshot, 3);
}

#[test]
fn the_table_too_keeps_only_the_newest_lines_of_the_journal() {
    let home = Home::new();
    let lines: Vec<_> = (0..State::JOURNAL + 50).map(|line| noted(format!("line {line}"))).collect();
    for batch in lines.chunks(90) {
        catalog::record(&mut home.open().unwrap(), batch).unwrap();
    }
    check_same(&home.load().unwrap(), &applied(&lines));
    let count: i64 = home.stranger().query_row("SELECT count(*) FROM journal", [], |row| row.get(0)).unwrap();
    assert_eq!(count, i64::try_from(State::JOURNAL).unwrap());
}

#[test]
fn with_nothing_due_nothing_is_written() {
    let home = Home::lived_in();
    let before = (home.bytes(), home.modified());
    for mode in ["rw", "ro"] {
        let mut conn = home.connect(mode).unwrap();
        catalog::prepare(&mut conn).unwrap();
        check_same(&catalog::load(&mut conn).unwrap(), &applied(&life()));
        catalog::record(&mut conn, &[]).unwrap();
    }
    assert_eq!(before, (home.bytes(), home.modified()));
    assert_eq!(home.beside(), ["catalog.db-journal: 0 bytes"]);
}

/// A snapshot was verified in full, the catalog said so, and the power went right after. On Windows, where no folder can be
/// synced, the removal of the catalog's journal had not reached the disk: the journal came back, and undid what had been
/// said. The journal is emptied and synced instead; one that a release before this left behind is played back as ever.
#[test]
fn a_commit_does_not_end_with_a_removal() {
    let home = Home::lived_in();
    let before = home.load().unwrap();
    assert_eq!(home.beside(), ["catalog.db-journal: 0 bytes"]);

    home.stranger().execute_batch("PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE; ROLLBACK").unwrap();
    let old = home.stranger();
    old.execute_batch("PRAGMA cache_size = 1; BEGIN IMMEDIATE; DELETE FROM snapshots; DELETE FROM workspaces").unwrap();
    old.cache_flush().unwrap();
    let (half, journal) = (home.bytes(), home.journal());
    drop(old);
    home.overwrite(&half);
    home.put_journal(&journal);
    check_same(&home.load().unwrap(), &before);
    catalog::record(&mut home.open().unwrap(), &[noted("after it".to_owned())]).unwrap();
    assert_eq!(home.beside(), ["catalog.db-journal: 0 bytes"]);
}

#[test]
fn a_missing_catalog_is_not_made_unless_asked_for() {
    let home = Home::new();
    check_unavailable(home.connect("rw").map(drop), "cannot be opened");
    assert!(!home.file().exists());
}

#[test]
fn a_newer_catalog_is_refused_and_left_alone() {
    let home = Home::lived_in();
    home.meddle("INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231235959'); PRAGMA user_version = 4");
    let before = home.bytes();
    let found = home.load();
    assert!(matches!(found, Err(CatalogError::Newer { found: 4, known: 3 })), "{found:?}");
    assert_eq!(home.bytes(), before);
}

/// One of the two marks of a newer engine alone is a flipped bit: a user who was told to install a newer program
/// could never use his backups again.
#[test]
fn half_a_sign_of_a_newer_engine_is_damage() {
    for sql in [
        "PRAGMA user_version = 4",
        "PRAGMA user_version = 2",
        "PRAGMA user_version = 0",
        "UPDATE __diesel_schema_migrations SET version = '20261123000000' WHERE version LIKE '%1'",
        "DELETE FROM __diesel_schema_migrations",
        "DROP TABLE __diesel_schema_migrations",
    ] {
        let home = Home::lived_in();
        home.meddle(sql);
        check_damaged(&home);
    }
}

#[test]
fn a_database_of_somebody_else_is_not_taken_over() {
    for sql in ["CREATE TABLE theirs (id)", "PRAGMA application_id = 7", "PRAGMA user_version = 7"] {
        let home = Home::new();
        home.meddle(sql);
        let before = home.bytes();
        check_damaged(&home);
        assert_eq!(home.bytes(), before);
    }
}

#[test]
fn rows_that_we_did_not_write_are_damage() {
    for sql in [
        "UPDATE snapshots SET level = 'perfect' WHERE id = 1",
        "UPDATE snapshots SET facts = '{}' WHERE id = 1",
        "UPDATE snapshots SET taken_at = 'yesterday' WHERE id = 1",
        "UPDATE snapshots SET zone = 'Europe/Minsk' WHERE id = 1",
        "UPDATE snapshots SET slot = 'auto_weekly.db' WHERE id = 1",
        "UPDATE snapshots SET inode = inode + 1 WHERE id = 1",
        "UPDATE snapshots SET id = 3 WHERE id = 1",
        "UPDATE snapshots SET pin = NULL",
        "UPDATE journal SET text = text || '!'",
        "UPDATE workspaces SET database = '/etc/passwd'",
        "UPDATE counters SET next_snapshot = 1",
        "UPDATE undo_points SET safeguard = 1",
        "UPDATE undo_points SET operation = NULL",
        "UPDATE undo_points SET operation = 8",
        "PRAGMA ignore_check_constraints = 1; UPDATE snapshots SET facts = '{' WHERE id = 2",
        "DROP TABLE journal",
        "ALTER TABLE journal RENAME COLUMN text TO words",
    ] {
        let home = Home::lived_in();
        home.meddle(sql);
        check_damaged(&home);
    }
}

/// An older version was interrupted in the middle of an export, and the app was updated: a step that has learnt to say more
/// since would have made damage of the whole catalog, and with it went every undo.
#[test]
fn a_step_that_an_older_version_recorded_is_understood() {
    let recorded = r#"{"inspect":{"archive":"books.zip","accept_edited":true}}"#;
    let step: Effect = serde_json::from_str(recorded).unwrap();
    assert_eq!(step, Effect::Inspect { archive: "books.zip".into(), accept_edited: true, all_rows: false });
    let member = BundleMember {
        workspace: WorkspaceId("shop".to_owned()),
        database: "copy.db".into(),
        csv: None,
        copied: String::new(),
        facts: Facts::default(),
    };
    let bundle = Effect::Bundle { members: vec![member], to: "all.zip".into() };
    let mut recorded = serde_json::to_value(&bundle).unwrap();
    let member = recorded["bundle"]["members"][0].as_object_mut().unwrap();
    assert!(member.remove("copied").is_some(), "which older versions did not say");
    assert_eq!(serde_json::from_value::<Effect>(recorded).unwrap(), bundle);
}

#[test]
fn a_truncated_catalog_is_damaged() {
    let home = Home::lived_in();
    let whole = home.bytes();
    // SQLite takes one byte for an empty file.
    for length in (2..whole.len()).step_by(509) {
        home.overwrite(&whole[..length]);
        check_damaged(&home);
    }
}

/// A digit that flips in a date or a size would send rotation astray, so it must not pass for content.
#[test]
fn a_flipped_bit_is_damage_or_changes_nothing() {
    let home = Home::lived_in();
    let whole = home.bytes();
    let mut found_damage = 0;
    for at in (0..whole.len()).step_by(29) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        home.overwrite(&flipped);
        match home.load() {
            Ok(state) => check_same(&state, &applied(&life())),
            Err(CatalogError::Damaged(_)) => found_damage += 1,
            Err(error) => panic!("byte {at}: {error}"),
        }
    }
    assert!(found_damage > 0);
}

#[test]
fn a_catalog_that_another_program_holds_is_unavailable_until_it_lets_go() {
    let home = Home::lived_in();
    let mut conn = home.open().unwrap();
    catalog::set_patience(&mut conn, 20).unwrap();
    let stranger = home.stranger();
    stranger.execute_batch("BEGIN EXCLUSIVE").unwrap();
    check_unavailable(catalog::prepare(&mut conn), "another program");
    check_unavailable(catalog::load(&mut conn), "another program");
    check_unavailable(catalog::record(&mut conn, &[Change::OperationEnded]), "another program");
    stranger.execute_batch("COMMIT; BEGIN; SELECT count(*) FROM snapshots").unwrap();
    // A reader beside us holds up the commit, and nothing of it stays behind.
    check_unavailable(catalog::record(&mut conn, &[noted("held up".to_owned())]), "another program");
    stranger.execute_batch("COMMIT").unwrap();
    check_same(&catalog::load(&mut conn).unwrap(), &applied(&life()));
    catalog::record(&mut conn, &[noted("at last".to_owned())]).unwrap();
    assert_eq!(home.load().unwrap().journal.len(), 2);
}

#[test]
fn a_catalog_that_cannot_be_written_is_unavailable() {
    let home = Home::lived_in();
    let mut conn = home.connect("ro").unwrap();
    check_unavailable(catalog::record(&mut conn, &[noted("no".to_owned())]), "read-only");
}

#[test]
fn a_slot_without_a_name_of_its_own_is_refused_with_the_whole_call() {
    let home = Home::lived_in();
    let nameless = Snapshot { slot: Slot::plain(Base::Manual), ..snapshot(9) };
    let changes = [noted("before it".to_owned()), Change::SnapshotPut(Box::new(nameless))];
    check_unavailable(catalog::record(&mut home.open().unwrap(), &changes), "s9 cannot be recorded");
    check_same(&home.load().unwrap(), &applied(&life()));
}
