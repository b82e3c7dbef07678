//! BLAKE3 of a file, of a large one on two cores. BLAKE3 is the root of a tree over the content: branches that are whole
//! can be computed apart and put together, which the crate does for threads of its own kind only.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek as _, SeekFrom};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use blake3::Hasher;
use blake3::hazmat::{self, ChainingValue, HasherExt as _, Mode};

use super::copying::LARGE;
use super::{Watch, go_on, open};
use crate::two_cores;

/// Bytes that are read at a time: what a core has just read is still in its cache when it is hashed.
pub(super) const BLOCK: usize = 256 << 10;

/// Bytes of a branch, which must be a power of two and less than [`LARGE`].
const BRANCH: u64 = 4 << 20;

/// BLAKE3 of a file, in hex.
pub(super) fn digest(path: &Path, watch: Watch<'_>) -> io::Result<String> {
    on_one_core(open(path)?, watch)
}

fn on_one_core(mut file: File, watch: Watch<'_>) -> io::Result<String> {
    let (mut hasher, mut block, mut done) = (Hasher::new(), vec![0; BLOCK], 0);
    while let Some(read) = hash_some(&mut file, &mut hasher, &mut block)? {
        done += read as u64;
        go_on(watch, done)?;
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// The same on two cores, where that pays.
pub(super) fn digest_on_cores(path: &Path, watch: Watch<'_>) -> io::Result<String> {
    let mut file = open(path)?;
    let bytes = file.metadata()?.len();
    if bytes < LARGE || !two_cores::are_there() {
        return on_one_core(file, watch);
    }
    on_two_cores([&mut file, &mut open(path)?], bytes, watch)
}

/// Takes some more of a file into a digest; how much, and `None` at its end.
pub(super) fn hash_some(file: &mut impl Read, hasher: &mut Hasher, block: &mut [u8]) -> io::Result<Option<usize>> {
    loop {
        match file.read(block) {
            Ok(0) => return Ok(None),
            Ok(read) => {
                hasher.update(&block[..read]);
                return Ok(Some(read));
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The digest of a file of so many bytes, which is open twice.
fn on_two_cores([here, beside]: [&mut File; 2], bytes: u64, watch: Watch<'_>) -> io::Result<String> {
    let tree = Tree { bytes, next: AtomicU64::new(0), done: AtomicU64::new(0), failed: AtomicBool::new(false) };
    let (mut branches, others) = thread::scope(|scope| {
        let other = scope.spawn(|| tree.branches(beside, &mut |_| true));
        let here = tree.branches(here, watch);
        let other = other.join().unwrap_or_else(|panic| resume_unwind(panic));
        Ok::<_, io::Error>((here?, other?))
    })?;
    branches.extend(others);
    Ok(tree.root(&branches).to_hex().to_string())
}

/// The tree over a file's content.
struct Tree {
    bytes: u64,
    /// Where the next branch begins that nobody computes yet.
    next: AtomicU64,
    /// Bytes that are hashed.
    done: AtomicU64,
    /// Whether one thread has failed or was stopped: then the other ends too.
    failed: AtomicBool,
}

/// Branches by where they begin.
type Branches = BTreeMap<u64, ChainingValue>;

impl Tree {
    /// Computes branches as long as there are some that nobody computes, and nothing has failed.
    fn branches(&self, file: &mut File, watch: Watch<'_>) -> io::Result<Branches> {
        let branches = self.some(file, watch);
        if branches.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        branches
    }

    fn some(&self, file: &mut File, watch: Watch<'_>) -> io::Result<Branches> {
        let (mut branches, mut block) = (Branches::new(), vec![0; BLOCK]);
        loop {
            let start = self.next.fetch_add(BRANCH, Ordering::Relaxed);
            if start >= self.bytes || self.failed.load(Ordering::Relaxed) {
                return Ok(branches);
            }
            file.seek(SeekFrom::Start(start))?;
            let mut left = BRANCH.min(self.bytes - start);
            let mut hasher = Hasher::new();
            hasher.set_input_offset(start);
            while left > 0 {
                let read = hash_some(&mut file.take(left), &mut hasher, &mut block)?;
                // It is shorter than it was when it was opened.
                let read = read.ok_or(ErrorKind::UnexpectedEof)? as u64;
                left -= read;
                go_on(watch, self.done.fetch_add(read, Ordering::Relaxed) + read)?;
            }
            branches.insert(start, hasher.finalize_non_root());
        }
    }

    fn root(&self, branches: &Branches) -> blake3::Hash {
        let left = hazmat::left_subtree_len(self.bytes);
        let [left, right] = [value(branches, 0, left), value(branches, left, self.bytes - left)];
        hazmat::merge_subtrees_root(&left, &right, Mode::Hash)
    }
}

/// What a part of the tree comes to.
fn value(branches: &Branches, start: u64, bytes: u64) -> ChainingValue {
    if bytes <= BRANCH {
        return branches[&start];
    }
    let left = hazmat::left_subtree_len(bytes);
    let [left, right] = [value(branches, start, left), value(branches, start + left, bytes - left)];
    hazmat::merge_subtrees_non_root(&left, &right, Mode::Hash)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    /// Both ways, whatever the machine has.
    #[track_caller]
    fn check(bytes: u64) {
        let content: Vec<u8> = (0..bytes).map(|n| (n * n / 7).to_le_bytes()[1]).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&content).unwrap();
        let expected = blake3::hash(&content).to_hex().to_string();
        let mut done = 0;
        let mut watch = |now| {
            done = done.max(now);
            true
        };
        assert_eq!(digest_on_cores(file.path(), &mut watch).unwrap(), expected, "{bytes} bytes");
        assert!(done <= bytes, "{done}");
        if bytes > BRANCH {
            let [mut here, mut beside] = [(); 2].map(|()| open(file.path()).unwrap());
            assert_eq!(
                on_two_cores([&mut here, &mut beside], bytes, &mut |_| true).unwrap(),
                expected,
                "{bytes} bytes"
            );
        }
    }

    #[test]
    fn lengths_around_a_branch_have_their_digest() {
        for branches in [0, 1, 2, 3, 5, 8] {
            (-1..=1).filter_map(|more| (branches * BRANCH).checked_add_signed(more)).for_each(check);
        }
        check(2 * BRANCH + 1024);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn any_length_has_its_digest(bytes in 0..(9 * BRANCH)) {
            check(bytes);
        }
    }

    #[test]
    fn it_is_stopped() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(5 * BRANCH).unwrap();
        let mut asked = 0;
        let mut watch = |_| {
            asked += 1;
            asked < 3
        };
        assert_eq!(digest_on_cores(file.path(), &mut watch).unwrap_err().kind(), ErrorKind::Interrupted);
    }

    /// A file that loses its end while it is read has no digest, rather than that of something else.
    #[test]
    fn what_has_become_shorter_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(3 * BRANCH).unwrap();
        let [mut here, mut beside] = [(); 2].map(|()| open(file.path()).unwrap());
        let error = on_two_cores([&mut here, &mut beside], 3 * BRANCH + 1, &mut |_| true).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }
}
