//! Runs cargo and the product as child processes, and keeps the words for it when one fails.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// Why a task ended badly, in words for the developer, and the exit code that says so to a script.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    message: String,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into() }
    }

    /// The command line was wrong; nothing was run.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "xtask: {}", self.message)
    }
}

/// The top level of the repository.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// Where cargo builds, and where this tool keeps what it makes.
pub(crate) fn target() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The cargo that runs this tool, working in the top level of the repository.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// The product, built when it is not, working where the developer stands so that his paths mean what he thinks.
pub(crate) fn omnicraft() -> Result<Command, Failure> {
    let here = std::env::current_dir().map_err(|error| Failure::new(format!("the current folder is gone: {error}")))?;
    let mut command = cargo(["run", "--package", "omnicraft-cli", "--bin", "omnicraft"]);
    command.current_dir(here).arg("--manifest-path").arg(root().join("Cargo.toml"));
    Ok(command)
}

/// Runs to the end. Only a program that cannot be started is an error here.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus, Failure> {
    command.status().map_err(|error| not_started(command, &error))
}

/// Runs to the end and succeeds, or fails with the program's own exit code after what it printed.
pub(crate) fn succeed(command: &mut Command) -> Result<(), Failure> {
    let status = status(command)?;
    if status.success() {
        return Ok(());
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Err(Failure { code, message: format!("`{}` ended with {status}", words(command)) })
}

/// Whether a program is there and answers.
pub(crate) fn answers(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// The command as one would type it.
pub(crate) fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(program.to_string_lossy().into_owned()).chain(arguments).collect::<Vec<_>>().join(" ")
}

pub(crate) fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` could not be started: {error}", words(command)))
}
