//! Makes the disks that a power cut may leave. Two disks of a log mostly differ in one file or one name, so each file's
//! content and each set of names is made once and shared.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _};
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::states::{Fate, Point, remains, suffer};
use crate::sim::image::{BLOCK, Block, Content, Image};
use crate::sim::names::Names;
use crate::sim::operation::{FileId, Operation};

/// So much is kept for disks to come; a log's older points are not visited again within a pass.
const KEPT: usize = 2_000;
/// So many blocks are kept.
const BLOCKS: usize = 20_000;

/// What was made of one log.
#[derive(Default)]
pub(crate) struct Forge {
    contents: HashMap<u64, Arc<Content>, FixedState>,
    names: HashMap<u64, Named, FixedState>,
    /// Blocks by what they were made of, which is kept so that no other block comes to lie at its address, and by which
    /// part of which change made them.
    blocks: HashMap<Source, (Arc<Block>, Arc<Block>), FixedState>,
}

/// The block that was there, what changed it, and the block's number.
type Source = (*const Block, By, usize);

/// A change by its place in the log, its fate, and which part of what is left of it.
type By = (usize, Fate, usize);

/// Names, and the files that some change among them has named.
#[derive(Clone)]
struct Named {
    names: Names,
    files: Vec<FileId>,
}

/// Changes with their fates, in the log's order.
type Fated = Vec<(usize, Fate)>;

impl Forge {
    /// The disk at a point on which these changes have these fates, and all other pending ones are lost.
    pub(crate) fn image(&mut self, point: &Point, log: &[Operation], fates: &[(usize, Fate)]) -> Image {
        let (mut data, mut names): (Vec<(FileId, Fated)>, Fated) = (Vec::new(), Vec::new());
        for (place, fate) in point.with_certain(fates).filter(|(_, fate)| *fate != Fate::Lost) {
            match log[place].data_of() {
                None => names.push((place, fate)),
                Some(file) => match data.iter_mut().find(|(other, _)| *other == file) {
                    Some((_, changes)) => changes.push((place, fate)),
                    None => data.push((file, vec![(place, fate)])),
                },
            }
        }
        let named = self.named(&point.durable, log, &names);
        let mut image = Image { names: named.names, files: point.durable.files.clone() };
        for (file, changes) in data {
            let content = self.content(&point.durable, log, file, &changes);
            image.files.insert(file, content);
        }
        named.files.into_iter().for_each(|file| image.exist(file));
        image
    }

    fn content(&mut self, durable: &Image, log: &[Operation], file: FileId, changes: &Fated) -> Arc<Content> {
        let before = durable.content(file).map(|content| (content.hash(), content.time()));
        let key = key(&(file, before), changes);
        if let Some(made) = self.contents.get(&key) {
            return made.clone();
        }
        trim(&mut self.contents, KEPT);
        trim(&mut self.blocks, BLOCKS);
        let (mut content, mut is_there) = (durable.content(file).cloned().unwrap_or_default(), before.is_some());
        for (place, fate) in changes {
            for (part, left) in remains(&log[*place], *fate, is_there.then(|| content.size())).iter().enumerate() {
                is_there = true;
                self.apply(&mut content, left, (*place, *fate, part));
            }
        }
        let content = Arc::new(content);
        self.contents.insert(key, content.clone());
        content
    }

    fn apply(&mut self, content: &mut Content, left: &Operation, by: By) {
        match left {
            Operation::Write { offset, bytes, time, .. } => {
                content.write_made((*offset, bytes, *time), |block, old, within, part| {
                    // A block that is written in whole is the same whatever it was.
                    let of = if part.len() == BLOCK { std::ptr::null() } else { Arc::as_ptr(old) };
                    let made = self.blocks.entry((of, by, block));
                    made.or_insert_with(|| (old.clone(), old.with(within, part))).1.clone()
                });
            }
            Operation::Resize { size, time, .. } => content.resize_at(*size, *time),
            _ => {}
        }
    }

    fn named(&mut self, durable: &Image, log: &[Operation], changes: &Fated) -> Named {
        trim(&mut self.names, KEPT);
        let made = self.names.entry(key(&durable.names.hash(), changes)).or_insert_with(|| {
            let mut image = Image { names: durable.names.clone(), ..Image::default() };
            changes.iter().for_each(|(place, fate)| suffer(&mut image, &log[*place], *fate));
            image.prune();
            let named = |operation: &Operation| match operation {
                Operation::Create(_, file) | Operation::Link(_, file) | Operation::Rename(_, _, file) => Some(*file),
                _ => None,
            };
            let files = changes.iter().filter_map(|(place, _)| named(&log[*place])).collect();
            // Numbers are made once for all that share the names.
            image.names.hash();
            Named { names: image.names, files }
        });
        made.clone()
    }
}

fn key(before: &impl std::hash::Hash, changes: &Fated) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    before.hash(&mut hasher);
    changes.hash(&mut hasher);
    hasher.finish()
}

fn trim<K, V>(known: &mut HashMap<K, V, FixedState>, most: usize) {
    if known.len() >= most {
        known.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::random::Random;
    use crate::sim::operation::Force;

    const FATES: [Fate; 7] =
        [Fate::Lost, Fate::Kept, Fate::SizeAlone, Fate::Head, Fate::Tail, Fate::Odd, Fate::Garbage];

    fn change(random: &mut Random, time: i64) -> Operation {
        let file = random.below(3);
        let path = |number| -> Arc<Path> { Path::new(&format!("/{number}")).into() };
        match random.below(8) {
            0 => Operation::Create(path(file), file),
            1 => Operation::Rename(path(file), path(random.below(4)), file),
            2 => Operation::Unlink(path(file), file),
            3 => Operation::Resize { file, size: random.below(3 * BLOCK as u64), time },
            4 => Operation::SyncFile(file, Force::Drive),
            5 => Operation::SyncFolder(Path::new("/").into()),
            _ => {
                let length = [24, BLOCK, BLOCK + 24][usize::try_from(random.below(3)).unwrap()];
                let bytes: Vec<u8> = (0..length).map(|_| random.next().to_le_bytes()[0]).collect();
                Operation::Write { file, offset: random.below(4) * 1_000, bytes: bytes.into(), time }
            }
        }
    }

    /// Everything as the log says it, one change after the other.
    fn plainly(point: &Point, log: &[Operation], fates: &[(usize, Fate)]) -> Image {
        let mut image = point.durable.clone();
        point.with_certain(fates).for_each(|(place, fate)| suffer(&mut image, &log[place], fate));
        image.prune();
        image
    }

    /// A name, and the content and the time of its file.
    type File = (Arc<Path>, Option<(Vec<u8>, i64)>);

    fn files(image: &Image) -> Vec<File> {
        let content = |file: FileId| image.content(file).map(|content| (content.bytes(), content.time()));
        image.names.iter().map(|(path, file)| (path.clone(), file.and_then(content))).collect()
    }

    #[test]
    fn what_is_shared_is_what_would_have_been_made() {
        for seed in 0..60 {
            let mut random = Random::new(seed);
            let log: Vec<Operation> = (0..40).map(|time| change(&mut random, time)).collect();
            let (mut point, mut forge) = (Point::at_start(&Image::default()), Forge::default());
            for at in 0..log.len() {
                point.step(&log, at);
                for _ in 0..20 {
                    let fates: Vec<(usize, Fate)> =
                        point.pending.iter().map(|place| (*place, *random.pick(&FATES))).collect();
                    let (made, plain) = (forge.image(&point, &log, &fates), plainly(&point, &log, &fates));
                    assert_eq!(files(&made), files(&plain), "seed {seed}, point {at}: {fates:?}");
                    assert_eq!(made.hash(), plain.hash());
                }
            }
        }
    }
}
