//! The shop owner gets his books back: he sees what is missing, types the name, and has them; and can go forth again.

use super::accessible::is_accessible;
use super::books::{rows, spoil};
use super::in_browser;
use super::verbs::{Browser, ENTER, TAB};

/// The newest card of the days that the business lived.
const CARD: &str = "Daily Backup (Yesterday";

/// From the card to the books.
fn restore(browser: &Browser) {
    browser.click(CARD);
    browser.see("What will change");
    browser.type_into("To confirm, type", "my workshop");
    browser.click("Restore");
    browser.see("Your books are back");
}

#[test]
fn what_was_deleted_is_seen_and_comes_back() {
    in_browser(|browser, server| {
        let before = rows(server, "sales");
        spoil(server, 40);
        browser.click(CARD);
        browser.see("40 sales");
        browser.see("will come back");
        browser.see("Where the difference is");
        is_accessible(browser);
        browser.type_into("To confirm, type", "some other shop");
        browser.click("Restore");
        browser.see("That is not what was asked for");
        assert_eq!(rows(server, "sales"), before - 40, "nothing is done without the name");
        browser.type_into("To confirm, type", "My Workshop");
        browser.click("Restore");
        browser.see("Your books are back");
        assert_eq!(rows(server, "sales"), before);
        is_accessible(browser);
        browser.click("Continue");
        browser.see("Restored from Daily Backup");
        is_accessible(browser);
    });
}

#[test]
fn the_rows_themselves_can_be_looked_at() {
    in_browser(|browser, server| {
        let all = rows(server, "sale_lines");
        spoil(server, 200);
        let lost = all - rows(server, "sale_lines");
        assert!(lost > 100, "several pages: {lost}");
        browser.click(CARD);
        browser.see("Sale lines");
        browser.click(&format!("{lost} will come back"));
        browser.see(&format!("Rows 1 to 50 of {lost}"));
        is_accessible(browser);
        browser.click("Next page");
        browser.see(&format!("Rows 51 to 100 of {lost}"));
        browser.click("Back to the preview");
        browser.click("1 return to an older value");
        browser.see("Somebody Else");
        browser.see("after the restore");
        assert_eq!(browser.run("return document.querySelectorAll('td.differs').length"), 2);
    });
}

#[test]
fn a_restore_is_undone_and_the_bar_stays_until_it_is_put_away() {
    in_browser(|browser, server| {
        spoil(server, 40);
        let spoilt = rows(server, "sales");
        restore(browser);
        browser.click("Continue");
        browser.see("Restored from");
        browser.go("/settings");
        browser.go("/");
        browser.see("Restored from");
        browser.click("Undo…");
        browser.see("Undo the restore");
        is_accessible(browser);
        browser.click("Undo the restore");
        browser.see("Everything is as it was before the restore");
        assert_eq!(rows(server, "sales"), spoilt);
        browser.click("Continue");
        restore(browser);
        browser.click("Continue");
        browser.see("Restored from");
        browser.click("Dismiss");
        browser.see_no_more("Restored from");
        browser.go("/");
        browser.see("Daily Backup");
        browser.see_no_more("Restored from");
    });
}

#[test]
fn the_keyboard_alone_is_enough() {
    in_browser(|browser, server| {
        let before = rows(server, "sales");
        spoil(server, 40);
        tab_to(browser, CARD);
        browser.press(ENTER);
        browser.see("To confirm, type");
        tab_to(browser, "input name");
        browser.press("my workshop");
        browser.press(ENTER);
        browser.see("Your books are back");
        assert_eq!(rows(server, "sales"), before);
    });
}

/// Presses Tab until the focus is there.
#[track_caller]
fn tab_to(browser: &Browser, what: &str) {
    for _ in 0..200 {
        browser.press(TAB);
        if browser.focus().contains(what) {
            return;
        }
    }
    panic!("Tab never reaches {what}");
}

#[test]
fn a_reset_says_what_goes_asks_for_the_name_and_can_be_taken_back() {
    in_browser(|browser, server| {
        let before = rows(server, "sales");
        browser.go("/w/my-workshop/reset/accounting");
        browser.see(&before.to_string());
        browser.type_into("To confirm, type", "yes");
        browser.click("Wipe the history");
        browser.see("That is not what was asked for");
        assert_eq!(rows(server, "sales"), before);
        browser.forget_complaints();
        browser.type_into("To confirm, type", "My Workshop");
        browser.click("Wipe the history");
        browser.see("The reset is done");
        assert_eq!(rows(server, "sales"), 0);
        is_accessible(browser);
        browser.click("Look at that backup");
        browser.see("will come back");
        browser.type_into("To confirm, type", "My Workshop");
        browser.click("Restore");
        browser.see("Your books are back");
        assert_eq!(rows(server, "sales"), before);
    });
}
