//! What the live databases hold, all together, against the worlds that were promised. Six guarantees speak of it, each of
//! another moment; exactly one of them is asked about a crash state.

use std::path::Path;

use crate::content::Digest;
use crate::crash::observe::{Content, Found, NO_FILE};
use crate::crash::trace::Promise;
use crate::crash::{Books, Deed};

/// The guarantee that the live databases fall under now.
pub(super) fn guardian(promise: &Promise) -> &'static str {
    let under_way = promise.operation.as_deref();
    match promise.destroys.as_ref().map(|destroyed| destroyed.deed) {
        // A restore that changes nothing is one that is refused, or only looked at.
        None if under_way.is_some_and(is_about_a_restore) => "G10",
        None | Some(Deed::OfTheApp) => "G7",
        Some(_) if under_way.is_some() => "G4",
        Some(Deed::RestoreOfCsv) => "G9",
        Some(Deed::Restore | Deed::Undo) => "G3",
    }
}

fn is_about_a_restore(operation: &str) -> bool {
    ["Restore", "Undo", "Preview"].iter().any(|word| operation.starts_with(word))
}

/// Judges the live databases, if this is the guarantee that they fall under.
pub(super) fn judge(id: &str, promise: &Promise, found: &Found) -> Result<(), String> {
    // An engine that does not start shows nothing; that is judged by G11.
    if guardian(promise) != id
        || found.refused.is_some()
        || promise.worlds.iter().any(|books| equals(promise, books, found))
    {
        return Ok(());
    }
    let mut told: Vec<String> = found
        .live
        .iter()
        .filter(|(path, content)| !promise.worlds.iter().any(|books| holds(promise, books, path, content)))
        .map(|(path, content)| format!("{} holds {}", path.display(), words(promise, content)))
        .collect();
    let always = promise.worlds.first().into_iter().flat_map(Books::keys);
    let missing = always.filter(|path| promise.worlds.iter().all(|books| books.contains_key(*path)));
    told.extend(missing.filter(|path| !found.live.contains_key(*path)).map(|path| gone(path)));
    if told.is_empty() {
        let all = found.live.iter().map(|(path, content)| format!("{}: {}", path.display(), words(promise, content)));
        told.push(format!("a mixture: {}", all.collect::<Vec<_>>().join(", ")));
    }
    Err(told.join("; "))
}

fn equals(promise: &Promise, books: &Books, found: &Found) -> bool {
    books.len() == found.live.len() && found.live.iter().all(|(path, content)| holds(promise, books, path, content))
}

fn holds(promise: &Promise, books: &Books, path: &Path, content: &Content) -> bool {
    // Where there was no file, one that nothing can read is neither the old database nor the new one.
    let has_come = promise.missing.contains(path) && content.as_ref().is_err_and(|reason| reason != NO_FILE);
    // Where nobody expects anything that can be read, nothing that can be read is what must be there.
    !has_come && books.get(path) == Some(content.as_ref().unwrap_or(&Digest::UNREADABLE))
}

fn words(promise: &Promise, content: &Content) -> String {
    match content {
        Ok(digest) => {
            let known = promise.known.get(digest).cloned();
            known.unwrap_or_else(|| format!("{digest}, which nobody committed"))
        }
        Err(reason) => reason.clone(),
    }
}

fn gone(path: &Path) -> String {
    format!("{} is no longer looked after", path.display())
}

#[cfg(test)]
mod tests {
    use super::super::ALL;
    use super::super::stage::stage;

    /// The journal of a database that was gone was played back into the one that came in its place.
    #[test]
    fn what_was_missing_does_not_come_back_unreadable() {
        let told = |missing: &str| {
            let promise = format!("worlds: shop=! | shop=A; operation: RestoreRequested{missing}");
            let (promised, found) = stage(&promise, "live: shop=!");
            super::judge("G10", &promised, &found).err().unwrap_or_else(|| "kept".to_owned())
        };
        assert_eq!(told(""), "kept");
        assert_eq!(told("; missing: /home/shop.db"), "/home/shop.db holds malformed");
    }

    /// Whatever the moment, live databases that nobody promised break one guarantee, and only one.
    #[test]
    fn every_moment_has_one_guardian() {
        for (promise, id) in [
            ("worlds: shop=A", "G7"),
            ("worlds: shop=A | shop=B; operation: AppStarted", "G7"),
            ("worlds: shop=A; operation: RestoreRequested", "G10"),
            ("worlds: shop=A; operation: PreviewAllRequested", "G10"),
            ("worlds: shop=A | shop=B; destroys: app shop=A", "G7"),
            ("worlds: shop=A | shop=B; operation: RestoreRequested; destroys: restore shop=A -> shop=B", "G4"),
            ("worlds: shop=B; destroys: restore shop=A -> shop=B", "G3"),
            ("worlds: shop=B; destroys: undo shop=A -> shop=B", "G3"),
            ("worlds: shop=A | shop=B; operation: RestoreRequested; destroys: csv shop=A -> shop=B", "G4"),
            ("worlds: shop=B; destroys: csv shop=A -> shop=B", "G9"),
        ] {
            // The safeguard that a restore must have made is there; the live database is what is wrong.
            let cards = "before: s1 shop auto_before_restore sound A";
            let (promised, found) = stage(&format!("{promise}; {cards}"), "live: shop=X; undo: shop=s1");
            let broken: Vec<&str> =
                ALL.iter().filter(|one| (one.judge)(&promised, &found).is_err()).map(|one| one.id).collect();
            assert_eq!(broken, [id], "{promise}");
            let (promised, found) = stage(&format!("{promise}; {cards}"), "undo: shop=s1");
            let broken: Vec<&str> =
                ALL.iter().filter(|one| (one.judge)(&promised, &found).is_err()).map(|one| one.id).collect();
            assert!(broken.is_empty(), "{promise} breaks {broken:?}");
        }
    }
}
