//! A file layer for SQLite whose files lie on a simulated disk. What SQLite writes, cuts off, removes and syncs there is
//! in the same log as what the engine does, in the same order. Locks and shared memory belong to the running machine:
//! [`SimVfs::boot`] is a machine that starts anew over whatever a power cut left.
//!
//! Follows the rules of <https://sqlite.org/c3ref/io_methods.html>. What the unix layer does beyond them is done here
//! too: the folder is synced with the first sync of a new journal or log.
#![allow(unsafe_code, reason = "SQLite calls a file layer through C function pointers")]

mod file;
mod layer;
mod locks;
mod shared;

use std::collections::BTreeMap;
use std::ffi::{CString, c_int};
use std::mem::size_of;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use libsqlite3_sys as sqlite;

use self::file::SimFile;
use self::shared::Memory;
use super::disk::SimDisk;
use super::operation::{FileId, Operation};

/// A registered file layer over one disk at a time.
pub struct SimVfs {
    name: CString,
    machine: Arc<Mutex<Machine>>,
}

/// Whether a sync of this file or folder is done, or swallowed.
pub type Syncs = Arc<dyn Fn(&Path) -> bool + Send + Sync>;

/// A running machine: its disk, and what it forgets when the power goes.
#[derive(Default)]
struct Machine {
    disk: SimDisk,
    syncs: Option<Syncs>,
    locks: BTreeMap<FileId, Vec<(u64, c_int)>>,
    memory: BTreeMap<PathBuf, Arc<Mutex<Memory>>>,
    next_handle: u64,
}

impl SimVfs {
    /// Registers a file layer under a name that nobody else has. It stays registered as long as the process lives.
    pub fn register(name: &str) -> Self {
        // SQLite counts its memory under one lock for all threads unless it is told not to before it starts; somebody may
        // have started it already, and then it is only slower.
        // SAFETY: the option takes one int.
        unsafe { sqlite::sqlite3_config(sqlite::SQLITE_CONFIG_MEMSTATUS, 0 as c_int) };
        let machine = Arc::new(Mutex::new(Machine::default()));
        let name = CString::new(name).unwrap_or_default();
        // Registered for ever: SQLite keeps the pointers.
        let vfs = Box::leak(Box::new(sqlite::sqlite3_vfs {
            iVersion: 2,
            szOsFile: c_int::try_from(size_of::<SimFile>()).unwrap_or_default(),
            mxPathname: 1024,
            pNext: ptr::null_mut(),
            zName: name.clone().into_raw(),
            pAppData: Arc::into_raw(machine.clone()).cast_mut().cast(),
            xOpen: Some(layer::open),
            xDelete: Some(layer::delete),
            xAccess: Some(layer::access),
            xFullPathname: Some(layer::full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(layer::randomness),
            xSleep: Some(layer::sleep),
            xCurrentTime: Some(layer::current_time),
            xGetLastError: Some(layer::last_error),
            xCurrentTimeInt64: Some(layer::current_time_int64),
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        }));
        // SAFETY: the structure lives for ever and its functions follow SQLite's contract.
        let code = unsafe { sqlite::sqlite3_vfs_register(vfs, 0) };
        assert_eq!(code, sqlite::SQLITE_OK, "SQLite takes a file layer whenever it is given one");
        Self { name, machine }
    }

    /// Its name, for `Opener::vfs`.
    pub fn name(&self) -> String {
        self.name.to_string_lossy().into_owned()
    }

    /// Starts the machine anew over a disk. Nobody may have a connection open.
    pub fn boot(&self, disk: SimDisk, syncs: Syncs) {
        // SQLite draws the nonces of its journals and logs from a generator that the whole process shares: where one machine
        // runs at a time, every run is the same.
        // SAFETY: this control takes a seed and a connection whose schema it mixes in; none.
        unsafe {
            let nobody = ptr::null_mut::<sqlite::sqlite3>();
            sqlite::sqlite3_test_control(sqlite::SQLITE_TESTCTRL_PRNG_SEED, 1 as c_int, nobody);
        }
        let mut machine = lock(&self.machine);
        // Handles are never given twice, so that one that outlives its machine holds no lock of the next.
        *machine = Machine { disk, syncs: Some(syncs), next_handle: machine.next_handle, ..Machine::default() };
    }
}

/// From now on this connection, when it is the last, leaves the write-ahead log of its database where it is.
///
/// # Panics
/// Where the file layer does not know how.
pub fn keep_log(connection: &rusqlite::Connection) {
    let mut keep: c_int = 1;
    // SAFETY: the handle is open as long as the connection, and the control takes the address of an integer.
    let code = unsafe {
        let control = sqlite::SQLITE_FCNTL_PERSIST_WAL;
        sqlite::sqlite3_file_control(connection.handle(), c"main".as_ptr(), control, (&raw mut keep).cast())
    };
    assert_eq!(code, sqlite::SQLITE_OK, "the file layer keeps logs");
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a folder's names durable, unless the machine's build swallows it.
fn sync_folder_of(machine: &Machine, folder: &Path) -> std::io::Result<()> {
    let done = machine.syncs.as_ref().is_none_or(|done| done(folder));
    if done { machine.disk.act(Operation::SyncFolder(folder.into())) } else { Ok(()) }
}
