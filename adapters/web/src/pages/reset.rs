//! The two resets of a business: what would be wiped, what stays, and a name to type before anything happens.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use omnicraft_core::model::{Act, Workspace};
use serde::Deserialize;

use super::confirm::{self, Typed};
use super::icons::icon;
use super::{jobs, layout};
use crate::ctx::Ctx;
use crate::guard::Posted;
use crate::problem::Problem;
use crate::tasks::{self, live};

type Rows = Result<Vec<(String, u64)>, String>;

pub(crate) async fn show(ctx: Ctx, Path((workspace, kind)): Path<(String, String)>) -> Result<Markup, Problem> {
    let (workspace, act) = business(&ctx, &workspace, &kind)?;
    let rows = rows(&ctx, workspace, act).await;
    Ok(page(&ctx, workspace, act, &rows, false))
}

/// What was typed, and how the books looked when their rows were counted.
#[derive(Deserialize)]
pub(crate) struct Agreed {
    #[serde(default)]
    name: String,
    #[serde(default)]
    looked: String,
}

pub(crate) async fn begin(
    ctx: Ctx,
    Path((workspace, kind)): Path<(String, String)>,
    Posted(form): Posted<Agreed>,
) -> Result<Response, Problem> {
    let (workspace, act) = business(&ctx, &workspace, &kind)?;
    if (Typed { name: form.name }).is(&workspace.name) {
        let job = tasks::reset::begin(&ctx.site, workspace.clone(), act, form.looked);
        return Ok(jobs::follow(job, &layout::home(&workspace.id.0)).into_response());
    }
    let rows = rows(&ctx, workspace, act).await;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&ctx, workspace, act, &rows, true)).into_response())
}

/// Nobody knows what a reset of another database would be.
fn business<'a>(ctx: &'a Ctx, workspace: &str, kind: &str) -> Result<(&'a Workspace, Act), Problem> {
    let workspace = ctx.workspace(workspace)?;
    let act = match kind {
        "accounting" => Act::AccountingReset,
        "factory" => Act::FactoryReset,
        _ => return Err(Problem::NoSuchPage),
    };
    let is_business = workspace.schema.as_deref() == Some(omnicraft_erp::BUSINESS);
    is_business.then_some((workspace, act)).ok_or(Problem::NoSuchPage)
}

/// Rows per table that would be wiped, or why nobody can tell.
async fn rows(ctx: &Ctx, workspace: &Workspace, act: Act) -> Rows {
    let database = ctx.site.desk.home().join(&workspace.database);
    let site = Arc::clone(&ctx.site);
    let count = move || site.desk.glance(|| omnicraft_erp::reset_preview(&database, act));
    let counted = tokio::task::spawn_blocking(count).await.map_err(|error| error.to_string())?;
    let counted = counted.ok_or_else(|| "a restore is under way".to_owned())?;
    counted.map_err(|error| error.to_string())
}

fn page(ctx: &Ctx, workspace: &Workspace, act: Act, rows: &Rows, wrong: bool) -> Markup {
    let lang = ctx.lang;
    let name = name(act);
    let title = lang.tell(&format!("{name}-title"), &[("workspace", workspace.name.clone().into())]);
    let content = html! {
        p.back { a href=(layout::home(&workspace.id.0)) { (icon("previous")) (lang.tell("about-back", &[("workspace", workspace.name.clone().into())])) } }
        h1 { (title) }
        p.lead { (lang.say(&format!("{name}-means"))) }
        @match rows {
            Ok(rows) => {
                (wiped(ctx, workspace, rows))
                h2 { (lang.say("reset-keeps")) }
                p { (lang.say(&format!("{name}-keeps"))) }
                div.note.good { p { (icon("shield")) " " (lang.say("reset-safeguard")) } }
                (confirmation(ctx, workspace, name, wrong))
            }
            Err(reason) => {
                div.note.bad role="alert" { p { strong { (lang.say("reset-unknown")) } } p lang="en" { (reason) } }
            }
        }
    };
    layout::page(ctx, &title, Some(&workspace.id.0), &content)
}

const fn name(act: Act) -> &'static str {
    match act {
        Act::FactoryReset => "reset-factory",
        Act::AccountingReset | Act::Migration | Act::Restore => "reset-accounting",
    }
}

fn wiped(ctx: &Ctx, workspace: &Workspace, rows: &[(String, u64)]) -> Markup {
    let lang = ctx.lang;
    let profile = ctx.profile(workspace);
    html! {
        @if rows.is_empty() {
            p { (lang.say("reset-nothing")) }
        } @else {
            table.counts {
                caption { (lang.say("reset-wipes")) }
                thead { tr { th scope="col" { (lang.say("reset-what")) } th.number scope="col" { (lang.say("reset-rows")) } } }
                tbody {
                    @for (table, count) in rows {
                        tr { th scope="row" { (lang.table(table, profile)) } td.number { (lang.number(*count)) } }
                    }
                }
            }
        }
    }
}

fn looked(ctx: &Ctx, workspace: &Workspace) -> String {
    live::looks(&*ctx.site.desk.ports().files, ctx.site.desk.home(), [workspace])
}

fn confirmation(ctx: &Ctx, workspace: &Workspace, name: &str, wrong: bool) -> Markup {
    let lang = ctx.lang;
    html! {
        section.confirm aria-labelledby="confirm" {
            h2 #confirm { (lang.say("reset-confirm")) }
            form method="post" {
                input type="hidden" name="looked" value=(looked(ctx, workspace));
                (confirm::field(ctx, &workspace.name, wrong))
                div.deeds {
                    button.danger type="submit" { (icon("erase")) (lang.say(&format!("{name}-button"))) }
                    a.button href=(layout::home(&workspace.id.0)) { (lang.say("reset-cancel")) }
                }
            }
        }
    }
}
