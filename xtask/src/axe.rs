//! axe-core, which looks for barriers on the page in the browser's tests: fetched once with npm, never shipped.

use std::path::Path;
use std::process::Command;

use crate::process::{Failure, answers, succeed, target};

/// The version; the tests of the page name the same file.
const VERSION: &str = "4.14.1";

/// Puts `axe-core-VERSION.js` among the tools. Without npm the tests that need it say so and pass, except in CI.
pub(crate) fn fetch() -> Result<(), Failure> {
    let tools = target().join("tools");
    let script = tools.join(format!("axe-core-{VERSION}.js"));
    if script.is_file() {
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if !answers(Command::new(npm).arg("--version")) {
        println!("npm is not installed, so the page is not looked at by axe-core");
        return Ok(());
    }
    println!("fetching axe-core {VERSION} into {} once", tools.display());
    let folder = tools.join("axe");
    let attempt = |what: &str, result: std::io::Result<()>| {
        result.map_err(|error| Failure::new(format!("could not {what} {}: {error}", folder.display())))
    };
    attempt("make", std::fs::create_dir_all(&folder))?;
    pack(npm, &folder).map_err(|failure| Failure::new(format!("{failure}\nthis needs a network once")))?;
    let archive = format!("axe-core-{VERSION}.tgz");
    succeed(Command::new("tar").current_dir(&folder).args(["-xzf", &archive, "package/axe.min.js"]))?;
    attempt("take axe-core out of", std::fs::rename(folder.join("package/axe.min.js"), &script))?;
    attempt("remove", std::fs::remove_dir_all(&folder))
}

fn pack(npm: &str, folder: &Path) -> Result<(), Failure> {
    let package = format!("axe-core@{VERSION}");
    succeed(Command::new(npm).current_dir(folder).args(["pack", "--silent", "--ignore-scripts", &package]))
}
