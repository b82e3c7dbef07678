//! The page's own folder in the home: one server at a time, and what the last one left is swept.

use std::io;
use std::path::{Path, PathBuf};

use omnicraft_core::transition::Refusal;
use omnicraft_host::error::{EngineError, Stop, shown};
use omnicraft_host::ports::filesystem::{FileSystem, Lock};

/// In the home; nothing but what one run of the page needs.
const NAME: &str = ".page";
const LOCK: &str = "lock";
/// Names of files that come and go begin so; all others are not ours.
const PASSING: &str = "passing-";

/// The page's own folder, held by this server alone.
pub(crate) struct PageFolder {
    path: PathBuf,
    files: Box<dyn FileSystem>,
    _lock: Box<dyn Lock>,
}

impl PageFolder {
    /// Takes the folder, making it where it is missing, and removes what an earlier server left in it.
    pub(crate) fn open(home: &Path, files: Box<dyn FileSystem>) -> Result<Self, EngineError> {
        let path = home.join(NAME);
        let attempt = |attempted, tried: io::Result<_>| tried.map_err(|error| Stop::io(attempted, &path, &error));
        attempt("make the page's folder", files.create_folder(&path))?;
        let lock = files.lock(&path.join(LOCK)).map_err(|error| Stop::io("lock the page's folder", &path, &error))?;
        let lock = lock.ok_or_else(|| open_already(home))?;
        attempt("clear the page's folder", sweep(&*files, &path))?;
        Ok(Self { path, files, _lock: lock })
    }
}

fn open_already(home: &Path) -> EngineError {
    EngineError::Refused(Refusal {
        reason: format!("the page of {} is served already", shown(home)),
        remedy: "Use the one that is open in your browser, or end it first: Ctrl-C where it was started".to_owned(),
    })
}

fn sweep(files: &dyn FileSystem, folder: &Path) -> io::Result<()> {
    let left = files.list(folder)?.into_iter().filter(|entry| entry.is_file && entry.name.starts_with(PASSING));
    left.map(|entry| files.remove(&folder.join(entry.name))).collect()
}
