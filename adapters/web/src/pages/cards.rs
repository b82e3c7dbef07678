//! Cards: one per backup, newest first, in the manual's words.

use jiff::Zoned;
use maud::{Markup, html};
use omnicraft_core::model::{Base, Condition, Level, Snapshot};

use super::icons::icon;
use super::layout;
use crate::ctx::Ctx;
use crate::lang::Lang;

/// So many cards are on one page.
pub(crate) const PAGE: usize = 40;

/// The card's line, by which a person recognises a backup.
pub(crate) fn card(lang: Lang, snapshot: &Snapshot, now: &Zoned) -> String {
    lang.card(snapshot, now)
}

/// The cards of one page. `address` makes the address of page n, counted from 1.
pub(crate) fn list(ctx: &Ctx, all: &[&Snapshot], page: usize, address: impl Fn(usize) -> String) -> Markup {
    let pages = all.len().div_ceil(PAGE).max(1);
    let page = page.clamp(1, pages);
    let shown = all.iter().skip((page - 1) * PAGE).take(PAGE);
    html! {
        ol.cards { @for snapshot in shown { li { (one(ctx, snapshot)) } } }
        @if pages > 1 { (turning(ctx, page, pages, address)) }
    }
}

fn turning(ctx: &Ctx, page: usize, pages: usize, address: impl Fn(usize) -> String) -> Markup {
    let lang = ctx.lang;
    let (this, all) = (lang.number(page as u64), lang.number(pages as u64));
    html! {
        nav.pages aria-label=(lang.say("cards-pages")) {
            @if page > 1 { a.button rel="prev" href=(address(page - 1)) { (icon("previous")) (lang.say("cards-newer")) } }
            span.quiet { (lang.tell("cards-page", &[("page", this.into()), ("pages", all.into())])) }
            @if page < pages { a.button rel="next" href=(address(page + 1)) { (lang.say("cards-older")) (icon("next")) } }
        }
    }
}

fn one(ctx: &Ctx, snapshot: &Snapshot) -> Markup {
    let lang = ctx.lang;
    let address = format!("{}/s/{}", layout::home(&snapshot.workspace.0), snapshot.id);
    let name = html! {
        span.what { (lang.card_title(snapshot)) } " " span.when { (lang.card_facts(snapshot, &ctx.now)) }
    };
    let taken = snapshot.taken_at.with_time_zone(ctx.now.time_zone().clone());
    html! {
        article.card.bad[!snapshot.is_good()] id=(snapshot.id) {
            span class={ "tile " (kind(snapshot)) } { (icon(drawing(snapshot))) }
            div.text {
                h3 { @if snapshot.is_good() { a href=(address) { (name) } } @else { (name) } }
                p.quiet {
                    @if snapshot.pin.is_some() { (lang.slot_title(snapshot)) ". " }
                    (lang.trigger(snapshot)) ", "
                    time datetime=(taken.strftime("%Y-%m-%dT%H:%M%:z")) { (lang.moment(&taken)) } "."
                }
                p.standing { (standing(lang, snapshot)) }
            }
            a.more href={ (address) "/about" } { (lang.say("card-more")) span.sr { ": " (lang.card_title(snapshot)) } }
            @if snapshot.is_good() { span.go aria-hidden="true" { (lang.say("card-look")) (icon("next")) } }
        }
    }
}

/// How far it can be trusted, with what that means.
pub(crate) fn standing(lang: Lang, snapshot: &Snapshot) -> Markup {
    let (word, means) = lang.level(snapshot.level);
    html! {
        @match &snapshot.condition {
            Condition::Suspect(reason) if snapshot.level > Level::Damaged => {
                span.badge.bad { (icon("unsafe")) (lang.say("card-suspect")) } " "
                span lang="en" { (reason.lines().next().unwrap_or_default()) }
            }
            _ => {
                span class={ "badge level-" (snapshot.level.word()) } {
                    (icon(if snapshot.level > Level::Damaged { "safe" } else { "unsafe" })) (word)
                }
                " " span.means { (means) }
            }
        }
        @if snapshot.pin.is_some() { " " span.badge.pin { (icon("pin")) (lang.say("card-kept")) } }
    }
}

const fn drawing(snapshot: &Snapshot) -> &'static str {
    match snapshot.slot.base {
        Base::Tier(_) => "day",
        Base::Close(_) => "door",
        Base::Before(_) => "shield",
        Base::Manual => "hand",
        Base::Kept => "box",
        Base::Damaged => "broken",
    }
}

/// The colour of a card's tile and of a day in the calendar.
pub(crate) const fn kind(snapshot: &Snapshot) -> &'static str {
    match snapshot.slot.base {
        Base::Tier(_) => "tier",
        Base::Close(_) => "close",
        Base::Before(_) => "before",
        Base::Manual | Base::Kept => "manual",
        Base::Damaged => "damaged",
    }
}
