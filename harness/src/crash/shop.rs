//! The app of the proof: a small shop whose every commit changes rows far apart, so that a mixture of two commits is
//! never equal to one of them. Two schemas: the books, of which there may be many, and one purse.

use omnicraft_core::model::SchemaProfile;
use rusqlite::{Connection, Result, TransactionBehavior};

use super::Subject;
use crate::random::Random;

/// The schema of a shop's books.
pub const BOOKS: &str = "shop.books";
/// The schema of the owner's own purse; at most one.
pub const PURSE: &str = "shop.purse";

/// The shop.
#[derive(Clone, Debug)]
pub struct Shop {
    profiles: Vec<SchemaProfile>,
    goods: i64,
    picture: usize,
}

impl Shop {
    /// A shop whose database is so small that a hundred recoveries take a second.
    pub fn small() -> Self {
        Self::with(18, 700)
    }

    /// A shop whose commits fill a log of many frames.
    pub fn large() -> Self {
        Self::with(120, 1800)
    }

    /// A shop with so many goods, each with a picture of so many bytes.
    pub fn with(goods: i64, picture: usize) -> Self {
        let profiles = vec![profile(BOOKS, 0x53_484F, false), profile(PURSE, 0x50_5552, true)];
        Self { profiles, goods, picture }
    }
}

fn profile(name: &str, application_id: i32, single: bool) -> SchemaProfile {
    SchemaProfile {
        name: name.to_owned(),
        application_id,
        versions: vec!["1".to_owned(), "2".to_owned(), "3".to_owned()],
        version_sql: "SELECT CAST(max(version) AS TEXT) FROM versions".to_owned(),
        identity_sql: "SELECT identity FROM owner".to_owned(),
        single,
        hidden_tables: vec!["versions".to_owned()],
        ..SchemaProfile::default()
    }
}

impl Subject for Shop {
    fn name(&self) -> &'static str {
        "Shop"
    }

    fn profiles(&self) -> &[SchemaProfile] {
        &self.profiles
    }

    fn create(&self, profile: &SchemaProfile, version: &str, connection: &mut Connection) -> Result<()> {
        connection.pragma_update(None, "application_id", profile.application_id)?;
        migrate_up_to(connection, version.parse().unwrap_or_default())
    }

    fn migrate(&self, profile: &SchemaProfile, connection: &mut Connection) -> Result<()> {
        let newest = profile.newest().and_then(|version| version.parse().ok());
        migrate_up_to(connection, newest.unwrap_or_default())
    }

    fn fill(&self, _profile: &SchemaProfile, identity: &str, connection: &mut Connection) -> Result<()> {
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        let transaction = connection.transaction()?;
        transaction.execute("INSERT INTO owner VALUES (1, ?1)", [identity])?;
        transaction.execute("INSERT INTO total VALUES (1, 0, 0)", [])?;
        for id in 0..self.goods {
            let values = (id, format!("thing {id}"), self.picture(id, 0));
            transaction.execute("INSERT INTO goods (id, name, picture) VALUES (?1, ?2, ?3)", values)?;
        }
        transaction.commit()
    }

    fn commit(&self, _profile: &SchemaProfile, number: i64, connection: &mut Connection) -> Result<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("INSERT INTO entries VALUES (?1, 'entry ' || ?1)", [number])?;
        transaction.execute("UPDATE total SET count = count + 1, sum = sum + ?1", [number])?;
        // Every third commit is a large one.
        let changed = if number % 3 == 0 { self.goods / 2 } else { 1 + number % 2 };
        for step in 0..changed {
            let id = (number * 7 + step * 5) % self.goods;
            let values = (id, format!("thing {id} of {number}"), self.picture(id, number));
            transaction.execute("UPDATE goods SET name = ?2, picture = ?3 WHERE id = ?1", values)?;
        }
        transaction.commit()
    }

    fn wipe(&self, _profile: &SchemaProfile, connection: &mut Connection) -> Result<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(
            "DELETE FROM entries; UPDATE total SET count = 0, sum = 0; DELETE FROM goods WHERE id > 2;",
        )?;
        transaction.commit()
    }
}

impl Shop {
    /// Bytes that only this version of this thing has.
    fn picture(&self, id: i64, number: i64) -> Vec<u8> {
        let mut random = Random::new((id.wrapping_mul(1_000_003) ^ number).unsigned_abs());
        (0..self.picture / 8).flat_map(|_| random.next().to_le_bytes()).collect()
    }
}

/// Each version is one transaction, so a power cut leaves a released version, whole.
fn migrate_up_to(connection: &mut Connection, newest: usize) -> Result<()> {
    const STEPS: [&str; 3] = [
        "CREATE TABLE versions (version INTEGER PRIMARY KEY);
         CREATE TABLE owner (id INTEGER PRIMARY KEY CHECK (id = 1), identity TEXT NOT NULL);
         CREATE TABLE entries (number INTEGER PRIMARY KEY, note TEXT NOT NULL);
         CREATE TABLE total (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL, sum INTEGER NOT NULL);
         CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT NOT NULL, picture BLOB NOT NULL);
         INSERT INTO versions VALUES (1);",
        "CREATE INDEX goods_by_name ON goods (name); INSERT INTO versions VALUES (2);",
        "ALTER TABLE goods ADD COLUMN price INTEGER NOT NULL DEFAULT 100;
         UPDATE goods SET price = 100 + id * 7;
         INSERT INTO versions VALUES (3);",
    ];
    let made: bool =
        connection.query_row("SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'versions'", [], |row| row.get(0))?;
    let version: i64 =
        if made { connection.query_row("SELECT max(version) FROM versions", [], |row| row.get(0))? } else { 0 };
    for step in STEPS.iter().take(newest).skip(usize::try_from(version).unwrap_or_default()) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.commit()?;
    }
    Ok(())
}
