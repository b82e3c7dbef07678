//! What a program asked of the disk that it was started on, and the answers. A program that gets the same answers does
//! the same, so a crash state that answers every question of an earlier run alike needs no run of its own.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, Hash, Hasher as _};
use std::path::Path;
use std::sync::Arc;

use super::image::{Image, seed};
use super::operation::FileId;

/// One thing that can be asked of a disk as it was at the start.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// Is there such a name, and for which file?
    Name(Arc<Path>),
    /// Which names are in a folder?
    List(Arc<Path>),
    /// How large is a file?
    Size(FileId),
    /// When was it last written?
    Time(FileId),
    /// What does a block of it hold?
    Block(FileId, usize),
    /// What does all of it hold?
    Content(FileId),
}

impl Question {
    /// Whether disks with the same names give the same answer.
    pub const fn is_about_names(&self) -> bool {
        matches!(self, Self::Name(_) | Self::List(_))
    }
}

/// A question and its answer.
pub type Asked = (Question, u64);

/// The questions of one run, each once.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    asked: HashSet<Question, foldhash::fast::FixedState>,
    order: Vec<Asked>,
}

impl Recorder {
    pub(super) fn ask(&mut self, of: &Image, question: Question) {
        if !self.asked.contains(&question) {
            self.order.push((question.clone(), of.answer(&question)));
            self.asked.insert(question);
        }
    }

    pub(super) fn take(&mut self) -> Vec<Asked> {
        self.asked.clear();
        std::mem::take(&mut self.order)
    }
}

impl Image {
    /// What a disk with this image answers.
    pub fn answer(&self, question: &Question) -> u64 {
        match question {
            Question::Name(path) => match self.names.get(path) {
                None => 0,
                Some(None) => 1,
                Some(Some(file)) => file.wrapping_add(2),
            },
            Question::List(folder) => {
                let mut hasher = seed().build_hasher();
                self.names_in(folder).for_each(|(path, file)| (path.as_os_str(), file).hash(&mut hasher));
                hasher.finish()
            }
            Question::Size(file) => self.content(*file).map_or(u64::MAX, super::image::Content::size),
            Question::Time(file) => self.content(*file).map_or(u64::MAX, |content| content.time().cast_unsigned()),
            Question::Block(file, block) => {
                self.content(*file).and_then(|content| content.block_hash(*block)).unwrap_or_default()
            }
            Question::Content(file) => self.content(*file).map_or(0, super::image::Content::hash),
        }
    }
}
