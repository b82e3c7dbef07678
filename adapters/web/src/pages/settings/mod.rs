//! Settings: how many backups are kept, with a picture of what that would keep and remove, and why.

mod fields;
mod picture;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use omnicraft_core::policy::Policy;

use super::icons::icon;
use super::{jobs, layout};
use crate::ctx::Ctx;
use crate::guard::Posted;
use crate::tasks;
use fields::{Field, Wanted};

pub(crate) async fn show(ctx: Ctx) -> Markup {
    page(&ctx, &Wanted::of(&ctx.state().policy))
}

/// The page with what would be kept by the numbers in the form; nothing is saved.
pub(crate) async fn preview(ctx: Ctx, Posted(wanted): Posted<Wanted>) -> Markup {
    page(&ctx, &wanted)
}

/// The picture alone, for a page that follows what is typed.
pub(crate) async fn picture(ctx: Ctx, Query(wanted): Query<Wanted>) -> Markup {
    drawn(&ctx, &wanted)
}

pub(crate) async fn save(ctx: Ctx, Posted(wanted): Posted<Wanted>) -> Response {
    let Ok(policy) = wanted.policy(&ctx.state().policy) else {
        return (StatusCode::UNPROCESSABLE_ENTITY, page(&ctx, &wanted)).into_response();
    };
    let job = tasks::policy::change(&ctx.site, &policy);
    if tasks::quick::went_well(&ctx.site, job).await {
        return Redirect::to("/settings").into_response();
    }
    jobs::follow(job, "/settings").into_response()
}

fn drawn(ctx: &Ctx, wanted: &Wanted) -> Markup {
    match wanted.policy(&ctx.state().policy) {
        Ok(policy) => picture::show(ctx, &policy),
        Err(_) => html! { p.quiet { (ctx.lang.say("picture-wrong-numbers")) } },
    }
}

fn page(ctx: &Ctx, wanted: &Wanted) -> Markup {
    let lang = ctx.lang;
    let title = lang.say("settings-title");
    let content = html! {
        h1 { (title) }
        p.lead { (lang.say("settings-means")) }
        div.columns.settings {
            form #policy method="post" action="/settings" data-picture="/settings/picture" {
                (layout::csrf(ctx))
                @let wrong = wanted.policy(&ctx.state().policy).err().unwrap_or_default();
                @for field in &fields::ALL { (input(ctx, field, wanted, wrong.contains(&field.name))) }
                div.deeds {
                    button.primary type="submit" { (lang.say("settings-save")) }
                    button #look type="submit" formaction="/settings/preview" formnovalidate { (icon("day")) (lang.say("settings-look")) }
                }
                p.quiet { (lang.say("settings-later")) }
                p.quiet { (in_force(ctx)) }
            }
            section aria-labelledby="picture-title" {
                h2 #picture-title { (lang.say("picture")) }
                div #picture { (drawn(ctx, wanted)) }
                p #told.sr role="status" {}
            }
        }
        script type="module" src="/assets/settings.js" {}
    };
    layout::page(ctx, &title, None, &content)
}

fn input(ctx: &Ctx, field: &Field, wanted: &Wanted, wrong: bool) -> Markup {
    let lang = ctx.lang;
    let name = field.name;
    let (hint, error) = (format!("{name}-hint"), format!("{name}-error"));
    let limits = [("least", lang.number(field.least).into()), ("most", lang.number(field.most).into())];
    html! {
        div.field {
            label for=(name) { (lang.say(&format!("policy-{name}"))) }
            input id=(name) name=(name) type="number" inputmode="numeric" required min=(field.least) max=(field.most) step="1"
                value=(wanted.text(name)) aria-invalid=[wrong.then_some("true")]
                aria-describedby={ (hint) @if wrong { " " (error) } };
            p.quiet id=(hint) { (lang.say(&format!("policy-{name}-hint"))) }
            @if wrong { p.error id=(error) role="alert" { (lang.tell("policy-wrong", &limits)) } }
        }
    }
}

/// The numbers that are in force now.
fn in_force(ctx: &Ctx) -> String {
    let Policy { daily, weekly, monthly, yearly, budget, .. } = &ctx.state().policy;
    let count = |number: u32| ctx.lang.number(number.into()).into();
    let given = [
        ("daily", count(*daily)),
        ("weekly", count(*weekly)),
        ("monthly", count(*monthly)),
        ("yearly", count(*yearly)),
        ("budget", ctx.lang.size(*budget).into()),
    ];
    ctx.lang.tell("settings-in-force", &given)
}
