//! The page as a person uses it: Debian's Chromium, driven through WebDriver. Without a driver these tests say so and
//! pass, except in CI.

mod accessible;
mod books;
mod carrying;
mod driver;
mod enter;
mod keyboard;
mod narrow;
mod pictures;
mod restoring;
mod verbs;
mod waiting;

use driver::Driver;
use verbs::Browser;

use crate::server::Server;

/// Does something in a browser that came by the link of a server of its own.
pub(crate) fn in_browser(journey: impl FnOnce(&Browser, &Server)) {
    let Some(driver) = Driver::start() else { return };
    let server = Server::start();
    let browser = Browser::new(driver);
    browser.visit(&server.link);
    browser.see("My Workshop");
    journey(&browser, &server);
    browser.has_no_complaints();
}
