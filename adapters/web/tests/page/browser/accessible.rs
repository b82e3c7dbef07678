//! Accessibility: axe-core finds nothing serious on any page, by day and by night, in every language.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::driver::in_ci;
use super::in_browser;
use super::verbs::Browser;

/// Pages that can be opened as they are; journeys check the others on their way.
pub(crate) const PAGES: [&str; 4] =
    ["/", "/settings", "/w/my-workshop/reset/accounting", "/w/my-workshop/reset/factory"];

/// The version that `cargo xtask test` fetches.
const AXE: &str = "axe-core-4.14.1.js";

/// Fails the test where axe-core finds something serious on the page that is open.
#[track_caller]
pub(crate) fn is_accessible(browser: &Browser) {
    let Some(axe) = axe() else { return };
    for dark in [false, true] {
        browser.dark(dark);
        browser.run(&format!("if (!window.axe) {{ {axe}\n }} return 0"));
        let found = browser.run_and_wait(
            "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations\
               .filter(v => ['serious', 'critical'].includes(v.impact))\
               .map(v => v.id + ': ' + v.help + '\\n' + v.nodes.map(n => n.html + '\\n' + n.failureSummary).join('\\n'))",
        );
        let found: Vec<&str> =
            found.as_array().unwrap_or_else(|| panic!("{found}")).iter().filter_map(Value::as_str).collect();
        let light = if dark { "dark" } else { "light" };
        assert!(found.is_empty(), "{} ({light}):\n{}", browser.address(), found.join("\n\n"));
    }
    browser.dark(false);
}

/// The text of axe-core, or a word that it is not there.
fn axe() -> Option<String> {
    let test = std::env::current_exe().unwrap();
    let target: PathBuf = test.ancestors().nth(3).unwrap().into();
    let axe = fs::read_to_string(target.join("tools").join(AXE)).ok();
    if axe.is_none() {
        assert!(!in_ci(), "axe-core is missing; `cargo xtask test` fetches it with npm");
        println!("skipped: axe-core is not there; `cargo xtask test` fetches it with npm");
    }
    axe
}

#[test]
fn axe_finds_nothing_serious() {
    in_browser(|browser, _| {
        for language in ["English", "Русский"] {
            browser.go("/");
            browser.click(language);
            for path in PAGES {
                browser.go(path);
                is_accessible(browser);
            }
        }
    });
}

/// A check that finds nothing in a bad page proves nothing.
#[test]
fn axe_is_awake() {
    if axe().is_none() {
        return;
    }
    in_browser(|browser, _| {
        browser.run("document.getElementById('main').innerHTML = '<p style=\"color:#ddd;background:#fff\">pale</p><input>'; return 0");
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| is_accessible(browser)));
        let said = found.unwrap_err();
        assert!(said.downcast_ref::<String>().unwrap().contains("label:"), "{said:?}");
        browser.forget_complaints();
    });
}
