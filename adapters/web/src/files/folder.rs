//! The page's own folder in the home: one server at a time, a name for each file that comes or goes, and what the last
//! server left is swept.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use omnicraft_core::names::is_staged;
use omnicraft_core::transition::Refusal;
use omnicraft_host::error::{EngineError, Stop, shown};
use omnicraft_host::ports::filesystem::{FileSystem, Lock};

use super::names::harmless;

/// In the home; nothing but what one run of the page needs.
const NAME: &str = ".page";
const LOCK: &str = "lock";
/// Names of files that come and go begin so; all others are not ours.
const PASSING: &str = "passing-";

/// The page's own folder, held by this server alone.
pub(crate) struct PageFolder {
    pub(super) path: Utf8PathBuf,
    pub(super) files: Arc<dyn FileSystem>,
    /// Files that arrived whole, by name.
    received: Mutex<BTreeMap<String, Utf8PathBuf>>,
    next: AtomicU64,
    _lock: Box<dyn Lock>,
}

impl PageFolder {
    /// Takes the folder, making it where it is missing, and removes what an earlier server left in it.
    pub(crate) fn open(home: &Path, files: Box<dyn FileSystem>) -> Result<Self, EngineError> {
        let path = Utf8PathBuf::from_path_buf(home.join(NAME)).map_err(|_| not_unicode(home))?;
        let failed = |attempted: &str, error: &io::Error| Stop::io(attempted, path.as_std_path(), error);
        files.create_folder(path.as_std_path()).map_err(|error| failed("make the page's folder", &error))?;
        let lock =
            files.lock(path.join(LOCK).as_std_path()).map_err(|error| failed("lock the page's folder", &error))?;
        let lock = lock.ok_or_else(|| open_already(home))?;
        sweep(&*files, &path).map_err(|error| failed("clear the page's folder", &error))?;
        let (received, next) = (Mutex::default(), AtomicU64::new(1));
        Ok(Self { path, files: files.into(), received, next, _lock: lock })
    }

    /// Where an export for the browser is to be written. Nobody else gets this path.
    pub(crate) fn outgoing(&self, name: &str) -> Utf8PathBuf {
        self.path.join(format!("{PASSING}{}-{}", self.next.fetch_add(1, Ordering::Relaxed), harmless(name)))
    }

    /// The path of a file that arrived, by the last part of it, which an address may hold. Anything else is no file.
    pub(crate) fn received(&self, name: &str) -> Option<Utf8PathBuf> {
        self.arrivals().get(name).cloned()
    }

    pub(super) fn has_arrived(&self, path: &Utf8Path) {
        let name = path.file_name().unwrap_or_default().to_owned();
        self.arrivals().insert(name, path.to_owned());
    }

    /// Removes a file of this folder that nobody needs any more; one that cannot be removed goes at the next start.
    pub(crate) fn discard(&self, path: &Utf8Path) {
        self.arrivals().retain(|_, arrived| arrived != path);
        if is_passing(&self.path, path) {
            drop(self.files.remove(path.as_std_path()));
        }
    }

    fn arrivals(&self) -> MutexGuard<'_, BTreeMap<String, Utf8PathBuf>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nobody asks for the files of a server that has ended.
impl Drop for PageFolder {
    fn drop(&mut self) {
        drop(sweep(&*self.files, &self.path));
    }
}

/// Whether a path is one that this folder gave away.
pub(super) fn is_passing(folder: &Utf8Path, path: &Utf8Path) -> bool {
    path.parent() == Some(folder) && path.file_name().is_some_and(|name| name.starts_with(PASSING))
}

fn open_already(home: &Path) -> EngineError {
    EngineError::Refused(Refusal {
        reason: format!("the page of {} is served already", shown(home)),
        remedy: "Use the one that is open in your browser, or end it first: Ctrl-C where it was started".to_owned(),
    })
}

fn not_unicode(home: &Path) -> EngineError {
    EngineError::Refused(Refusal {
        reason: format!("the path of {} has letters that a page cannot show", shown(home)),
        remedy: "Use the command line, or give the folder another name".to_owned(),
    })
}

/// What came or went, and what the engine was writing to become such a file when the power failed.
fn sweep(files: &dyn FileSystem, folder: &Utf8Path) -> io::Result<()> {
    let half_written = |name: &str| is_staged(name) && name.contains(&format!("-to-{PASSING}"));
    let ours = |name: &str| name.starts_with(PASSING) || half_written(name);
    let mut left = files.list(folder.as_std_path())?.into_iter().filter(|entry| entry.is_file && ours(&entry.name));
    left.try_for_each(|entry| files.remove(folder.join(entry.name).as_std_path()))
}

/// What a file that came from the browser was called there.
pub(crate) fn owners_name(path: &Utf8Path) -> &str {
    let name = path.file_name().unwrap_or(path.as_str());
    name.strip_prefix(PASSING).and_then(|rest| rest.split_once('-')).map_or(name, |(_, name)| name)
}
