//! A file layer for SQLite whose files lie on a simulated disk. What SQLite writes, cuts off, removes and syncs there is
//! in the same log as what the engine does, in the same order. Locks and shared memory belong to the running machine:
//! [`SimVfs::boot`] is a machine that starts anew over whatever a power cut left.
//!
//! Follows the rules of <https://sqlite.org/c3ref/io_methods.html>. What the unix layer does beyond them is done here
//! too: the folder is synced with the first sync of a new journal or log.
#![allow(unsafe_code, reason = "SQLite calls a file layer through C function pointers")]

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::mem::size_of;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use libsqlite3_sys as sqlite;

use super::disk::SimDisk;
use super::operation::{FileId, Force, Operation};

/// Kinds of files whose name SQLite makes durable itself.
const JOURNALS: c_int = sqlite::SQLITE_OPEN_MAIN_JOURNAL | sqlite::SQLITE_OPEN_SUPER_JOURNAL | sqlite::SQLITE_OPEN_WAL;

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

/// The shared memory of a database in WAL mode.
#[derive(Debug, Default)]
struct Memory {
    regions: Vec<Box<[u8]>>,
    /// For each lock who holds it shared, and who exclusively.
    shared: [Vec<u64>; sqlite::SQLITE_SHM_NLOCK as usize],
    exclusive: [Option<u64>; sqlite::SQLITE_SHM_NLOCK as usize],
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
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: Some(last_error),
            xCurrentTimeInt64: Some(current_time_int64),
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

/// What SQLite sees as `sqlite3_file`.
#[repr(C)]
struct SimFile {
    base: sqlite::sqlite3_file,
    inner: *mut Inner,
}

struct Inner {
    machine: Arc<Mutex<Machine>>,
    disk: SimDisk,
    path: PathBuf,
    file: FileId,
    handle: u64,
    level: c_int,
    goes_on_close: bool,
    /// The folder is synced with the next sync of the file.
    syncs_folder: bool,
    /// The log stays when the last connection closes.
    keeps_log: bool,
    memory: Option<Arc<Mutex<Memory>>>,
}

static METHODS: sqlite::sqlite3_io_methods = sqlite::sqlite3_io_methods {
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

/// The machine of a file layer.
///
/// # Safety
/// `vfs` is one that [`SimVfs::register`] made.
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

/// # Safety
/// `file` is one that [`open`] filled in, and SQLite calls its methods from one thread at a time.
unsafe fn inner<'a>(file: *mut sqlite::sqlite3_file) -> &'a mut Inner {
    // SAFETY: see above.
    unsafe { &mut *(*file.cast::<SimFile>()).inner }
}

unsafe extern "C" fn open(
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

/// SQLite's code for what the disk says.
fn code(error: &std::io::Error, otherwise: c_int) -> c_int {
    if error.kind() == std::io::ErrorKind::StorageFull { sqlite::SQLITE_FULL } else { otherwise }
}

fn answer(result: std::io::Result<()>, otherwise: c_int) -> c_int {
    result.map_or_else(|error| code(&error, otherwise), |()| sqlite::SQLITE_OK)
}

unsafe extern "C" fn delete(vfs: *mut sqlite::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
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

unsafe extern "C" fn access(
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

unsafe extern "C" fn full_pathname(
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
unsafe extern "C" fn randomness(_: *mut sqlite::sqlite3_vfs, length: c_int, out: *mut c_char) -> c_int {
    for at in 0..length {
        // SAFETY: SQLite gives a buffer of `length` bytes.
        unsafe {
            *out.add(usize::try_from(at).unwrap_or_default()) = c_char::from((at * 37 + 11) % 101 > 50);
        }
    }
    length
}

unsafe extern "C" fn sleep(_: *mut sqlite::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

unsafe extern "C" fn current_time(_: *mut sqlite::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite gives room for one number.
    unsafe { *out = 2_461_366.0 };
    sqlite::SQLITE_OK
}

unsafe extern "C" fn current_time_int64(_: *mut sqlite::sqlite3_vfs, out: *mut sqlite::sqlite3_int64) -> c_int {
    // SAFETY: SQLite gives room for one number.
    unsafe { *out = 2_461_366 * 86_400_000 };
    sqlite::SQLITE_OK
}

unsafe extern "C" fn last_error(_: *mut sqlite::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}

unsafe extern "C" fn close(file: *mut sqlite::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once; its box came from `open`.
    let inner = unsafe { Box::from_raw((*file.cast::<SimFile>()).inner) };
    let mut machine = lock(&inner.machine);
    if let Some(locks) = machine.locks.get_mut(&inner.file) {
        locks.retain(|(handle, _)| *handle != inner.handle);
    }
    drop(machine);
    if inner.goes_on_close {
        return answer(
            inner.disk.act(Operation::Unlink(inner.path.as_path().into(), inner.file)),
            sqlite::SQLITE_IOERR_DELETE,
        );
    }
    sqlite::SQLITE_OK
}

unsafe extern "C" fn read(
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
    let done = inner.disk.read(inner.file, offset.unsigned_abs(), into);
    if done == into.len() {
        return sqlite::SQLITE_OK;
    }
    into[done..].fill(0);
    sqlite::SQLITE_IOERR_SHORT_READ
}

unsafe extern "C" fn write(
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

unsafe extern "C" fn truncate(file: *mut sqlite::sqlite3_file, size: sqlite::sqlite3_int64) -> c_int {
    // SAFETY: see `inner`.
    let inner = unsafe { inner(file) };
    answer(inner.disk.resize(inner.file, size.unsigned_abs()), sqlite::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut sqlite::sqlite3_file, flags: c_int) -> c_int {
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

unsafe extern "C" fn file_size(file: *mut sqlite::sqlite3_file, out: *mut sqlite::sqlite3_int64) -> c_int {
    // SAFETY: SQLite gives room for one number.
    unsafe {
        let inner = inner(file);
        *out = i64::try_from(inner.disk.size(inner.file)).unwrap_or(i64::MAX);
    }
    sqlite::SQLITE_OK
}

unsafe extern "C" fn lock_file(file: *mut sqlite::sqlite3_file, level: c_int) -> c_int {
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

unsafe extern "C" fn unlock_file(file: *mut sqlite::sqlite3_file, level: c_int) -> c_int {
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

unsafe extern "C" fn check_reserved(file: *mut sqlite::sqlite3_file, out: *mut c_int) -> c_int {
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

unsafe extern "C" fn file_control(file: *mut sqlite::sqlite3_file, control: c_int, value: *mut c_void) -> c_int {
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

const unsafe extern "C" fn sector_size(_: *mut sqlite::sqlite3_file) -> c_int {
    4096
}

/// What the unix and the Windows layer promise, and nothing more: a torn write spoils no byte beside it.
const unsafe extern "C" fn device_characteristics(_: *mut sqlite::sqlite3_file) -> c_int {
    sqlite::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn map(
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

unsafe extern "C" fn lock_memory(file: *mut sqlite::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
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

unsafe extern "C" fn barrier(_: *mut sqlite::sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn unmap(file: *mut sqlite::sqlite3_file, delete: c_int) -> c_int {
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
