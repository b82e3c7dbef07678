//! One Chromium with a driver and a profile of its own, and the few commands of WebDriver that the verbs are made of.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

/// Debian's name, and the usual one.
const DRIVERS: [&str; 2] = ["chromedriver", "/usr/lib/chromium/chromedriver"];

/// What keeps Chromium from talking to anybody but us.
const FLAGS: [&str; 13] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--accept-lang=en-US",
    "--window-size=1000,800",
];

/// A driver with its browser.
pub(crate) struct Driver {
    process: Child,
    agent: Agent,
    /// Up to and with the session.
    session: String,
    _profile: TempDir,
}

impl Driver {
    /// `None` where there is no driver on this machine; in CI there must be one.
    pub(crate) fn start() -> Option<Self> {
        let spawned = DRIVERS.iter().find_map(|name| spawn(name).ok());
        let Some(mut process) = spawned else {
            assert!(!in_ci(), "chromedriver is missing; `.ci/run` installs chromium-driver");
            println!("skipped: this needs chromedriver (Debian: apt-get install chromium-driver)");
            return None;
        };
        let port = port(&mut process);
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(120)));
        let mut driver = Self {
            process,
            agent: config.build().into(),
            session: format!("http://127.0.0.1:{port}/session"),
            _profile: TempDir::new().unwrap(),
        };
        let profile = format!("--user-data-dir={}", driver._profile.path().display());
        let flags: Vec<&str> = FLAGS.into_iter().chain([profile.as_str()]).collect();
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": flags },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let made = driver.post("", &wanted);
        driver.session = format!("{}/{}", driver.session, made["sessionId"].as_str().unwrap());
        Some(driver)
    }

    /// A command with its parameters; what the browser refuses fails the test.
    #[track_caller]
    pub(crate) fn post(&self, command: &str, parameters: &Value) -> Value {
        self.try_post(command, parameters).unwrap_or_else(|error| panic!("{command} {parameters}: {error}"))
    }

    /// A command with its parameters, or the name and the words of the error.
    pub(crate) fn try_post(&self, command: &str, parameters: &Value) -> Result<Value, String> {
        let answer = self.agent.post(format!("{}{command}", self.session)).send_json(parameters);
        value(answer.unwrap().body_mut().read_json().unwrap())
    }

    #[track_caller]
    pub(crate) fn get(&self, command: &str) -> Value {
        let mut answer = self.agent.get(format!("{}{command}", self.session)).call().unwrap();
        // A picture of a page is larger than what a client takes from a stranger.
        let said = answer.body_mut().with_config().limit(64 << 20).read_json().unwrap();
        value(said).unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// A command of Chromium's own.
    #[track_caller]
    pub(crate) fn chromium(&self, command: &str, parameters: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Ends the browser; killing the driver alone would leave it running.
        drop(self.agent.delete(self.session.as_str()).call());
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn value(mut said: Value) -> Result<Value, String> {
    let value = said["value"].take();
    match value.get("error").and_then(Value::as_str) {
        Some(error) => Err(format!("{error}: {}", value["message"])),
        None => Ok(value),
    }
}

fn spawn(name: &str) -> std::io::Result<Child> {
    Command::new(name).arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
}

/// `ChromeDriver was started successfully on port 41405.`
fn port(process: &mut Child) -> u16 {
    let mut lines = BufReader::new(process.stdout.take().unwrap());
    let mut said = String::new();
    loop {
        let before = said.len();
        assert!(lines.read_line(&mut said).unwrap() > 0, "the driver ended after {said:?}");
        if let Some((_, port)) = said[before..].trim_end().split_once("successfully on port ") {
            std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
            return port.trim_end_matches('.').parse().unwrap();
        }
    }
}

/// Whether what is missing here is a fault of the machine's setup.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}
