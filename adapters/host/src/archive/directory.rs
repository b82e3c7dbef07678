//! Our own look at the raw zip file before any other reader sees it: one end record at the very end, one central
//! directory, and files that lie one after another without a gap, an overlap or a second meaning. All of it is judged
//! from the directory alone, so that an archive made to burst is refused before anything of it is unpacked.

mod bytes;
mod caps;
mod end;
mod entry;
mod names;
mod places;

use std::collections::{BTreeMap, btree_map};
use std::io::{self, SeekFrom};

use super::findings::Findings;
use crate::ports::filesystem::OldFile;
use bytes::Flaw;
pub use entry::{Entry, Method};

/// The files of an archive, in the order of the directory; each with its place, its sizes and its checksum.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    entries: Vec<Entry>,
    by_name: BTreeMap<String, usize>,
}

impl Directory {
    /// Reads and checks the directory of an archive, and nothing of the files' content.
    ///
    /// # Errors
    /// Outside, what the operating system said while reading; inside, what speaks against the archive.
    pub fn read(file: &mut dyn OldFile) -> io::Result<Result<Self, Findings>> {
        let length = file.seek(SeekFrom::End(0))?;
        let mut findings = Findings::default();
        match read(file, length, &mut findings) {
            Ok(entries) if findings.is_empty() => Ok(Ok(Self::of(entries))),
            Ok(_) => Ok(Err(findings)),
            Err(Flaw::Io(error)) => Err(error),
            Err(Flaw::Bad(text)) => {
                findings.archive(text);
                Ok(Err(findings))
            }
        }
    }

    fn of(entries: Vec<Entry>) -> Self {
        let by_name = entries.iter().enumerate().map(|(index, entry)| (entry.name.clone(), index)).collect();
        Self { entries, by_name }
    }

    /// The file of this name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.by_name.get(name).and_then(|index| self.entries.get(*index))
    }

    /// All files.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

fn read(file: &mut dyn OldFile, length: u64, findings: &mut Findings) -> Result<Vec<Entry>, Flaw> {
    let end = end::find(file, length)?;
    caps::members(end.entries)?;
    let headers = entry::central(file, &end)?;
    let names_are_fine = names(&headers, findings);
    let mut begun: BTreeMap<u64, String> = BTreeMap::new();
    let mut entries = Vec::with_capacity(headers.len());
    for header in &headers {
        let shown = names::shown(&header.name);
        header.check(&shown, findings);
        if let Some(first) = begun.insert(header.start, shown.clone()) {
            findings.member(&shown, format!("it lies in the same place as {first}"));
        }
        match header.entry(file, end.start, shown.clone()) {
            Ok(entry) => entries.push(entry),
            Err(Flaw::Bad(text)) => findings.member(&shown, text),
            Err(error @ Flaw::Io(_)) => return Err(error),
        }
    }
    // Where one file cannot be placed, the others' places say nothing.
    if names_are_fine && entries.len() == headers.len() {
        places::check(file, &entries, end.start, findings)?;
        caps::check(&entries, length, findings);
    }
    Ok(entries)
}

/// Names on the allow-list alone, each of them once, also where case does not count.
fn names(headers: &[entry::Header], findings: &mut Findings) -> bool {
    let mut seen: BTreeMap<Vec<u8>, &[u8]> = BTreeMap::new();
    let mut fine = true;
    for header in headers {
        let shown = names::shown(&header.name);
        if let Err(reason) = names::check(&header.name) {
            findings.member(&shown, reason);
            fine = false;
        }
        match seen.entry(header.name.to_ascii_lowercase()) {
            btree_map::Entry::Vacant(vacant) => {
                vacant.insert(&header.name);
            }
            btree_map::Entry::Occupied(first) => {
                let first = *first.get();
                let twice = "it is in the archive more than once".to_owned();
                let collides = || format!("its name differs from `{}` in case alone", names::shown(first));
                findings.member(&shown, if first == header.name { twice } else { collides() });
                fine = false;
            }
        }
    }
    fine
}
