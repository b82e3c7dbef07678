//! `cargo xtask guarantees`: the power-failure proof. It tells what it does on stderr, prints the report on stdout, and
//! ends with 1 if a guarantee was broken or a mutant was not found.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]
#![expect(clippy::disallowed_methods, reason = "it writes reports and reads the README; no live database is near")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use omnicraft_harness::crash::{replay, scenarios};
use omnicraft_harness::report::kernels::Kernels;
use omnicraft_harness::report::{Options, Part, Report, details, html, junit, readme, text};
use omnicraft_harness::sim::vfs::SimVfs;
use omnicraft_harness::{mutants, proof};

/// Cuts the power at every instant of every operation, and judges every disk that this may leave.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask guarantees")]
struct Arguments {
    /// Writes the report as JSON, to stdout where no file is given
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Writes the report as JUnit XML, which CI systems show
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Writes the report as one page for people
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// How long power cuts in every operation should take on two cores, about: 90s, 5m, 1h
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "90s")]
    budget: Duration,
    /// Only operations and mutants with this in their names; may be given again
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<String>,
    /// Makes one crash state again, from the line that a violation prints, and tells its story
    #[arg(long, value_name = "LINE")]
    replay: Option<String>,
    /// Power cuts on ext4, xfs and btrfs too (root, Linux)
    #[arg(long)]
    kernels: bool,
    /// These parts of the proof: cuts, mutants, automatic, platforms, faults, lives, conformance; without this
    /// the first three, which CI runs, or all of them in a night
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    parts: Vec<Part>,
    /// Goes through all parts, and as far as a night allows
    #[arg(long)]
    nightly: bool,
    /// Prints every operation and every mutant too
    #[arg(long)]
    details: bool,
    /// Fails if README.md claims what this run has not found
    #[arg(long)]
    check_readme: bool,
    /// Writes the table of guarantees in README.md
    #[arg(long)]
    write_readme: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("guarantees: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, String> {
    if let Some(line) = &arguments.replay {
        if let Some(seed) = line.strip_prefix("life-").and_then(|seed| seed.parse().ok()) {
            let story = proof::life_again(seed);
            println!("{}", story.as_deref().unwrap_or("Everything that was promised is there."));
            return Ok(story.is_none());
        }
        let vfs = Arc::new(SimVfs::register("replay"));
        let story = replay::replay(line, &vfs)?;
        print!("{}", story.story);
        return Ok(story.broken.is_none());
    }
    let mut options = Options {
        budget: arguments.budget,
        nightly: arguments.nightly,
        only: arguments.only.clone(),
        ..Options::default()
    };
    options.parts = match (arguments.parts.is_empty(), arguments.nightly) {
        (false, _) => arguments.parts.iter().copied().collect(),
        (true, true) => Part::ALL.into(),
        (true, false) => Part::EVERY_PUSH.into(),
    };
    let names = scenarios::all().into_iter().map(|scenario| scenario.name);
    let names: Vec<&str> = names.chain(mutants::all().into_iter().map(|mutant| mutant.name)).collect();
    if !names.iter().any(|name| options.wants(name)) {
        return Err(format!("no operation and no mutant is named so; there are {}", names.join(", ")));
    }
    let mut proof = proof::run(&options, &mut |line| eprintln!("{line}"));
    if arguments.kernels {
        proof.kernels = Some(on_kernels()?);
    }
    let report = Report::of(proof);
    write(arguments, &report)?;
    let told = the_readme(arguments, &report);
    if let Err(error) = &told {
        eprintln!("guarantees: {error}");
    }
    Ok(report.holds() && told.is_ok())
}

fn write(arguments: &Arguments, report: &Report) -> Result<(), String> {
    let json = report.json().map_err(|error| format!("the report cannot be written as JSON: {error}"))?;
    let to_stdout = arguments.json.as_deref() == Some(Path::new("-"));
    let files = [(&arguments.junit, junit(report)), (&arguments.html, html(report)), (&arguments.json, json.clone())];
    for (file, content) in files {
        if let Some(file) = file.as_deref().filter(|file| *file != Path::new("-")) {
            let parent = file.parent().unwrap_or_else(|| Path::new(""));
            let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(file, content));
            written.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        }
    }
    match (to_stdout, arguments.details) {
        (true, _) => println!("{json}"),
        (false, true) => print!("{}\n{}", text(report), details(report)),
        (false, false) => print!("{}", text(report)),
    }
    Ok(())
}

fn the_readme(arguments: &Arguments, report: &Report) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    if !arguments.check_readme && !arguments.write_readme {
        return Ok(());
    }
    let present = std::fs::read_to_string(&path).map_err(|error| format!("cannot read README.md: {error}"))?;
    if arguments.write_readme {
        let text = readme::written(&present, report)?;
        std::fs::write(&path, text).map_err(|error| format!("cannot write README.md: {error}"))?;
        return Ok(());
    }
    readme::check(&present, report)
}

/// Runs the program `kernels` that lies beside this one. What it may not run here it says in its results.
fn on_kernels() -> Result<Kernels, String> {
    let trouble = |error: std::io::Error| format!("`kernels` cannot be run: {error}");
    let program = std::env::current_exe().map_err(trouble)?.with_file_name("kernels");
    let results = tempfile::NamedTempFile::new().map_err(trouble)?;
    let mut command = Command::new(&program);
    command.arg("--json").arg(results.path());
    // Its own words go where ours go, so that stdout holds the report alone.
    let status = command.stdout(std::io::stderr()).status().map_err(trouble)?;
    let json = std::fs::read_to_string(results.path()).map_err(trouble)?;
    Kernels::read(&json).map_err(|error| format!("`kernels` ended with {status}; {error}"))
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.trim_end_matches(char::is_alphabetic).len());
    let seconds = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("write a time as 90s, 5m or 1h".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "write a time as 90s, 5m or 1h".to_owned())?;
    Ok(Duration::from_secs(number * seconds))
}
