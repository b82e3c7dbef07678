//! `cargo xtask guarantees`: the power-failure proof. Its own options are told by `cargo xtask guarantees --help`.

use crate::process::{Failure, cargo, succeed};

pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let harness = ["--profile", "proof", "--package", "omnicraft-harness"];
    if arguments.iter().any(|argument| argument == "--kernels") {
        // Real kernels run the shipped binary, which is looked for beside the program that cuts the power.
        succeed(cargo(["build", "--profile", "proof", "--package", "omnicraft-cli", "--bin", "omnicraft"]).args([
            "--package",
            "omnicraft-harness",
            "--bin",
            "kernels",
        ]))?;
    }
    // Lives the operations on this computer's files, beside the program that watches it.
    succeed(cargo(["build", "--quiet"]).args(harness).args(["--bin", "live_here"]))?;
    // Paths that are given mean where the developer stands.
    let here = std::env::current_dir().map_err(|error| Failure::new(format!("the current folder is gone: {error}")))?;
    let manifest = crate::process::root().join("Cargo.toml");
    let mut command = cargo(["run"]);
    command.current_dir(here).arg("--manifest-path").arg(manifest).args(harness).args(["--bin", "guarantees", "--"]);
    succeed(command.args(arguments))
}
