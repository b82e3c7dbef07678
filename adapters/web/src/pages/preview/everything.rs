//! What restoring a global archive would change, workspace by workspace.

use maud::{Markup, html};
use omnicraft_core::transition::Conclusion;

use crate::ctx::Ctx;
use crate::pages::jobs;
use crate::pages::trouble::printable;

pub(super) fn show(ctx: &Ctx, found: &Conclusion) -> Markup {
    let lang = ctx.lang;
    let overview = found.overview.clone().unwrap_or_default();
    html! {
        (super::exported(ctx, found))
        @for (id, differences) in &overview.replaced {
            @let profile = ctx.state().workspace(id).and_then(|known| ctx.profile(known));
            section class="panel" {
                h2 { (jobs::name(ctx, id)) }
                ul { @for sentence in lang.differences(differences, profile) { li { (sentence) } } }
            }
        }
        @for added in &overview.added {
            section class="panel" {
                h2 { (printable(&added.name)) }
                p { (lang.say("everything-added")) }
            }
        }
        @for id in &overview.kept {
            section class="panel" {
                h2 { (jobs::name(ctx, id)) }
                p { (lang.say("everything-kept")) }
            }
        }
        (super::edited(ctx, found))
    }
}
