//! This machine's part: file systems that are made, mounted, halted and checked with the tools of every Linux, and
//! what is missing for it. Mounts lie in a mount namespace of their own and vanish with it; loop devices that a killed
//! run left behind are known by the name of their file.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::disk::{BLOCK, Blocks};

/// A file system that crash states are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Journals names, and orders data before them.
    Ext4,
    /// Journals names, and orders nothing else.
    Xfs,
    /// Copies on write, and logs what was synced.
    Btrfs,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ext4, Self::Xfs, Self::Btrfs];

    /// Its name for `mount`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ext4 => "ext4",
            Self::Xfs => "xfs",
            Self::Btrfs => "btrfs",
        }
    }

    /// By name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Bytes of its disk: the least that its tool makes.
    pub const fn size(self) -> u64 {
        match self {
            Self::Ext4 => 64 << 20,
            Self::Xfs => 300 << 20,
            Self::Btrfs => 128 << 20,
        }
    }

    /// Whether it can be halted in the middle without writing its log.
    pub const fn can_be_halted(self) -> bool {
        matches!(self, Self::Ext4 | Self::Xfs)
    }

    /// Nothing is left for later: the recording shall hold what the operation does.
    const fn make(self) -> &'static [&'static str] {
        match self {
            Self::Ext4 => &["mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0"],
            Self::Xfs => &["mkfs.xfs", "-q", "-f", "-K"],
            Self::Btrfs => &["mkfs.btrfs", "-q", "-f", "-K"],
        }
    }

    const fn options(self) -> &'static str {
        match self {
            Self::Ext4 | Self::Btrfs => "noatime,nodiscard",
            Self::Xfs => "noatime",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why nothing of this can run here; `None` where it can.
pub fn missing() -> Option<String> {
    if run(&["id", "-u"]).ok().as_deref() != Some("0\n") {
        return Some("mounting needs root: run it as root".to_owned());
    }
    for (path, remedy) in [("/dev/fuse", "modprobe fuse"), ("/dev/loop-control", "modprobe loop")] {
        if let Err(error) = File::options().read(true).write(true).open(path) {
            return Some(format!("{path} cannot be opened ({error}): {remedy}"));
        }
    }
    for tool in ["unshare", "mount", "umount", "losetup"] {
        if !is_installed(tool) {
            return Some(format!("{tool} is not installed: apt-get install mount util-linux"));
        }
    }
    run(&["unshare", "--mount", "true"]).err().map(|error| format!("no mount namespace can be made: {error}"))
}

/// Why a file system cannot be used here; `None` where it can.
pub fn missing_for(kind: Kind) -> Option<String> {
    let tools: &[(&str, &str)] = match kind {
        Kind::Ext4 => &[("mkfs.ext4", "e2fsprogs"), ("xfs_io", "xfsprogs")],
        Kind::Xfs => &[("mkfs.xfs", "xfsprogs"), ("xfs_io", "xfsprogs")],
        Kind::Btrfs => &[("mkfs.btrfs", "btrfs-progs")],
    };
    if let Some((tool, package)) = tools.iter().find(|(tool, _)| !is_installed(tool)) {
        return Some(format!("{tool} is not installed: apt-get install {package}"));
    }
    let known = || fs::read_to_string("/proc/filesystems").unwrap_or_default();
    let has = |list: &str| list.lines().any(|line| line.trim() == kind.name());
    if has(&known()) || (run(&["modprobe", kind.name()]).is_ok() && has(&known())) {
        return None;
    }
    Some(format!("the kernel has no {kind}: modprobe {kind}"))
}

fn is_installed(tool: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(tool).is_file())
}

/// Runs a tool; what it says, or why it failed.
pub fn run(line: &[&str]) -> Result<String, String> {
    let (program, arguments) = line.split_first().ok_or("nothing to run")?;
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("`{}`: {}", line.join(" "), String::from_utf8_lossy(&output.stderr).trim()))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Kills a process and those that it started.
pub fn kill_group(leader: u32) -> Result<(), String> {
    run(&["kill", "-KILL", "--", &format!("-{leader}")]).map(drop)
}

/// Formats a file as a disk.
pub fn format(kind: Kind, file: &Path) -> Result<(), String> {
    File::create(file).and_then(|file| file.set_len(kind.size())).map_err(|error| error.to_string())?;
    run(&[kind.make(), &[text(file)]].concat()).map(drop)
}

/// A loop device. It is detached when this is dropped. (Nobody holds it open between two mounts: then the kernel would go
/// on showing what the disk held before it was filled anew.)
pub struct Loop(PathBuf);

impl Loop {
    /// Over a file.
    pub fn over(file: &Path) -> Result<Self, String> {
        let _alone = alone()?;
        run(&["losetup", "--find", "--show", text(file)]).map(|name| Self(name.trim().into()))
    }

    /// The same device over another file: a disk that comes back is the same one for those who knew it.
    pub fn moved_to(self, file: &Path) -> Result<Self, String> {
        let _alone = alone()?;
        let name = self.0.clone();
        drop(self);
        run(&["losetup", text(&name), text(file)]).map(|_| Self(name))
    }
}

/// Of all workers only one at a time takes loop devices.
fn alone() -> Result<File, String> {
    let lock = File::create("/dev/shm/omnicraft-kernels.lock").map_err(|error| error.to_string())?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).map_err(|error| error.to_string())?;
    Ok(lock)
}

impl Drop for Loop {
    fn drop(&mut self) {
        // One that is still mounted goes when it is unmounted.
        if let Err(error) = run(&["losetup", "--detach", text(&self.0)]) {
            report(&error);
        }
    }
}

/// A mounted file system. It is unmounted when this is dropped.
pub struct Mount(PathBuf);

impl Mount {
    /// Mounts a disk at a folder.
    pub fn of(kind: Kind, device: &Loop, at: &Path) -> Result<Self, String> {
        run(&["mount", "-n", "-i", "-t", kind.name(), "-o", kind.options(), text(&device.0), text(at)])?;
        Ok(Self(at.to_owned()))
    }

    /// Unmounts, and says whether that worked.
    pub fn unmount(self) -> Result<(), String> {
        let folder = self.0.clone();
        std::mem::forget(self);
        run(&["umount", "-n", "-i", text(&folder)]).map(drop)
    }

    /// Halts the file system as a power cut would: nothing more reaches the disk, the log is not written.
    pub fn halt(&self) -> Result<(), String> {
        run(&["xfs_io", "-x", "-c", "shutdown", text(&self.0)]).map(drop)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        if let Err(error) = run(&["umount", "-n", "-i", "-l", text(&self.0)]) {
            report(&error);
        }
    }
}

#[expect(clippy::print_stderr, reason = "nobody else hears of what goes wrong while cleaning up")]
fn report(error: &str) {
    eprintln!("kernels: {error}");
}

/// How files of disks are named, so that it is known whose loop device it is.
pub fn disk_name(owner: u32) -> String {
    format!("omnicraft-kernels.{owner}.")
}

/// Detaches the loop devices of runs that were killed, all their processes at once. Says which.
pub fn sweep() -> Result<Vec<String>, String> {
    detach(|file| {
        let owner = file.split_once("omnicraft-kernels.").and_then(|(_, rest)| rest.split('.').next());
        owner.is_some_and(|owner| !Path::new("/proc").join(owner).exists())
    })
}

/// Detaches the loop devices over the files that `is_meant` means. One that is mounted goes when it is unmounted.
pub fn detach(is_meant: impl Fn(&str) -> bool) -> Result<Vec<String>, String> {
    let list = run(&["losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE"])?;
    let devices = list.lines().filter_map(|line| line.trim().split_once(' '));
    let meant = devices.filter(|(_, file)| is_meant(file)).map(|(device, _)| device.to_owned());
    meant.map(|device| run(&["losetup", "--detach", &device]).map(|_| device)).collect()
}

/// What lies on a disk.
pub fn read(file: &Path) -> io::Result<Blocks> {
    let file = File::open(file)?;
    let length = file.metadata()?.len();
    let mut blocks = Blocks::new();
    let mut buffer = vec![0; 256 * BLOCK];
    let mut at = 0;
    // Holes are skipped: they are most of it.
    while let Some(start) = data_from(&file, at)? {
        let start = start / BLOCK as u64 * BLOCK as u64;
        let wanted = usize::try_from(length - start).unwrap_or(usize::MAX).min(buffer.len());
        file.read_exact_at(&mut buffer[..wanted], start)?;
        for (number, block) in (start / BLOCK as u64..).zip(buffer[..wanted].chunks(BLOCK)) {
            if block.iter().any(|byte| *byte != 0) {
                blocks.insert(number, block.into());
            }
        }
        at = start + wanted as u64;
    }
    Ok(blocks)
}

/// Where the next bytes lie that are no hole.
fn data_from(file: &File, offset: u64) -> io::Result<Option<u64>> {
    match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(offset)) {
        Ok(found) => Ok(Some(found)),
        Err(rustix::io::Errno::NXIO) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes a disk hold exactly these layers, of which a later one lies over the earlier ones. Nobody may have it mounted.
pub fn fill(file: &Path, size: u64, layers: &[&Blocks]) -> io::Result<()> {
    let file = File::options().write(true).create(true).truncate(true).open(file)?;
    file.set_len(size)?;
    let mut file = BufWriter::with_capacity(256 * BLOCK, file);
    for layer in layers {
        let mut at = u64::MAX;
        for (number, block) in *layer {
            let offset = number * BLOCK as u64;
            if offset != at {
                file.seek(SeekFrom::Start(offset))?;
            }
            file.write_all(block)?;
            at = offset + block.len() as u64;
        }
    }
    file.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_disk_is_filled_with_is_read_from_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let block = |byte| vec![byte; BLOCK].into_boxed_slice();
        let base = Blocks::from([(0, block(1)), (300, block(2)), (301, block(3))]);
        let written = Blocks::from([(301, block(4)), (700, block(5))]);
        fill(file.path(), 701 * BLOCK as u64, &[&base, &written]).unwrap();
        let expected = Blocks::from([(0, block(1)), (300, block(2)), (301, block(4)), (700, block(5))]);
        assert_eq!(read(file.path()).unwrap(), expected);
        fill(file.path(), 701 * BLOCK as u64, &[&written]).unwrap();
        assert_eq!(read(file.path()).unwrap(), written);
    }
}
