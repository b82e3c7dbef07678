//! Without a mouse: Tab reaches everything that can be done, in the order in which it is read, and shows where it is.

use std::collections::BTreeSet;

use super::in_browser;
use super::verbs::{Browser, TAB};

/// Everything that a person can do something with, in the order of the page.
const REACHABLE: &str = "
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]')];
    const can = e => !e.disabled && e.type !== 'hidden' && e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true});
    window.reachable = all.filter(can);
    return window.reachable.length";

/// The place of the focus among them, and whether it can be seen.
const PLACE: &str = "
    const e = document.activeElement, box = e.getBoundingClientRect();
    const outlined = style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    const marked = outlined(getComputedStyle(e)) || outlined(getComputedStyle(e, '::after'));
    return [window.reachable.indexOf(e), marked, box.width > 0 && box.height > 0]";

#[track_caller]
fn check(browser: &Browser, path: &str) {
    browser.go(path);
    let all = browser.run(REACHABLE).as_u64().unwrap();
    assert!(all > 0, "nothing can be reached on {path}");
    let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
    for _ in 0..=all + 5 {
        browser.press(TAB);
        let place = browser.run(PLACE);
        let Some(at) = place[0].as_u64() else { continue };
        if !seen.insert(at) {
            break;
        }
        assert_eq!((&place[1], &place[2]), (&true.into(), &true.into()), "no mark on “{}” of {path}", browser.focus());
        order.push(at);
    }
    // Of several buttons for one choice Tab reaches the chosen one; the arrows lead to the others.
    let radios = browser.run("return window.reachable.filter(e => e.type === 'radio').length").as_u64().unwrap();
    assert!(seen.len() as u64 + radios >= all, "of {all} on {path} Tab reaches {order:?}");
    assert!(order.is_sorted(), "{path}: {order:?}");
}

#[test]
fn tab_reaches_everything_in_order_and_shows_where_it_is() {
    in_browser(|browser, _| {
        for path in super::accessible::PAGES {
            check(browser, path);
        }
    });
}
