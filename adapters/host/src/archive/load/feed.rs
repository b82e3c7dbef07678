//! Reads the rows of an archive on a thread of its own, so that parsing and inserting run side by side.

use std::sync::mpsc::{self, SyncSender};
use std::thread;

use super::{Load, append};
use crate::archive::container::Container;
use crate::archive::findings::Findings;
use crate::archive::manifest::TableEntry;
use crate::archive::rows::{self, Row};
use crate::error::{Result, Stop};

/// Batches of rows that wait at most: memory is bounded, and neither side waits for single rows.
const WAITING: usize = 4;

/// Takes rows of one of the tables, by its place among them.
pub(super) type Sink<'a> = &'a mut dyn FnMut(usize, Vec<Row>) -> Result<()>;

/// Reads tables one after the other and hands their rows to `sink` on this thread. The sink's error ends the reading.
pub(super) fn feed(load: &Load<'_>, tables: &[&TableEntry], findings: &mut Findings, sink: Sink<'_>) -> Result<()> {
    thread::scope(|scope| {
        let (sender, batches) = mpsc::sync_channel(WAITING);
        let reader = scope.spawn(move || read(load, tables, &sender));
        let taken = batches.into_iter().try_for_each(|(table, rows)| sink(table, rows));
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // A reader that nobody listens to any more ends with an error that means nothing.
        taken?;
        append(findings, read?);
        Ok(())
    })
}

fn read(load: &Load<'_>, tables: &[&TableEntry], sender: &SyncSender<(usize, Vec<Row>)>) -> Result<Findings> {
    let mut container = match Container::open(load.files, load.archive)? {
        Ok(container) => container,
        Err(findings) => return Ok(findings),
    };
    let mut findings = Findings::default();
    for (place, table) in tables.iter().enumerate() {
        let mut hand_over = |rows: Vec<Row>| sender.send((place, rows)).map_err(|_| Stop::Cancelled);
        rows::read(&mut container, table, load.accept_edited, &mut findings, &mut hand_over)?;
    }
    Ok(findings)
}
