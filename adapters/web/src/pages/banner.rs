//! The banner: is the owner of this workspace safe? In words, with reasons and what to do about each.

mod concerns;

use maud::{Markup, html};
use omnicraft_core::health::{self, Concern, Finding, Health, Safety, Surroundings};
use omnicraft_core::model::{Workspace, WorkspaceId};
use omnicraft_core::names;
use omnicraft_core::state::JournalEntry;

use super::icons::icon;
use super::layout;
use crate::ctx::Ctx;
use crate::lang::Lang;

pub(crate) fn show(ctx: &Ctx, workspace: &Workspace) -> Markup {
    let lang = ctx.lang;
    let health = health::assess(ctx.state(), &ctx.now, &surroundings(ctx));
    let ours = |finding: &&Finding| finding.workspace.as_ref().is_none_or(|id| *id == workspace.id);
    let findings: Vec<&Finding> = health.findings.iter().filter(ours).collect();
    let safety = findings.iter().map(|finding| finding.safety).max().unwrap_or(Safety::Safe);
    html! {
        section class={ "banner " (word(safety)) } id="banner" data-live aria-labelledby="banner-title" {
            div.verdict { (icon(word(safety))) h2 #banner-title { (lang.say(&format!("safety-{}", word(safety)))) } }
            (facts(ctx, workspace, &health))
            @let told: Vec<&&Finding> = findings.iter().filter(|finding| finding.concern != Concern::OnlyHere).collect();
            @if !told.is_empty() { ul.findings { @for finding in told { li class=(concerns::drawing(finding)) { (concerns::show(ctx, finding)) } } } }
            (elsewhere(ctx, workspace, &health.findings))
        }
    }
}

/// What this computer shows and the state does not know. While a database is replaced nobody looks into it.
fn surroundings(ctx: &Ctx) -> Surroundings {
    let desk = &ctx.site.desk;
    let ports = desk.ports();
    let seen = desk.glance(|| omnicraft_host::surroundings(ctx.state(), desk.home(), &ports));
    seen.unwrap_or_else(|| Surroundings {
        free: ports.files.free_space(&desk.home().join(names::BACKUPS)).ok(),
        ..Surroundings::default()
    })
}

const fn word(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::AtRisk => "risk",
        Safety::Unsafe => "unsafe",
    }
}

fn facts(ctx: &Ctx, workspace: &Workspace, health: &Health) -> Markup {
    let lang = ctx.lang;
    let of_ours = health.workspaces.iter().find(|known| known.id == workspace.id);
    let newest = of_ours.and_then(|known| ctx.state().snapshots.get(&known.newest_good?));
    let free = health.free.map_or_else(|| lang.say("banner-unknown"), |free| lang.size(free));
    let used = of_ours.map_or(0, |known| known.bytes);
    html! {
        dl.facts {
            div {
                dt { (lang.say("banner-newest")) }
                dd {
                    @match newest {
                        Some(newest) => {
                            strong { (lang.ago(ctx.now.duration_since(&newest.taken_at))) }
                            ", "
                            a href={ (layout::home(&workspace.id.0)) "/s/" (newest.id) } { (lang.card_title(newest)) }
                        }
                        None => strong { (lang.say("banner-none")) }
                    }
                }
            }
            div {
                dt { (lang.say("banner-copies")) }
                dd { (lang.say("banner-only-here")) " " a href={ (layout::home(&workspace.id.0)) "/export" } { (lang.say("banner-carry")) } }
            }
            div {
                dt { (lang.say("banner-disk")) }
                dd { (lang.tell("banner-space", &[("used", lang.size(used).into()), ("free", free.into())])) }
            }
            div { dt { (lang.say("banner-failure")) } dd { (failure(ctx, &workspace.id, health)) } }
        }
    }
}

fn failure(ctx: &Ctx, workspace: &WorkspaceId, health: &Health) -> Markup {
    let ours = |entry: &&JournalEntry| entry.workspace.as_ref().is_none_or(|id| id == workspace);
    let Some(last) = health.failures.iter().find(ours) else {
        return html! { (ctx.lang.say("banner-no-failure")) };
    };
    let at = last.at.with_time_zone(ctx.now.time_zone().clone());
    html! {
        strong { (moment(ctx.lang, &last.moment)) } ", " (ctx.lang.moment(&at)) ". "
        details { summary { (ctx.lang.say("trouble-details")) } p lang="en" { (last.text) } }
    }
}

/// What was attempted, by the journal's word for it.
fn moment(lang: Lang, word: &str) -> String {
    let name = format!("moment-{word}");
    if lang.has(&name) { lang.say(&name) } else { word.to_owned() }
}

/// Other workspaces that somebody should look at.
fn elsewhere(ctx: &Ctx, here: &Workspace, findings: &[Finding]) -> Markup {
    let worst = |other: &&Workspace| {
        let theirs = findings.iter().filter(|finding| finding.workspace.as_ref() == Some(&other.id));
        theirs.map(|finding| finding.safety).max() > Some(Safety::Safe)
    };
    let others: Vec<&Workspace> =
        ctx.state().workspaces.iter().filter(|other| other.id != here.id).filter(worst).collect();
    html! {
        @if !others.is_empty() {
            p.elsewhere {
                (icon("risk")) (ctx.lang.say("banner-elsewhere"))
                @for other in others { " " a href=(layout::home(&other.id.0)) { (other.name) } }
            }
        }
    }
}
