//! Long work: a page that is reloaded in the middle and a tab that is closed lose nothing, and what has not begun can be
//! stopped. The app that holds the home makes the work as long as the test wants.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use super::accessible::is_accessible;
use super::in_browser;
use crate::server::{Server, TODAY, binary};

const WAITS: &str = "Close it, and this goes on by itself";

/// The app, as `omnicraft run` keeps it: the home belongs to it until it ends.
struct App {
    run: Child,
}

impl App {
    fn start(server: &Server) -> Self {
        let mut run = Command::new(binary());
        run.arg("--home").arg(server.home()).args(["--at", TODAY, "run", "--", "cat"]);
        let mut run = run.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // The app says what it reads, so from then on it runs.
        run.stdin.as_mut().unwrap().write_all(b"here\n").unwrap();
        let mut said = String::new();
        BufReader::new(run.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "here\n");
        Self { run }
    }

    /// The owner closes it.
    fn close(mut self) {
        drop(self.run.stdin.take());
        assert!(self.run.wait().unwrap().success());
    }
}

#[test]
fn work_goes_on_without_the_page_and_is_found_again() {
    in_browser(|browser, server| {
        let app = App::start(server);
        browser.go("/");
        browser.type_into("Name", "before the fair");
        browser.click("Back up now");
        browser.see(WAITS);
        is_accessible(browser);
        let job = browser.address();
        browser.visit(&job);
        browser.see(WAITS);
        // No page waits for the work, and each shows it.
        for path in ["/", "/settings", "/import", "/w/my-workshop/export"] {
            browser.go(path);
            browser.see("Taking a backup of “My Workshop”");
        }
        browser.click("Taking a backup");
        browser.see(WAITS);
        // The tab is closed, and the owner comes back later.
        browser.visit("about:blank");
        app.close();
        browser.visit(&server.link);
        browser.see("Pinned: before the fair");
        browser.visit(&job);
        browser.see("The backup is taken and verified");
    });
}

#[test]
fn what_has_not_begun_is_stopped() {
    in_browser(|browser, server| {
        let app = App::start(server);
        browser.go("/");
        browser.click("Back up now");
        browser.see(WAITS);
        browser.click("Stop");
        browser.see("Stopped before it began");
        app.close();
        browser.go("/");
        browser.see("Daily Backup");
        browser.see_no_more("Manual Backup");
    });
}
