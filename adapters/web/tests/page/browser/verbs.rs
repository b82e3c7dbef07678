//! What a person does in a browser: looks, clicks, types, presses keys. Each verb waits until it can be done, and says
//! what was on the page when it could not.

use std::time::Duration;

use serde_json::{Value, json};

use super::driver::Driver;
use crate::server::{now, pause};

/// What is not there after so long does not come; the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(30);

/// How WebDriver writes keys.
pub(crate) const TAB: &str = "\u{E004}";
pub(crate) const ENTER: &str = "\u{E007}";

/// How WebDriver names a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Visible, and wide enough to be hit.
const VISIBLE: &str = "const visible = e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length;\
    const said = e => (e.getAttribute('aria-label') || e.innerText || e.value || '').replace(/\\s+/g, ' ').trim();";

/// A browser window.
pub(crate) struct Browser {
    driver: Driver,
}

impl Browser {
    pub(crate) fn new(driver: Driver) -> Self {
        Self { driver }
    }

    /// Goes to an address.
    #[track_caller]
    pub(crate) fn visit(&self, address: &str) {
        self.driver.post("/url", &json!({ "url": address }));
    }

    /// Goes to a path of the site that is open.
    #[track_caller]
    pub(crate) fn go(&self, path: &str) {
        let origin = self.run("return location.origin");
        self.visit(&format!("{}{path}", origin.as_str().unwrap()));
    }

    /// The address bar.
    pub(crate) fn address(&self) -> String {
        self.driver.get("/url").as_str().unwrap().to_owned()
    }

    /// Runs JavaScript as a function's body, beside the page's policy.
    #[track_caller]
    pub(crate) fn run(&self, script: &str) -> Value {
        self.run_with(script, &json!([]))
    }

    #[track_caller]
    pub(crate) fn run_with(&self, script: &str, arguments: &Value) -> Value {
        self.driver.post("/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// The same for a function that answers later.
    #[track_caller]
    pub(crate) fn run_and_wait(&self, script: &str) -> Value {
        let script = format!("const done = arguments[0]; ({script})().then(done, error => done(String(error)))");
        self.driver.post("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// All that can be read on the page.
    pub(crate) fn text(&self) -> String {
        let text = self.run("return document.body ? document.body.innerText : ''");
        text.as_str().unwrap_or_default().replace('\u{a0}', " ")
    }

    /// Waits for a text.
    #[track_caller]
    pub(crate) fn see(&self, text: &str) {
        self.wait(&format!("“{text}”"), || self.text().contains(text).then_some(()));
    }

    /// Waits until a text is gone.
    #[track_caller]
    pub(crate) fn see_no_more(&self, text: &str) {
        self.wait(&format!("“{text}” to go"), || (!self.text().contains(text)).then_some(()));
    }

    /// Waits for an element of a CSS selector that can be seen.
    #[track_caller]
    pub(crate) fn wait_for(&self, selector: &str) -> Element<'_> {
        let script = format!("{VISIBLE} return [...document.querySelectorAll(arguments[0])].find(visible)");
        self.find(selector, &script)
    }

    /// Clicks on the link, the button or the label that says this; one that says it exactly goes first.
    #[track_caller]
    pub(crate) fn click(&self, text: &str) {
        let script = format!(
            "{VISIBLE} const all = [...document.querySelectorAll('a, button, summary, label, [role=button]')].filter(visible);\
             return all.find(e => said(e) === arguments[0]) || all.find(e => said(e).includes(arguments[0]))"
        );
        self.wait(&format!("a click on “{text}”"), || self.look(&script, text)?.try_click());
    }

    /// Types into the field with this label, instead of what stood there.
    #[track_caller]
    pub(crate) fn type_into(&self, label: &str, text: &str) {
        let script = format!(
            "{VISIBLE} const labels = [...document.querySelectorAll('label')].filter(e => said(e).includes(arguments[0]));\
             return labels.map(e => e.control).find(e => e && visible(e)) \
               || [...document.querySelectorAll('input, textarea')].find(e => visible(e) && said(e) === arguments[0])"
        );
        let field = self.find(label, &script);
        field.clear();
        field.keys(text);
    }

    /// Presses keys, wherever the focus is.
    #[track_caller]
    pub(crate) fn press(&self, keys: &str) {
        let keys = keys.chars().flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })));
        let keys: Vec<Value> = keys.collect();
        self.driver.post("/actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": keys }] }));
    }

    /// Where the focus is: the element's name, and what it says or is called.
    pub(crate) fn focus(&self) -> String {
        let script = format!(
            "{VISIBLE} const e = document.activeElement; if (!e || e === document.body) return '';\
             return (e.localName + ' ' + (said(e) || e.name || e.id || '')).trim()"
        );
        self.run(&script).as_str().unwrap_or_default().to_owned()
    }

    /// Makes the page so wide, which a window of its own may not be.
    pub(crate) fn width(&self, width: u32) {
        let size = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
        self.driver.chromium("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Has the page painted for the night, or for the day.
    pub(crate) fn dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.driver.chromium("Emulation.setEmulatedMedia", &features);
    }

    /// The page as a PNG.
    pub(crate) fn picture(&self) -> Vec<u8> {
        use base64::prelude::{BASE64_STANDARD, Engine as _};
        let picture = self.driver.get("/screenshot");
        BASE64_STANDARD.decode(picture.as_str().unwrap()).unwrap()
    }

    /// Fails the test where the browser complained of something, such as a script that the policy forbids.
    #[track_caller]
    pub(crate) fn has_no_complaints(&self) {
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "{complaints:#?}");
    }

    /// For a page that is meant to be an error, which the browser notes.
    pub(crate) fn forget_complaints(&self) {
        drop(self.complaints());
    }

    fn complaints(&self) -> Vec<Value> {
        let said = self.driver.post("/se/log", &json!({ "type": "browser" }));
        let severe = |entry: &&Value| entry["level"] == "SEVERE" || entry["level"] == "WARNING";
        said.as_array().unwrap().iter().filter(severe).cloned().collect()
    }

    #[track_caller]
    fn find(&self, what: &str, script: &str) -> Element<'_> {
        self.wait(&format!("“{what}”"), || self.look(script, what))
    }

    /// The element that a script answers with.
    fn look(&self, script: &str, what: &str) -> Option<Element<'_>> {
        let found = self.driver.try_post("/execute/sync", &json!({ "script": script, "args": [what] })).ok()?;
        Some(Element { driver: &self.driver, id: found.get(ELEMENT)?.as_str()?.to_owned() })
    }

    /// Tries until it works.
    #[track_caller]
    pub(crate) fn wait<T>(&self, what: &str, attempt: impl Fn() -> Option<T>) -> T {
        let start = now();
        loop {
            if let Some(done) = attempt() {
                return done;
            }
            if start.elapsed() > PATIENCE {
                panic!("waited in vain for {what} at {}:\n{}", self.address(), self.text());
            }
            pause(Duration::from_millis(50));
        }
    }
}

/// Something on the page.
pub(crate) struct Element<'a> {
    driver: &'a Driver,
    id: String,
}

impl Element<'_> {
    /// Clicks where it is not covered.
    fn try_click(&self) -> Option<()> {
        self.driver.try_post(&format!("/element/{}/click", self.id), &json!({})).ok().map(|_| ())
    }

    #[track_caller]
    pub(crate) fn clear(&self) {
        self.driver.post(&format!("/element/{}/clear", self.id), &json!({}));
    }

    /// Types into it, or names a file for it.
    #[track_caller]
    pub(crate) fn keys(&self, text: &str) {
        self.driver.post(&format!("/element/{}/value", self.id), &json!({ "text": text }));
    }
}
