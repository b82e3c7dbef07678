//! What people, programs and time do to files behind the engine's back, and what the owner's book says of it: a backup
//! that was deleted by hand is promised no more, and a database that was spoilt holds whatever is left of it.

use std::path::{Path, PathBuf};

use omnicraft_core::names;

use super::day::{How, Victim};
use super::intention::live;
use super::life::Life;
use super::machine::lights_out;
use super::reference::Live;
use crate::crash::life::HOME;

impl Life {
    /// Somebody or something spoils a file, while the engine is running or not.
    pub(super) fn harm(&mut self, victim: Victim, how: How, running: bool) {
        match victim {
            Victim::Live(which) => self.harm_live(which, "", how),
            Victim::Log(which) => self.harm_live(which, "-wal", how),
            Victim::Snapshot(which, n) => self.harm_snapshot(which, n, how, running),
            Victim::Manifest(which, n) => self.harm_manifest(which, n, how, running),
            // With both gone nobody could know of a database any more.
            Victim::Catalog if !self.registry_harmed => {
                self.catalog_harmed |= self.spoil(Path::new(HOME).join(names::CATALOG), how, running);
            }
            Victim::Registry if !self.catalog_harmed => {
                let how = if matches!(how, How::Edited(_) | How::Decayed(_)) { How::Deleted } else { how };
                self.registry_harmed |= self.spoil(Path::new(HOME).join(names::REGISTRY), how, running);
            }
            Victim::Intent => self.put_intent(running),
            Victim::Catalog | Victim::Registry => {}
        }
    }

    fn spoil(&mut self, path: PathBuf, how: How, running: bool) -> bool {
        if !running {
            self.computer.quit();
        }
        let harmed = self.computer.harm(&path, how);
        if harmed {
            self.tampered |= self.computer.engine.is_some();
            let meanwhile = if self.computer.engine.is_some() { " while the engine is running" } else { "" };
            self.tell(format!("{} {how}{meanwhile}", path.display()));
        }
        harmed
    }

    fn harm_snapshot(&mut self, which: u8, n: u8, how: How, running: bool) {
        let name = self.listed(which);
        let captures = &self.books[name].captures;
        let place = usize::from(n) % captures.len().max(1);
        let Some(capture) = captures.get(place).filter(|capture| !capture.harmed) else { return };
        let path = PathBuf::from(&capture.path);
        if self.spoil(path, how, running) {
            let capture = &mut self.books.get_mut(name).unwrap().captures[place];
            capture.harmed = true;
            capture.hidden = matches!(how, How::Decayed(_));
        }
    }

    fn harm_manifest(&mut self, which: u8, n: u8, how: How, running: bool) {
        let name = self.listed(which);
        let captures = &self.books[name].captures;
        let place = usize::from(n) % captures.len().max(1);
        let Some(capture) = captures.get(place) else { return };
        let manifest = names::manifest(&self.workspace(name), omnicraft_core::model::SnapshotId(capture.id));
        if self.spoil(Path::new(HOME).join(manifest), how, running) {
            self.books.get_mut(name).unwrap().captures[place].without_facts = true;
        }
    }

    /// Nobody can spoil a database that the app holds and say what it holds then.
    fn harm_live(&mut self, which: u8, suffix: &str, how: How) {
        let name = self.listed(which);
        self.computer.order(lights_out(0));
        self.computer.kill();
        let path = live(name);
        let file = PathBuf::from(format!("{}{suffix}", path.display()));
        if !self.computer.harm(&file, how) {
            return;
        }
        self.tell(format!("the app is killed, and {} {how}", file.display()));
        let image = self.computer.machine.disk.image();
        let found = self.reader.content(&image, &path);
        let after = match found {
            None => Live::Missing,
            Some(Ok(_)) => {
                let connection = self.reader.connect(&image, &path).unwrap();
                let content = self.shelf.keep(&connection);
                self.shelf.call(content, format!("what was left of {name}"));
                Live::Holds(content)
            }
            Some(Err(_)) if self.is_plainly_ruined(&path) => Live::Ruined,
            Some(Err(_)) => {
                // Some checks see it and others do not: nothing could be expected of it.
                self.computer.harm(&path, How::Deleted);
                self.tell("   so that nobody knows what to make of it, and it is deleted".to_owned());
                Live::Missing
            }
        };
        let business = self.books.get_mut(name).unwrap();
        if matches!(how, How::Decayed(_)) && after != Live::Missing {
            business.decays(after);
        } else {
            business.becomes(after);
        }
    }

    fn is_plainly_ruined(&self, path: &Path) -> bool {
        let image = self.computer.machine.disk.image();
        let quick = self
            .reader
            .connect(&image, path)
            .and_then(|connection| connection.query_row("PRAGMA quick_check", [], |row| row.get::<_, String>(0)));
        quick.map_or(true, |found| found != "ok")
    }

    fn put_intent(&mut self, running: bool) {
        if !running {
            self.computer.quit();
        }
        let path = format!("{HOME}/{}", names::INTENT);
        if self.computer.machine.disk.file(Path::new(&path)).is_err() {
            self.computer.put(&path, b"{\"operation\": 7, \"targets\": []}");
            self.tampered |= self.computer.engine.is_some();
            self.tell(format!("somebody puts a file of his own at {path}"));
        }
    }
}
