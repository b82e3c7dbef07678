//! Zip files as a person handles them: looked into, and put together again with something changed.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A file in a zip file.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Member {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }
}

/// All files, in order.
pub(crate) fn members(path: &Path) -> Vec<Member> {
    let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
    let count = archive.len();
    let read = |index| {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        Member { name: file.name().unwrap().into_owned(), bytes }
    };
    (0..count).map(read).collect()
}

/// The only file whose name contains this.
#[track_caller]
pub(crate) fn member(path: &Path, part: &str) -> Member {
    let mut found: Vec<Member> = members(path).into_iter().filter(|member| member.name.contains(part)).collect();
    assert_eq!(found.len(), 1, "{part}");
    found.remove(0)
}

/// Puts a zip file together again, after something was done to its files.
pub(crate) fn change(path: &Path, change: impl FnOnce(&mut Vec<Member>)) {
    let mut members = members(path);
    change(&mut members);
    fs::remove_file(path).unwrap();
    let mut writer = ZipWriter::new(File::create(path).unwrap());
    for member in members {
        writer.start_file(member.name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&member.bytes).unwrap();
    }
    writer.finish().unwrap();
}

/// Replaces a text that occurs once in one file, as an editor would.
#[track_caller]
pub(crate) fn edit(path: &Path, part: &str, from: &str, to: &str) {
    change(path, |members| {
        let member = members.iter_mut().find(|member| member.name.contains(part)).unwrap();
        let text = member.text();
        assert_eq!(text.matches(from).count(), 1, "{from} in {}", member.name);
        member.bytes = text.replace(from, to).into_bytes();
    });
}
