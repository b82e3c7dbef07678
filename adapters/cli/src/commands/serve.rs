//! `serve`: the Time Machine page, for the browser of this computer, until it is ended or nobody needs it any more.

use std::ffi::OsString;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use omnicraft_erp::OmniCraft;
use omnicraft_host::ports::Ports;
use omnicraft_web::{Config, Options, Site};
use serde_json::{Value, json};

use crate::args::Serve;
use crate::launcher::Launcher;
use crate::output::{Reply, out_json};
use crate::problem::Problem;
use crate::session::Session;
use crate::signals;

pub(crate) fn run(session: &Session, asked: Serve) -> Result<Reply, Problem> {
    let home = session.home()?;
    let listener = listen(asked.port)?;
    let port = listener.local_addr().map_err(|error| no_address(asked.port, &error))?.port();
    let config = Config { home, ports: ports(session), start_app: start_app(asked.app) };
    let site = Site::open(config, port)?;
    announce(session, &site, port);
    if !asked.no_open && !session.json() {
        open_browser(session, &site);
    }
    let idle = Some(Duration::from_secs(asked.idle.saturating_mul(60))).filter(|idle| !idle.is_zero());
    let served = omnicraft_web::serve(site, listener, &Options { idle, stop: Box::new(signals::stop_asked) });
    served.map_err(|error| Problem::failed(format!("cannot serve the page: {error}"), "Start it again"))?;
    session.note(if signals::stop_asked() { "The page is closed." } else { "Nobody needed the page; it is closed." });
    // The one document stands on stdout since the page is there.
    Ok(Reply::done("", Value::Null))
}

/// On the loopback alone: no other computer can reach it.
fn listen(port: u16) -> Result<TcpListener, Problem> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| no_address(port, &error))
}

fn no_address(port: u16, error: &std::io::Error) -> Problem {
    let reason = match port {
        0 => format!("cannot serve the page on this computer: {error}"),
        port => format!("cannot serve the page at 127.0.0.1:{port}: {error}"),
    };
    Problem::failed(reason, "Leave --port away, so that a free one is taken")
}

/// Makes ports for each engine of the page.
fn ports(session: &Session) -> Box<dyn Fn() -> Ports + Send + Sync> {
    let clock = session.clock().clone();
    Box::new(move || Ports { clock: Box::new(clock.clone()), ..Ports::of_this_machine(Box::new(OmniCraft::new())) })
}

/// What starts the app again, where a command was given.
fn start_app(command: Vec<OsString>) -> Option<Box<dyn Fn() + Send + Sync>> {
    let launcher = (!command.is_empty()).then(|| Launcher::new(command))?;
    Some(Box::new(move || launcher.start()))
}

fn announce(session: &Session, site: &Site, port: u16) {
    if session.json() {
        out_json(&json!({ "url": site.link(), "port": port }));
    } else {
        session.say(&format!("The Time Machine page: {}", site.link()));
        session.note("Only this computer can open it, and only with this link. Ctrl-C closes it.");
    }
}

fn open_browser(session: &Session, site: &Site) {
    if let Err(error) = open::that_detached(site.link_for_once()) {
        session.note(&format!("Your browser could not be opened ({error}); open the link yourself."));
    }
}
