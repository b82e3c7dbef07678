//! The project's own commands. `cargo xtask` prints them; each has a file of its own.
//! It depends on nothing but cargo and git, so that it is built in a second on a fresh clone.
#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's tool: it prints, times its steps, and never sees a live database"
)]

mod axe;
mod bench;
mod demo;
mod deny;
mod drill;
mod guarantees;
mod instructions;
mod process;
mod tally;
mod test;
mod tidy;

use std::process::ExitCode;

use process::Failure;

const HELP: &str = "\
cargo xtask TASK

  test                everything to run before pushing: format, lints, tidy, tests, docs, licences
  tidy [--bless]      the house rules that a machine can check; --bless freezes migrations for a release
  demo [ARGUMENT…]    builds omnicraft and shows a business losing its books and getting them back
  drill [--home DIR]  rehearses a restore of every snapshot; without --home, in a throw-away home
  bench [ARGUMENT…]   the benchmarks, beside their peers; arguments go to criterion
  instructions        counts the instructions of the hot loops, and fails where one takes more than it may (valgrind)
  guarantees […]      the proof that the power may fail at any instant; `guarantees --help` tells its options
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((task, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    };
    let result = match task.as_str() {
        "test" => test::run(rest),
        "tidy" => tidy::run(rest),
        "demo" => demo::run(rest),
        "drill" => drill::run(rest),
        "bench" => bench::run(rest),
        "guarantees" => guarantees::run(rest),
        "instructions" => instructions::run(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        unknown => Err(Failure::usage(format!("there is no task `{unknown}`\n\n{HELP}"))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.code)
        }
    }
}
