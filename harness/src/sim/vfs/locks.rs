//! Locks of a file, as the unix layer keeps them, within one running machine.
#![allow(unsafe_code, reason = "SQLite calls a file layer through C function pointers")]

use std::ffi::c_int;

use libsqlite3_sys as sqlite;

use super::file::inner;
use super::lock;

pub(super) unsafe extern "C" fn lock_file(file: *mut sqlite::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see `inner`.
    let inner = unsafe { inner(file) };
    if inner.level >= level {
        return sqlite::SQLITE_OK;
    }
    let mut machine = lock(&inner.machine);
    let locks = machine.locks.entry(inner.file).or_default();
    let others = || locks.iter().filter(|(handle, _)| *handle != inner.handle).map(|(_, level)| *level);
    let blocked = match level {
        sqlite::SQLITE_LOCK_SHARED => others().any(|other| other >= sqlite::SQLITE_LOCK_PENDING),
        sqlite::SQLITE_LOCK_RESERVED => others().any(|other| other >= sqlite::SQLITE_LOCK_RESERVED),
        _ => others().any(|other| other >= sqlite::SQLITE_LOCK_SHARED),
    };
    // Whoever waits for the last readers lets no new one in.
    let reached = match (blocked, level) {
        (false, level) => level,
        (true, sqlite::SQLITE_LOCK_EXCLUSIVE) if inner.level >= sqlite::SQLITE_LOCK_RESERVED => {
            sqlite::SQLITE_LOCK_PENDING
        }
        (true, _) => return sqlite::SQLITE_BUSY,
    };
    locks.retain(|(handle, _)| *handle != inner.handle);
    locks.push((inner.handle, reached));
    inner.level = reached;
    if blocked { sqlite::SQLITE_BUSY } else { sqlite::SQLITE_OK }
}

pub(super) unsafe extern "C" fn unlock_file(file: *mut sqlite::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see `inner`.
    let inner = unsafe { inner(file) };
    if inner.level > level {
        let mut machine = lock(&inner.machine);
        let locks = machine.locks.entry(inner.file).or_default();
        locks.retain(|(handle, _)| *handle != inner.handle);
        if level > sqlite::SQLITE_LOCK_NONE {
            locks.push((inner.handle, level));
        }
        inner.level = level;
    }
    sqlite::SQLITE_OK
}

pub(super) unsafe extern "C" fn check_reserved(file: *mut sqlite::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: SQLite gives room for one number.
    unsafe {
        let inner = inner(file);
        let machine = lock(&inner.machine);
        let locks = machine.locks.get(&inner.file);
        let reserved = locks.is_some_and(|locks| locks.iter().any(|(_, level)| *level >= sqlite::SQLITE_LOCK_RESERVED));
        *out = c_int::from(reserved);
    }
    sqlite::SQLITE_OK
}
