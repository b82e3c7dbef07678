//! What is said where there is nothing yet: what to do first.

use maud::{Markup, html};

use super::super::icons::icon;
use super::super::layout;
use crate::ctx::Ctx;

/// A home without workspaces.
pub(super) fn no_workspace(ctx: &Ctx) -> Markup {
    let lang = ctx.lang;
    let title = lang.say("empty-home");
    let content = html! {
        div.empty {
            (icon("box"))
            h1 { (title) }
            p { (lang.tell("empty-home-start", &[("app", ctx.site.app.clone().into())])) }
            p { (lang.say("empty-home-file")) }
            p { a.button.primary href="/import" { (icon("import")) (lang.say("action-import")) } }
            p.quiet { (lang.say("empty-home-database")) " " code { "omnicraft workspace add NAME --db FILE" } }
        }
    };
    layout::page(ctx, &title, None, &content)
}

/// A workspace without backups.
pub(super) fn no_backup(ctx: &Ctx) -> Markup {
    let lang = ctx.lang;
    html! {
        section #backups data-live aria-labelledby="backups-title" {
            div.empty {
                (icon("box"))
                h2 #backups-title { (lang.say("empty-backups")) }
                p { (lang.tell("empty-backups-start", &[("app", ctx.site.app.clone().into())])) }
            }
        }
    }
}
