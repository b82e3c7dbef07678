//! A file from the browser: written piece by piece as it comes, never held in memory, and gone again unless all of it
//! arrived.

use std::io;
use std::path::Path;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::multipart::Field;
use camino::Utf8PathBuf;
use omnicraft_host::archive::layout::MOST_BYTES;
use omnicraft_host::ports::filesystem::FileSystem;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::folder::PageFolder;

/// Left free on the disk for the app and the engine, whatever is sent.
const RESERVE: u64 = 256 << 20;
/// Pieces that wait for the disk.
const WAITING: usize = 16;
/// Between two pieces.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a file did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It is larger than anything that can be restored, or than what the disk can hold.
    TooLarge,
    /// The connection broke off, or the disk refused.
    Broken,
}

impl Reason {
    /// The text that says it.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::TooLarge => "import-too-large",
            Self::Broken => "import-broken",
        }
    }
}

impl PageFolder {
    /// Stores a file that is being sent, under a path whose end is like the name that it has for its owner. Where not
    /// all of it arrives, nothing of it stays.
    pub(crate) async fn receive(&self, field: Field<'_>, name: &str) -> Result<Utf8PathBuf, Reason> {
        let free = self.files.free_space(self.path.as_std_path()).map_err(|_| Reason::Broken)?;
        self.receive_at_most(field, name, MOST_BYTES.min(free.saturating_sub(RESERVE))).await
    }

    pub(super) async fn receive_at_most(
        &self,
        mut field: Field<'_>,
        name: &str,
        most: u64,
    ) -> Result<Utf8PathBuf, Reason> {
        let path = self.outgoing(name);
        let (files, to) = (std::sync::Arc::clone(&self.files), path.clone());
        let (pieces, arriving) = channel(WAITING);
        let written = spawn_blocking(move || write(&*files, to.as_std_path(), arriving));
        let mut sent = 0;
        let ended = loop {
            let Ok(Ok(piece)) = timeout(PATIENCE, field.chunk()).await else { break Err(Reason::Broken) };
            sent += piece.as_ref().map_or(0, |piece| piece.len() as u64);
            if sent > most {
                break Err(Reason::TooLarge);
            }
            let is_last = piece.is_none();
            // A writer that has gone away says why at the end.
            if pieces.send(piece).await.is_err() || is_last {
                break Ok(());
            }
        };
        drop(pieces);
        let written = written.await.map_err(|_| Reason::Broken)?;
        ended?;
        written.map_err(|error| reason(&error))?;
        self.has_arrived(&path);
        Ok(path)
    }
}

/// Writes what comes until the word that it was all. Without that word, whatever kept it away, the file is removed.
fn write(files: &dyn FileSystem, path: &Path, mut pieces: Receiver<Option<Bytes>>) -> io::Result<()> {
    let mut file = files.create_new(path)?;
    let mut all = || loop {
        match pieces.blocking_recv() {
            Some(Some(piece)) => file.write_all(&piece)?,
            Some(None) => return file.flush(),
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    };
    let written = all();
    drop(file);
    if written.is_err() {
        // The first error is the one to tell; a file that stays goes at the next start.
        drop(files.remove(path));
    }
    written
}

fn reason(error: &io::Error) -> Reason {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the standard library's list is open")]
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Reason::TooLarge,
        _ => Reason::Broken,
    }
}
