//! The indexes, made when the rows are in, which is faster. One that turns out not to be unique is made on the empty
//! table instead, which is loaded again: then SQLite names each row that is too many.

use rusqlite::ErrorCode;

use super::build::{Build, is_lacking};
use super::feed;
use super::schema::Entry;
use crate::archive::findings::Findings;
use crate::error::Result;
use crate::sqlite::schema::quoted;

/// Makes all indexes, or says which rows stand in the way.
pub(super) fn indexes(build: &mut Build<'_, '_, '_>) -> Result<()> {
    let schema = build.schema;
    let mut ambiguous: Vec<&Entry> = Vec::new();
    for entry in schema.entries.iter().filter(|entry| entry.kind == "index") {
        match build.uninterrupted(|_| Ok(build.create(entry)))? {
            Ok(()) => {}
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => ambiguous.push(entry),
            Err(error) if is_lacking(&error) => build.lacking(&format!("the index “{}”", entry.name), &error)?,
            Err(error) => return Err(build.failed(&error)),
        }
    }
    // Each table means reading the archive once more, for lines that nobody would get to see.
    while let Some(first) = ambiguous.first().filter(|_| !build.findings.is_full()) {
        let table = &first.table;
        let (of_table, others) = ambiguous.iter().partition(|entry| entry.table == *table);
        again(build, table, of_table)?;
        ambiguous = others;
    }
    Ok(())
}

fn again(build: &mut Build<'_, '_, '_>, table: &str, indexes: Vec<&Entry>) -> Result<()> {
    let load = build.load;
    let Some(entry) = load.manifest.tables.iter().find(|entry| entry.name.eq_ignore_ascii_case(table)) else {
        return Ok(());
    };
    // What is committed as free is not kept in the journal, which is memory, when it is used anew.
    let empty = format!("DELETE FROM main.{}; COMMIT; BEGIN IMMEDIATE", quoted(table));
    let emptied = build.connection.execute_batch(&empty);
    let made = emptied.and_then(|()| indexes.iter().try_for_each(|index| build.create(index)));
    made.map_err(|error| build.failed(&error))?;
    let Some(mut loader) = build.loader(entry)? else { return Ok(()) };
    let (mut found, mut read) = (Findings::default(), Findings::default());
    feed::feed(load, &[entry], &mut read, &mut |_, rows| {
        build.progress.at(0, 0)?;
        rows.iter().try_for_each(|row| loader.insert(row, &mut found)).map_err(|error| build.failed(&error))
    })?;
    build.refused.insert(entry.name.clone());
    // Rows that were refused before are so again.
    let known = |line| build.findings.listed.iter().any(|finding| finding.member == entry.file && finding.line == line);
    found.listed.retain(|finding| !known(finding.line));
    build.findings.append(found);
    Ok(())
}
