//! `cargo xtask instructions`: counts the instructions of the hot loops under valgrind, and fails where one takes more than
//! it may. Its runner is built once, into the target folder.

use std::path::PathBuf;

use crate::process::{Failure, cargo, root, succeed};

/// The same version as the library in `Cargo.toml`: they speak to each other.
const RUNNER: &str = "0.20.0";

pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let runner = runner()?;
    // The profile of the proof: optimised, and with the names by which valgrind knows where to count.
    let bench = ["bench", "--profile", "proof", "--package", "omnicraft-benches", "--features", "instructions"];
    succeed(cargo(bench).args(["--bench", "instructions", "--"]).args(arguments).env("GUNGRAUN_RUNNER", runner))
}

fn runner() -> Result<PathBuf, Failure> {
    let tools = root().join("target/tools/gungraun");
    let program = tools.join("bin").join(format!("gungraun-runner{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        let install = ["install", "--debug", "gungraun-runner", "--locked", "--version", RUNNER, "--root"];
        succeed(cargo(install).arg(&tools).current_dir(root()))?;
    }
    Ok(program)
}
