//! Lives one scenario on the files of this computer: the first argument is the folder that it takes for the whole disk,
//! the second the scenario's name. For the conformance test, which watches its system calls; needs root for chroot(2).
#![forbid(unsafe_code)]
#![expect(clippy::print_stderr, reason = "its one word to the test that runs it")]

use std::process::ExitCode;
use std::sync::Arc;

use omnicraft_harness::conformance::FROM_HERE;
use omnicraft_harness::crash::life::Life;
use omnicraft_harness::crash::scenarios;
use omnicraft_harness::sim::machine::{Build, Machine};
use omnicraft_harness::sim::vfs::SimVfs;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [folder, name] => live(folder, name).map_or_else(
            |reason| {
                eprintln!("{reason}");
                ExitCode::FAILURE
            },
            |()| ExitCode::SUCCESS,
        ),
        _ => ExitCode::from(2),
    }
}

fn live(folder: &str, name: &str) -> Result<(), String> {
    let scenario = scenarios::all().into_iter().find(|scenario| scenario.name == name);
    let scenario = scenario.ok_or_else(|| format!("there is no scenario {name}"))?;
    let refused = |error: &dyn std::fmt::Display| format!("cannot take {folder} for the disk: {error}");
    // The zones lie on the disk that is left; jiff keeps those that were read.
    jiff::tz::db().available().for_each(|zone| drop(jiff::tz::TimeZone::get(zone.as_str())));
    rustix::process::chroot(folder).map_err(|error| refused(&error))?;
    std::env::set_current_dir("/").map_err(|error| refused(&error))?;
    let parts = scenario.parts(&Arc::new(SimVfs::register("unused")), Build::shipped());
    let mut life = Life::on(Machine::here(Life::first_morning()), &parts);
    (scenario.prepare)(&mut life);
    life.settle();
    std::fs::create_dir(FROM_HERE).map_err(|error| refused(&error))?;
    (scenario.act)(&mut life)?;
    // The judged part is over before the app and the engine end.
    std::fs::remove_dir(FROM_HERE).map_err(|error| refused(&error))
}
