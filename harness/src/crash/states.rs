//! Which disks a power cut may leave. The strict model: every change that was not synced is kept or lost on its own, in
//! part or in whole; what was synced is there; a file's sync says nothing of its name, and a folder's sync nothing of
//! another's.

use std::sync::Arc;

use crate::sim::image::Image;
use crate::sim::operation::Operation;

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

/// A crash state in one line: where the power was cut, and what became of each change that was pending there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// How many entries of the log had been made.
    pub cut: usize,
    /// The pending changes by their place in the log, and their fates; those not named are lost.
    pub fates: Vec<(usize, Fate)>,
}

/// What is durable and what is pending at a point of the log.
#[derive(Clone, Default)]
pub struct Point {
    /// What is there whatever happens.
    pub durable: Image,
    /// Places in the log of changes that may be lost, in order.
    pub pending: Vec<usize>,
    /// Pending data that no later sync of its file makes durable, because a sync failed after it.
    doomed: Vec<usize>,
}

impl Point {
    /// The beginning of a log.
    pub fn at_start(base: &Image) -> Self {
        Self { durable: base.clone(), pending: Vec::new(), doomed: Vec::new() }
    }

    /// The point after entry `at` of a log.
    pub fn step(&mut self, log: &[Operation], at: usize) {
        match &log[at] {
            Operation::SyncFile(file) => {
                let doomed = std::mem::take(&mut self.doomed);
                self.settle(log, |place, operation| operation.data_of() == Some(*file) && !doomed.contains(&place));
                self.doomed = doomed;
            }
            Operation::SyncFailed(file) => {
                let data = self.pending.iter().filter(|place| log[**place].data_of() == Some(*file));
                self.doomed.extend(data);
            }
            Operation::SyncFolder(folder) => {
                self.settle(log, |_, operation| operation.folders().any(|changed| changed == &**folder));
            }
            Operation::Note(_) => {}
            _ => self.pending.push(at),
        }
    }

    fn settle(&mut self, log: &[Operation], is_durable: impl Fn(usize, &Operation) -> bool) {
        let durable = &mut self.durable;
        self.pending.retain(|place| {
            let settled = is_durable(*place, &log[*place]);
            if settled {
                durable.apply(&log[*place]);
            }
            !settled
        });
    }

    /// The disk of a recipe.
    pub fn image(&self, log: &[Operation], fates: &[(usize, Fate)]) -> Image {
        let mut image = self.durable.clone();
        fates.iter().for_each(|(place, fate)| suffer(&mut image, &log[*place], *fate));
        image.prune();
        image
    }
}

/// Bytes that a disk writes at once.
const SECTOR: usize = 512;

/// Applies what is left of a change.
pub fn suffer(image: &mut Image, operation: &Operation, fate: Fate) {
    let Operation::Write { file, offset, bytes, time } = operation else {
        if fate != Fate::Lost {
            image.apply(operation);
        }
        return;
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
        Fate::Lost => {}
        Fate::Kept => image.apply(operation),
        Fate::SizeAlone => {
            let size = offset + bytes.len() as u64;
            if image.content(*file).is_none_or(|content| content.size() < size) {
                image.apply(&Operation::Resize { file: *file, size, time: *time });
            }
        }
        Fate::Head => image.apply(&part(0, &bytes[..middle])),
        Fate::Tail => image.apply(&part(middle, &bytes[middle..])),
        Fate::Odd => {
            let borders = std::iter::once(0).chain((to_border..bytes.len()).step_by(SECTOR));
            for from in borders.skip(1).step_by(2) {
                image.apply(&part(from, &bytes[from..(from + SECTOR).min(bytes.len())]));
            }
        }
        Fate::Garbage => {
            let garbage: Vec<u8> = bytes.iter().enumerate().map(|(at, byte)| byte ^ (at as u8 | 1)).collect();
            image.apply(&Operation::Write { file: *file, offset: *offset, bytes: Arc::from(garbage), time: *time });
        }
    }
}
