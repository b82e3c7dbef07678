//! Reads the tables of a CSV archive, on two threads where there is a second reader of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::edits::Digests;
use super::{How, Report};
use crate::archive::container::Container;
use crate::archive::findings::Findings;
use crate::archive::manifest::TableEntry;
use crate::archive::rows::{self, Content};
use crate::error::Result;
use crate::progress::{Progress, Watcher};
use crate::two_cores;

/// Reads these tables on two threads, each with its own reader of the archive; what was found, in the tables' order.
pub(super) fn read_on_two_cores(
    (container, another): (&mut Container, &mut Container),
    tables: &[TableEntry],
    how: How,
    progress: &mut Progress<'_>,
) -> Result<Vec<Report>> {
    let size = |table: &TableEntry| container.directory().get(&table.file).map_or(0, |entry| entry.size);
    let mut order: Vec<_> = tables.iter().enumerate().map(|(place, table)| (place, size(table))).collect();
    // The largest first, so that neither thread ends with one while the other has nothing to do.
    order.sort_by_key(|(_, size)| u64::MAX - size);
    let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
    let total = order.iter().map(|(_, size)| size).fold(0, |total, size| size.saturating_add(total));
    let some = |container: &mut Container, watcher: &mut dyn Watcher| {
        let mut reports = BTreeMap::new();
        while let Some((place, size)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut watch = |now| watcher.at(done.load(Ordering::Relaxed).saturating_add(now), total);
            reports.insert(*place, table(container, &tables[*place], how, &mut watch)?);
            done.fetch_add(*size, Ordering::Relaxed);
        }
        Ok(reports)
    };
    let (beside, mut here) =
        two_cores::both(progress, |watcher| some(another, watcher), |progress| some(container, progress))?;
    here.extend(beside);
    Ok(here.into_values().collect())
}

/// Reads one table. `watch` is told how many bytes of its file are read.
pub(super) fn table(
    container: &mut Container,
    table: &TableEntry,
    how: How,
    watch: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<Report> {
    let mut report = Report::default();
    let exported = match &table.lines {
        Some(lines) => digests(container, lines, &mut report.findings)?,
        None => None,
    };
    if !how.all_rows && is_as_exported(container, table, watch)? {
        return Ok(report);
    }
    let mut digests = Digests::of(table);
    let size = container.directory().get(&table.file).map_or(0, |entry| entry.size);
    let mut seen = 0_u64;
    let mut sink = |rows: Vec<rows::Row>| {
        if exported.is_some() {
            digests.take(&rows);
        }
        seen += rows.len() as u64;
        // By rows, as if all of them had one size.
        let share = u128::from(size) * u128::from(seen) / u128::from(table.rows.max(seen).max(1));
        watch(u64::try_from(share).unwrap_or(size))
    };
    let before = report.findings.clone();
    let content = rows::examine(container, table, how.accept_edited, &mut report.findings, &mut sink)?;
    let are_read = report.findings == before;
    match (content, exported, &table.lines) {
        // Rows that could not be read have no digest, and have been told of.
        (Content::AsExported, Some(exported), Some(lines)) if are_read && !digests.are(&exported) => {
            report.findings.member(lines, "its digests are not those of the rows of its table");
        }
        (Content::Edited, Some(exported), _) if how.accept_edited => {
            let Report { findings, edited } = &mut report;
            digests.list(table, &exported, edited, findings);
        }
        (Content::Edited, None, _) if how.accept_edited => {
            let text = "this table was changed since the export; it is too large to say where";
            report.edited.member(&table.file, text);
        }
        _ => {}
    }
    Ok(report)
}

/// Whether the file is byte for byte what was exported.
fn is_as_exported(
    container: &mut Container,
    table: &TableEntry,
    watch: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<bool> {
    let mut bytes = 0;
    // What is wrong with it is told when its rows are read.
    let digest = container.read(&table.file, &mut Findings::default(), &mut |block| {
        bytes += block.len() as u64;
        watch(bytes)
    })?;
    Ok(digest.is_some_and(|digest| digest == table.digest) && bytes == table.bytes)
}

/// The digests of the rows; their size was compared with the number of rows.
fn digests(container: &mut Container, member: &str, findings: &mut Findings) -> Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    let whole = container.read(member, findings, &mut |block| {
        content.extend_from_slice(block);
        Ok(())
    })?;
    Ok(whole.map(|_| content))
}
