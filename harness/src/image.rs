//! Every file of a folder with its bytes, to see whether a command changed anything.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Files by their path below the folder.
pub type Image = BTreeMap<PathBuf, Vec<u8>>;

/// What lies in a folder now.
pub fn of(folder: &Path) -> Image {
    let mut image = Image::new();
    collect(folder, folder, &mut image);
    image
}

fn collect(root: &Path, folder: &Path, image: &mut Image) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, image);
        } else {
            image.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
        }
    }
}

/// The files that differ between two images, in words; nothing for equal ones.
pub fn differences(before: &Image, after: &Image) -> Vec<String> {
    let gone =
        before.keys().filter(|path| !after.contains_key(*path)).map(|path| format!("{} is gone", path.display()));
    let other = after.iter().filter_map(|(path, bytes)| match before.get(path) {
        None => Some(format!("{} is new", path.display())),
        Some(old) if old != bytes => Some(format!("{} has changed", path.display())),
        Some(_) => None,
    });
    gone.chain(other).collect()
}

/// Makes a folder equal to another: everything that was in it goes. Times of files are new.
pub fn replace(folder: &Path, by: &Path) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    copy(by, folder);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
