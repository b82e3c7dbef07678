//! What can be done with a workspace: a backup now, files out and in, and the resets of a business.

use maud::{Markup, html};
use omnicraft_core::model::Workspace;

use super::super::icons::icon;
use super::super::layout;
use crate::ctx::Ctx;

pub(super) fn show(ctx: &Ctx, workspace: &Workspace) -> Markup {
    let lang = ctx.lang;
    let home = layout::home(&workspace.id.0);
    html! {
        section.actions aria-label=(lang.say("actions")) {
            form.inline method="post" action={ (home) "/snapshot" } {
                (layout::csrf(ctx))
                label for="pin-name" { (lang.say("action-name")) }
                input #pin-name name="name" type="text" maxlength="80" autocomplete="off" aria-describedby="pin-means";
                button.primary type="submit" { (icon("hand")) (lang.say("action-snapshot")) }
                p.quiet #pin-means { (lang.say("action-name-means")) }
            }
            div.others {
                a.button href={ (home) "/export" } { (icon("export")) (lang.say("action-export")) }
                a.button href="/import" { (icon("import")) (lang.say("action-import")) }
                @if workspace.schema.as_deref() == Some(omnicraft_erp::BUSINESS) { (resets(ctx, &home)) }
            }
        }
    }
}

fn resets(ctx: &Ctx, home: &str) -> Markup {
    let lang = ctx.lang;
    html! {
        details.menu {
            summary { (icon("erase")) (lang.say("action-reset")) }
            ul {
                li { a href={ (home) "/reset/accounting" } { (lang.say("reset-accounting")) small { (lang.say("reset-accounting-short")) } } }
                li { a href={ (home) "/reset/factory" } { (lang.say("reset-factory")) small { (lang.say("reset-factory-short")) } } }
            }
        }
    }
}
