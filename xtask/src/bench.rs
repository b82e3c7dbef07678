//! `cargo xtask bench`: the benchmarks with their peers, all in one run, and the page that tells what they found. Arguments go
//! to criterion, for example `--quick`; the variable `OMNICRAFT_BENCH_SIZES` says which businesses are measured.

use crate::process::{Failure, cargo, succeed};

pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    // The profile of the proof builds several times as fast as that of a release, and is hardly slower.
    // Two of them start the program that is shipped.
    succeed(&mut cargo(["build", "--profile", "proof", "--package", "omnicraft-cli", "--bin", "omnicraft"]))?;
    // All but the one that counts instructions: it needs a feature, and has a command of its own.
    let benches = ["bench", "--profile", "proof", "--package", "omnicraft-benches", "--benches", "--"];
    succeed(cargo(benches).args(arguments))?;
    succeed(&mut cargo(["run", "--quiet", "--package", "omnicraft-benches", "--bin", "results"]))
}
