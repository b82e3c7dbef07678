//! The names on a disk. They are compared as bytes and shared by all images that differ in data alone, because a million
//! crash states look up a hundred names each.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, Hasher as _};
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::image::seed;
use super::operation::FileId;

/// A number for each name, with its file.
type Hashes = Arc<[(u64, Option<FileId>)]>;

/// Every name, with its file; `None` for a folder.
#[derive(Clone, Debug, Default)]
pub struct Names {
    map: Arc<BTreeMap<Name, Option<FileId>>>,
    /// A number for each name, in order; made once for all that share the names.
    hashes: OnceLock<Hashes>,
    hash: OnceLock<u64>,
    /// Whether every name can be reached.
    pruned: bool,
}

#[derive(Clone, Debug)]
struct Name(Arc<Path>);

impl Names {
    /// The file of a name; `None` in it for a folder.
    pub fn get(&self, path: &Path) -> Option<&Option<FileId>> {
        self.map.get(bytes(path))
    }

    /// All of them; a folder comes before what is in it.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<Path>, &Option<FileId>)> {
        self.map.iter().map(|(name, file)| (&name.0, file))
    }

    /// The names alone.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<Path>> {
        self.map.keys().map(|name| &name.0)
    }

    /// The names directly in a folder.
    pub fn directly_in<'a>(&'a self, folder: &Path) -> impl Iterator<Item = (&'a Arc<Path>, Option<FileId>)> {
        let inside = if folder.parent().is_none() { Vec::new() } else { bytes(folder).to_vec() };
        let (mut from, mut to) = (inside.clone(), inside);
        from.push(b'/');
        to.push(b'/' + 1);
        let start = from.len();
        let range = self.map.range::<[u8], _>((Bound::Excluded(&from[..]), Bound::Excluded(&to[..])));
        let direct = range.filter(move |(name, _)| !bytes(&name.0)[start..].contains(&b'/'));
        direct.map(|(name, file)| (&name.0, *file))
    }

    /// Gives a file or folder a name, in place of what had it.
    pub fn insert(&mut self, path: Arc<Path>, file: Option<FileId>) {
        self.change().insert(Name(path), file);
    }

    /// Takes a name away.
    pub fn remove(&mut self, path: &Path) {
        self.change().remove(bytes(path));
    }

    /// Keeps the names of which this is true.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&Arc<Path>, &mut Option<FileId>) -> bool) {
        self.change().retain(|name, file| is_kept(&name.0, file));
    }

    fn change(&mut self) -> &mut BTreeMap<Name, Option<FileId>> {
        self.hashes = OnceLock::new();
        self.hash = OnceLock::new();
        self.pruned = false;
        Arc::make_mut(&mut self.map)
    }

    /// Drops names in folders that are not there.
    pub(super) fn prune(&mut self) {
        if self.pruned {
            return;
        }
        // A folder sorts before what is in it, so what is left of the names decides.
        let mut lost: Vec<Name> = Vec::new();
        for name in self.map.keys() {
            let all = bytes(&name.0);
            let end = all.iter().rposition(|byte| *byte == b'/').unwrap_or_default();
            let is_there =
                self.map.get(&all[..end]) == Some(&None) && !lost.iter().any(|lost| bytes(&lost.0) == &all[..end]);
            if end > 0 && !is_there {
                lost.push(name.clone());
            }
        }
        if !lost.is_empty() {
            let map = self.change();
            for name in &lost {
                map.remove(bytes(&name.0));
            }
        }
        self.pruned = true;
    }

    /// A number that is equal for equal names of the same files.
    pub fn hash(&self) -> u64 {
        *self.hash.get_or_init(|| seed().hash_one(self.hashes()))
    }

    /// A number for each name, with its file.
    pub(super) fn hashes(&self) -> &[(u64, Option<FileId>)] {
        self.hashes.get_or_init(|| self.map.iter().map(|(name, file)| (hash(bytes(&name.0)), *file)).collect())
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = seed().build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// A path that ends with a separator names the same.
fn bytes(path: &Path) -> &[u8] {
    let all = path.as_os_str().as_encoded_bytes();
    all.strip_suffix(b"/").filter(|rest| !rest.is_empty()).unwrap_or(all)
}

impl Borrow<[u8]> for Name {
    fn borrow(&self) -> &[u8] {
        bytes(&self.0)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        bytes(&self.0).cmp(bytes(&other.0))
    }
}
