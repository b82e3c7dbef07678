//! An open file: what SQLite reads, writes, cuts off and syncs.
#![allow(unsafe_code, reason = "SQLite calls a file layer through C function pointers")]

use std::ffi::{c_int, c_void};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use libsqlite3_sys as sqlite;

use super::locks::{check_reserved, lock_file, unlock_file};
use super::shared::{Memory, barrier, lock_memory, map, unmap};
use super::{Machine, lock, sync_folder_of};
use crate::sim::disk::SimDisk;
use crate::sim::operation::{FileId, Force, Operation};

/// What SQLite sees as `sqlite3_file`.
#[repr(C)]
pub(super) struct SimFile {
    base: sqlite::sqlite3_file,
    pub(super) inner: *mut Inner,
}

/// What the disk knows of it.
pub(super) struct Inner {
    pub(super) machine: Arc<Mutex<Machine>>,
    pub(super) disk: SimDisk,
    pub(super) path: PathBuf,
    pub(super) file: FileId,
    pub(super) handle: u64,
    pub(super) level: c_int,
    pub(super) goes_on_close: bool,
    /// The folder is synced with the next sync of the file.
    pub(super) syncs_folder: bool,
    /// The log stays when the last connection closes.
    pub(super) keeps_log: bool,
    pub(super) memory: Option<Arc<Mutex<Memory>>>,
}

pub(super) static METHODS: sqlite::sqlite3_io_methods = sqlite::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock_file),
    xUnlock: Some(unlock_file),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(map),
    xShmLock: Some(lock_memory),
    xShmBarrier: Some(barrier),
    xShmUnmap: Some(unmap),
    xFetch: None,
    xUnfetch: None,
};

/// # Safety
/// `file` is one that the file layer's `open` filled in, and SQLite calls its methods from one thread at a time.
pub(super) unsafe fn inner<'a>(file: *mut sqlite::sqlite3_file) -> &'a mut Inner {
    // SAFETY: see above.
    unsafe { &mut *(*file.cast::<SimFile>()).inner }
}

/// SQLite's code for what the disk says.
pub(super) fn code(error: &std::io::Error, otherwise: c_int) -> c_int {
    if error.kind() == std::io::ErrorKind::StorageFull { sqlite::SQLITE_FULL } else { otherwise }
}

pub(super) fn answer(result: std::io::Result<()>, otherwise: c_int) -> c_int {
    result.map_or_else(|error| code(&error, otherwise), |()| sqlite::SQLITE_OK)
}

pub(super) unsafe extern "C" fn close(file: *mut sqlite::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once; its box came from `open`.
    let inner = unsafe { Box::from_raw((*file.cast::<SimFile>()).inner) };
    let mut machine = lock(&inner.machine);
    if let Some(locks) = machine.locks.get_mut(&inner.file) {
        locks.retain(|(handle, _)| *handle != inner.handle);
    }
    drop(machine);
    inner.disk.closed(inner.file);
    if inner.goes_on_close {
        return answer(
            inner.disk.act(Operation::Unlink(inner.path.as_path().into(), inner.file)),
            sqlite::SQLITE_IOERR_DELETE,
        );
    }
    sqlite::SQLITE_OK
}

pub(super) unsafe extern "C" fn read(
    file: *mut sqlite::sqlite3_file,
    out: *mut c_void,
    length: c_int,
    offset: sqlite::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite gives a buffer of `length` bytes.
    let (inner, into) = unsafe {
        let length = usize::try_from(length).unwrap_or_default();
        (inner(file), std::slice::from_raw_parts_mut(out.cast::<u8>(), length))
    };
    let done = match inner.disk.read(inner.file, offset.unsigned_abs(), into) {
        Ok(done) => done,
        Err(error) => return code(&error, sqlite::SQLITE_IOERR_READ),
    };
    if done == into.len() {
        return sqlite::SQLITE_OK;
    }
    into[done..].fill(0);
    sqlite::SQLITE_IOERR_SHORT_READ
}

pub(super) unsafe extern "C" fn write(
    file: *mut sqlite::sqlite3_file,
    from: *const c_void,
    length: c_int,
    offset: sqlite::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite gives `length` bytes.
    let (inner, bytes) = unsafe {
        let length = usize::try_from(length).unwrap_or_default();
        (inner(file), std::slice::from_raw_parts(from.cast::<u8>(), length))
    };
    answer(inner.disk.write(inner.file, offset.unsigned_abs(), bytes), sqlite::SQLITE_IOERR_WRITE)
}

pub(super) unsafe extern "C" fn truncate(file: *mut sqlite::sqlite3_file, size: sqlite::sqlite3_int64) -> c_int {
    // SAFETY: see `inner`.
    let inner = unsafe { inner(file) };
    answer(inner.disk.resize(inner.file, size.unsigned_abs()), sqlite::SQLITE_IOERR_TRUNCATE)
}

pub(super) unsafe extern "C" fn sync(file: *mut sqlite::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: see `inner`.
    let inner = unsafe { inner(file) };
    let full = flags & 0x0F == sqlite::SQLITE_SYNC_FULL;
    let force = if full { Force::Drive } else { Force::System };
    let machine = lock(&inner.machine);
    let done = machine.syncs.as_ref().is_none_or(|done| done(&inner.path));
    // The file's own disk: a file without a name lies on none of the machine's.
    let file = if done { inner.disk.act(Operation::SyncFile(inner.file, force)) } else { Ok(()) };
    let synced = file.and_then(|()| match inner.path.parent() {
        Some(folder) if inner.syncs_folder => {
            inner.syncs_folder = false;
            sync_folder_of(&machine, folder)
        }
        _ => Ok(()),
    });
    drop(machine);
    answer(synced, sqlite::SQLITE_IOERR_FSYNC)
}

pub(super) unsafe extern "C" fn file_size(file: *mut sqlite::sqlite3_file, out: *mut sqlite::sqlite3_int64) -> c_int {
    // SAFETY: SQLite gives room for one number.
    unsafe {
        let inner = inner(file);
        *out = i64::try_from(inner.disk.size(inner.file)).unwrap_or(i64::MAX);
    }
    sqlite::SQLITE_OK
}

pub(super) unsafe extern "C" fn file_control(
    file: *mut sqlite::sqlite3_file,
    control: c_int,
    value: *mut c_void,
) -> c_int {
    // SAFETY: see `inner`; both controls take the address of an integer.
    let (inner, value) = unsafe { (inner(file), value.cast::<c_int>()) };
    // SAFETY: as above.
    unsafe {
        match control {
            sqlite::SQLITE_FCNTL_PERSIST_WAL if *value < 0 => *value = c_int::from(inner.keeps_log),
            sqlite::SQLITE_FCNTL_PERSIST_WAL => inner.keeps_log = *value != 0,
            sqlite::SQLITE_FCNTL_HAS_MOVED => {
                *value = c_int::from(inner.disk.file(&inner.path).ok() != Some(inner.file));
            }
            _ => return sqlite::SQLITE_NOTFOUND,
        }
    }
    sqlite::SQLITE_OK
}

pub(super) const unsafe extern "C" fn sector_size(_: *mut sqlite::sqlite3_file) -> c_int {
    4096
}

/// What the unix and the Windows layer promise, and nothing more: a torn write spoils no byte beside it.
pub(super) const unsafe extern "C" fn device_characteristics(_: *mut sqlite::sqlite3_file) -> c_int {
    sqlite::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}
