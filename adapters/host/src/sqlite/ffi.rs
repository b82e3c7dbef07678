//! The few calls of SQLite's C interface that have no safe wrapper: its own file handles, the head of a write-ahead
//! log's index, a progress handler that may borrow, and a collation. The only unsafe code about SQLite.

use std::cmp::Ordering;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::{ptr, slice};

use libsqlite3_sys as sqlite;
use rusqlite::{Connection, Error, Result};

/// The name of the collation of [`order_by_utf8`].
pub(super) const UTF8_ORDER: &str = "omnicraft_utf8";

/// A file of a database that SQLite has open.
#[derive(Clone, Copy)]
pub(super) enum Of {
    /// The main file.
    Database,
    /// Its write-ahead log or rollback journal.
    Journal,
}

/// The first 100 bytes of the main database file, zeros where it is shorter. Takes no lock.
pub(super) fn header(connection: &Connection) -> Result<[u8; 100]> {
    let mut bytes = [0_u8; 100];
    read(connection, Of::Database, 0, &mut bytes)?;
    Ok(bytes)
}

/// Reads a piece of a file through SQLite's own handle, zeros beyond its end. Takes no lock.
pub(super) fn read(connection: &Connection, of: Of, from: u64, into: &mut [u8]) -> Result<()> {
    let too_far = |_| failure(sqlite::SQLITE_TOOBIG);
    let (length, from) = (c_int::try_from(into.len()).map_err(too_far)?, i64::try_from(from).map_err(too_far)?);
    let (file, methods) = file(connection, of)?;
    let Some(read) = methods.xRead else { return Err(failure(sqlite::SQLITE_NOTFOUND)) };
    // SAFETY: `file` is open as long as the connection is used for nothing else, and `into` has room for `length` bytes.
    let code = unsafe { read(file, into.as_mut_ptr().cast(), length, from) };
    match code {
        // The rest was filled with zeros.
        sqlite::SQLITE_OK | sqlite::SQLITE_IOERR_SHORT_READ => Ok(()),
        code => Err(failure(code)),
    }
}

/// The head of a write-ahead log's index, as it lies in shared memory (<https://sqlite.org/walformat.html>).
pub(super) struct LogIndex {
    /// Its two copies, and the first once more, read in this order: all the same where nobody was just writing.
    pub(super) copies: [[u32; Self::WORDS]; 3],
    /// Frames at the beginning of the log that are in the main file, read before the last copy.
    pub(super) backfilled: u32,
}

impl LogIndex {
    /// Words of one copy.
    pub(super) const WORDS: usize = 12;
}

/// Reads the head of the index as SQLite itself does (`walIndexTryHdr`), without a lock. **Only for a connection in a
/// transaction in WAL mode**: with a rollback journal, asking for the shared memory would make it.
pub(super) fn log_index(connection: &Connection) -> Result<LogIndex> {
    const REGION: c_int = 32_768;
    let (file, methods) = file(connection, Of::Database)?;
    let (Some(map), Some(barrier), true) = (methods.xShmMap, methods.xShmBarrier, methods.iVersion >= 2) else {
        return Err(failure(sqlite::SQLITE_NOTFOUND));
    };
    let mut region: *mut c_void = ptr::null_mut();
    // SAFETY: `file` is open as long as the connection lives; SQLite writes one pointer, and makes nothing (`0`).
    let code = unsafe { map(file, 0, REGION, 0, &raw mut region) };
    if code != sqlite::SQLITE_OK || region.is_null() {
        return Err(failure(if code == sqlite::SQLITE_OK { sqlite::SQLITE_CANTOPEN } else { code }));
    }
    let words = region.cast::<u32>();
    // SAFETY: the region has `REGION` bytes and stays mapped as long as the connection is in WAL mode. Other processes
    // write to it, word by word: hence volatile, and judged by comparing the copies.
    let read = |from: usize| std::array::from_fn(|word| unsafe { words.add(from + word).read_volatile() });
    // SAFETY: as for `map`.
    let in_order = || unsafe { barrier(file) };
    let first = read(0);
    in_order();
    let second = read(LogIndex::WORDS);
    in_order();
    // SAFETY: as for `read`.
    let backfilled = unsafe { words.add(2 * LogIndex::WORDS).read_volatile() };
    in_order();
    Ok(LogIndex { copies: [first, second, read(0)], backfilled })
}

/// Bytes of the main database file. Takes no lock.
pub(super) fn size(connection: &Connection) -> Result<u64> {
    let mut size = 0;
    let (file, methods) = file(connection, Of::Database)?;
    let Some(file_size) = methods.xFileSize else { return Err(failure(sqlite::SQLITE_NOTFOUND)) };
    // SAFETY: `file` is open as long as the connection lives; SQLite writes one integer.
    let code = unsafe { file_size(file, &raw mut size) };
    if code == sqlite::SQLITE_OK { Ok(u64::try_from(size).unwrap_or_default()) } else { Err(failure(code)) }
}

/// Makes the content of the main database file durable, all the way to the medium where the platform tells apart.
pub(super) fn sync(connection: &Connection) -> Result<()> {
    let (file, methods) = file(connection, Of::Database)?;
    let Some(sync) = methods.xSync else { return Err(failure(sqlite::SQLITE_NOTFOUND)) };
    // SAFETY: `file` is open as long as the connection lives.
    let code = unsafe { sync(file, sqlite::SQLITE_SYNC_FULL) };
    if code == sqlite::SQLITE_OK { Ok(()) } else { Err(failure(code)) }
}

/// The name of the file layer that a connection's database is read through, those over it first (`shim/unix`); `None`
/// where it does not say.
pub(super) fn layer(connection: &Connection) -> Option<String> {
    let mut name: *mut c_char = ptr::null_mut();
    // SAFETY: the handle is open as long as the connection lives; SQLite writes one pointer.
    let code = unsafe { control(connection, sqlite::SQLITE_FCNTL_VFSNAME, (&raw mut name).cast()) };
    if name.is_null() {
        return None;
    }
    // SAFETY: SQLite gave a C string that is ours to free, once.
    let told = unsafe { CStr::from_ptr(name) }.to_str().ok().map(str::to_owned);
    // SAFETY: as above.
    unsafe { sqlite::sqlite3_free(name.cast()) };
    told.filter(|_| code == sqlite::SQLITE_OK)
}

/// Whether the database that a connection has open is no longer the file that has its name.
pub(super) fn has_moved(connection: &Connection) -> Result<bool> {
    let mut has_moved: c_int = 0;
    // SAFETY: the handle is open as long as the connection lives; SQLite writes one integer.
    let code = unsafe { control(connection, sqlite::SQLITE_FCNTL_HAS_MOVED, (&raw mut has_moved).cast()) };
    if code == sqlite::SQLITE_OK { Ok(has_moved != 0) } else { Err(failure(code)) }
}

/// Whether a named VFS has a file at this path.
pub(super) fn exists(vfs: &str, path: &Path) -> bool {
    let (Ok(vfs), Ok(path)) = (CString::new(vfs), CString::new(path.as_os_str().as_encoded_bytes())) else {
        return false;
    };
    // SAFETY: the name is a C string; the result is null or a VFS, which stays registered while connections use it.
    let Some(vfs) = (unsafe { sqlite::sqlite3_vfs_find(vfs.as_ptr()).as_mut() }) else { return false };
    let Some(access) = vfs.xAccess else { return false };
    let mut found = 0;
    // SAFETY: the path is a C string that outlives the call; SQLite writes one integer.
    let code = unsafe { access(vfs, path.as_ptr(), sqlite::SQLITE_ACCESS_EXISTS, &raw mut found) };
    code == sqlite::SQLITE_OK && found != 0
}

/// Does work on a connection during which `stop` is asked again and again; once it says yes, the running statement
/// ends with SQLite's interrupt error.
pub(crate) fn interruptible<T>(connection: &Connection, stop: &dyn Fn() -> bool, work: impl FnOnce() -> T) -> T {
    /// Instructions of SQLite's machine (pages, in an integrity check) between two questions.
    const INTERVAL: c_int = 2_000;

    unsafe extern "C" fn ask(context: *mut c_void) -> c_int {
        // SAFETY: the context is the address of `stop` below, which outlives the handler.
        let stop = unsafe { &*context.cast::<&dyn Fn() -> bool>() };
        c_int::from(stop())
    }

    /// Takes the handler off, also when the work panics.
    struct Handler<'a>(&'a Connection);

    impl Drop for Handler<'_> {
        fn drop(&mut self) {
            // SAFETY: the handle is open as long as the connection lives; null takes the handler off.
            unsafe { sqlite::sqlite3_progress_handler(self.0.handle(), 0, None, ptr::null_mut()) };
        }
    }

    let context = (&raw const stop).cast_mut().cast();
    // SAFETY: the handle is open as long as the connection lives. SQLite calls the handler only inside calls on this
    // connection, which is not shared between threads, and `Handler` takes it off before `stop` goes out of scope.
    unsafe { sqlite::sqlite3_progress_handler(connection.handle(), INTERVAL, Some(ask), context) };
    let _handler = Handler(connection);
    work()
}

/// Gives a connection the collation [`UTF8_ORDER`]: bytes of the UTF-8 text, whatever encoding the database has.
/// (`BINARY` compares the database's own encoding, so it orders a UTF-16 database differently.)
pub(super) fn order_by_utf8(connection: &Connection) -> Result<()> {
    unsafe extern "C" fn order(
        _: *mut c_void,
        left_length: c_int,
        left: *const c_void,
        right_length: c_int,
        right: *const c_void,
    ) -> c_int {
        // SAFETY: SQLite hands over two texts with their lengths.
        let (left, right) = unsafe { (bytes(left, left_length), bytes(right, right_length)) };
        match left.cmp(right) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }

    unsafe fn bytes<'a>(start: *const c_void, length: c_int) -> &'a [u8] {
        match usize::try_from(length) {
            // SAFETY: the caller vouches for `length` bytes from `start`.
            Ok(length) if length > 0 => unsafe { slice::from_raw_parts(start.cast(), length) },
            _ => &[],
        }
    }

    let name = CString::new(UTF8_ORDER)?;
    // SAFETY: the handle is open as long as the connection lives; the function needs no context.
    let code = unsafe {
        sqlite::sqlite3_create_collation_v2(
            connection.handle(),
            name.as_ptr(),
            sqlite::SQLITE_UTF8,
            ptr::null_mut(),
            Some(order),
            None,
        )
    };
    if code == sqlite::SQLITE_OK { Ok(()) } else { Err(failure(code)) }
}

/// SQLite's handle of a file, and its methods.
fn file(connection: &Connection, of: Of) -> Result<(*mut sqlite::sqlite3_file, sqlite::sqlite3_io_methods)> {
    let operation = match of {
        Of::Database => sqlite::SQLITE_FCNTL_FILE_POINTER,
        Of::Journal => sqlite::SQLITE_FCNTL_JOURNAL_POINTER,
    };
    let mut file: *mut sqlite::sqlite3_file = ptr::null_mut();
    // SAFETY: the handle is open as long as the connection lives; these operations write one pointer and nothing else.
    let code = unsafe { control(connection, operation, (&raw mut file).cast()) };
    if code != sqlite::SQLITE_OK {
        return Err(failure(code));
    }
    // SAFETY: SQLite gave null or a file object, whose methods are null or static.
    let methods = unsafe { file.as_ref().and_then(|file| file.pMethods.as_ref()) };
    methods.map(|methods| (file, *methods)).ok_or_else(|| failure(sqlite::SQLITE_CANTOPEN))
}

/// Asks the main database's file layer.
///
/// # Safety
/// `value` is what the operation takes.
unsafe fn control(connection: &Connection, operation: c_int, value: *mut c_void) -> c_int {
    // SAFETY: the handle is open as long as the connection lives; for `value` the caller vouches.
    unsafe { sqlite::sqlite3_file_control(connection.handle(), c"main".as_ptr(), operation, value) }
}

fn failure(code: c_int) -> Error {
    Error::SqliteFailure(sqlite::Error::new(code), None)
}
