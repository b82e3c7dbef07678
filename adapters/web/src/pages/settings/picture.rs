//! What a policy would keep and remove of the backups that there are, and why of each.

use std::collections::BTreeMap;

use maud::{Markup, html};
use omnicraft_core::model::{Snapshot, SnapshotId, Workspace};
use omnicraft_core::policy::{Excess, Keep, Policy, Verdict};

use super::super::cards::kind;
use crate::ctx::Ctx;
use crate::lang::Lang;

/// So many backups of a workspace are listed; what goes comes first.
const LISTED: usize = 150;

pub(super) fn show(ctx: &Ctx, policy: &Policy) -> Markup {
    let all = &ctx.state().workspaces;
    html! {
        @if all.is_empty() { p.quiet { (ctx.lang.say("picture-nothing")) } }
        @for workspace in all { (of_one(ctx, workspace, policy)) }
    }
}

fn of_one(ctx: &Ctx, workspace: &Workspace, policy: &Policy) -> Markup {
    let lang = ctx.lang;
    let verdicts = ctx.state().verdicts(&workspace.id, policy, &ctx.now);
    let snapshots: Vec<&Snapshot> = ctx.state().snapshots_of(&workspace.id).collect();
    html! {
        section.picture {
            h3 { (workspace.name) }
            @if snapshots.is_empty() {
                p.quiet { (lang.say("picture-no-backup")) }
            } @else {
                p data-summary { (summary(lang, &snapshots, &verdicts, policy)) }
                @if workspace.frozen.is_some() { div.note.warn { p { (lang.say("picture-frozen")) } } }
                (strip(&snapshots, &verdicts))
                (table(ctx, workspace, &snapshots, &verdicts))
            }
        }
    }
}

type Verdicts = BTreeMap<SnapshotId, Verdict>;

fn goes(verdicts: &Verdicts, snapshot: &Snapshot) -> bool {
    matches!(verdicts.get(&snapshot.id), Some(Verdict::Remove(_)))
}

fn summary(lang: Lang, snapshots: &[&Snapshot], verdicts: &Verdicts, policy: &Policy) -> String {
    let (gone, kept): (Vec<&Snapshot>, Vec<_>) = snapshots.iter().partition(|snapshot| goes(verdicts, snapshot));
    let bytes = |some: &[&Snapshot]| lang.size(some.iter().map(|snapshot| snapshot.bytes()).sum());
    let given = [
        ("kept", (kept.len() as u64).into()),
        ("size", bytes(&kept).into()),
        ("budget", lang.size(policy.budget).into()),
        ("removed", (gone.len() as u64).into()),
        ("freed", bytes(&gone).into()),
    ];
    lang.tell(if gone.is_empty() { "picture-all-kept" } else { "picture-summary" }, &given)
}

/// One tick for each backup, the oldest first, so that one sees where it thins out.
fn strip(snapshots: &[&Snapshot], verdicts: &Verdicts) -> Markup {
    html! {
        div.strip aria-hidden="true" {
            @for snapshot in snapshots.iter().take(4 * LISTED).rev() {
                i class={ (kind(snapshot)) @if goes(verdicts, snapshot) { " gone" } } {}
            }
        }
    }
}

fn table(ctx: &Ctx, workspace: &Workspace, snapshots: &[&Snapshot], verdicts: &Verdicts) -> Markup {
    let lang = ctx.lang;
    let (gone, kept): (Vec<&Snapshot>, Vec<_>) = snapshots.iter().partition(|snapshot| goes(verdicts, snapshot));
    let caption = lang.tell("picture-table", &[("workspace", workspace.name.clone().into())]);
    let rest = (gone.len() + kept.len()).saturating_sub(LISTED) as u64;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table.verdicts {
                caption.sr { (caption) }
                thead { tr {
                    th scope="col" { (lang.say("picture-backup")) }
                    th scope="col" { (lang.say("picture-fate")) }
                    th scope="col" { (lang.say("picture-why")) }
                } }
                tbody { @for snapshot in gone.into_iter().chain(kept).take(LISTED) { (row(ctx, snapshot, verdicts)) } }
            }
        }
        @if rest > 0 { p.quiet { (lang.tell("picture-more", &[("count", rest.into())])) } }
    }
}

fn row(ctx: &Ctx, snapshot: &Snapshot, verdicts: &Verdicts) -> Markup {
    let lang = ctx.lang;
    let (fate, reasons) = match verdicts.get(&snapshot.id) {
        Some(Verdict::Remove(excess)) => ("gone", vec![lang.say(removed(*excess))]),
        Some(Verdict::Keep(reasons)) => ("kept", reasons.iter().map(|reason| lang.say(keeps(reason))).collect()),
        None => ("kept", Vec::new()),
    };
    html! {
        tr class=(fate) {
            th scope="row" { (lang.card(snapshot, &ctx.now)) }
            td { span class={ "badge " (fate) } { (lang.say(&format!("picture-{fate}"))) } }
            td { (reasons.join("; ")) }
        }
    }
}

const fn removed(excess: Excess) -> &'static str {
    match excess {
        Excess::Depth => "remove-depth",
        Excess::Budget => "remove-budget",
    }
}

const fn keeps(reason: Keep) -> &'static str {
    match reason {
        Keep::Slot => "keep-slot",
        Keep::Pinned => "keep-pinned",
        Keep::NewestOfLevel => "keep-newest",
        Keep::Undo => "keep-undo",
        Keep::RecentSafeguard => "keep-recent",
        Keep::Depth => "keep-depth",
        Keep::FromTheFuture => "keep-future",
        Keep::NotOurs => "keep-not-ours",
    }
}
