//! What every page has around its content.

use maud::{DOCTYPE, Markup, html};

use crate::ctx::Ctx;

/// A whole page. `workspace` is the one that it is about, for the switcher.
pub(crate) fn page(ctx: &Ctx, title: &str, workspace: Option<&str>, content: &Markup) -> Markup {
    let lang = ctx.lang;
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · " (lang.say("title")) }
                link rel="stylesheet" href="/assets/page.css";
                script type="module" src="/assets/page.js" {}
            }
            body data-workspace=[workspace] {
                main id="main" { (content) }
            }
        }
    }
}

/// The field that every form has.
pub(crate) fn csrf(ctx: &Ctx) -> Markup {
    html! { input type="hidden" name="csrf" value=(ctx.site.gate.csrf()); }
}
