//! The main job: a business wiped its history, and its owner brings it back.

use std::fs;
use std::path::Path;

use super::accessible::is_accessible;
use super::in_browser_of;
use super::pictures::keep;
use super::verbs::ENTER;
use crate::server::{Server, TODAY, call};

/// The history is wiped by the command line beside the page; the app leaves a file when it is started.
fn after_a_mistake(home: &Path) -> Vec<String> {
    call(home, TODAY, &["--yes", "reset", "accounting"]);
    let app = ["--", "/bin/sh", "-c", "echo started >> \"$0\""].map(str::to_owned);
    app.into_iter().chain([started(home).display().to_string()]).collect()
}

fn started(home: &Path) -> std::path::PathBuf {
    home.parent().unwrap().join("started")
}

#[test]
fn a_wiped_history_comes_back_and_the_app_is_started_again() {
    let server = || Server::prepared(after_a_mistake);
    in_browser_of(server, |browser, server| {
        browser.click("Before Accounting Reset");
        browser.see("What will change");
        is_accessible(browser);
        keep(browser, "preview");
        browser.type_into("To confirm, type: My Workshop", "my work");
        browser.click("Restore");
        browser.see("That is not what was asked for");
        assert!(!started(&server.home()).exists(), "a name that is half typed begins nothing");
        browser.wait_for("main form[action$='/restore']");
        browser.type_into("To confirm, type: My Workshop", "My Workshop");
        browser.press(ENTER);
        browser.see("Your books are back");
        browser.see_no_more("To confirm, type");
        is_accessible(browser);
        keep(browser, "restored");
        browser.wait("the app to be started", || fs::read_to_string(started(&server.home())).ok());
        assert_eq!(fs::read_to_string(started(&server.home())).unwrap(), "started\n");
    });
}
