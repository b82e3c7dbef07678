//! The `omnicraft` command line: reads the arguments, does one command, and says how it ended.
#![forbid(unsafe_code)]

mod app;
mod archives;
mod args;
mod bars;
mod cards;
mod commands;
mod findings;
mod identity;
mod launcher;
mod live;
mod moment;
mod newcomer;
mod output;
mod problem;
mod session;
mod signals;
mod source;
mod tell;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::Cli;
use output::{note, out, out_json};
use problem::Problem;
use session::Session;

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => ExitCode::from(run(cli)),
        Err(error) => ExitCode::from(explain(&error)),
    }
}

fn run(cli: Cli) -> u8 {
    signals::listen();
    let session = Session::new(&cli.global);
    match commands::perform(&session, cli.command) {
        Ok(reply) => {
            if session.json() {
                if !reply.json.is_null() {
                    out_json(&reply.json);
                }
            } else if !reply.text.is_empty() {
                session.say(&reply.text);
            }
            reply.exit.code()
        }
        Err(problem) => {
            session.note(&format!("omnicraft: {}", problem.text()));
            if session.json() {
                out_json(&problem.json());
            }
            problem.exit()
        }
    }
}

/// Help and version are answers; everything else that the parser says is a call that makes no sense.
fn explain(error: &clap::Error) -> u8 {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        out(&error.render().ansi().to_string());
        return 0;
    }
    note(error.render().ansi().to_string().trim_end());
    if wants_json(std::env::args_os()) {
        let text = error.render().to_string();
        let (reason, remedy) = text.split_once("\n\n").unwrap_or((&text, ""));
        out_json(&Problem::usage(reason.trim_start_matches("error: "), remedy.trim()).json());
    }
    2
}

/// Whether `--json` was among arguments that could not be read; what stands behind `--` is somebody else's.
fn wants_json(arguments: impl Iterator<Item = OsString>) -> bool {
    arguments.take_while(|argument| argument != "--").any(|argument| argument == "--json")
}
