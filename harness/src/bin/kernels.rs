//! `cargo xtask guarantees --kernels`: power cuts on ext4, xfs and btrfs around the built `omnicraft`.
//!
//! It starts itself again in a mount namespace of its own, with a memory disk where the worlds, the disk images and
//! copies of both binaries lie: the build may go on meanwhile, and all of it vanishes with the last process.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]
#![cfg_attr(
    target_os = "linux",
    expect(clippy::disallowed_methods, reason = "the harness is the world outside: users, disks and other programs")
)]

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: ext4, xfs and btrfs need Linux");
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::io::{self, Read};
    use std::os::unix::process::CommandExt;
    use std::path::{Path, PathBuf};
    use std::process::{Command, ExitCode};
    use std::time::Duration;

    use omnicraft_harness::kernels::machine::{self, Kind};
    use omnicraft_harness::kernels::operations::NAMES;
    use omnicraft_harness::kernels::results::{Results, Skipped, Verdict};
    use omnicraft_harness::kernels::{Plan, run, task};

    const HELP: &str = "\
kernels [OPTION…]      power cuts on real kernels; needs root, mkfs.ext4, mkfs.xfs, mkfs.btrfs, FUSE and strace

  --states NUMBER        crash states of each operation on each file system (500)
  --budget TIME          how long each operation may take on each file system: 90s, 10m, 2h (1h)
  --file-systems LIST    of ext4,xfs,btrfs (all)
  --operations LIST      of the operations (all); `--operations help` lists them
  --no-mutants           only the product as it is
  --seed NUMBER          what random choices follow from (1)
  --keep DIR             keeps the disk images of violations there
  --json FILE            writes the results as JSON
  --binary FILE          the omnicraft to cut the power of (the one beside this program)

ends with 0 if everything that was asked for held, got its states, and no mutant stayed unfound; 1 if not; 2 after a
wrong call. What this machine lacks is told as skipped, and is no failure.
";
    const HOME: &str = "/dev/shm";

    struct Arguments {
        plan: Plan,
        json: Option<PathBuf>,
        binary: Option<PathBuf>,
    }

    pub(crate) fn main() -> ExitCode {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let ended = match arguments.split_first() {
            Some((word, [task])) if word == "worker" => worker(task),
            Some((word, rest)) if word == "inside" => parse(rest).and_then(|arguments| inside(&arguments)),
            Some((word, _)) if word == "--help" || word == "-h" => {
                print!("{HELP}");
                Ok(ExitCode::SUCCESS)
            }
            _ => parse(&arguments).and_then(|parsed| outside(&parsed, &arguments)),
        };
        ended.unwrap_or_else(|error| {
            eprintln!("kernels: {error}");
            ExitCode::from(2)
        })
    }

    fn parse(words: &[String]) -> Result<Arguments, String> {
        let mut plan = Plan {
            states: 500,
            budget: Duration::from_secs(3600),
            file_systems: Kind::ALL.to_vec(),
            operations: NAMES.map(str::to_owned).to_vec(),
            mutants: true,
            seed: 1,
            keep: None,
        };
        let (mut json, mut binary) = (None, None);
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--no-mutants" {
                plan.mutants = false;
                continue;
            }
            let value = words.next().ok_or_else(|| format!("`{word}` is unknown, or lacks its value\n\n{HELP}"))?;
            let absolute = || std::path::absolute(value).map_err(|error| error.to_string());
            match word.as_str() {
                "--states" => plan.states = value.parse().map_err(|_| format!("`{value}` is no number"))?,
                "--budget" => plan.budget = time(value).ok_or_else(|| format!("`{value}` is no time such as 10m"))?,
                "--file-systems" => {
                    let kind = |name| Kind::parse(name).ok_or_else(|| format!("there is no file system `{name}`"));
                    plan.file_systems = value.split(',').map(kind).collect::<Result<_, _>>()?;
                }
                "--operations" => plan.operations = operations(value)?,
                "--seed" => plan.seed = value.parse().map_err(|_| format!("`{value}` is no number"))?,
                "--keep" => plan.keep = Some(absolute()?),
                "--json" => json = Some(absolute()?),
                "--binary" => binary = Some(absolute()?),
                _ => return Err(format!("there is no option `{word}`\n\n{HELP}")),
            }
        }
        Ok(Arguments { plan, json, binary })
    }

    fn operations(list: &str) -> Result<Vec<String>, String> {
        match list.split(',').find(|name| !NAMES.contains(name)) {
            Some(name) => Err(format!("there is no operation `{name}`; there are {}", NAMES.join(","))),
            None => Ok(list.split(',').map(str::to_owned).collect()),
        }
    }

    fn time(text: &str) -> Option<Duration> {
        let (number, factor) = match text.strip_suffix(['s', 'm', 'h']) {
            Some(number) if text.ends_with('h') => (number, 3600),
            Some(number) if text.ends_with('m') => (number, 60),
            Some(number) => (number, 1),
            None => (text, 1),
        };
        number.parse::<u64>().ok().map(|number| Duration::from_secs(number * factor))
    }

    /// On the machine as it is: what is missing is said, what a killed run left is removed.
    fn outside(arguments: &Arguments, words: &[String]) -> Result<ExitCode, String> {
        if let Some(why) = machine::missing() {
            let results = Results {
                seed: arguments.plan.seed,
                skipped: vec![Skipped { what: "everything".to_owned(), why, broken: false }],
                ..Results::default()
            };
            return finish(arguments, &results);
        }
        for device in machine::sweep()? {
            println!("{device} was left behind by a run that was killed; it is detached");
        }
        let myself = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "--"]).arg(myself).arg("inside").args(words);
        Err(format!("unshare: {}", command.exec()))
    }

    /// In a namespace of its own, which only this process and its workers see.
    fn inside(arguments: &Arguments) -> Result<ExitCode, String> {
        let error = |error: io::Error| error.to_string();
        let myself = std::env::current_exe().map_err(error)?;
        let beside = myself.with_file_name("omnicraft");
        let binary = arguments.binary.as_deref().unwrap_or(&beside);
        if !binary.is_file() {
            return Err(format!("{} is missing: cargo build -p omnicraft-cli", binary.display()));
        }
        machine::run(&["mount", "-n", "-t", "tmpfs", "-o", "size=75%", "omnicraft-kernels", HOME])?;
        // As cargo lays them out for tests, by which the harness finds the binary.
        let folder = Path::new(HOME).join("bin");
        fs::create_dir_all(folder.join("deps")).map_err(error)?;
        fs::copy(binary, folder.join("omnicraft")).map_err(error)?;
        fs::copy(&myself, folder.join("deps/kernels")).map_err(error)?;
        if let Some(keep) = &arguments.plan.keep {
            fs::create_dir_all(keep).map_err(error)?;
        }
        let results = run(&arguments.plan, &folder.join("deps/kernels"), &|line| println!("{line}"));
        finish(arguments, &results)
    }

    fn finish(arguments: &Arguments, results: &Results) -> Result<ExitCode, String> {
        if let Some(path) = &arguments.json {
            let text = serde_json::to_string_pretty(results).map_err(|error| error.to_string())?;
            fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let (states, violations) =
            results.rows.iter().fold((0, 0), |sum, row| (sum.0 + row.states, sum.1 + row.violation_count));
        println!("{states} crash states in {} rows, {violations} violations", results.rows.len());
        for row in results.rows.iter().filter(|row| row.states < results.wanted) {
            let end = if row.exhausted { "there are no more" } else { "the time was over" };
            println!("  {} {}: {} states; {end}", row.file_system, row.operation, row.states);
        }
        for row in &results.rows {
            for violation in &row.violations {
                println!(
                    "VIOLATION {} {}: {}\n  {}",
                    row.file_system, row.operation, violation.recipe, violation.found
                );
            }
        }
        let found_all = finish_mutants(results);
        for skipped in &results.skipped {
            println!("{} {}: {}", if skipped.broken { "BROKEN" } else { "skipped" }, skipped.what, skipped.why);
        }
        println!("{:.0} s", results.seconds);
        Ok(if results.held() && found_all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Whether every mutant was found that should be. Where a file system is missing, that one might have found it.
    fn finish_mutants(results: &Results) -> bool {
        let killed = results.mutants.iter().filter(|row| row.verdict == Verdict::Killed).count();
        let unfound = results.unfound();
        println!("mutants: {killed} of {} found, by file system; found by none: {unfound:?}", results.mutants.len());
        let everywhere = Kind::ALL.iter().all(|kind| results.mutants.iter().any(|row| row.file_system == kind.name()));
        unfound.is_empty() || !everywhere
    }

    /// One task. Whoever asked holds the other end of stdin: when that is gone, so are this and
    /// what it runs, and nothing is left.
    fn worker(task: &str) -> Result<ExitCode, String> {
        let task: task::Task = serde_json::from_str(task).map_err(|error| error.to_string())?;
        let disk = task.disk_name();
        std::thread::spawn(move || {
            let ended = io::stdin().read_to_end(&mut Vec::new());
            let detached = machine::detach(|file| file.contains(&disk));
            // This process too.
            let killed = machine::kill_group(std::process::id());
            drop((ended, detached, killed));
        });
        let row = task::run(&task)?;
        println!("{}", serde_json::to_string(&row).map_err(|error| error.to_string())?);
        Ok(ExitCode::SUCCESS)
    }
}
