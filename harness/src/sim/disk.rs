//! A disk in memory on which every change, of SQLite's and of the engine's alike, is one entry of one log. A power cut
//! is another disk, made of a part of the log.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use omnicraft_core::model::FileStamp;

use super::image::{Content, Image, place};
use super::operation::{FileId, Operation};
use super::question::{Asked, Question, Recorder};
use crate::crash::Note;

/// A handle on a disk; clones are handles on the same disk.
#[derive(Clone, Debug, Default)]
pub struct SimDisk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    image: Image,
    /// Names and contents that were there before the log.
    base: Image,
    log: Vec<Operation>,
    next_file: FileId,
    /// Every write is one tick later.
    ticks: i64,
    /// The number that its file system has in this machine: another one with every start.
    device: u64,
    /// How often each file is open in SQLite.
    open: BTreeMap<FileId, usize>,
    /// Whether a file that is open can be neither removed nor renamed nor replaced.
    holds_open: bool,
    fault: Option<Fault>,
    /// How long the log was when something first went wrong.
    failed_at: Option<usize>,
    /// Whether a read has failed.
    failed_to_read: bool,
    /// Reads of file contents so far, but for those of somebody who only looks.
    reads: u64,
    recorder: Option<Recorder>,
    /// What is looked at now has been asked about as a whole.
    unrecorded: bool,
}

/// What goes wrong, counted from now: the change or sync with this number, or it and all after it; or so of reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whether reads of file contents fail, and not changes and syncs.
    pub reads: bool,
    /// How many of them still succeed.
    pub after: u64,
    /// Whether everything after it fails too.
    pub lasts: bool,
    /// Whether a write that fails has written its first half.
    pub short: bool,
    /// What the program is told.
    pub kind: ErrorKind,
}

/// Ids of files and ticks of the clock that a start of the machine may use before the next one's begin; what a program
/// sees of them must not depend on what it did not look at.
const PER_START: u64 = 1 << 32;

impl SimDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::of(Image::default(), 0)
    }

    /// A disk on which this lies, all of it durable, in a machine that has been started so many times before.
    pub fn of(image: Image, starts: u64) -> Self {
        let first = starts * PER_START;
        let state = State {
            base: image.clone(),
            image,
            next_file: first + 1,
            ticks: i64::try_from(first).unwrap_or(i64::MAX),
            device: starts + 1,
            ..State::default()
        };
        Self(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What lies on it now, as running programs see it.
    pub fn image(&self) -> Image {
        self.state().image.clone()
    }

    /// What lay on it before the log, and the log.
    pub fn history(&self) -> (Image, Vec<Operation>) {
        let state = self.state();
        (state.base.clone(), state.log.clone())
    }

    /// How long the log is.
    pub fn position(&self) -> usize {
        self.state().log.len()
    }

    /// Everything so far is durable; the log begins anew.
    pub fn settle(&self) {
        let mut state = self.state();
        state.base = state.image.clone();
        state.log.clear();
    }

    /// This lies on it from now on, all of it durable; the log begins anew. Nobody may have anything of it open.
    pub fn replace(&self, image: Image) {
        let mut state = self.state();
        state.base = image.clone();
        state.image = image;
        state.log.clear();
    }

    /// From now on, as on Windows, a file that SQLite has open can be neither removed nor renamed nor replaced; or it can.
    pub fn hold_open(&self, holds: bool) {
        self.state().holds_open = holds;
    }

    /// SQLite has opened a file.
    pub fn opened(&self, file: FileId) {
        *self.state().open.entry(file).or_default() += 1;
    }

    /// SQLite has closed a file.
    pub fn closed(&self, file: FileId) {
        let mut state = self.state();
        let left = state.open.get(&file).copied().unwrap_or_default().saturating_sub(1);
        if left > 0 {
            state.open.insert(file, left)
        } else {
            state.open.remove(&file)
        };
    }

    /// Something goes wrong from now on.
    pub fn fail(&self, fault: Option<Fault>) {
        let mut state = self.state();
        (state.fault, state.failed_at) = (fault, None);
    }

    /// How long the log was when what was to go wrong first did; nothing where it never did.
    pub fn failed_at(&self) -> Option<usize> {
        self.state().failed_at
    }

    /// Whether a read has failed.
    pub fn failed_to_read(&self) -> bool {
        self.state().failed_to_read
    }

    /// Reads of file contents so far.
    pub fn reads(&self) -> u64 {
        self.state().reads
    }

    /// Somebody looks at the disk, or does something to it, who is no part of its machine: nothing goes wrong for him, and
    /// nothing is counted.
    pub fn undisturbed<T>(&self, look: impl FnOnce() -> T) -> T {
        let (fault, reads, holds_open) = {
            let mut state = self.state();
            (state.fault.take(), state.reads, std::mem::take(&mut state.holds_open))
        };
        let result = look();
        let mut state = self.state();
        (state.fault, state.reads, state.holds_open) = (fault, reads, holds_open);
        result
    }

    /// From now on, what is asked of the disk as it was at the start is written down.
    pub fn record_questions(&self) {
        self.state().recorder = Some(Recorder::default());
    }

    /// What was asked so far.
    pub fn questions(&self) -> Vec<Asked> {
        self.state().recorder.as_mut().map(Recorder::take).unwrap_or_default()
    }

    /// Looks at something that was asked about as a whole.
    pub fn unrecorded<T>(&self, look: impl FnOnce() -> T) -> T {
        let before = std::mem::replace(&mut self.state().unrecorded, true);
        let result = look();
        self.state().unrecorded = before;
        result
    }

    /// The world may expect something else from here on.
    pub fn note(&self, note: Note) {
        self.state().log.push(Operation::Note(Arc::new(note)));
    }

    /// Changes something, and writes it down.
    pub fn act(&self, operation: Operation) -> io::Result<()> {
        self.state().act(operation)
    }

    /// Writes bytes of a file.
    pub fn write(&self, file: FileId, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        state.look_before_write(file, offset, bytes.len());
        let time = state.tick();
        state.act(Operation::Write { file, offset, bytes: bytes.into(), time })
    }

    /// Cuts a file off, or lets it grow by zeros.
    pub fn resize(&self, file: FileId, size: u64) -> io::Result<()> {
        let mut state = self.state();
        state.look_before_write(file, size, 1);
        let time = state.tick();
        state.act(Operation::Resize { file, size, time })
    }

    /// Makes a new file, whose name must be free and whose folder must be there.
    pub fn create(&self, path: &Path) -> io::Result<FileId> {
        let mut state = self.state();
        if state.look_up(path).is_some() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        state.require_folder(path)?;
        let file = state.next_file;
        state.next_file += 1;
        state.act(Operation::Create(path.into(), file))?;
        Ok(file)
    }

    /// The file of a name.
    pub fn file(&self, path: &Path) -> io::Result<FileId> {
        self.state().look_up(path).flatten().ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// Reads; returns how many bytes there were.
    pub fn read(&self, file: FileId, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut state = self.state();
        state.before_read()?;
        state.look_at(file, offset, into.len());
        Ok(state.image.content(file).map_or(0, |content| content.read(offset, into)))
    }

    /// Reads a whole file.
    pub fn read_all(&self, file: FileId) -> io::Result<Content> {
        self.state().before_read()?;
        Ok(self.content(file))
    }

    /// A whole file, for somebody who looks at the disk.
    pub fn content(&self, file: FileId) -> Content {
        let mut state = self.state();
        state.ask(file, Question::Content(file));
        state.image.content(file).cloned().unwrap_or_default()
    }

    /// Bytes of a file.
    pub fn size(&self, file: FileId) -> u64 {
        let mut state = self.state();
        state.ask(file, Question::Size(file));
        state.image.content(file).map_or(0, Content::size)
    }

    /// How a file or folder looks.
    pub fn stamp(&self, path: &Path) -> Option<FileStamp> {
        let mut state = self.state();
        match state.look_up(path)? {
            None => Some(FileStamp { size: 0, modified: 0, inode: u64::MAX, device: state.device }),
            Some(file) => {
                state.ask(file, Question::Size(file));
                state.ask(file, Question::Time(file));
                let content = state.image.content(file);
                let (size, modified) = content.map_or((0, 0), |content| (content.size(), content.time()));
                Some(FileStamp { size, modified, inode: file, device: state.device })
            }
        }
    }

    /// The names in a folder, with whether each is a file.
    pub fn list(&self, folder: &Path) -> Vec<(Arc<Path>, bool)> {
        let mut state = self.state();
        state.ask_base(Question::List(folder.into()));
        state.image.names_in(folder).map(|(path, file)| (path.clone(), file.is_some())).collect()
    }
}

impl State {
    fn act(&mut self, operation: Operation) -> io::Result<()> {
        if self.holds_open && self.is_of_open_file(&operation) {
            return Err(ErrorKind::PermissionDenied.into());
        }
        if let Some(fault) = self.meet_fault(false) {
            self.suffer(&operation, fault);
            return Err(fault.kind.into());
        }
        self.image.apply(&operation);
        self.log.push(operation);
        Ok(())
    }

    fn is_of_open_file(&self, operation: &Operation) -> bool {
        let is_open = |file: FileId| self.open.contains_key(&file);
        match operation {
            Operation::Unlink(_, file) => is_open(*file),
            Operation::Rename(_, to, file) => is_open(*file) || self.image.file(to).is_some_and(is_open),
            _ => false,
        }
    }

    /// What an operation that fails leaves behind.
    fn suffer(&mut self, operation: &Operation, fault: Fault) {
        let left = match operation {
            Operation::SyncFile(file, _) => Operation::SyncFailed(*file),
            Operation::Write { file, offset, bytes, time } if fault.short => {
                let bytes = bytes[..bytes.len() / 2].into();
                Operation::Write { file: *file, offset: *offset, bytes, time: *time }
            }
            _ => return,
        };
        self.image.apply(&left);
        self.log.push(left);
    }

    const fn tick(&mut self) -> i64 {
        self.ticks += 1;
        self.ticks
    }

    fn ask_base(&mut self, question: Question) {
        if self.unrecorded {
            return;
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.ask(&self.base, question);
        }
    }

    /// Asks about a file, if it was there at the start.
    fn ask(&mut self, file: FileId, question: Question) {
        if self.recorder.is_some() && self.base.content(file).is_some() {
            self.ask_base(question);
        }
    }

    fn look_up(&mut self, path: &Path) -> Option<Option<FileId>> {
        self.ask_base(Question::Name(path.into()));
        self.image.names.get(path).copied()
    }

    /// Asks about the blocks that still are what they were at the start.
    fn look_at(&mut self, file: FileId, offset: u64, length: usize) {
        if self.recorder.is_none() || self.unrecorded {
            return;
        }
        self.ask(file, Question::Size(file));
        let (first, last) = (place(offset).0, place(offset + length.max(1) as u64 - 1).0);
        for block in first..=last {
            let still = match (self.base.content(file), self.image.content(file)) {
                (Some(base), Some(now)) => now.shares(block, base),
                _ => false,
            };
            if still {
                self.ask(file, Question::Block(file, block));
            }
        }
    }

    /// A write that does not cover a block in whole keeps the rest of it.
    fn look_before_write(&mut self, file: FileId, offset: u64, length: usize) {
        self.look_at(file, offset, 1);
        self.look_at(file, offset + length as u64, 1);
    }

    fn require_folder(&mut self, path: &Path) -> io::Result<()> {
        let Some(parent) = path.parent().filter(|parent| parent.parent().is_some()) else { return Ok(()) };
        self.look_up(parent).map(drop).ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn before_read(&mut self) -> io::Result<()> {
        self.reads += 1;
        self.meet_fault(true).map_or(Ok(()), |fault| Err(fault.kind.into()))
    }

    fn meet_fault(&mut self, reads: bool) -> Option<Fault> {
        let fault = self.fault.as_mut().filter(|fault| fault.reads == reads)?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        let fault = *fault;
        self.failed_at = self.failed_at.or(Some(self.log.len()));
        self.failed_to_read |= reads;
        if !fault.lasts {
            self.fault = None;
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with one file on it.
    fn with_a_file() -> (SimDisk, Arc<Path>, FileId) {
        let (disk, path) = (SimDisk::new(), Arc::<Path>::from(Path::new("/a.db")));
        let file = disk.create(&path).unwrap();
        disk.write(file, 0, b"content").unwrap();
        (disk, path, file)
    }

    #[test]
    fn a_file_that_is_held_open_can_be_neither_removed_nor_renamed_nor_replaced() {
        let (disk, path, file) = with_a_file();
        let other: Arc<Path> = Path::new("/b.db").into();
        let beside = disk.create(&other).unwrap();
        let deeds = [
            Operation::Rename(other.clone(), path.clone(), beside),
            Operation::Rename(path.clone(), Path::new("/c.db").into(), file),
            Operation::Unlink(path, file),
        ];
        let refused = |deed: &Operation| disk.act(deed.clone()).is_err_and(|e| e.kind() == ErrorKind::PermissionDenied);
        disk.hold_open(true);
        [file, file].iter().for_each(|file| disk.opened(*file));
        disk.closed(file);
        assert!(deeds.iter().all(refused));
        disk.closed(file);
        assert!(!deeds.iter().any(refused));
    }

    #[test]
    fn a_read_fails_when_its_turn_comes_and_for_nobody_who_only_looks() {
        let (disk, _, file) = with_a_file();
        let read = || disk.read(file, 0, &mut [0; 7]).is_ok();
        disk.fail(Some(Fault { reads: true, after: 1, lasts: false, short: false, kind: ErrorKind::Other }));
        assert!(disk.undisturbed(read) && disk.write(file, 0, b"CONTENT").is_ok());
        assert_eq!([read(), read(), read()], [true, false, true]);
        assert_eq!((disk.reads(), disk.failed_at()), (3, Some(3)));
    }
}
