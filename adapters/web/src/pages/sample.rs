//! Snapshots, and sites over homes that the engine itself made, for the tests of pages.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN};
use axum::http::request::Builder;
use axum::http::{Request, Response};
use jiff::Zoned;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{
    Condition, Facts, FileStamp, Level, Slot, Snapshot, SnapshotId, Trigger, Workspace, WorkspaceId,
};
use omnicraft_erp::OmniCraft;
use omnicraft_host::engine::Engine;
use omnicraft_host::ports::Ports;
use omnicraft_host::ports::app::App;
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::progress::Unobserved;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::routes::routes;
use crate::site::{Config, Site};

/// A good snapshot of 4.2 MB.
pub(crate) fn snapshot(id: u64, slot: &str, taken_at: &str) -> Snapshot {
    Snapshot {
        id: SnapshotId(id),
        workspace: WorkspaceId("shop".to_owned()),
        slot: Slot::parse(&format!("{slot}.db")).unwrap(),
        trigger: Trigger::Startup,
        taken_at: taken_at.parse().unwrap(),
        digest: String::new(),
        stamp: FileStamp { size: 4_200_000, ..FileStamp::default() },
        level: Level::Sound,
        pin: None,
        facts: Facts::default(),
        condition: Condition::Good,
        looked_at: None,
    }
}

const PORT: u16 = 7777;
const HOST_NAME: &str = "127.0.0.1:7777";

/// The moment at which the tests look.
pub(crate) fn now() -> Zoned {
    "2026-11-22T09:00[Europe/Moscow]".parse().unwrap()
}

fn ports(at: &Zoned) -> Ports {
    Ports { clock: Box::new(SystemClock::set_to(at.clone())), ..Ports::of_this_machine(Box::new(OmniCraft::new())) }
}

/// A home in a folder of its own, with the site over it.
pub(crate) struct Sample {
    home: TempDir,
    site: Option<Arc<Site>>,
    runtime: Runtime,
}

impl Sample {
    /// A home with nothing in it.
    pub(crate) fn empty() -> Self {
        let home = TempDir::new().unwrap();
        let engine = Engine::create(&home.path().join("home"), ports(&now()), Box::new(Unobserved)).unwrap();
        drop(engine);
        Self { home, site: None, runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap() }
    }

    /// A home with a small business that has no backup yet.
    pub(crate) fn business() -> Self {
        let sample = Self::empty();
        let path = sample.path();
        let database = path.join("shop.db");
        omnicraft_erp::create(omnicraft_erp::BUSINESS, &database, "the-shop", "My Workshop").unwrap();
        let yesterday = now().date().yesterday().unwrap();
        omnicraft_fixtures::fill(&database, omnicraft_fixtures::Size::Small, 7, yesterday).unwrap();
        let workspace = Workspace {
            schema: Some(omnicraft_erp::BUSINESS.to_owned()),
            identity: Some("the-shop".to_owned()),
            ..Workspace::adopted("shop", "My Workshop", "shop.db")
        };
        sample.told("2026-11-20T08:00[Europe/Moscow]", vec![EventKind::WorkspaceAdded(Box::new(workspace))]);
        sample
    }

    /// The home's folder.
    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.home.path().join("home")
    }

    /// Has an engine of its own told what happened at a moment.
    pub(crate) fn told(&self, at: &str, events: Vec<EventKind>) {
        let mut engine = Engine::open(&self.path(), ports(&at.parse().unwrap()), Box::new(Unobserved)).unwrap();
        for event in events {
            engine.handle(event).unwrap();
        }
    }

    /// The site over this home, of an app that is not quite OmniCraft.
    pub(crate) fn served_by(&mut self, app: impl App + Clone + 'static) {
        let ports = move || Ports { app: Box::new(app.clone()), ..ports(&now()) };
        self.site =
            Some(Site::open(Config { home: self.path(), ports: Box::new(ports), start_app: None }, PORT).unwrap());
    }

    /// The site over this home.
    pub(crate) fn site(&mut self) -> Arc<Site> {
        let home = self.path();
        let site = self.site.get_or_insert_with(|| {
            Site::open(Config { home, ports: Box::new(|| ports(&now())), start_app: None }, PORT).unwrap()
        });
        Arc::clone(site)
    }

    /// A request of the browser that came by the link.
    fn let_in(&mut self, request: Builder, cookies: &str) -> Builder {
        let session = self.site().gate.set_cookie();
        let session = session.split(';').next().unwrap();
        request.header(HOST, HOST_NAME).header(COOKIE, format!("{session}; {cookies}"))
    }

    fn answer(&mut self, request: Request<Body>) -> String {
        let site = self.site();
        self.runtime.block_on(async { text(routes(site).oneshot(request).await.unwrap()).await })
    }

    /// The text of a page, with its status where that is not 200.
    pub(crate) fn get(&mut self, address: &str, cookies: &str) -> String {
        let request = self.let_in(Request::get(address), cookies).body(Body::empty()).unwrap();
        self.answer(request)
    }

    /// Posts a form; the answer is where it leads, or the page with its status.
    pub(crate) fn post(&mut self, address: &str, form: &str) -> String {
        let site = self.site();
        let csrf = site.gate.csrf();
        let form = format!("csrf={csrf}&{form}");
        let request = self
            .let_in(Request::post(address), "")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ORIGIN, format!("http://{HOST_NAME}"))
            .body(Body::from(form))
            .unwrap();
        self.answer(request)
    }

    /// Waits until every job is done.
    pub(crate) fn idle(&mut self) {
        let site = self.site();
        let mut news = site.news.subscribe();
        self.runtime.block_on(async {
            while !site.desk.is_idle() {
                news.changed().await.unwrap();
            }
        });
    }
}

async fn text(response: Response<Body>) -> String {
    let status = response.status();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    if status.is_redirection() {
        let cookie = header("set-cookie").map(|cookie| format!(" with {cookie}")).unwrap_or_default();
        return format!("{} {}{cookie}", status.as_u16(), header("location").unwrap());
    }
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    if status.is_success() { body } else { format!("{} {body}", status.as_u16()) }
}

/// The value of a hidden field, as a form sends it.
pub(crate) fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().replace(' ', "+")
}

/// What somebody reads: without tags, with single spaces.
pub(crate) fn words(page: &str) -> String {
    let mut words = String::new();
    let mut inside = false;
    for letter in page.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                words.push(' ');
            }
            _ if !inside => words.push(letter),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ").replace("&amp;", "&")
}
