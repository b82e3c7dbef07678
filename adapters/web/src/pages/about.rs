//! All about one backup: what it holds, how well it is proven, and what can be done with it besides restoring it.

use axum::extract::Path;
use maud::{Markup, html};
use omnicraft_core::model::{Snapshot, Workspace};
use omnicraft_core::names;

use super::icons::icon;
use super::{cards, layout};
use crate::ctx::Ctx;
use crate::problem::Problem;

pub(crate) async fn show(ctx: Ctx, Path((workspace, id)): Path<(String, String)>) -> Result<Markup, Problem> {
    let snapshot = ctx.snapshot(&workspace, &id)?;
    let known = ctx.workspace(&workspace)?;
    let lang = ctx.lang;
    let title = lang.card(snapshot, &ctx.now);
    let address = format!("{}/s/{id}", layout::home(&workspace));
    let content = html! {
        p.back { a href=(layout::home(&workspace)) { (icon("previous")) (lang.tell("about-back", &[("workspace", known.name.clone().into())])) } }
        h1 { (title) }
        p.standing { (cards::standing(lang, snapshot)) }
        @if snapshot.is_good() {
            p.deeds { a.button.primary href=(address) { (lang.say("about-restore")) } }
        } @else {
            div.note.bad { p { (lang.say("about-not-restorable")) } }
        }
        (facts(&ctx, known, snapshot))
        (pin(&ctx, &address, snapshot))
        (proofs(&ctx, &address, snapshot))
    };
    Ok(layout::page(&ctx, &title, Some(&workspace), &content))
}

fn facts(ctx: &Ctx, workspace: &Workspace, snapshot: &Snapshot) -> Markup {
    let lang = ctx.lang;
    let taken = snapshot.taken_at.with_time_zone(ctx.now.time_zone().clone());
    let rows: Vec<(&str, u64)> = snapshot.facts.rows.iter().map(|(table, rows)| (table.as_str(), *rows)).collect();
    let file = ctx.site.desk.home().join(names::slot(workspace, snapshot.slot));
    html! {
        section.panel aria-labelledby="facts" {
            h2 #facts { (lang.say("about-facts")) }
            dl.facts {
                dt { (lang.say("about-kind")) } dd { (lang.slot_title(snapshot)) }
                dt { (lang.say("about-why")) } dd { (lang.trigger(snapshot)) }
                dt { (lang.say("about-taken")) } dd { (lang.moment(&taken)) }
                dt { (lang.say("about-size")) } dd { (lang.size(snapshot.bytes())) }
                dt { (lang.say("about-holds")) } dd { (lang.all_rows(rows, ctx.profile(workspace))) }
                dt { (lang.say("about-file")) } dd { code { (file.display()) } }
            }
        }
    }
}

fn pin(ctx: &Ctx, address: &str, snapshot: &Snapshot) -> Markup {
    let lang = ctx.lang;
    html! {
        section.panel aria-labelledby="pin" {
            h2 #pin { (lang.say("about-pin")) }
            @if snapshot.pin.is_some() {
                p { (lang.say("about-unpin-means")) }
                form method="post" action={ (address) "/unpin" } {
                    (layout::csrf(ctx))
                    button type="submit" { (icon("pin")) (lang.say("about-unpin-button")) }
                }
            } @else {
                p { (lang.say("about-pin-means")) }
                form.inline method="post" action={ (address) "/pin" } {
                    (layout::csrf(ctx))
                    label for="name" { (lang.say("about-pin-name")) }
                    input #name name="name" type="text" maxlength="80" autocomplete="off" placeholder=(lang.slot_title(snapshot));
                    button type="submit" { (icon("pin")) (lang.say("about-pin-button")) }
                }
            }
        }
    }
}

/// A damaged database that was set aside has nothing to prove.
fn proofs(ctx: &Ctx, address: &str, snapshot: &Snapshot) -> Markup {
    let lang = ctx.lang;
    html! {
        @if snapshot.is_backup() {
            section.panel aria-labelledby="proofs" {
                h2 #proofs { (lang.say("about-proofs")) }
                p { (lang.say("about-verify-means")) }
                form method="post" action={ (address) "/verify" } {
                    (layout::csrf(ctx))
                    button type="submit" { (icon("safe")) (lang.say("about-verify")) }
                }
                @if snapshot.is_good() {
                    p { (lang.say("about-drill-means")) }
                    form method="post" action={ (address) "/drill" } {
                        (layout::csrf(ctx))
                        button type="submit" { (icon("logo")) (lang.say("about-drill")) }
                    }
                }
            }
        }
    }
}
