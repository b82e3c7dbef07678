//! Reads the rows of an archive on a thread of its own, so that parsing and inserting run side by side. A few batches of
//! about 1 MiB wait between the two; a giant row waits alone, and the reading with it.

use std::sync::mpsc::{self, Sender, SyncSender};
use std::thread;

use super::Load;
use crate::archive::container::Container;
use crate::archive::findings::Findings;
use crate::archive::manifest::TableEntry;
use crate::archive::rows::{self, Row};
use crate::error::{Result, Stop};

/// Batches of rows that wait at most: memory is bounded, and neither side waits for single rows.
const WAITING: usize = 4;
/// Bytes of a row from which nothing else is read until it is inserted. All rows of a batch before the last are smaller.
const GIANT: usize = 4 << 20;

/// Rows of one of the tables, by its place. Its sender is dropped when they are done with.
type Batch = (usize, Vec<Row>, Option<Sender<()>>);

/// Takes rows of one of the tables, by its place among them.
pub(super) type Sink<'a> = &'a mut dyn FnMut(usize, Vec<Row>) -> Result<()>;

/// Reads tables one after the other and hands their rows to `sink` on this thread. The sink's error ends the reading.
pub(super) fn feed(load: &Load<'_>, tables: &[&TableEntry], findings: &mut Findings, sink: Sink<'_>) -> Result<()> {
    thread::scope(|scope| {
        let (sender, batches) = mpsc::sync_channel(WAITING);
        let reader = scope.spawn(move || read(load, tables, &sender));
        let taken = batches.into_iter().try_for_each(|(table, rows, _giant)| sink(table, rows));
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // A reader that nobody listens to any more ends with an error that means nothing.
        taken?;
        findings.append(read?);
        Ok(())
    })
}

fn read(load: &Load<'_>, tables: &[&TableEntry], sender: &SyncSender<Batch>) -> Result<Findings> {
    let mut container = match Container::open(load.files, load.archive)? {
        Ok(container) => container,
        Err(findings) => return Ok(findings),
    };
    let mut findings = Findings::default();
    for (place, table) in tables.iter().enumerate() {
        let mut hand_on = |rows| hand_over(sender, place, rows);
        rows::read(&mut container, table, load.accept_edited, &mut findings, &mut hand_on)?;
    }
    Ok(findings)
}

/// Sends a batch; where it ends with a giant row, returns when it is done with.
fn hand_over(sender: &SyncSender<Batch>, place: usize, rows: Vec<Row>) -> Result<()> {
    if rows.last().is_none_or(|row| row.size() < GIANT) {
        return sender.send((place, rows, None)).map_err(|_| Stop::Cancelled);
    }
    let (done, waiting) = mpsc::channel();
    sender.send((place, rows, Some(done))).map_err(|_| Stop::Cancelled)?;
    // Nothing is ever sent: the answer is that the sender is gone.
    let _ = waiting.recv();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;
    use std::thread;

    use super::*;
    use crate::archive::cell::Value;

    /// An archive of 7 MB took 1.4 GB of memory: rows of hundreds of megabytes were read while others like them waited.
    #[test]
    fn while_a_giant_row_waits_nothing_else_is_read() {
        let row = |size| vec![Row { line: 2, values: vec![Value::Blob(vec![0; size])] }];
        let (sender, batches) = sync_channel(WAITING);
        hand_over(&sender, 0, row(GIANT / 2)).unwrap();
        let sending = thread::spawn(move || hand_over(&sender, 1, row(GIANT)).is_ok());
        assert_eq!(batches.recv().unwrap().0, 0);
        let giant = batches.recv().unwrap();
        assert_eq!(giant.0, 1);
        assert!(!sending.is_finished());
        drop(giant);
        assert!(sending.join().unwrap());
    }
}
