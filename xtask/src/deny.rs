//! Licences, duplicate versions and sources of everything we build on, by cargo-deny, without a network.

use std::process::Command;

use crate::process::{Failure, answers, cargo, succeed, target};

/// Installed when the machine has none. Built without optimization: it runs for two seconds.
const VERSION: &str = "0.20.2";

pub(crate) fn check() -> Result<(), Failure> {
    // cargo-deny looks at the crates of every platform, a build fetches those of this one.
    succeed(&mut cargo(["fetch", "--locked", "--quiet"]))?;
    let arguments = ["--config", ".deny.toml", "--offline", "check", "--hide-inclusion-graph"];
    succeed(cargo_deny()?.args(arguments).args(["licenses", "bans", "sources"]))
}

fn cargo_deny() -> Result<Command, Failure> {
    if answers(&mut cargo(["deny", "--version"])) {
        return Ok(cargo(["deny"]));
    }
    let tools = target().join("tools");
    let program = tools.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    let mut own = Command::new(program);
    own.current_dir(crate::process::root());
    if !answers(Command::new(own.get_program()).arg("--version")) {
        println!("cargo-deny is not installed; building {VERSION} into {} once", tools.display());
        let build = tools.join("build");
        let mut install = cargo(["install", "cargo-deny", "--version", VERSION, "--locked", "--quiet"]);
        install.arg("--root").arg(&tools).arg("--target-dir").arg(&build);
        install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_PROFILE_RELEASE_LTO", "off");
        install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256").env("CARGO_PROFILE_RELEASE_DEBUG", "0");
        succeed(&mut install).map_err(|failure| {
            Failure::new(format!("{failure}\nthis needs a network once; or install cargo-deny in another way"))
        })?;
        std::fs::remove_dir_all(&build)
            .map_err(|error| Failure::new(format!("could not remove {}: {error}", build.display())))?;
    }
    Ok(own)
}
