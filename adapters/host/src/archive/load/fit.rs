//! Compares the tables of an archive with those of a schema: the same tables, the same columns in the same order.

use omnicraft_core::model::Finding;

use super::schema::Schema;
use crate::archive::findings::Findings;
use crate::archive::manifest::{CsvManifest, TableEntry};
use crate::archive::tables::Archived;

/// What the archive has and the schema lacks, and the reverse; nothing where each row of the archive has its place.
pub(super) fn compare(schema: &Schema, manifest: &CsvManifest) -> Findings {
    let mut findings = Findings::default();
    for table in &manifest.tables {
        match schema.table(&table.name) {
            Some(shape) => columns(table, &shape.archived, &mut findings),
            None => findings.member(&table.file, format!("the schema has no table “{}”", table.name)),
        }
    }
    for shape in &schema.tables {
        let name = &shape.archived.name;
        if !manifest.tables.iter().any(|table| table.name == *name) {
            findings.archive(format!("the archive has no file for the table “{name}” of the schema"));
        }
    }
    findings
}

fn columns(table: &TableEntry, schema: &Archived, findings: &mut Findings) {
    let mut different = false;
    for column in &table.columns {
        let known = schema.columns.iter().find(|known| known.name == column.name);
        let text = match known {
            None => format!("the schema's table “{}” has no such column", table.name),
            Some(known) if known.declared != column.declared => {
                let (theirs, ours) = (type_of(&column.declared), type_of(&known.declared));
                format!("is {theirs} in the archive and {ours} in the schema")
            }
            Some(_) => continue,
        };
        different = true;
        findings.push(about(table, &column.name, text));
    }
    for known in &schema.columns {
        if !table.columns.iter().any(|column| column.name == known.name) {
            different = true;
            findings.push(about(table, &known.name, "is in the schema, but not in the archive".to_owned()));
        }
    }
    if table.rowid.as_deref() != schema.rowid {
        let place = |rowid: Option<&str>| match rowid {
            Some(name) => format!("the column “{name}”"),
            None => "no column".to_owned(),
        };
        let (theirs, ours) = (place(table.rowid.as_deref()), place(schema.rowid));
        findings.member(&table.file, format!("its rowids have {theirs} in the archive and {ours} in the schema"));
    } else if !different && table.columns != schema.columns {
        findings.member(&table.file, "has its columns in another order than the schema");
    }
}

fn type_of(declared: &str) -> &str {
    if declared.is_empty() { "without a type" } else { declared }
}

fn about(table: &TableEntry, column: &str, text: String) -> Finding {
    Finding { member: table.file.clone(), line: None, column: Some(column.to_owned()), text }
}
