//! System calls of a command, seen with `strace`: which of them change what is on disk, and a kill before any of them.
//!
//! A killed process leaves what its finished calls left, synced or not. So the states that a kill can leave are those
//! before each call that follows a change, and all of them can be tried.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Ran};
use crate::random::Random;

/// Calls that change files, or make them durable. Opening counts only where it creates.
const CALLS: &str = "openat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,unlink,unlinkat,ftruncate,truncate,\
                     write,pwrite64,copy_file_range,sendfile,fsync,fdatasync";
/// Calls that read or change files.
const ALL: &str = "read,pread64,preadv,openat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,unlink,unlinkat,\
                   ftruncate,truncate,write,pwrite64,pwritev,copy_file_range,sendfile,fsync,fdatasync,utimensat,\
                   chmod,fchmod,fchmodat,fallocate,symlink,symlinkat,rmdir";

/// One call of a trace.
#[derive(Clone, Debug)]
pub struct Call {
    /// `rename`.
    pub name: String,
    /// What stands between the brackets; descriptors come with their path.
    pub arguments: String,
    /// What it returned; negative for an error.
    pub result: i64,
    /// How many calls of this name its thread had made, this one included; of `openat` those of the same path, because
    /// who looks for holders of a file opens as many files as there are processes.
    pub nth: u64,
}

/// Where a command is killed.
#[derive(Clone, Debug)]
pub struct Point {
    /// Before this call,
    pub name: String,
    /// of this file alone, if one is named,
    pub path: Option<String>,
    /// of which it is the n-th.
    pub nth: u64,
    /// For people: what it was about to do when it was watched.
    pub about: String,
}

impl Point {
    /// Whether it is before bytes are written.
    pub fn is_write(&self) -> bool {
        matches!(self.name.as_str(), "write" | "pwrite64")
    }
}

/// Why `strace` cannot be used here; `None` where it can.
pub fn missing() -> Option<String> {
    let probe = ["-f", "--seccomp-bpf", "-e", "trace=fsync", "-o", "/dev/null", "true"];
    match Command::new("strace").args(probe).output() {
        Err(error) => Some(format!("strace cannot be started ({error}); install it")),
        Ok(output) if !output.status.success() => {
            let said = String::from_utf8_lossy(&output.stderr);
            Some(format!("strace does not work here: {}", said.lines().next().unwrap_or_default()))
        }
        Ok(_) => None,
    }
}

/// Runs a command and tells its calls that touch `root`, in order.
pub fn watch(command: &Command, root: &Path, log: &Path) -> (Ran, Vec<Call>) {
    let (ran, mut calls) = watch_all(command, log);
    let root = root.to_str().unwrap();
    calls.retain(|call| call.arguments.contains(root));
    (ran, calls)
}

/// Runs a command and tells all its calls that touch files, in order.
pub fn watch_all(command: &Command, log: &Path) -> (Ran, Vec<Call>) {
    let options = [
        OsString::from("--seccomp-bpf"),
        "-y".into(),
        "-s".into(),
        "0".into(),
        "-e".into(),
        format!("trace={ALL}").into(),
    ];
    let ran = process::run(&mut under(command, &options, Some(log)));
    (ran, parse(&std::fs::read_to_string(log).unwrap()))
}

/// Runs a command and kills it before a call. One that never makes that call runs to its end. (Without
/// `--seccomp-bpf`: strace drops a signal that it delivers at a stop which the filter made.)
pub fn kill(command: &Command, point: &Point) -> Ran {
    let trace = format!("trace={}", point.name);
    let inject = format!("inject={}:signal=KILL:when={}", point.name, point.nth);
    let mut options = ["-e", &trace, "-e", &inject].map(OsString::from).to_vec();
    if let Some(path) = &point.path {
        options.extend(["-P".into(), path.into()]);
    }
    process::run(&mut under(command, &options, Some(Path::new("/dev/null"))))
}

/// Kills a command before a call, each time in the world that `set_up` makes anew and returns the command of. How many
/// pages the catalog writes varies with the lengths of the times and numbers in it, so a command may make a few writes
/// less than when it was watched: it is then killed before its last one.
///
/// # Errors
/// What became of a command that makes no such call.
pub fn kill_in(set_up: &dyn Fn() -> Command, point: &Point) -> Result<Ran, String> {
    const FEWER: u64 = 8;
    let spare = if point.is_write() { FEWER.min(point.nth - 1) } else { 0 };
    let mut ran = kill(&set_up(), point);
    for fewer in 1..=spare {
        if was_killed(&ran) || !ran.status.success() {
            break;
        }
        ran = kill(&set_up(), &Point { nth: point.nth - fewer, ..point.clone() });
    }
    if was_killed(&ran) { Ok(ran) } else { Err(format!("it was not killed there: {ran}")) }
}

/// Runs a command on a disk that is full from a call on. What it prints must still come through, so of `write` only that
/// one call fails.
pub fn fill_up(command: &Command, point: &Point) -> Ran {
    let trace = format!("trace={}", point.name);
    let on = if point.name == "write" { "" } else { "+" };
    let inject = format!("inject={}:error=ENOSPC:when={}{on}", point.name, point.nth);
    let mut options = ["-e", &trace, "-e", &inject].map(OsString::from).to_vec();
    if let Some(path) = &point.path {
        options.extend(["-P".into(), path.into()]);
    }
    process::run(&mut under(command, &options, Some(Path::new("/dev/null"))))
}

/// Runs a command on a disk that keeps nothing any more, and says so, from the n-th sync on.
pub fn refuse_syncs(command: &Command, nth: usize) -> Ran {
    let inject = format!("inject=fsync,fdatasync:error=EIO:when={nth}+");
    let options = ["-e", "trace=fsync,fdatasync", "-e", &inject].map(OsString::from);
    process::run(&mut under(command, &options, Some(Path::new("/dev/null"))))
}

/// Whether a command was killed, and did not end by itself.
pub fn was_killed(ran: &Ran) -> bool {
    const KILL: i32 = 9;
    ran.status.signal() == Some(KILL) || ran.code() == Some(128 + KILL)
}

/// The same command with `strace` before it.
fn under(command: &Command, options: &[OsString], log: Option<&Path>) -> Command {
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq"]).args(options);
    if let Some(log) = log {
        traced.arg("-o").arg(log);
    }
    traced.arg("--").arg(command.get_program()).args(command.get_args()).env_clear();
    for (key, value) in command.get_envs() {
        if let Some(value) = value {
            traced.env(key, value);
        }
    }
    let folder = command.get_current_dir().map_or_else(PathBuf::new, Path::to_owned);
    traced.current_dir(folder);
    traced
}

fn parse(log: &str) -> Vec<Call> {
    let mut counts: BTreeMap<(&str, &str, Option<&str>), u64> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        // `123  rename("a", "b") = 0`, or a line about a signal or the end of a thread.
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let Some((name, rest)) = call.trim_start().split_once('(') else { continue };
        let Some((arguments, result)) = rest.rsplit_once(" = ") else { continue };
        let Some(arguments) = arguments.trim_end().strip_suffix(')') else { continue };
        let nth = counts.entry((thread, name, opened(name, arguments))).or_default();
        *nth += 1;
        let word = result.split(|c: char| c != '-' && !c.is_ascii_digit()).next().unwrap_or_default();
        let result = word.parse().unwrap_or(-1);
        calls.push(Call { name: name.to_owned(), arguments: arguments.to_owned(), result, nth: *nth });
    }
    calls
}

/// The path that an `openat` opens.
fn opened<'a>(name: &str, arguments: &'a str) -> Option<&'a str> {
    if name == "openat" { arguments.split('"').nth(1) } else { None }
}

impl Call {
    /// Whether it wrote bytes.
    pub fn is_write(&self) -> bool {
        matches!(self.name.as_str(), "write" | "pwrite64" | "pwritev") && self.result > 0
    }

    /// Whether it read bytes.
    pub fn is_read(&self) -> bool {
        matches!(self.name.as_str(), "read" | "pread64" | "preadv") && self.result > 0
    }

    /// Whether it makes something durable.
    pub fn is_sync(&self) -> bool {
        matches!(self.name.as_str(), "fsync" | "fdatasync")
    }

    /// Whether it changed what is on disk.
    pub fn is_change(&self) -> bool {
        let succeeded = self.result >= 0;
        match self.name.as_str() {
            "openat" => succeeded && self.arguments.contains("O_CREAT"),
            "write" | "pwrite64" | "pwritev" | "copy_file_range" | "sendfile" => self.result > 0,
            "read" | "pread64" | "preadv" | "fsync" | "fdatasync" => false,
            _ => succeeded,
        }
    }

    /// The file that its first descriptor is of, which it reads or writes.
    pub fn file(&self) -> Option<&Path> {
        let (descriptor, rest) = self.arguments.split_once('<')?;
        let of_descriptor = descriptor.bytes().all(|byte| byte.is_ascii_digit());
        of_descriptor.then(|| rest.split_once('>')).flatten().map(|(path, _)| Path::new(path))
    }

    /// How far into the file a `pread64` or a `read` at its beginning reaches.
    pub fn reach(&self) -> u64 {
        let offset = match self.name.as_str() {
            "pread64" | "preadv" => self.arguments.rsplit_once(", ").and_then(|(_, offset)| offset.parse().ok()),
            _ => None,
        };
        offset.unwrap_or(0) + self.result.max(0).unsigned_abs()
    }
}

/// Every state that a kill can leave: before each call that follows a change. Of a series of writes only the state
/// before it, the one after it and one in between, which `random` chooses.
pub fn points(calls: &[Call], random: &mut Random) -> Vec<Point> {
    let calls: Vec<&Call> = calls.iter().filter(|call| counts(call)).collect();
    let mut points = Vec::new();
    let mut changed = true;
    let mut index = 0;
    while let Some(call) = calls.get(index) {
        if changed {
            points.push(before(call));
        }
        changed = call.is_change();
        index += 1;
        if call.is_write() {
            let series = calls[index..].iter().take_while(|call| call.is_write()).count();
            if series > 0 {
                let inner = index + usize::try_from(random.below(series as u64)).unwrap_or_default();
                points.push(before(calls[inner]));
            }
            index += series;
        }
    }
    points
}

/// Every call that a full disk can refuse; of a series of writes one, which `random` chooses.
pub fn needs_space(calls: &[Call], random: &mut Random) -> Vec<Point> {
    let asks = |call: &&Call| counts(call) && !call.name.starts_with("unlink") && call.result >= 0;
    let calls: Vec<&Call> = calls.iter().filter(asks).collect();
    let mut points = Vec::new();
    let mut index = 0;
    while let Some(call) = calls.get(index) {
        let series = calls[index..].iter().take_while(|call| call.is_write()).count();
        let inner = usize::try_from(random.below(series.max(1) as u64)).unwrap_or_default();
        points.push(before(if series == 0 { call } else { calls[index + inner] }));
        index += series.max(1);
    }
    points
}

fn counts(call: &Call) -> bool {
    let reads = call.name == "openat" && !call.arguments.contains("O_CREAT");
    !reads && CALLS.split(',').any(|name| name == call.name)
}

fn before(call: &Call) -> Point {
    let about = format!("{} #{}: {}", call.name, call.nth, call.arguments);
    Point {
        name: call.name.clone(),
        path: opened(&call.name, &call.arguments).map(str::to_owned),
        nth: call.nth,
        about,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(log: &str, expected: &[&str]) {
        let points = points(&parse(log), &mut Random::new(1));
        let found: Vec<String> = points.iter().map(|point| format!("{} {}", point.name, point.nth)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_kill_is_tried_before_whatever_follows_a_change() {
        check(
            "7 openat(AT_FDCWD</w>, \"/w/b\", O_RDONLY) = 3</w/b>\n\
             7 openat(AT_FDCWD</w>, \"/w/a\", O_RDWR|O_CREAT, 0600) = 3</w/a>\n\
             7 write(3</w/a>, \"\"..., 10) = 10\n\
             7 fsync(3</w/a>)                    = 0\n\
             7 rename(\"/w/a\", \"/w/b\") = 0\n\
             7 unlink(\"/w/c\") = -1 ENOENT (No such file or directory)\n\
             7 unlink(\"/w/b\") = 0\n\
             7 +++ exited with 0 +++",
            &["openat 1", "write 1", "fsync 1", "unlink 1"],
        );
    }

    #[test]
    fn a_series_of_writes_is_tried_once_inside() {
        let writes: String = (0..5).map(|n| format!("7 pwrite64(3</w/a>, \"\"..., 1, {n}) = 1\n")).collect();
        check(&format!("{writes}7 fdatasync(3</w/a>) = 0\n"), &["pwrite64 1", "pwrite64 3", "fdatasync 1"]);
    }

    #[test]
    fn threads_count_for_themselves() {
        let calls = parse("7 fsync(3</w/a>) = 0\n8 fsync(3</w/a>) = 0\n7 fsync(3</w/a>) = 0\n");
        assert_eq!(calls.iter().map(|call| call.nth).collect::<Vec<_>>(), [1, 1, 2]);
    }
}
