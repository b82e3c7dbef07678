//! What lies on a disk at one moment: names, and files made of shared blocks, so that a million crash states cost no
//! more than what differs between them.

use std::hash::{BuildHasher as _, Hash, Hasher as _};
use std::path::Path;
use std::sync::{Arc, LazyLock, OnceLock};

use foldhash::quality::FixedState;

use super::files::Files;
use super::names::Names;
use super::operation::{FileId, Operation};

/// Bytes of a block; also the most that real disks write without tearing.
pub const BLOCK: usize = 4096;

/// Names and files.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// Every name, with its file; `None` for a folder.
    pub names: Names,
    /// Every file's content, also of those without a name, which nothing can reach.
    pub files: Files,
}

/// A file's content, and when it was last written.
#[derive(Clone, Debug, Default)]
pub struct Content {
    size: u64,
    time: i64,
    blocks: Vec<Arc<Block>>,
    hash: OnceLock<u64>,
}

/// A part of a file; never changed, so that files share it.
#[derive(Debug)]
pub struct Block {
    bytes: Box<[u8]>,
    hash: OnceLock<u64>,
}

impl Image {
    /// Does what an operation says.
    pub fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::Create(path, file) | Operation::Link(path, file) => {
                self.names.insert(path.clone(), Some(*file));
                self.exist(*file);
            }
            Operation::Rename(from, to, file) => {
                self.forget(from, *file);
                self.names.insert(to.clone(), Some(*file));
                self.exist(*file);
            }
            Operation::Unlink(path, file) => self.forget(path, *file),
            Operation::MakeFolder(path) => {
                self.names.insert(path.clone(), None);
            }
            Operation::Write { file, offset, bytes, time } => self.change(*file, *time).write(*offset, bytes),
            Operation::Resize { file, size, time } => self.change(*file, *time).resize(*size),
            Operation::SyncFile(..) | Operation::SyncFailed(_) | Operation::SyncFolder(_) | Operation::Note(_) => {}
        }
    }

    fn change(&mut self, file: FileId, time: i64) -> &mut Content {
        let content = self.files.change(file);
        content.touch(time);
        content
    }

    /// A file that has a name is empty where it was never written.
    pub fn exist(&mut self, file: FileId) {
        if self.files.get(file).is_none() {
            self.files.insert(file, Arc::default());
        }
    }

    fn forget(&mut self, path: &Path, file: FileId) {
        if self.names.get(path) == Some(&Some(file)) {
            self.names.remove(path);
        }
    }

    /// The file of a name.
    pub fn file(&self, path: &Path) -> Option<FileId> {
        self.names.get(path).copied().flatten()
    }

    /// Whether there is a folder of this name.
    pub fn is_folder(&self, path: &Path) -> bool {
        self.names.get(path) == Some(&None)
    }

    /// A file's content; nothing for one that was never written.
    pub fn content(&self, file: FileId) -> Option<&Content> {
        self.files.get(file).map(|content| &**content)
    }

    /// The content of the file of a name.
    pub fn content_at(&self, path: &Path) -> Option<&Content> {
        self.file(path).and_then(|file| self.content(file))
    }

    /// The names directly in a folder.
    pub fn names_in(&self, folder: &Path) -> impl Iterator<Item = (&Arc<Path>, Option<FileId>)> {
        self.names.directly_in(folder)
    }

    /// Drops names in folders that are not there, which nothing can reach.
    pub fn prune(&mut self) {
        self.names.prune();
    }

    /// Makes images that will be made of this one cheap.
    pub fn share(&mut self) {
        self.files.share();
    }

    /// A number that is equal for images in which every name leads to the same bytes, and, but for one chance in
    /// billions, for no others.
    pub fn hash(&self) -> u64 {
        let mut hasher = seed().build_hasher();
        for (name, file) in self.names.hashes() {
            name.hash(&mut hasher);
            file.and_then(|file| self.files.get(file)).map(|content| content.hash()).hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// A hash that gives the same numbers in every run.
pub(super) fn seed() -> FixedState {
    FixedState::with_seed(7)
}

impl Content {
    /// Bytes.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// When it was last written, in ticks of its disk.
    pub const fn time(&self) -> i64 {
        self.time
    }

    /// A number for its bytes and size.
    pub fn hash(&self) -> u64 {
        *self.hash.get_or_init(|| {
            let mut hasher = seed().build_hasher();
            self.size.hash(&mut hasher);
            self.blocks.iter().for_each(|block| block.hash().hash(&mut hasher));
            hasher.finish()
        })
    }

    /// A number for the bytes of one block; `None` beyond the end.
    pub fn block_hash(&self, block: usize) -> Option<u64> {
        self.blocks.get(block).map(|block| block.hash())
    }

    /// Whether a block is the very same as that of another file.
    pub fn shares(&self, block: usize, with: &Self) -> bool {
        match (self.blocks.get(block), with.blocks.get(block)) {
            (Some(ours), Some(theirs)) => Arc::ptr_eq(ours, theirs),
            (None, _) | (_, None) => false,
        }
    }

    /// Reads from an offset on; returns how many bytes there were.
    pub fn read(&self, offset: u64, into: &mut [u8]) -> usize {
        let end = self.size.min(offset.saturating_add(into.len() as u64));
        let mut at = offset;
        while at < end {
            let (block, within) = place(at);
            let length = (BLOCK - within).min(usize::try_from(end - at).unwrap_or(BLOCK));
            let done = usize::try_from(at - offset).unwrap_or_default();
            into[done..done + length].copy_from_slice(&self.blocks[block].bytes[within..within + length]);
            at += length as u64;
        }
        usize::try_from(end.saturating_sub(offset)).unwrap_or_default()
    }

    /// Everything.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(self.size).unwrap_or_default()];
        self.read(0, &mut bytes);
        bytes
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) {
        self.write_blocks(offset, bytes, |_, old, within, part| old.with(within, part));
    }

    /// Writes a change's bytes with blocks that `make` gives for the number of each, the old one, and what is written
    /// at which place in it.
    pub fn write_made(
        &mut self,
        (offset, bytes, time): (u64, &[u8], i64),
        make: impl FnMut(usize, &Arc<Block>, usize, &[u8]) -> Arc<Block>,
    ) {
        self.write_blocks(offset, bytes, make);
        self.touch(time);
    }

    /// Cuts or grows the file.
    pub fn resize_at(&mut self, size: u64, time: i64) {
        self.resize(size);
        self.touch(time);
    }

    fn touch(&mut self, time: i64) {
        self.time = time;
        self.hash = OnceLock::new();
    }

    fn write_blocks(
        &mut self,
        offset: u64,
        bytes: &[u8],
        mut make: impl FnMut(usize, &Arc<Block>, usize, &[u8]) -> Arc<Block>,
    ) {
        let end = offset + bytes.len() as u64;
        if end > self.size {
            self.resize(end);
        }
        let mut done = 0;
        while done < bytes.len() {
            let (block, within) = place(offset + done as u64);
            let length = (BLOCK - within).min(bytes.len() - done);
            self.blocks[block] = make(block, &self.blocks[block], within, &bytes[done..done + length]);
            done += length;
        }
    }

    /// What lies behind the end of a file is zeros, also after it was cut off and has grown again.
    fn resize(&mut self, size: u64) {
        let blocks = usize::try_from(size.div_ceil(BLOCK as u64)).unwrap_or_default();
        self.blocks.truncate(blocks);
        let (last, within) = place(size);
        if size < self.size
            && within > 0
            && let Some(block) = self.blocks.get_mut(last)
        {
            let mut cut = block.bytes.clone();
            cut[within..].fill(0);
            *block = Block::of(cut);
        }
        self.blocks.resize(blocks, ZEROS.clone());
        self.size = size;
    }
}

/// What every hole in every file is made of.
static ZEROS: LazyLock<Arc<Block>> = LazyLock::new(|| Block::of(vec![0; BLOCK].into()));

impl Block {
    /// This block with other bytes at a place in it.
    pub fn with(&self, within: usize, part: &[u8]) -> Arc<Self> {
        if part.len() == BLOCK {
            return Self::of(part.into());
        }
        let mut bytes = self.bytes.clone();
        bytes[within..within + part.len()].copy_from_slice(part);
        Self::of(bytes)
    }

    fn of(bytes: Box<[u8]>) -> Arc<Self> {
        Arc::new(Self { bytes, hash: OnceLock::new() })
    }

    fn hash(&self) -> u64 {
        *self.hash.get_or_init(|| seed().hash_one(&*self.bytes))
    }
}

/// The block and the place in it of a byte of a file.
pub(super) fn place(offset: u64) -> (usize, usize) {
    let block = BLOCK as u64;
    (usize::try_from(offset / block).unwrap_or_default(), usize::try_from(offset % block).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(changes: &[(u64, &[u8])]) -> Content {
        let mut content = Content::default();
        changes.iter().for_each(|(offset, bytes)| content.write(*offset, bytes));
        content
    }

    #[test]
    fn a_file_holds_what_was_written_and_zeros_between() {
        let content = file(&[(4090, b"across a border"), (0, b"start")]);
        let bytes = content.bytes();
        assert_eq!((&bytes[..5], &bytes[4090..], bytes[5]), (&b"start"[..], &b"across a border"[..], 0));
    }

    #[test]
    fn what_was_cut_off_does_not_come_back() {
        let mut content = file(&[(0, b"secret")]);
        content.resize(2);
        content.resize(6);
        assert_eq!(content.bytes(), b"se\0\0\0\0");
    }

    #[test]
    fn equal_bytes_have_equal_hashes_whatever_way_they_came() {
        let slowly = file(&[(0, b"ab"), (2, b"cd")]);
        assert_eq!(slowly.hash(), file(&[(0, b"abcd")]).hash());
        assert_ne!(slowly.hash(), file(&[(0, b"abce")]).hash());
    }

    #[test]
    fn a_name_in_a_folder_that_is_not_there_cannot_be_reached() {
        let mut image = Image::default();
        let path = |text: &str| -> Arc<Path> { Path::new(text).into() };
        image.apply(&Operation::MakeFolder(path("/home")));
        image.apply(&Operation::Create(path("/home/kept"), 1));
        image.apply(&Operation::Create(path("/lost/file"), 2));
        image.apply(&Operation::Create(path("/home/lost/file"), 3));
        image.prune();
        let names: Vec<&str> = image.names.keys().filter_map(|path| path.to_str()).collect();
        assert_eq!(names, ["/home", "/home/kept"]);
    }
}
