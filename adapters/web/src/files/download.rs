//! A file for the browser: sent piece by piece under the name that its owner expects, as often as he asks. It is swept
//! when the next server starts.

use std::io::{self, Read};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use camino::Utf8Path;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::spawn_blocking;
use tokio_stream::wrappers::ReceiverStream;

use super::folder::{PageFolder, is_passing};
use super::names::attachment;
use crate::problem::Problem;

/// Bytes that are read at a time.
const BLOCK: usize = 256 << 10;
/// Blocks that wait for the browser.
const WAITING: usize = 4;

impl PageFolder {
    /// Sends a file that was written to a path of [`Self::outgoing`].
    pub(crate) async fn send(&self, path: &Utf8Path, name: &str) -> Result<Response, Problem> {
        if !is_passing(&self.path, path) {
            return Err(Problem::NoSuchPage);
        }
        let (files, from) = (Arc::clone(&self.files), path.to_owned());
        let opened = spawn_blocking(move || {
            let size = files.stamp(from.as_std_path())?.ok_or(io::ErrorKind::NotFound)?.size;
            Ok::<_, io::Error>((files.open(from.as_std_path())?, size))
        });
        let opened = opened.await.map_err(|_| Problem::Broken)?;
        let (file, size) = opened.map_err(|_| Problem::NoSuchPage)?;
        let (blocks, sent) = channel(WAITING);
        spawn_blocking(move || pass_on(file, size, &blocks));
        let headers = [
            (CONTENT_TYPE, "application/octet-stream".to_owned()),
            (CONTENT_LENGTH, size.to_string()),
            (CONTENT_DISPOSITION, attachment(name)),
        ];
        Ok((headers, Body::from_stream(ReceiverStream::new(sent))).into_response())
    }
}

/// A file that has become shorter is told as an error, which breaks the download off instead of ending it.
fn pass_on(file: impl Read, size: u64, blocks: &Sender<io::Result<Bytes>>) {
    let mut file = file.take(size);
    loop {
        let mut block = Vec::new();
        let read = file.by_ref().take(BLOCK as u64).read_to_end(&mut block).map(|_| Bytes::from(block));
        let is_last = !matches!(&read, Ok(block) if !block.is_empty());
        if is_last && file.limit() == 0 && read.is_ok() {
            return;
        }
        let read = if is_last { read.and(Err(io::ErrorKind::UnexpectedEof.into())) } else { read };
        if blocks.blocking_send(read).is_err() || is_last {
            return;
        }
    }
}
