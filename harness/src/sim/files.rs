//! The files of an image by their numbers. What many images have alike they share; each keeps beside it what is its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::image::Content;
use super::operation::FileId;

/// With more of its own an image shares them with those that are made of it.
const OWN: usize = 8;

/// Every file's content.
#[derive(Clone, Debug, Default)]
pub struct Files {
    shared: Arc<BTreeMap<FileId, Arc<Content>>>,
    own: BTreeMap<FileId, Arc<Content>>,
}

impl Files {
    /// A file's content; nothing for one that was never written.
    pub fn get(&self, file: FileId) -> Option<&Arc<Content>> {
        self.own.get(&file).or_else(|| self.shared.get(&file))
    }

    /// Gives a file a content.
    pub fn insert(&mut self, file: FileId, content: Arc<Content>) {
        self.own.insert(file, content);
    }

    /// A file's content to be changed; an empty one where there was none.
    pub(super) fn change(&mut self, file: FileId) -> &mut Content {
        let shared = &self.shared;
        Arc::make_mut(self.own.entry(file).or_insert_with(|| shared.get(&file).cloned().unwrap_or_default()))
    }

    /// Makes images that will be made of this one cheap.
    pub(super) fn share(&mut self) {
        if self.own.len() > OWN {
            Arc::make_mut(&mut self.shared).append(&mut self.own);
        }
    }
}
