//! The program that is shipped, as a process of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Between two looks at a running process.
const OFTEN: Duration = Duration::from_millis(1);

/// The built `omnicraft`, with a home that its commands work in.
pub struct Program {
    binary: PathBuf,
    home: PathBuf,
}

impl Program {
    /// The program in a home; `None` where it was not built.
    pub fn in_home(home: &Path) -> Option<Self> {
        let binary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/proof/omnicraft");
        binary.is_file().then(|| Self { binary, home: home.to_owned() })
    }

    /// Runs a command, which must succeed.
    pub fn run(&self, words: &[&str]) {
        let told = self.command(words).stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
        assert!(told.status.success(), "{words:?}: {}", String::from_utf8_lossy(&told.stderr));
    }

    /// Runs a command, and says how many bytes of memory it had at most, as far as frequent looks tell. `None` where the
    /// system does not tell.
    pub fn peak(&self, words: &[&str]) -> Option<u64> {
        let mut child = self.command(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut peak = None;
        let status = loop {
            peak = peak.max(resident(&child));
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            std::thread::sleep(OFTEN);
        };
        assert!(status.success(), "{words:?}: {status}");
        peak
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--home").arg(&self.home).args(["--yes", "--no-progress"]).args(words).stdin(Stdio::null());
        command
    }
}

/// The most that a process has had until now, in bytes.
fn resident(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}
