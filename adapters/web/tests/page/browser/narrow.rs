//! A telephone, and a window beside another one.

use super::in_browser;

/// What sticks out to the right, with its width; what scrolls inside a box of its own does not.
const TOO_WIDE: &str = "
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 1)
        .map(e => e.localName + '.' + e.className + ' ' + Math.round(e.getBoundingClientRect().right))";

#[test]
fn nothing_scrolls_sideways_at_360_pixels() {
    in_browser(|browser, _| {
        browser.width(360);
        for language in ["English", "Русский"] {
            browser.go("/");
            browser.click(language);
            for path in super::accessible::PAGES {
                browser.go(path);
                let wide = browser.run(TOO_WIDE);
                assert_eq!(wide, serde_json::json!([]), "{path} in {language}");
            }
        }
    });
}
