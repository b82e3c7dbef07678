//! What all requests share: the handle on the engine, the secrets of this session, and what was looked at.

use std::path::PathBuf;
use std::sync::Arc;

use omnicraft_core::model::SchemaProfile;
use omnicraft_host::error::EngineError;
use omnicraft_host::handle::{Handle, Settings};
use omnicraft_host::ports::Ports;
use tokio::sync::watch;

use crate::files::PageFolder;
use crate::guard::Gate;
use crate::tasks::{Answer, Label};

/// What a site is made of.
pub struct Config {
    /// The home's folder.
    pub home: PathBuf,
    /// Makes the ports of each engine: the clock, the files, and the app whose profile gives tables their words.
    pub ports: Box<dyn Fn() -> Ports + Send + Sync>,
    /// Starts the app again; asked once after each restore that was applied. `None` where its owner starts it.
    pub start_app: Option<Box<dyn Fn() + Send + Sync>>,
}

/// What all requests share.
pub struct Site {
    pub(crate) desk: Handle<Label, Answer>,
    /// Grows with each change of a job or of what is known.
    pub(crate) news: watch::Sender<u64>,
    pub(crate) gate: Gate,
    pub(crate) folder: PageFolder,
    pub(crate) start_app: Option<Arc<dyn Fn() + Send + Sync>>,
    pub(crate) profiles: Vec<SchemaProfile>,
    pub(crate) app: String,
}

impl Site {
    /// Opens the home; see [`Handle::open`]. `port` is where the site will be served.
    ///
    /// # Errors
    /// As those of [`Handle::open`], a page of this home that is served already, and an operating system that gives no
    /// random numbers.
    pub fn open(config: Config, port: u16) -> Result<Arc<Self>, EngineError> {
        let news = watch::Sender::new(0);
        let changes = news.clone();
        let ports = (config.ports)();
        let gate = Gate::new(port)?;
        let desk = Handle::open(Settings {
            home: config.home,
            ports: config.ports,
            changed: Box::new(move || changes.send_modify(|version| *version += 1)),
        })?;
        let folder = PageFolder::open(desk.home(), ports.files)?;
        let (profiles, app) = (ports.app.profiles().to_vec(), ports.app.name().to_owned());
        let start_app = config.start_app.map(Arc::from);
        Ok(Arc::new(Self { desk, news, gate, folder, start_app, profiles, app }))
    }

    /// What opens the page: for whoever started it, as often as he likes.
    pub fn link(&self) -> String {
        self.gate.link()
    }

    /// The same for a program's arguments, which other users of this computer can see: it opens the page once.
    pub fn link_for_once(&self) -> String {
        self.gate.link_for_once()
    }

    /// The profile of a schema.
    pub(crate) fn profile(&self, schema: Option<&str>) -> Option<&SchemaProfile> {
        self.profiles.iter().find(|profile| Some(profile.name.as_str()) == schema)
    }
}
