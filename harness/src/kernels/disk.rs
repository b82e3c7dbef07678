//! A disk that remembers what the kernel writes to it: one file, served through FUSE, over which a loop device lies. The
//! order in which requests come here is the order in which the disk got them; a flush that the file system asks for
//! comes as a request to sync the file.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use fuser::{
    BackgroundSession, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo,
    LockOwner, OpenFlags, ReplyAttr, ReplyData, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyWrite, Request, WriteFlags,
};

/// What lies on a disk, in blocks; a block that is missing holds zeros.
pub type Blocks = BTreeMap<u64, Box<[u8]>>;
/// Bytes of a block. Every disk of today writes so many at once or not at all.
pub const BLOCK: usize = 4096;

const FILE: INodeNo = INodeNo(2);
const FOREVER: Duration = Duration::from_secs(3600);

/// What came to the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Bytes from an offset on.
    Write(u64, Vec<u8>),
    /// Everything that came before must be durable when this is answered.
    Flush,
    /// The operation's process ended with success.
    Acknowledged,
}

/// A served disk. It goes when this is dropped; the loop device must be gone by then.
pub struct Disk {
    shared: Arc<Mutex<State>>,
    path: PathBuf,
    session: BackgroundSession,
}

struct State {
    size: u64,
    blocks: Blocks,
    log: Option<Vec<Event>>,
}

impl Disk {
    /// Serves a disk of this name at a folder.
    pub fn serve(folder: &Path, name: &str, size: u64, blocks: Blocks) -> io::Result<Self> {
        let shared = Arc::new(Mutex::new(State { size, blocks, log: None }));
        let server = Server { name: name.to_owned(), shared: Arc::clone(&shared) };
        let session = fuser::spawn_mount(server, folder, &Config::default())?;
        Ok(Self { shared, path: folder.join(name), session })
    }

    /// The disk as a file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What lies on it now. From now on requests are remembered.
    pub fn record(&self) -> Blocks {
        let mut state = lock(&self.shared);
        state.log = Some(Vec::new());
        state.blocks.clone()
    }

    /// Marks this moment in the log.
    pub fn acknowledge(&self) {
        lock(&self.shared).note(Event::Acknowledged);
    }

    /// Stops serving. What came since [`Disk::record`].
    pub fn finish(self) -> io::Result<Vec<Event>> {
        self.session.umount_and_join()?;
        Ok(lock(&self.shared).log.take().unwrap_or_default())
    }
}

fn lock(shared: &Mutex<State>) -> MutexGuard<'_, State> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn note(&mut self, event: Event) {
        if let Some(log) = &mut self.log {
            log.push(event);
        }
    }

    fn read(&self, offset: u64, size: usize) -> Vec<u8> {
        let size = self.size.saturating_sub(offset).min(size as u64);
        let mut data = vec![0; usize::try_from(size).unwrap()];
        for (start, within, part) in parts(offset, data.len()) {
            if let Some(block) = self.blocks.get(&start) {
                data[part.clone()].copy_from_slice(&block[within..within + part.len()]);
            }
        }
        data
    }
}

/// Puts bytes on a disk.
pub fn write(blocks: &mut Blocks, offset: u64, data: &[u8]) {
    for (start, within, part) in parts(offset, data.len()) {
        let block = blocks.entry(start).or_insert_with(|| vec![0; BLOCK].into_boxed_slice());
        block[within..within + part.len()].copy_from_slice(&data[part]);
    }
}

/// The blocks that a range touches: the block's number, where in it, and which part of the range.
pub fn parts(offset: u64, length: usize) -> Vec<(u64, usize, std::ops::Range<usize>)> {
    let mut parts = Vec::new();
    let mut done = 0;
    while done < length {
        let at = offset + done as u64;
        let within = usize::try_from(at % BLOCK as u64).unwrap();
        let end = length.min(done + BLOCK - within);
        parts.push((at / BLOCK as u64, within, done..end));
        done = end;
    }
    parts
}

/// What the kernel asks. One thread answers, so that the log has one order.
struct Server {
    name: String,
    shared: Arc<Mutex<State>>,
}

impl Server {
    fn attributes(&self, inode: INodeNo) -> FileAttr {
        let (kind, size) =
            if inode == FILE { (FileType::RegularFile, lock(&self.shared).size) } else { (FileType::Directory, 0) };
        FileAttr {
            ino: inode,
            size,
            blocks: size / 512,
            atime: UNIX_EPOCH,
            mtime: UNIX_EPOCH,
            ctime: UNIX_EPOCH,
            crtime: UNIX_EPOCH,
            kind,
            perm: 0o700,
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            blksize: 4096,
            flags: 0,
        }
    }
}

impl Filesystem for Server {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        if name == self.name.as_str() {
            reply.entry(&FOREVER, &self.attributes(FILE), Generation(0));
        } else {
            reply.error(Errno::ENOENT);
        }
    }

    fn getattr(&self, _: &Request, inode: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        reply.attr(&FOREVER, &self.attributes(inode));
    }

    /// Without the page cache: what is written comes here at once, and nothing that was not asked for.
    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let data = lock(&self.shared).read(offset, size as usize);
        reply.data(&data);
    }

    fn write(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let mut state = lock(&self.shared);
        write(&mut state.blocks, offset, data);
        state.note(Event::Write(offset, data.to_vec()));
        reply.written(u32::try_from(data.len()).unwrap());
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        lock(&self.shared).note(Event::Flush);
        reply.ok();
    }

    /// Closing says nothing about what is durable.
    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    /// Discarding is not offered: zeros come as writes.
    fn fallocate(&self, _: &Request, _: INodeNo, _: FileHandle, _: u64, _: u64, _: i32, reply: ReplyEmpty) {
        reply.error(Errno::EOPNOTSUPP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_touches_the_blocks_under_it() {
        assert_eq!(parts(4000, 200), [(0, 4000, 0..96), (1, 0, 96..200)]);
        assert_eq!(parts(8192, 4096), [(2, 0, 0..4096)]);
    }

    #[test]
    fn what_was_written_is_read_and_the_rest_is_zeros() {
        let mut state = State { size: 9000, blocks: Blocks::new(), log: Some(Vec::new()) };
        write(&mut state.blocks, 4094, b"abcd");
        assert_eq!(state.read(4093, 6), b"\0abcd\0");
        assert_eq!(state.read(8999, 6), b"\0");
        assert_eq!(state.read(9001, 6), b"");
    }
}
