//! Coming in by the link, and what is there.

use super::in_browser;

#[test]
fn the_link_leads_to_the_cards_and_leaves_the_address_bar() {
    in_browser(|browser, server| {
        assert!(!browser.address().contains("token"), "{}", browser.address());
        browser.see("Daily Backup (Yesterday");
        browser.see("Close Backup");
        assert!(!browser.run("return document.cookie").as_str().unwrap().contains("omnicraft"), "no script sees it");
        // Opened again, as from the terminal: the same page.
        browser.visit(&server.link);
        browser.see("Daily Backup");
    });
}

#[test]
fn another_browser_is_not_let_in() {
    in_browser(|browser, server| {
        // To the browser another name is another site, for which it has no cookie.
        browser.visit(&format!("http://localhost:{}/", server.port));
        browser.see("Open the page by its link");
        browser.forget_complaints();
        browser.visit(&server.link);
        browser.see("Daily Backup");
    });
}

#[test]
fn the_language_is_chosen_and_remembered() {
    in_browser(|browser, _| {
        browser.click("Русский");
        browser.see("Машина времени");
        assert_eq!(browser.run("return document.documentElement.lang"), "ru");
        browser.go("/nowhere");
        browser.see("Здесь ничего нет");
        browser.click("К резервным копиям");
        browser.click("English");
        browser.see("Time Machine");
        assert_eq!(browser.run("return document.documentElement.lang"), "en");
        // The browser itself notes that a page was not found.
        browser.forget_complaints();
    });
}
