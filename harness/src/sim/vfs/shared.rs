//! The shared memory of databases in WAL mode: on the heap, and gone with the machine.
#![allow(unsafe_code, reason = "SQLite calls a file layer through C function pointers")]

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::Arc;

use libsqlite3_sys as sqlite;

use super::file::inner;
use super::lock;

/// The shared memory of a database in WAL mode.
#[derive(Debug, Default)]
pub(super) struct Memory {
    regions: Vec<Box<[u8]>>,
    /// For each lock who holds it shared, and who exclusively.
    shared: [Vec<u64>; sqlite::SQLITE_SHM_NLOCK as usize],
    exclusive: [Option<u64>; sqlite::SQLITE_SHM_NLOCK as usize],
}

pub(super) unsafe extern "C" fn map(
    file: *mut sqlite::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite gives room for one pointer; regions are boxed and stay where they are while anybody has them.
    unsafe {
        let inner = inner(file);
        let memory = inner
            .memory
            .get_or_insert_with(|| lock(&inner.machine).memory.entry(inner.path.clone()).or_default().clone());
        let mut memory = lock(memory);
        let region = usize::try_from(region).unwrap_or_default();
        *out = ptr::null_mut();
        if memory.regions.len() <= region {
            if extend == 0 {
                return sqlite::SQLITE_OK;
            }
            let size = usize::try_from(size).unwrap_or_default();
            memory.regions.resize_with(region + 1, || vec![0; size].into());
        }
        *out = memory.regions[region].as_mut_ptr().cast();
    }
    sqlite::SQLITE_OK
}

pub(super) unsafe extern "C" fn lock_memory(
    file: *mut sqlite::sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: see `inner`.
    let inner = unsafe { inner(file) };
    let Some(memory) = &inner.memory else { return sqlite::SQLITE_IOERR_SHMLOCK };
    let mut memory = lock(memory);
    let me = inner.handle;
    let first = usize::try_from(offset).unwrap_or_default();
    let all = first..first + usize::try_from(count).unwrap_or_default();
    if flags & sqlite::SQLITE_SHM_UNLOCK != 0 {
        for at in all {
            memory.shared[at].retain(|holder| *holder != me);
            if memory.exclusive[at] == Some(me) {
                memory.exclusive[at] = None;
            }
        }
        return sqlite::SQLITE_OK;
    }
    let wants_all = flags & sqlite::SQLITE_SHM_EXCLUSIVE != 0;
    let held = |at: usize| {
        let exclusively = memory.exclusive[at].is_some_and(|holder| holder != me);
        exclusively || (wants_all && memory.shared[at].iter().any(|holder| *holder != me))
    };
    if all.clone().any(held) {
        return sqlite::SQLITE_BUSY;
    }
    for at in all {
        if wants_all {
            memory.exclusive[at] = Some(me);
        } else {
            memory.shared[at].push(me);
        }
    }
    sqlite::SQLITE_OK
}

pub(super) unsafe extern "C" fn barrier(_: *mut sqlite::sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

pub(super) unsafe extern "C" fn unmap(file: *mut sqlite::sqlite3_file, delete: c_int) -> c_int {
    // SAFETY: see `inner`.
    let inner = unsafe { inner(file) };
    if let Some(memory) = inner.memory.take() {
        let mut machine = lock(&inner.machine);
        // The first who opens a shared memory makes it anew, whatever the last one left in it.
        let is_last = Arc::strong_count(&memory) == 2;
        if is_last || delete != 0 {
            machine.memory.remove(&inner.path);
        }
    }
    sqlite::SQLITE_OK
}
