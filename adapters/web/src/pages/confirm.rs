//! A destructive act is confirmed by typing a name, so that nobody does it by a click that went astray.

use maud::{Markup, html};
use serde::Deserialize;

use super::layout;
use crate::ctx::Ctx;

/// What was typed.
#[derive(Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    pub(crate) name: String,
}

impl Typed {
    /// Whether it is what was asked for; spaces around it and capitals do not count.
    pub(crate) fn is(&self, expected: &str) -> bool {
        self.name.trim().to_lowercase() == expected.trim().to_lowercase()
    }
}

/// The field in which somebody types `expected`, with what every form has. `wrong` says that something else was typed.
pub(crate) fn field(ctx: &Ctx, expected: &str, wrong: bool) -> Markup {
    let lang = ctx.lang;
    html! {
        (layout::csrf(ctx))
        label for="name" { (lang.tell("confirm-type", &[("name", expected.into())])) }
        @if wrong { p class="error" id="name-error" role="alert" { (lang.say("confirm-wrong")) } }
        input id="name" name="name" type="text" required autocomplete="off" autocapitalize="off" spellcheck="false"
            aria-invalid=[wrong.then_some("true")] aria-describedby=[wrong.then_some("name-error")];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_itself_confirms() {
        let is = |name: &str| Typed { name: name.to_owned() }.is("My Workshop");
        assert!(is("My Workshop") && is("  my workshop "));
        assert!(!is("") && !is("yes") && !is("My Worksho") && !is("My  Workshop"));
        assert!(Typed { name: "МАСТЕРСКАЯ".to_owned() }.is("Мастерская"));
    }
}
