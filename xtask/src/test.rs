//! `cargo xtask test`: everything a developer runs before pushing, quickest verdict first, ending at the first
//! failure with a word what to do. CI runs exactly this.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::process::{Failure, answers, cargo, not_started, succeed, words};
use crate::tally::Tally;
use crate::{axe, deny, tidy};

pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    if !arguments.is_empty() {
        return Err(Failure::usage("usage: cargo xtask test (to run some tests: cargo test -p CRATE NAME)"));
    }
    let start = Instant::now();
    let mut tally = Tally::default();
    step("format", "run `cargo fmt`", || succeed(&mut cargo(["fmt", "--all", "--check"])))?;
    step("lints", "mend what clippy says above; a lint is switched off only with a reason beside it", || {
        succeed(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    step("tidy", "each line above ends with its remedy", || tidy::run(&[]))?;
    step("build", "mend the error above", || succeed(&mut cargo(["build", "--workspace", "--bin", "omnicraft"])))?;
    step("tools of the tests", "check the network, or install axe-core's file by hand where it is named", axe::fetch)?;
    let tested = step("tests", "run one alone with `cargo test -p CRATE NAME`", || tests(&mut tally))
        .and_then(|()| step("doc tests", "mend the example in the documentation", || doc_tests(&mut tally)));
    if let Err(failure) = tested {
        eprintln!("{failure}");
        return Err(Failure::new(tally.to_string()));
    }
    step("documentation", "mend the link or the markup that rustdoc names above", || {
        succeed(cargo(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    step(
        "licences and sources",
        "for a finding above, replace the crate or allow it in .deny.toml with a reason",
        deny::check,
    )?;
    println!("\nall checks passed in {}", shown(start.elapsed()));
    println!("{tally}");
    Ok(())
}

/// One check under its heading, with its duration; a failure gets the remedy.
fn step(name: &str, remedy: &str, check: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    println!("\n== {name}");
    let start = Instant::now();
    let result = check();
    let time = shown(start.elapsed());
    match result {
        Ok(()) => {
            println!("-- {name}: ok, {time}");
            Ok(())
        }
        Err(failure) => Err(Failure::new(format!("{name} failed after {time}\n{failure}\nwhat to do: {remedy}"))),
    }
}

fn tests(tally: &mut Tally) -> Result<(), Failure> {
    if answers(&mut cargo(["nextest", "--version"])) {
        return counted(&mut cargo(["nextest", "run", "--workspace"]), Stream::Err, tally);
    }
    let mut command = cargo(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]);
    counted(&mut command, Stream::Out, tally)
}

fn doc_tests(tally: &mut Tally) -> Result<(), Failure> {
    counted(&mut cargo(["test", "--workspace", "--doc", "--no-fail-fast"]), Stream::Out, tally)
}

/// Where a runner writes its closing line.
enum Stream {
    Out,
    Err,
}

/// Runs a test runner, passes its output on as it comes, and counts.
fn counted(command: &mut Command, stream: Stream, tally: &mut Tally) -> Result<(), Failure> {
    if io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let status = read_while_running(command, &stream, tally).map_err(|error| not_started(command, &error))?;
    if !status.success() {
        return Err(Failure::new(format!("`{}` ended with {status}", words(command))));
    }
    Ok(())
}

fn read_while_running(command: &mut Command, stream: &Stream, tally: &mut Tally) -> io::Result<ExitStatus> {
    match stream {
        Stream::Out => command.stdout(Stdio::piped()),
        Stream::Err => command.stderr(Stdio::piped()),
    };
    let mut child = command.spawn()?;
    if let Some(out) = child.stdout.take() {
        pass_on(out, io::stdout(), tally)?;
    }
    if let Some(err) = child.stderr.take() {
        pass_on(err, io::stderr(), tally)?;
    }
    child.wait()
}

fn pass_on(from: impl Read, mut to: impl Write, tally: &mut Tally) -> io::Result<()> {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        tally.read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    to.flush()
}

fn shown(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 60.. => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}
