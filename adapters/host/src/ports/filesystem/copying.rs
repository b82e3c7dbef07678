//! Copies of whole files: cloned where the file system can, which copies nothing; else by the kernel, without our memory.
//! What is copied is on its way to the disk while the rest is still to come. A copy that must be known to be right is
//! read back on another core at the same time, where it is large: the pages that are read are the ones that the sync at
//! the end writes. A clone is read back after its sync.

use std::fs::File;
use std::io::{self, Read};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use super::digest::{BLOCK as DIGEST_BLOCK, hash_some};
use super::{Watch, create_new, go_on, whole_or_gone};
#[cfg(target_os = "linux")]
use super::{cloning, kernel, large};

/// Bytes from which on another core pays.
pub(super) const LARGE: u64 = 8 << 20;
/// Bytes between two looks at the watch.
const BLOCK: u64 = 1 << 20;

/// A durable copy.
pub(super) fn copy(from: &File, to: &Path, watch: Watch<'_>) -> io::Result<()> {
    let new = create_new(to)?;
    whole_or_gone(to, transfer(from, &new, &mut |done| go_on(watch, done)))
}

/// The same of a live database, which is opened and closed apart; `None` where the kernel does not allow that.
#[cfg(target_os = "linux")]
pub(super) fn copy_apart(from: &Path, to: &Path, watch: Watch<'_>) -> Option<io::Result<()>> {
    let ((told, heard), (answer, answered)) = (mpsc::channel(), mpsc::channel());
    let copying = || {
        let (told, answered) = (told, answered);
        copy(&super::open(from)?, to, &mut |done| told.send(done).is_ok() && answered.recv().unwrap_or_default())
    };
    let watching = || {
        // Gone with this closure, also where the watch panics: whoever copies must not wait for an answer for ever.
        let answer = answer;
        for done in heard {
            // Where nobody waits for the answer any more, copying has ended, and says how.
            let _ = answer.send(watch(done));
        }
    };
    kernel::apart(copying, watching)
}

/// A durable copy, and the digest that it has when it is read back.
pub(super) fn copy_and_digest(from: &File, to: &Path, watch: Watch<'_>) -> io::Result<String> {
    let new = create_new(to)?;
    let mut both = || {
        // A handle with a place of its own in the file.
        let behind = super::open(to)?;
        thread::scope(|scope| {
            let (copied, goes_on) = mpsc::channel();
            let digest = scope.spawn(move || digest_behind(&behind, &goes_on));
            let transferred = transfer(from, &new, &mut |done| {
                // Where nobody listens any more, reading has failed, and says so at the end.
                let _ = copied.send(done);
                go_on(watch, done)
            });
            drop(copied);
            let digest = digest.join().unwrap_or_else(|panic| resume_unwind(panic));
            transferred.and(digest)
        })
    };
    let result = both();
    drop(new);
    whole_or_gone(to, result)
}

/// Copies all, telling after each block how much is written, and makes it durable.
fn transfer(from: &File, mut new: &File, told: &mut dyn FnMut(u64) -> io::Result<()>) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        let size = from.metadata()?.len();
        if cloning::cloned(from, new) {
            // Nothing was written that a pace should count.
            told(0)?;
            return new.sync_all();
        }
        large::make_room(new, size)?;
    }
    #[cfg(target_os = "linux")]
    let mut behind = large::Behind::default();
    let mut done = 0;
    loop {
        let copied = io::copy(&mut from.take(BLOCK), &mut new)?;
        if copied == 0 {
            return new.sync_all();
        }
        done += copied;
        #[cfg(target_os = "linux")]
        behind.at(new, done)?;
        told(done)?;
    }
}

/// The digest of a file that somebody is writing, never ahead of what he says is written.
fn digest_behind(mut file: &File, goes_on: &Receiver<u64>) -> io::Result<String> {
    let (mut hasher, mut block) = (blake3::Hasher::new(), vec![0; DIGEST_BLOCK]);
    let mut done = 0;
    for written in goes_on {
        while done < written {
            let Some(read) = hash_some(&mut file.take(written - done), &mut hasher, &mut block)? else { break };
            done += read as u64;
        }
    }
    // Where more was written than was told, this is the digest of something else.
    while hash_some(&mut file, &mut hasher, &mut block)?.is_some() {}
    Ok(hasher.finalize().to_hex().to_string())
}
