//! Every content that a database of a life ever had, each as a database of its own in memory that the engine never
//! sees: so what a sale or a migration makes of a content is known without asking the disk.

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, Result};

use crate::content::{self, Digest};

/// The contents of a life.
#[derive(Default)]
pub(super) struct Shelf {
    contents: BTreeMap<Digest, Connection>,
    words: BTreeMap<Digest, String>,
}

impl Shelf {
    /// What people call a content; the first name stays.
    pub(super) fn call(&mut self, content: Digest, words: impl Into<String>) {
        self.words.entry(content).or_insert_with(|| words.into());
    }

    /// A content for people.
    pub(super) fn name(&self, content: Digest) -> &str {
        self.words.get(&content).map_or("something that nobody committed", String::as_str)
    }

    /// Keeps what a connection sees.
    pub(super) fn keep(&mut self, of: &Connection) -> Digest {
        let digest = content::digest(of).unwrap();
        self.contents.entry(digest).or_insert_with(|| copy(of).unwrap());
        digest
    }

    /// What a change makes of a content.
    pub(super) fn changed(&mut self, content: Digest, change: impl FnOnce(&mut Connection) -> Result<()>) -> Digest {
        let mut changed = copy(&self.contents[&content]).unwrap();
        change(&mut changed).unwrap();
        let digest = content::digest(&changed).unwrap();
        self.contents.entry(digest).or_insert(changed);
        digest
    }

    /// What a content is after each of the commits that a change makes.
    pub(super) fn stages(&mut self, content: Digest, change: impl Fn(&mut Connection) -> Result<()>) -> Vec<Digest> {
        let mut stages = Vec::new();
        for last in 2_u32.. {
            let mut changed = copy(&self.contents[&content]).unwrap();
            let mut commits = 0;
            let refuses = move || {
                commits += 1;
                commits == last
            };
            changed.commit_hook(Some(refuses)).unwrap();
            let is_all = change(&mut changed).is_ok();
            changed.commit_hook(None::<fn() -> bool>).unwrap();
            stages.push(self.keep(&changed));
            if is_all {
                break;
            }
        }
        stages
    }
}

fn copy(of: &Connection) -> Result<Connection> {
    let mut copy = Connection::open_in_memory()?;
    Backup::new(of, &mut copy)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
    Ok(copy)
}
