//! `cargo xtask bench`: the benchmarks with their peers. Arguments go to criterion, for example `--quick`.

use crate::process::{Failure, cargo, succeed};

pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    // The glob leaves out the library's own test harness, which does not know criterion's arguments.
    succeed(cargo(["bench", "--package", "omnicraft-benches", "--bench", "*", "--"]).args(arguments))
}
