//! The files that git tracks or would track, read into memory, so that every rule is a function of text.

use std::path::Path;
use std::process::Command;

use crate::process::{Failure, not_started};

pub(super) struct File {
    /// From the top level, with forward slashes.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

impl File {
    /// The text, or nothing where the file is binary.
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }
}

pub(super) struct Tree(Vec<File>);

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let mut git = Command::new("git");
        // The clone may belong to another user than the one who tests it, as in a container.
        git.current_dir(root).args(["-c", "safe.directory=*", "ls-files", "-z"]);
        git.args(["--cached", "--others", "--exclude-standard"]);
        let output = git.output().map_err(|error| not_started(&git, &error))?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::new(format!("tidy asks git for the list of files, which failed: {why}")));
        }
        let mut files = Vec::new();
        for path in String::from_utf8_lossy(&output.stdout).split_terminator('\0') {
            match std::fs::read(root.join(path)) {
                Ok(bytes) => files.push(File { path: path.to_owned(), bytes }),
                // Removed, and the removal is not committed yet.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(Failure::new(format!("tidy could not read {path}: {error}"))),
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self(files))
    }

    pub(super) fn files(&self) -> &[File] {
        &self.0
    }

    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.0.iter().filter(|file| file.path.ends_with(".rs"))
    }

    pub(super) fn get(&self, path: &str) -> Option<&File> {
        self.0.iter().find(|file| file.path == path)
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), bytes: text.as_bytes().to_vec() };
        Self(files.iter().map(file).collect())
    }
}
