//! What is done with backups by a button: taken now, pinned, checked, rehearsed.

use axum::extract::Path;
use axum::response::Redirect;
use serde::Deserialize;

use super::{jobs, layout};
use crate::ctx::Ctx;
use crate::guard::Posted;
use crate::problem::Problem;
use crate::tasks::{backups, quick};

/// The name of a pin; empty where none is wanted.
#[derive(Deserialize)]
pub(crate) struct Named {
    #[serde(default)]
    name: String,
}

impl Named {
    fn given(&self) -> Option<String> {
        let name = self.name.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }
}

/// A form without fields of its own.
#[derive(Deserialize)]
pub(crate) struct Pressed {}

pub(crate) async fn take(ctx: Ctx, Path(id): Path<String>, Posted(named): Posted<Named>) -> Result<Redirect, Problem> {
    let workspace = ctx.workspace(&id)?.id.clone();
    Ok(jobs::follow(backups::take(&ctx.site, workspace, named.given()), &layout::home(&id)))
}

pub(crate) async fn pin(
    ctx: Ctx,
    Path((workspace, id)): Path<(String, String)>,
    Posted(named): Posted<Named>,
) -> Result<Redirect, Problem> {
    let snapshot = ctx.snapshot(&workspace, &id)?;
    let name = named.given().unwrap_or_else(|| ctx.lang.slot_title(snapshot));
    let job = backups::pin(&ctx.site, snapshot.id, Some(name));
    Ok(changed(&ctx, job, &workspace, &id).await)
}

pub(crate) async fn unpin(
    ctx: Ctx,
    Path((workspace, id)): Path<(String, String)>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Redirect, Problem> {
    let job = backups::pin(&ctx.site, ctx.snapshot(&workspace, &id)?.id, None);
    Ok(changed(&ctx, job, &workspace, &id).await)
}

async fn changed(ctx: &Ctx, job: omnicraft_host::handle::JobId, workspace: &str, snapshot: &str) -> Redirect {
    let about = format!("{}/s/{snapshot}/about", layout::home(workspace));
    if quick::went_well(&ctx.site, job).await { Redirect::to(&about) } else { jobs::follow(job, &about) }
}

pub(crate) async fn verify(
    ctx: Ctx,
    Path((workspace, id)): Path<(String, String)>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Redirect, Problem> {
    let job = backups::verify(&ctx.site, ctx.snapshot(&workspace, &id)?.id);
    Ok(jobs::follow(job, &layout::home(&workspace)))
}

pub(crate) async fn drill(
    ctx: Ctx,
    Path((workspace, id)): Path<(String, String)>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Redirect, Problem> {
    let job = backups::drill(&ctx.site, ctx.snapshot(&workspace, &id)?.id);
    Ok(jobs::follow(job, &layout::home(&workspace)))
}
