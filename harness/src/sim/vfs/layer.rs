//! The functions of the file layer itself: opening, removing and finding files, time and chance.
#![allow(unsafe_code, reason = "SQLite calls a file layer through C function pointers")]

use std::ffi::{CStr, OsStr, c_char, c_int};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::{Arc, Mutex};

use libsqlite3_sys as sqlite;

use super::file::{Inner, METHODS, SimFile, answer, code};
use super::{Machine, lock, sync_folder_of};
use crate::sim::disk::SimDisk;
use crate::sim::operation::Operation;

/// Kinds of files whose name SQLite makes durable itself.
const JOURNALS: c_int = sqlite::SQLITE_OPEN_MAIN_JOURNAL | sqlite::SQLITE_OPEN_SUPER_JOURNAL | sqlite::SQLITE_OPEN_WAL;

/// The machine of a file layer.
///
/// # Safety
/// `vfs` is one that [`super::SimVfs::register`] made.
unsafe fn machine<'a>(vfs: *mut sqlite::sqlite3_vfs) -> &'a Mutex<Machine> {
    // SAFETY: `pAppData` is the address of a mutex that is never freed.
    unsafe { &*(*vfs).pAppData.cast::<Mutex<Machine>>() }
}

/// # Safety
/// `name` is a C string.
unsafe fn path<'a>(name: *const c_char) -> &'a Path {
    // SAFETY: the caller vouches for it.
    Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes()))
}

pub(super) unsafe extern "C" fn open(
    vfs: *mut sqlite::sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands over its own structures, as the contract says.
    unsafe {
        (*file).pMethods = ptr::null();
        let shared = (*vfs).pAppData.cast::<Mutex<Machine>>();
        Arc::increment_strong_count(shared);
        let shared = Arc::from_raw(shared);
        let (disk, handle) = {
            let mut machine = lock(&shared);
            machine.next_handle += 1;
            (machine.disk.clone(), machine.next_handle)
        };
        // A file without a name is nobody else's business, and gone with the process: it lies on no disk that matters.
        let (disk, path) =
            if name.is_null() { (SimDisk::new(), PathBuf::from("/temporary")) } else { (disk, path(name).to_owned()) };
        let found = disk.file(&path);
        let makes = flags & sqlite::SQLITE_OPEN_CREATE != 0;
        let id = match found {
            Ok(id) => id,
            Err(_) if makes => match disk.create(&path) {
                Ok(id) => id,
                Err(error) => return code(&error, sqlite::SQLITE_CANTOPEN),
            },
            Err(_) => return sqlite::SQLITE_CANTOPEN,
        };
        disk.opened(id);
        let goes_on_close = flags & sqlite::SQLITE_OPEN_DELETEONCLOSE != 0;
        // As the unix layer does: journals and logs, also those that were there; a database's name is nobody's care.
        let syncs_folder = makes && flags & JOURNALS != 0;
        let inner = Inner {
            machine: shared,
            disk,
            path,
            file: id,
            handle,
            level: 0,
            goes_on_close,
            syncs_folder,
            keeps_log: false,
            memory: None,
        };
        (*file.cast::<SimFile>()).inner = Box::into_raw(Box::new(inner));
        (*file).pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
        sqlite::SQLITE_OK
    }
}

pub(super) unsafe extern "C" fn delete(
    vfs: *mut sqlite::sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    // SAFETY: as for `open`.
    let (disk, path) = unsafe { (lock(machine(vfs)).disk.clone(), path(name)) };
    let Ok(file) = disk.file(path) else { return sqlite::SQLITE_IOERR_DELETE_NOENT };
    let removed = disk.act(Operation::Unlink(path.into(), file));
    let synced = removed.and_then(|()| match path.parent() {
        // SAFETY: as for `open`.
        Some(folder) if sync_folder != 0 => unsafe { sync_folder_of(&lock(machine(vfs)), folder) },
        _ => Ok(()),
    });
    answer(synced, sqlite::SQLITE_IOERR_DELETE)
}

pub(super) unsafe extern "C" fn access(
    vfs: *mut sqlite::sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    found: *mut c_int,
) -> c_int {
    // SAFETY: as for `open`.
    unsafe {
        let disk = lock(machine(vfs)).disk.clone();
        let stamp = disk.stamp(path(name));
        // The unix layer takes an empty file for none when it looks for a journal.
        let there = stamp.is_some_and(|stamp| flags != sqlite::SQLITE_ACCESS_EXISTS || stamp.size > 0);
        *found = c_int::from(there);
    }
    sqlite::SQLITE_OK
}

pub(super) unsafe extern "C" fn full_pathname(
    _: *mut sqlite::sqlite3_vfs,
    name: *const c_char,
    length: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite gives a C string and a buffer of `length` bytes.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > usize::try_from(length).unwrap_or_default() {
            return sqlite::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
    }
    sqlite::SQLITE_OK
}

/// The same bytes every time: a run can be repeated.
pub(super) unsafe extern "C" fn randomness(_: *mut sqlite::sqlite3_vfs, length: c_int, out: *mut c_char) -> c_int {
    for at in 0..length {
        // SAFETY: SQLite gives a buffer of `length` bytes.
        unsafe {
            *out.add(usize::try_from(at).unwrap_or_default()) = c_char::from((at * 37 + 11) % 101 > 50);
        }
    }
    length
}

pub(super) unsafe extern "C" fn sleep(_: *mut sqlite::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

pub(super) unsafe extern "C" fn current_time(_: *mut sqlite::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite gives room for one number.
    unsafe { *out = 2_461_366.0 };
    sqlite::SQLITE_OK
}

pub(super) unsafe extern "C" fn current_time_int64(
    _: *mut sqlite::sqlite3_vfs,
    out: *mut sqlite::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite gives room for one number.
    unsafe { *out = 2_461_366 * 86_400_000 };
    sqlite::SQLITE_OK
}

pub(super) unsafe extern "C" fn last_error(_: *mut sqlite::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}
