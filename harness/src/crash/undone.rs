//! What an app's own commits are worth where no folder can be synced (Windows). A commit with a rollback journal ends with
//! the journal's removal; until the file system makes that durable, a power cut brings the journal back, and whoever opens
//! the database next undoes the commit. SQLite does so below any app that leaves it its default journal mode, with or
//! without an engine beside it, and nothing that the engine may do to a live database would help: the app chooses how
//! durable its commits are. So what is promised of such a commit on such a platform is what SQLite gives: the content
//! before it or after it, until any file is synced.
//!
//! **Invariant:** nothing is relaxed but the app's own commit, from the removal of its journal to the next sync of a file.
//! What the engine or a restore makes of a database is promised at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::note::Note;
use super::trace::Promise;
use crate::content::Digest;
use crate::sim::operation::Operation;

/// Databases whose last commit can be undone, with what they held before it.
type Undone = BTreeMap<Arc<Path>, Digest>;

/// For every point of a log what is promised there on a platform on which no folder can be synced. Points with the same
/// promise share it.
pub(super) fn without_folder_syncs(log: &[Operation], promises: Vec<Arc<Promise>>) -> Vec<Arc<Promise>> {
    let (mut undone, mut commit) = (Undone::new(), None);
    let mut bent: Vec<Arc<Promise>> = Vec::with_capacity(promises.len());
    let mut last: Option<(Arc<Promise>, Undone)> = None;
    for (at, promise) in promises.into_iter().enumerate() {
        if let Some(operation) = at.checked_sub(1).map(|at| &log[at]) {
            step(operation, &mut undone, &mut commit);
        }
        let same = last.as_ref().filter(|(known, then)| Arc::ptr_eq(known, &promise) && *then == undone);
        let next = match (same, bent.last()) {
            (Some(_), Some(bent)) => bent.clone(),
            _ if undone.is_empty() => promise.clone(),
            _ => Arc::new(relaxed(&promise, &undone)),
        };
        last = Some((promise, undone.clone()));
        bent.push(next);
    }
    bent
}

fn step(operation: &Operation, undone: &mut Undone, commit: &mut Option<(Arc<Path>, Digest)>) {
    match operation {
        Operation::Note(note) => {
            if let Note::Commits(of) = &**note {
                commit.clone_from(of);
            }
        }
        Operation::Unlink(path, _) => {
            let ours = commit.as_ref().filter(|(live, _)| is_journal(path, live));
            undone.extend(ours.cloned());
        }
        // With it the names up to there are durable, this one too.
        Operation::SyncFile(..) => undone.clear(),
        _ => {}
    }
}

fn is_journal(path: &Path, live: &Path) -> bool {
    path.to_str().and_then(|path| path.strip_suffix("-journal")) == live.to_str()
}

fn relaxed(promise: &Promise, undone: &Undone) -> Promise {
    let mut promise = promise.clone();
    let worlds = Arc::make_mut(&mut promise.worlds);
    for (live, before) in undone {
        let with: Vec<_> = worlds.iter().filter(|books| books.contains_key(live)).cloned().collect();
        for mut books in with {
            books.insert(live.clone(), *before);
            if !worlds.contains(&books) {
                worlds.push(books);
            }
        }
    }
    promise
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::operation::Force;
    use rusqlite::Connection;

    fn version(name: &str) -> Digest {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(&format!("CREATE TABLE {name} (id)")).unwrap();
        crate::content::digest(&connection).unwrap()
    }

    /// A log in words, and at which of its points the content before the commit is allowed.
    fn check(log: &str, expected: &str) {
        let live: Arc<Path> = Path::new("/home/shop.db").into();
        let (old, new) = (version("old"), version("new"));
        let operation = |word: &str| match word {
            "commits" => Operation::Note(Arc::new(Note::Commits(Some((live.clone(), old))))),
            "committed" => Operation::Note(Arc::new(Note::Commits(None))),
            "removed" => Operation::Unlink(Path::new("/home/shop.db-journal").into(), 1),
            "another" => Operation::Unlink(Path::new("/home/purse.db-journal").into(), 2),
            "sync" => Operation::SyncFile(3, Force::System),
            _ => Operation::SyncFolder(Path::new("/home").into()),
        };
        let log: Vec<Operation> = log.split_whitespace().map(operation).collect();
        let promise = Arc::new(Promise { worlds: Arc::new(vec![[(live.clone(), new)].into()]), ..Promise::default() });
        let promises = std::iter::repeat_n(promise, log.len() + 1).collect();
        let bent = without_folder_syncs(&log, promises);
        let may_be_old = |promise: &Arc<Promise>| promise.worlds.iter().any(|books| books[&live] == old);
        let found: String = bent.iter().map(|promise| if may_be_old(promise) { '?' } else { '.' }).collect();
        assert_eq!(found, expected);
        assert!(bent.iter().all(|promise| promise.worlds.iter().any(|books| books[&live] == new)));
    }

    #[test]
    fn a_commit_of_the_app_is_in_doubt_until_a_file_is_synced() {
        check("commits removed committed folder sync folder", "..???..");
        check("commits sync removed committed sync", "...??.");
    }

    #[test]
    fn nothing_else_is() {
        // The engine removes a journal, or the app one of another database.
        check("removed folder", "...");
        check("commits committed removed folder", ".....");
        check("commits another committed", "....");
    }
}
