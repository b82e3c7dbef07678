//! The pretend app's books: a small database in which every commit changes rows far apart, so that a mixture of two
//! commits is never equal to one of them.

use rusqlite::{Connection, Result, TransactionBehavior};

/// Things on the shelf; with their pictures about 100 KB.
const GOODS: i64 = 60;
const PICTURE: usize = 1200;

/// Makes the tables and the goods.
pub fn found(connection: &mut Connection) -> Result<()> {
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(
        "CREATE TABLE entries (number INTEGER PRIMARY KEY, note TEXT NOT NULL);
         CREATE TABLE total (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL, sum INTEGER NOT NULL);
         CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT NOT NULL, picture BLOB NOT NULL);
         CREATE INDEX goods_by_name ON goods (name);
         INSERT INTO total VALUES (1, 0, 0);",
    )?;
    for id in 0..GOODS {
        let values = (id, format!("thing {id}"), picture(id, 0));
        transaction.execute("INSERT INTO goods (id, name, picture) VALUES (?1, ?2, ?3)", values)?;
    }
    transaction.commit()
}

/// Commits entry `number`: a row, the total, and three goods. The content afterwards follows from the content before
/// and the number alone.
pub fn commit(connection: &mut Connection, number: i64) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("INSERT INTO entries VALUES (?1, 'entry ' || ?1)", [number])?;
    transaction.execute("UPDATE total SET count = count + 1, sum = sum + ?1", [number])?;
    for place in [number, number * 7 + 20, number * 11 + 40] {
        let id = place % GOODS;
        let values = (id, format!("thing {id} of {number}"), picture(id, number));
        transaction.execute("UPDATE goods SET name = ?2, picture = ?3 WHERE id = ?1", values)?;
    }
    transaction.commit()
}

/// Adds a table that no commit touches, of about so many megabytes in rows of 2 KB that do not compress.
pub fn add_ballast(connection: &Connection, megabytes: i64) -> Result<()> {
    connection.execute_batch("CREATE TABLE IF NOT EXISTS ballast (id INTEGER PRIMARY KEY, scan BLOB NOT NULL)")?;
    let rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 * 512)";
    let sql = format!("{rows} INSERT INTO ballast (scan) SELECT randomblob(2000) FROM n");
    connection.execute(&sql, [megabytes]).map(drop)
}

/// What is wrong with the books, if they are not those of one moment.
pub fn audit(connection: &Connection) -> Result<Option<String>> {
    let (count, sum): (i64, i64) =
        connection.query_row("SELECT count, sum FROM total", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (entries, entered): (i64, i64) =
        connection.query_row("SELECT count(*), coalesce(sum(number), 0) FROM entries", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let balances = (count, sum) == (entries, entered);
    Ok((!balances)
        .then(|| format!("the total says {count} entries that add up to {sum}, there are {entries} ({entered})")))
}

/// How many entries there are.
pub fn entries(connection: &Connection) -> Result<i64> {
    connection.query_row("SELECT count(*) FROM entries", [], |row| row.get(0))
}

/// Bytes that only this version of this thing has.
fn picture(id: i64, number: i64) -> Vec<u8> {
    let mut random = crate::random::Random::new((id.wrapping_mul(1_000_003) ^ number).unsigned_abs());
    (0..PICTURE / 8).flat_map(|_| random.next().to_le_bytes()).collect()
}
