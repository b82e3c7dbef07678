//! What every page has around its content.

use maud::{DOCTYPE, Markup, html};

use super::icons::{icon, sprite};
use super::jobs;
use crate::ctx::Ctx;
use crate::lang::Lang;

/// A whole page. `workspace` is the one that it is about, for the switcher.
pub(crate) fn page(ctx: &Ctx, title: &str, workspace: Option<&str>, content: &Markup) -> Markup {
    let lang = ctx.lang;
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · " (lang.say("title")) }
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/page.css";
                script type="module" src="/assets/page.js" {}
            }
            body data-workspace=[workspace] {
                (sprite())
                a.skip href="#main" { (lang.say("skip")) }
                (header(ctx, workspace))
                p #offline role="alert" hidden { (lang.say("offline")) }
                (jobs::bar(ctx))
                main #main tabindex="-1" { (content) }
                footer { (lang.say("footer")) }
            }
        }
    }
}

fn header(ctx: &Ctx, workspace: Option<&str>) -> Markup {
    let lang = ctx.lang;
    html! {
        header.top {
            a.brand href=(workspace.map_or_else(|| "/".to_owned(), home)) {
                (icon("logo")) span { (lang.say("title")) }
            }
            (switcher(ctx, workspace))
            nav.tools aria-label=(lang.say("tools")) {
                a.tool href="/settings" { (icon("gear")) span { (lang.say("settings")) } }
                (languages(ctx))
            }
        }
    }
}

/// The address of a workspace's page.
pub(crate) fn home(workspace: &str) -> String {
    format!("/w/{workspace}")
}

fn switcher(ctx: &Ctx, chosen: Option<&str>) -> Markup {
    let all = &ctx.state().workspaces;
    let name = all.iter().find(|workspace| Some(workspace.id.0.as_str()) == chosen).map(|workspace| &workspace.name);
    let lang = ctx.lang;
    html! {
        @if !all.is_empty() {
            nav.workspaces aria-label=(lang.say("workspaces")) {
                details.menu {
                    summary { span.sr { (lang.say("workspace")) ": " } span.name { (name.map_or_else(|| lang.say("workspace-choose"), String::clone)) } }
                    ul {
                        @for workspace in all {
                            li {
                                a href=(home(&workspace.id.0)) aria-current=[(Some(workspace.id.0.as_str()) == chosen).then_some("page")] {
                                    (workspace.name)
                                    @if workspace.frozen.is_some() { " " span.badge.bad { (lang.say("workspace-frozen")) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn languages(ctx: &Ctx) -> Markup {
    html! {
        form.languages method="post" action="/language" {
            (csrf(ctx))
            input type="hidden" name="back" value=(ctx.here);
            @for lang in Lang::ALL {
                @let chosen = lang == ctx.lang;
                button name="language" value=(lang.tag()) lang=(lang.tag()) aria-pressed=(chosen.to_string()) { (lang.name()) }
            }
        }
    }
}

/// The field that every form has.
pub(crate) fn csrf(ctx: &Ctx) -> Markup {
    html! { input type="hidden" name="csrf" value=(ctx.site.gate.csrf()); }
}
