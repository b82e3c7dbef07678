//! What happens to a shop without anybody's wish: programs die, files are lost, decay, or are thrown away by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use omnicraft_core::names;
use omnicraft_host::progress::Observer;
use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::folder;
use super::life::{HOME, Life, id};
use super::observe::content_at;
use crate::content::Digest;

impl Life {
    /// The app dies while it has a workspace's database open: nothing is merged, and its log stays.
    pub fn kill(&mut self, name: &str) {
        if let Some(connection) = self.ledger.handles.lock().remove(&id(name)) {
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
        }
    }

    /// Another program has the database open, and has looked at it.
    pub fn share(&mut self, name: &str) {
        let other = self.machine.connect(&self.database(name)).unwrap();
        other.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).unwrap();
        self.others.push(other);
    }

    /// Another program is reading the database, and stays at what it sees.
    pub fn share_reading(&mut self, name: &str) {
        let other = self.machine.connect(&self.database(name)).unwrap();
        other.execute_batch("BEGIN").unwrap();
        other.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).unwrap();
        self.others.push(other);
    }

    /// Another program that has a database open merges its log.
    pub fn merge_log(&self) -> Result<(), String> {
        let merge = |other: &Connection| other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        self.others.iter().try_for_each(merge).map_err(|error| error.to_string())
    }

    /// Starts the engine again over what happened to the home. The second answer is an error unless it counts on every
    /// snapshot that there was.
    pub fn reopen(&mut self, observer: Box<dyn Observer>) -> Result<Result<(), String>, String> {
        let before = self.cards_now();
        self.restart(observer).map_err(|error| error.to_string())?;
        let after = self.cards_now();
        let lost = before.iter().find(|card| !after.contains(card));
        Ok(lost.map_or(Ok(()), |card| Err(format!("{card:?} is not among {after:#?}"))))
    }

    /// Somebody throws a file of the home away, and counts on it no longer.
    pub fn throw_away(&mut self, path: impl AsRef<Path>) {
        let path = Path::new(HOME).join(path);
        self.undisturbed(|life| life.machine.files().remove(&path).unwrap());
        self.cards.retain(|card| *card.path != *path);
        self.damaged.insert(path.into());
    }

    /// A sector in the middle of a database of the home becomes garbage: the beginning of its third page, which is the
    /// first one of a table.
    pub fn decay(&mut self, path: impl AsRef<Path>) {
        self.spoil_in_home(path.as_ref(), 2 * 4096);
    }

    /// The beginning of a file of the home becomes garbage.
    pub fn behead(&mut self, path: impl AsRef<Path>) {
        self.spoil_in_home(path.as_ref(), 0);
    }

    fn spoil_in_home(&mut self, path: &Path, offset: u64) {
        let path = Path::new(HOME).join(path);
        self.overwrite(&path, offset, &[0x5A; 512]);
        self.damaged.insert(path.into());
    }

    /// Bytes of a file become others behind everybody's back.
    pub(super) fn overwrite(&self, path: &Path, offset: u64, with: &[u8]) {
        if !self.machine.is_here() {
            let file = self.machine.disk.file(path).unwrap();
            return self.machine.disk.write(file, offset, with).unwrap();
        }
        let mut bytes = self.bytes_of(path);
        let from = usize::try_from(offset).unwrap();
        bytes[from..from + with.len()].copy_from_slice(with);
        self.put(path, &bytes);
    }

    /// A file as it is.
    pub(super) fn bytes_of(&self, path: &Path) -> Vec<u8> {
        self.machine.files().read(path, u64::from(u32::MAX)).unwrap()
    }

    /// A file with this in it, in place of the one that is there.
    pub(super) fn put(&self, path: &Path, bytes: &[u8]) {
        self.machine.files().remove(path).unwrap();
        self.machine.files().write_new(path, bytes).unwrap();
    }

    /// Lists of the engine's that may be found damaged or missing: somebody has done that, or they were never there.
    pub(super) fn tampered(&self) -> BTreeSet<Arc<Path>> {
        let is_missing = |list: &Arc<Path>| self.machine.disk.file(list).is_err();
        folder::lists().into_iter().filter(|list| self.damaged.contains(list) || is_missing(list)).collect()
    }

    /// Lists that are there and cannot be read, with numbers for their contents.
    pub(super) fn wrecks(&self) -> BTreeMap<Arc<Path>, u64> {
        let is_wreck = |list: &Arc<Path>| {
            let file = self.machine.disk.file(list);
            let bytes = file.map(|file| self.machine.disk.content(file).bytes());
            bytes.is_ok_and(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).is_err())
        };
        let wrecks = self.tampered().into_iter().filter(is_wreck);
        wrecks.map(|list| (list.clone(), content_at(&self.machine, &list))).collect()
    }

    /// The live database is one that nothing can read any more, or is not there, and nobody expects otherwise.
    pub fn is_unreadable(&mut self, name: &str) {
        let mut books = self.ledger.books();
        books.insert(self.database(name).as_path().into(), Digest::UNREADABLE);
        self.ledger.know(Digest::UNREADABLE, "nothing that can be read");
        self.ledger.settle(books);
    }

    /// The catalog's file.
    pub fn catalog() -> PathBuf {
        Path::new(HOME).join(names::CATALOG)
    }
}
