//! The file system of this machine: modes, what is never overwritten, what a failure leaves, and the lock.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use omnicraft_host::ports::filesystem::{FileSystem, OsFileSystem};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[test]
fn own_files_and_folders_are_for_the_owner_alone() {
    let folder = folder();
    let inner = folder.path().join("a/b");
    OsFileSystem.create_folder(&inner).unwrap();
    OsFileSystem.write_new(&inner.join("one"), b"1").unwrap();
    OsFileSystem.copy_new(&inner.join("one"), &inner.join("two"), &mut |_| true).unwrap();
    drop(OsFileSystem.lock(&inner.join("lock")).unwrap());
    assert_eq!(mode(&folder.path().join("a")), 0o700);
    assert_eq!(mode(&inner), 0o700);
    for name in ["one", "two", "lock"] {
        assert_eq!(mode(&inner.join(name)), 0o600, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_exists_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    OsFileSystem.create_folder(folder.path()).unwrap();
    assert_eq!(mode(folder.path()), 0o755);
}

#[test]
fn new_files_never_take_a_name_that_is_taken() {
    let folder = folder();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    OsFileSystem.write_new(&one, b"1").unwrap();
    OsFileSystem.write_new(&two, b"22").unwrap();
    let taken = |result: std::io::Result<()>| assert_eq!(result.unwrap_err().kind(), ErrorKind::AlreadyExists);
    taken(OsFileSystem.write_new(&one, b"3"));
    taken(OsFileSystem.copy_new(&two, &one, &mut |_| true));
    taken(OsFileSystem.copy_live(&two, &one, &mut |_| true));
    taken(OsFileSystem.link(&two, &one));
    assert_eq!(fs::read(&one).unwrap(), b"1");
}

#[test]
fn a_copy_has_the_content_and_is_another_file() {
    let folder = folder();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    // Larger than a block, and not a multiple of one.
    let content: Vec<u8> = (0..9_000_001_u32).map(|n| n.to_le_bytes()[0]).collect();
    fs::write(&from, &content).unwrap();
    let mut seen = Vec::new();
    OsFileSystem
        .copy_new(&from, &to, &mut |done| {
            seen.push(done);
            true
        })
        .unwrap();
    assert!(fs::read(&to).unwrap() == content);
    let is_cloned = seen == [0];
    assert!(is_cloned || seen.last() == Some(&9_000_001), "{seen:?}");
    assert!(is_cloned || seen.len() > 1, "it could have been stopped on the way");
    let stamp = |path| OsFileSystem.stamp(path).unwrap().unwrap();
    assert!(!stamp(&from).same_file(&stamp(&to)));
}

#[test]
fn a_stopped_copy_leaves_nothing() {
    let folder = folder();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    fs::write(&from, b"content").unwrap();
    for copy in [OsFileSystem::copy_new, OsFileSystem::copy_live] {
        let error = copy(&OsFileSystem, &from, &to, &mut |_| false).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        assert!(!to.exists());
    }
}

#[test]
fn digests_are_blake3_and_can_be_stopped() {
    let folder = folder();
    let path = folder.path().join("file");
    let content = vec![7; 600_000];
    fs::write(&path, &content).unwrap();
    let digest = OsFileSystem.digest(&path, &mut |_| true).unwrap();
    assert_eq!(digest, blake3::hash(&content).to_hex().to_string());
    let error = OsFileSystem.digest(&path, &mut |done| done < 300_000).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
}

#[test]
fn what_is_not_there_is_none_or_empty_but_not_an_error() {
    let folder = folder();
    let missing = folder.path().join("missing");
    assert_eq!(OsFileSystem.stamp(&missing).unwrap(), None);
    assert_eq!(OsFileSystem.stamp(&missing.join("deeper")).unwrap(), None);
    assert_eq!(OsFileSystem.list(&missing).unwrap(), []);
    OsFileSystem.remove(&missing).unwrap();
    assert_eq!(OsFileSystem.read(&missing, 10).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn small_files_are_read_up_to_a_limit() {
    let folder = folder();
    let path = folder.path().join("file");
    fs::write(&path, b"12345").unwrap();
    assert_eq!(OsFileSystem.read(&path, 5).unwrap(), b"12345");
    assert_eq!(OsFileSystem.read(&path, 4).unwrap_err().kind(), ErrorKind::InvalidData);
    assert_eq!(OsFileSystem.read(folder.path(), 4).unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[cfg(unix)]
#[test]
fn a_listing_tells_files_from_links_and_folders() {
    let folder = folder();
    fs::write(folder.path().join("file"), b"1").unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("file"), folder.path().join("link")).unwrap();
    let listed = OsFileSystem.list(folder.path()).unwrap();
    let listed: Vec<_> = listed.iter().map(|entry| (entry.name.as_str(), entry.is_file)).collect();
    assert_eq!(listed, [("file", true), ("folder", false), ("link", false)]);
}

#[cfg(unix)]
#[test]
fn two_names_of_one_file_have_one_identity() {
    let folder = folder();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    OsFileSystem.write_new(&one, b"1").unwrap();
    OsFileSystem.link(&one, &two).unwrap();
    let (one, two) = (OsFileSystem.stamp(&one).unwrap().unwrap(), OsFileSystem.stamp(&two).unwrap().unwrap());
    assert!(one.same_file(&two));
    assert!(one.same_content(&two));
}

#[test]
fn one_engine_holds_the_lock_at_a_time_and_never_writes_to_it() {
    let folder = folder();
    let path = folder.path().join("lock");
    fs::write(&path, b"left by an older version").unwrap();
    let before = OsFileSystem.stamp(&path).unwrap();
    let held = OsFileSystem.lock(&path).unwrap();
    assert!(held.is_some());
    assert!(OsFileSystem.lock(&path).unwrap().is_none());
    drop(held);
    assert!(OsFileSystem.lock(&path).unwrap().is_some());
    assert_eq!(OsFileSystem.stamp(&path).unwrap(), before);
    assert_eq!(fs::read(&path).unwrap(), b"left by an older version");
}

#[test]
fn free_space_is_that_of_the_disk() {
    let folder = folder();
    assert!(OsFileSystem.free_space(folder.path()).unwrap() > 0);
    assert!(OsFileSystem.free_space(&folder.path().join("missing")).is_err());
}

/// A raw copy of a live database was taken and its descriptor closed. POSIX then dropped the locks that SQLite held
/// for the app in the same process, another program took itself for the last one, and removed the WAL under the app.
/// So it is with a clone.
#[test]
#[cfg(target_os = "linux")]
fn raw_copies_and_clones_of_a_live_database_drop_no_lock_on_it() {
    let folder = folder();
    let (live, copy) = (folder.path().join("live.db"), folder.path().join("copy"));
    let app = rusqlite::Connection::open(&live).unwrap();
    app.execute_batch("PRAGMA journal_mode=delete; CREATE TABLE t (x); BEGIN EXCLUSIVE").unwrap();
    let locks = || {
        let inode = OsFileSystem.stamp(&live).unwrap().unwrap().inode;
        // While others lock and unlock, the list moves under whoever reads it: a line can come twice, or not at all.
        let lists: Vec<String> = (0..5).map(|_| fs::read_to_string("/proc/locks").unwrap()).collect();
        let ours = lists.iter().flat_map(|list| list.lines()).filter(|line| line.contains(&format!(":{inode} ")));
        ours.filter_map(|line| line.split_once(' ')).map(|(_number, lock)| lock).collect::<BTreeSet<_>>().len()
    };
    let before = locks();
    assert!(before > 0, "SQLite holds a lock");
    OsFileSystem.copy_live(&live, &copy, &mut |_| true).unwrap();
    let content = fs::read(&copy).unwrap();
    fs::remove_file(&copy).unwrap();
    let descriptors = || {
        let all = fs::read_dir("/proc/self/fd").unwrap();
        all.filter(|fd| fs::read_link(fd.as_ref().unwrap().path()).is_ok_and(|to| to == live)).count()
    };
    let open = descriptors();
    for bytes in [4096, 8192, 12288] {
        let clone = OsFileSystem.clone_live(&live, Some("unix"), &copy, bytes).unwrap();
        if clone.is_none() {
            assert!(!copy.exists(), "this file system does not clone");
            continue;
        }
        let (mut expected, bytes) = (content.clone(), usize::try_from(bytes).unwrap());
        expected.resize(bytes, 0);
        assert_eq!(fs::read(&copy).unwrap(), expected);
        assert_eq!(descriptors(), open, "none is left open");
        fs::remove_file(&copy).unwrap();
    }
    assert!(OsFileSystem.clone_live(&live, Some("cipher/unix"), &copy, 4096).unwrap().is_none());
    assert!(!copy.exists(), "SQLite reads another content than the file has");
    assert_eq!(locks(), before);
    app.execute_batch("COMMIT").unwrap();
}

/// What is cut off piece by piece must be nobody's: a hard link of the user's, and whoever reads it at this moment, have
/// it as it was.
#[test]
fn a_large_file_that_is_removed_stays_whole_for_others() {
    use std::io::Read as _;
    let folder = folder();
    let (file, link) = (folder.path().join("large"), folder.path().join("link"));
    let content: Vec<u8> = (0..20_000_001_u32).map(|n| n.to_le_bytes()[1]).collect();
    fs::write(&file, &content).unwrap();
    fs::hard_link(&file, &link).unwrap();
    OsFileSystem.remove_in_pieces(&file).unwrap();
    assert!(!file.exists());
    assert!(fs::read(&link).unwrap() == content, "under its other name");
    let (mut reader, mut read) = (fs::File::open(&link).unwrap(), Vec::new());
    OsFileSystem.remove_in_pieces(&link).unwrap();
    reader.read_to_end(&mut read).unwrap();
    assert!(read == content, "for who had it open");
    fs::write(&file, &content).unwrap();
    OsFileSystem.remove_in_pieces(&file).unwrap();
    OsFileSystem.remove_in_pieces(&file).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Whoever watches a copy may panic, as a test that stops the program does; the copy ends then, and does not wait for an
/// answer for ever.
#[test]
fn a_watch_that_panics_ends_the_raw_copy() {
    let folder = folder();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    fs::write(&from, vec![1; 3 << 20]).unwrap();
    let copy = || OsFileSystem.copy_live(&from, &to, &mut |_| panic!("the program dies"));
    assert!(std::panic::catch_unwind(copy).is_err());
    assert!(!to.exists());
}

/// The digest comes from the new file, and not from what was read to make it.
#[test]
fn a_copy_that_is_read_back_has_the_digest_of_its_content() {
    let folder = folder();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    for size in [0, 1, (1 << 20) - 1, 1 << 20, (5 << 20) + 17, (9 << 20) + 17] {
        let content: Vec<u8> = (0..size).map(|place: u32| (place % 251) as u8).collect();
        fs::write(&from, &content).unwrap();
        let mut told = Vec::new();
        let digest = OsFileSystem.copy_and_digest(&from, &to, &mut |done| {
            told.push(done);
            true
        });
        assert_eq!(digest.unwrap(), blake3::hash(&content).to_hex().to_string());
        assert_eq!(fs::read(&to).unwrap(), content);
        let is_cloned = told == [0] || told == [0, u64::from(size)];
        assert!(is_cloned || told.last().copied().unwrap_or_default() == u64::from(size), "{told:?}");
        let again = OsFileSystem.copy_and_digest(&from, &to, &mut |_| true);
        assert_eq!(again.unwrap_err().kind(), ErrorKind::AlreadyExists, "what is there is left alone");
        fs::remove_file(&to).unwrap();
    }
    let stopped = OsFileSystem.copy_and_digest(&from, &to, &mut |_| false);
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Interrupted);
    assert!(!to.exists(), "a stopped copy leaves nothing");
}
