//! Whether a guarantee has anything to say at a moment. Its judge is shown disks on which everything is wrong: one that
//! accepts them all cannot be broken there, and what it accepts is no proof.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::crash::Books;
use crate::crash::observe::{Content, Found};
use crate::crash::trace::Promise;
use crate::guarantees::Guarantee;

/// Whether a crash state at this moment can break it.
pub(super) fn speaks(guarantee: &Guarantee, promise: &Promise) -> bool {
    worst(promise).iter().any(|found| (guarantee.judge)(promise, found).is_err())
}

fn worst(promise: &Promise) -> Vec<Found> {
    let lost = |_: &_| Err("all is lost".to_owned());
    let paths = || promise.worlds.iter().flat_map(Books::keys).cloned();
    let everything: BTreeMap<Arc<Path>, Content> = paths().map(|path| (path.clone(), lost(&path))).collect();
    let rubbish: Arc<Path> = Path::new("/rubbish.db").into();
    let nothing_left = Found {
        before: vec![(rubbish.clone(), Err("torn".to_owned()))],
        live: everything,
        again: Some("it goes on for ever".to_owned()),
        leftovers: vec![rubbish],
        ..Found::default()
    };
    // The deed is done, everything looks right, and there is no snapshot.
    let bare = promise.worlds.iter().map(|books| {
        let live = books.iter().map(|(path, digest)| (path.clone(), Ok(*digest)));
        Found { live: live.collect(), ..Found::default() }
    });
    std::iter::once(nothing_left).chain(bare).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;
    use std::sync::Arc;

    use super::speaks;
    use crate::content::Digest;
    use crate::crash::trace::{Destroyed, Promise};
    use crate::crash::{Books, Deed};
    use crate::guarantees;

    fn check(promise: &Promise, expected: &[&str]) {
        let speaking = guarantees::ALL.iter().filter(|guarantee| speaks(guarantee, promise));
        assert_eq!(speaking.map(|guarantee| guarantee.id).collect::<Vec<_>>(), expected);
    }

    fn books(content: Digest) -> Books {
        Books::from([(Arc::from(Path::new("/home/shop.db")), content)])
    }

    #[test]
    fn only_what_can_be_broken_is_counted() {
        let [old, new] = ["old", "new"].map(|words| {
            let connection = rusqlite::Connection::open_in_memory().unwrap();
            connection.execute_batch(&format!("CREATE TABLE {words} (a)")).unwrap();
            crate::content::digest(&connection).unwrap()
        });
        let quiet = Promise { worlds: Arc::new(vec![books(old)]), ..Promise::default() };
        check(&quiet, &["G1", "G7", "G8", "G11"]);
        let held = BTreeMap::from([(Arc::from(Path::new("/home/shop.db")), BTreeSet::from([old]))]);
        let destroyed = Destroyed { deed: Deed::Restore, held, unreadable: BTreeMap::new(), after: books(new) };
        let restore = Promise {
            worlds: Arc::new(vec![books(old), books(new)]),
            operation: Some("RestoreRequested".to_owned()),
            destroys: Some(Arc::new(destroyed)),
            ..Promise::default()
        };
        check(&restore, &["G1", "G4", "G5", "G8", "G11", "G12"]);
    }
}
