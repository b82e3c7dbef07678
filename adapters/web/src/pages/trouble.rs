//! What went wrong, in the language of whoever looks: a sentence by its kind, what to do now, and below it the engine's own words,
//! which name the path and the reason.

use maud::{Markup, html};
use omnicraft_core::model::Finding;
use omnicraft_core::outcome::{Failure, FailureKind};
use omnicraft_host::error::EngineError;

use crate::lang::Lang;

/// A step that could not be done.
pub(crate) fn failure(lang: Lang, failure: &Failure) -> Markup {
    told(lang, kind(failure.kind), &failure.to_string())
}

/// An event that was refused or broken off.
pub(crate) fn error(lang: Lang, error: &EngineError) -> Markup {
    let name = match error {
        EngineError::Failed(failure) => kind(failure.kind),
        EngineError::Refused(_) => "refused",
        EngineError::Locked(_) | EngineError::ViewOnly(_) => "locked",
        EngineError::Decided(_) => "decided",
        EngineError::NotAHome(_) | EngineError::AlreadyAHome(_) => "no-home",
        EngineError::Catalog(_) => "catalog",
        EngineError::Stuck => "defect",
    };
    told(lang, name, &error.to_string())
}

/// Sentences of the engine's that somebody should read.
pub(crate) fn warnings(lang: Lang, warnings: &[String]) -> Markup {
    html! {
        @if !warnings.is_empty() {
            div class="note warn" {
                p { strong { (lang.say("warnings")) } }
                ul { @for warning in warnings { li lang="en" { (warning) } } }
            }
        }
    }
}

/// Places in an archive, by file, line and column. `more` are not listed.
pub(crate) fn findings(lang: Lang, caption: &str, findings: &[Finding], more: u64) -> Markup {
    html! {
        @if !findings.is_empty() {
            div class="scroll" tabindex="0" role="region" aria-label=(caption) {
                table class="findings" {
                    caption { (caption) }
                    thead { tr {
                        th scope="col" { (lang.say("finding-file")) }
                        th scope="col" class="number" { (lang.say("finding-line")) }
                        th scope="col" { (lang.say("finding-column")) }
                        th scope="col" { (lang.say("finding-text")) }
                    } }
                    tbody { @for finding in findings { tr {
                        td { (printable(&finding.member)) }
                        td class="number" { @if let Some(line) = finding.line { (lang.number(line)) } }
                        td { @if let Some(column) = &finding.column { (printable(column)) } }
                        td lang="en" { (printable(&finding.text)) }
                    } } }
                }
            }
            @if more > 0 { p { (lang.tell("findings-more", &[("count", more.into())])) } }
        }
    }
}

fn told(lang: Lang, name: &str, words: &str) -> Markup {
    html! {
        div class="note bad" role="alert" {
            p { strong { (lang.say(&format!("trouble-{name}"))) } }
            p { (lang.say(&format!("trouble-{name}-now"))) }
            details { summary { (lang.say("trouble-details")) } p lang="en" { (printable(words)) } }
        }
    }
}

const fn kind(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Damaged => "damaged",
        FailureKind::Busy => "busy",
        FailureKind::NoSpace => "no-space",
        FailureKind::Denied => "denied",
        FailureKind::Missing => "missing",
        FailureKind::Foreign => "foreign",
        FailureKind::Cancelled => "cancelled",
        FailureKind::Io => "io",
    }
}

/// Text of somebody else's without controls, and without the marks that turn the direction of what stands around them.
pub(crate) fn printable(text: &str) -> String {
    let is_obeyed = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|letter| if is_obeyed(letter) { '\u{FFFD}' } else { letter }).collect()
}
