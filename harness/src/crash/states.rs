//! Which disks a power cut may leave. The strict model: every change that was not synced is kept or lost on its own, in
//! part or in whole; what was synced is there; a file's sync says nothing of its name, and a folder's sync nothing of
//! another's.

use super::forge::Forge;
use crate::sim::image::{Content, Image};
use crate::sim::operation::{FileId, Force, Operation};

/// What becomes of a change that was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is lost.
    Lost,
    /// It is there.
    Kept,
    /// The file has grown by zeros, and the bytes are lost.
    SizeAlone,
    /// Only the first half of it, by sectors.
    Head,
    /// Only the second half.
    Tail,
    /// Only every other sector.
    Odd,
    /// Its bytes are garbage.
    Garbage,
}

/// What makes what durable: all platforms agree but for these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Barriers {
    /// A file's sync makes its data durable, a folder's its names.
    #[default]
    Every,
    /// macOS: SQLite's syncs leave data in the drive's cache, until any full sync of a file drives all of it out.
    FullOnly,
    /// Windows: a folder cannot be synced; names are in one journal, which is written up to there with any file's sync.
    FilesOnly,
}

/// What is durable and what is pending at a point of the log.
#[derive(Clone, Default)]
pub struct Point {
    /// How many entries of the log were made.
    pub at: usize,
    /// What is there whatever happens.
    pub durable: Image,
    /// Places in the log of changes that may be lost, in order.
    pub pending: Vec<usize>,
    /// Durable changes that come after a pending one of the same file or name, and so cannot be applied before it.
    certain: Vec<usize>,
    /// Pending data that no later sync of its file makes durable, because a sync failed after it.
    doomed: Vec<usize>,
    /// Data in the drive's cache.
    cached: Vec<usize>,
    barriers: Barriers,
}

impl Point {
    /// The beginning of a log.
    pub fn at_start(base: &Image) -> Self {
        Self::with(base, Barriers::Every)
    }

    /// The beginning of a log on a platform.
    pub fn with(base: &Image, barriers: Barriers) -> Self {
        Self { durable: base.clone(), barriers, ..Self::default() }
    }

    /// The point after the first entries of a log.
    pub fn after(base: &Image, log: &[Operation], entries: usize, barriers: Barriers) -> Self {
        let mut point = Self::with(base, barriers);
        (0..entries).for_each(|at| point.step(log, at));
        point
    }

    /// The point after entry `at` of a log.
    pub fn step(&mut self, log: &[Operation], at: usize) {
        self.at = at + 1;
        match &log[at] {
            Operation::SyncFile(file, force) => self.sync_file(log, *file, *force),
            Operation::SyncFailed(file) => {
                let data = self.pending.iter().filter(|place| log[**place].data_of() == Some(*file));
                self.doomed.extend(data);
            }
            Operation::SyncFolder(folder) if self.barriers != Barriers::FilesOnly => {
                self.settle(log, |_, operation| operation.folders().any(|changed| changed == &**folder));
            }
            Operation::SyncFolder(_) | Operation::Note(_) => {}
            _ => self.pending.push(at),
        }
    }

    fn sync_file(&mut self, log: &[Operation], file: FileId, force: Force) {
        let doomed = std::mem::take(&mut self.doomed);
        let cached = std::mem::take(&mut self.cached);
        let synced =
            |place: usize, operation: &Operation| operation.data_of() == Some(file) && !doomed.contains(&place);
        match (self.barriers, force) {
            (Barriers::Every, _) => self.settle(log, synced),
            (Barriers::FullOnly, Force::System) => {
                self.cached = self.pending.iter().copied().filter(|place| synced(*place, &log[*place])).collect();
                self.cached.extend(&cached);
            }
            (Barriers::FullOnly, Force::Drive) => {
                self.settle(log, |place, operation| synced(place, operation) || cached.contains(&place));
            }
            (Barriers::FilesOnly, _) => {
                self.settle(log, |place, operation| synced(place, operation) || operation.paths().next().is_some());
            }
        }
        self.doomed = doomed;
    }

    fn settle(&mut self, log: &[Operation], is_durable: impl Fn(usize, &Operation) -> bool) {
        let (settled, pending) = self.pending.iter().partition::<Vec<_>, _>(|place| is_durable(**place, &log[**place]));
        if settled.is_empty() {
            return;
        }
        self.pending = pending;
        self.certain.extend(settled);
        self.certain.sort_unstable();
        let mut waiting: Vec<usize> = Vec::new();
        for place in std::mem::take(&mut self.certain) {
            let earlier = self.pending.iter().take_while(|pending| **pending < place).chain(&waiting);
            if earlier.into_iter().any(|earlier| log[*earlier].conflicts(&log[place])) {
                waiting.push(place);
            } else {
                self.durable.apply(&log[place]);
            }
        }
        self.certain = waiting;
        self.durable.share();
    }

    /// The disk on which these changes have these fates, and all other pending ones are lost.
    pub fn image(&self, log: &[Operation], fates: &[(usize, Fate)]) -> Image {
        Forge::default().image(self, log, fates)
    }

    /// These fates with the durable changes that had to wait, in the log's order.
    pub(super) fn with_certain<'a>(&'a self, fates: &'a [(usize, Fate)]) -> impl Iterator<Item = (usize, Fate)> + 'a {
        let mut certain = self.certain.iter().copied().peekable();
        let mut fates = fates.iter().copied().peekable();
        std::iter::from_fn(move || match (certain.peek(), fates.peek()) {
            (Some(place), Some((other, _))) if place > other => fates.next(),
            (Some(_), _) => certain.next().map(|place| (place, Fate::Kept)),
            (None, _) => fates.next(),
        })
    }
}

/// Bytes that a disk writes at once.
const SECTOR: usize = 512;

/// Applies what is left of a change.
pub fn suffer(image: &mut Image, operation: &Operation, fate: Fate) {
    let size = operation.data_of().and_then(|file| image.content(file)).map(Content::size);
    remains(operation, fate, size).iter().for_each(|left| image.apply(left));
}

/// What is left of a change of a file that had this size, if it was there.
pub(super) fn remains(operation: &Operation, fate: Fate, size: Option<u64>) -> Vec<Operation> {
    let Operation::Write { file, offset, bytes, time } = operation else {
        return if fate == Fate::Lost { Vec::new() } else { vec![operation.clone()] };
    };
    let part = |from: usize, bytes: &[u8]| Operation::Write {
        file: *file,
        offset: offset + from as u64,
        bytes: bytes.into(),
        time: *time,
    };
    // Sectors are counted from the beginning of the file.
    let to_border = (SECTOR - usize::try_from(offset % SECTOR as u64).unwrap_or_default()) % SECTOR;
    let middle = (to_border + (bytes.len().saturating_sub(to_border) / 2).next_multiple_of(SECTOR)).min(bytes.len());
    match fate {
        Fate::Lost => Vec::new(),
        Fate::Kept => vec![operation.clone()],
        Fate::SizeAlone => {
            let end = offset + bytes.len() as u64;
            let grown = size.is_none_or(|size| size < end);
            grown.then_some(Operation::Resize { file: *file, size: end, time: *time }).into_iter().collect()
        }
        Fate::Head => vec![part(0, &bytes[..middle])],
        Fate::Tail => vec![part(middle, &bytes[middle..])],
        Fate::Odd => {
            let borders = std::iter::once(0).chain((to_border..bytes.len()).step_by(SECTOR));
            let odd = borders.skip(1).step_by(2);
            odd.map(|from| part(from, &bytes[from..(from + SECTOR).min(bytes.len())])).collect()
        }
        Fate::Garbage => {
            let garbage = bytes.iter().enumerate().map(|(at, byte)| byte ^ if at % 2 == 0 { 0x55 } else { 0xA3 });
            vec![part(0, &garbage.collect::<Vec<u8>>())]
        }
    }
}
