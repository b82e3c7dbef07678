//! What a page is made from: what is known now, the language of whoever looks, and the moment.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, HeaderName};
use axum::http::request::Parts;
use jiff::Zoned;
use omnicraft_core::model::{SchemaProfile, Snapshot, SnapshotId, Workspace, WorkspaceId};
use omnicraft_core::state::State;
use omnicraft_host::handle::Known;

use crate::lang::Lang;
use crate::problem::Problem;
use crate::site::Site;

/// What a page is made from.
#[derive(Clone)]
pub(crate) struct Ctx {
    pub(crate) site: Arc<Site>,
    pub(crate) known: Arc<Known>,
    pub(crate) lang: Lang,
    pub(crate) now: Zoned,
    /// The path that was asked for, with its query; where a choice of language leads back to.
    pub(crate) here: String,
    cookies: String,
}

impl FromRequestParts<Arc<Site>> for Ctx {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Infallible> {
        Ok(Self {
            known: site.desk.known(),
            lang: language(&parts.headers),
            now: site.desk.ports().clock.now(),
            here: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            site: Arc::clone(site),
            cookies: text(&parts.headers, COOKIE).to_owned(),
        })
    }
}

impl Ctx {
    /// Everything that the core remembered when it was last looked at.
    pub(crate) fn state(&self) -> &State {
        &self.known.state
    }

    /// A workspace of the address, or a page that says that there is none.
    pub(crate) fn workspace(&self, id: &str) -> Result<&Workspace, Problem> {
        self.state().workspace(&WorkspaceId(id.to_owned())).ok_or(Problem::NoSuchPage)
    }

    /// A backup of the address, or a page that says that there is none.
    pub(crate) fn snapshot(&self, workspace: &str, id: &str) -> Result<&Snapshot, Problem> {
        let workspace = self.workspace(workspace)?;
        let id: SnapshotId = id.parse().map_err(|_| Problem::NoSuchPage)?;
        let snapshot = self.state().snapshots.get(&id).filter(|snapshot| snapshot.workspace == workspace.id);
        snapshot.ok_or(Problem::NoSuchPage)
    }

    /// The profile of a workspace's schema; `None` for an adopted database.
    pub(crate) fn profile(&self, workspace: &Workspace) -> Option<&SchemaProfile> {
        self.site.profile(workspace.schema.as_deref())
    }

    /// What a cookie of this name holds.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.cookies, name)
    }
}

/// The language that was chosen on the page, or else the one that the browser asks for.
pub(crate) fn language(headers: &HeaderMap) -> Lang {
    let chosen = cookie(text(headers, COOKIE), "language").and_then(Lang::of_tag);
    chosen.unwrap_or_else(|| Lang::accepted(text(headers, ACCEPT_LANGUAGE)))
}

/// The names and values of a field of cookies.
pub(crate) fn cookies(field: &str) -> impl Iterator<Item = (&str, &str)> {
    field.split(';').filter_map(|pair| pair.trim().split_once('='))
}

fn cookie<'a>(field: &'a str, name: &str) -> Option<&'a str> {
    cookies(field).find(|(known, _)| *known == name).map(|(_, value)| value)
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
