//! One concern in words, with what to do about it as a link or a button.

use maud::{Markup, html};
use omnicraft_core::health::{Concern, Finding, Safety};
use omnicraft_core::model::SnapshotId;

use super::super::icons::icon;
use super::super::layout;
use super::word;
use crate::ctx::Ctx;

/// Mere advice is drawn as that.
pub(super) fn drawing(finding: &Finding) -> &'static str {
    if finding.safety == Safety::Safe { "tip" } else { word(finding.safety) }
}

pub(super) fn show(ctx: &Ctx, finding: &Finding) -> Markup {
    let lang = ctx.lang;
    let drawing = drawing(finding);
    let label = lang.say(&format!("finding-{drawing}"));
    html! {
        (icon(drawing))
        div {
            p { strong { (label) ": " } (text(ctx, &finding.concern)) }
            p.quiet { (remedy(ctx, finding)) }
            @if let Some(workspace) = &finding.workspace { (deed(ctx, &workspace.0, &finding.concern)) }
        }
    }
}

fn text(ctx: &Ctx, concern: &Concern) -> Markup {
    let lang = ctx.lang;
    match concern {
        Concern::Missing { .. } => html! { (lang.say("concern-missing")) },
        Concern::Frozen { reason, .. } => {
            html! { (lang.say("concern-frozen")) " " span lang="en" { "(" (reason) ")" } }
        }
        Concern::NoBackup => html! { (lang.say("concern-no-backup")) },
        Concern::Old { days } => html! { (lang.tell("concern-old", &[("count", days.unsigned_abs().into())])) },
        Concern::Suspect { snapshot, reason } => {
            let title = ctx.state().snapshots.get(snapshot).map(|known| lang.card(known, &ctx.now)).unwrap_or_default();
            html! { (lang.tell("concern-suspect", &[("backup", title.into())])) " " span lang="en" { "(" (reason) ")" } }
        }
        Concern::FromTheFuture { count } => {
            html! { (lang.tell("concern-future", &[("count", (*count as u64).into())])) }
        }
        Concern::Unproven => html! { (lang.say("concern-unproven")) },
        Concern::LittleSpace { free, needed } => {
            let given = [("free", lang.size(*free).into()), ("needed", lang.size(*needed).into())];
            html! { (lang.tell("concern-space", &given)) }
        }
        Concern::NothingLookedAfter => html! { (lang.say("concern-nothing")) },
        Concern::OnlyHere => html! { (lang.say("banner-only-here")) },
        Concern::SpaceUnknown => html! { (lang.say("concern-space-unknown")) },
        Concern::UnderWay => html! { (lang.say("concern-under-way")) },
    }
}

fn remedy(ctx: &Ctx, finding: &Finding) -> String {
    let lang = ctx.lang;
    match &finding.concern {
        Concern::Missing { best: Some(_) } => lang.say("remedy-missing"),
        Concern::Missing { best: None } => {
            let known = finding.workspace.as_ref().and_then(|id| ctx.state().workspace(id));
            let place = known.map(|known| ctx.site.desk.home().join(&known.database).display().to_string());
            lang.tell("remedy-put-back", &[("place", place.unwrap_or_default().into())])
        }
        Concern::Frozen { best: Some(_), .. } => lang.say("remedy-frozen"),
        Concern::Frozen { best: None, .. } => lang.say("remedy-frozen-alone"),
        Concern::NoBackup => lang.say("remedy-no-backup"),
        Concern::Old { .. } => lang.say("remedy-old"),
        Concern::Suspect { .. } => lang.say("remedy-suspect"),
        Concern::FromTheFuture { .. } => lang.say("remedy-future"),
        Concern::Unproven => lang.say("remedy-unproven"),
        Concern::LittleSpace { .. } => lang.say("remedy-space"),
        Concern::NothingLookedAfter => lang.say("remedy-nothing"),
        Concern::OnlyHere => lang.say("banner-carry"),
        Concern::SpaceUnknown => lang.say("remedy-space-unknown"),
        Concern::UnderWay => lang.say("remedy-under-way"),
    }
}

/// What can be done about it right here.
fn deed(ctx: &Ctx, workspace: &str, concern: &Concern) -> Markup {
    let home = layout::home(workspace);
    match concern {
        Concern::Missing { best: Some(best) } => html! { div.deeds { (go_back(ctx, &home, *best)) } },
        Concern::Frozen { best, .. } => html! {
            div.deeds {
                @if let Some(best) = best { (go_back(ctx, &home, *best)) }
                (as_it_is(ctx, &home))
            }
        },
        Concern::Suspect { snapshot, .. } => about(ctx, &home, *snapshot),
        Concern::Unproven => {
            let newest =
                ctx.state().snapshots.values().rev().find(|known| known.workspace.0 == workspace && known.is_good());
            newest.map_or_else(|| html! {}, |newest| about(ctx, &home, newest.id))
        }
        Concern::Missing { best: None }
        | Concern::NoBackup
        | Concern::Old { .. }
        | Concern::FromTheFuture { .. }
        | Concern::LittleSpace { .. }
        | Concern::NothingLookedAfter
        | Concern::OnlyHere
        | Concern::SpaceUnknown
        | Concern::UnderWay => html! {},
    }
}

fn go_back(ctx: &Ctx, home: &str, best: SnapshotId) -> Markup {
    let card = ctx.state().snapshots.get(&best).map(|known| ctx.lang.card(known, &ctx.now)).unwrap_or_default();
    html! { a.button.primary href={ (home) "/s/" (best) } { (ctx.lang.tell("deed-go-back", &[("backup", card.into())])) } }
}

fn about(ctx: &Ctx, home: &str, snapshot: SnapshotId) -> Markup {
    html! { div.deeds { a.button href={ (home) "/s/" (snapshot) "/about" } { (ctx.lang.say("deed-about")) } } }
}

/// A backup on request says that the data are as they should be.
fn as_it_is(ctx: &Ctx, home: &str) -> Markup {
    html! {
        form method="post" action={ (home) "/snapshot" } {
            (layout::csrf(ctx))
            button type="submit" { (ctx.lang.say("deed-as-it-is")) }
        }
    }
}
