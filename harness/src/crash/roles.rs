//! Scenarios are written for the shop. Another app plays the same parts: its first schema of which there may be many
//! databases is the books, its first of which there is one is the purse, and its versions stand for the shop's three.

use omnicraft_core::model::SchemaProfile;

use super::Subject;
use super::shop::PURSE;

/// What a scenario panics with that needs a schema of a kind that the app does not have: it is not for this app.
pub(crate) struct NoPart(pub(crate) String);

/// The schema that plays this part; a scenario ends here where the app has none.
pub(super) fn profile_of<'a>(subject: &'a dyn Subject, part: &str) -> &'a SchemaProfile {
    profile(subject, part).unwrap_or_else(|| std::panic::panic_any(NoPart(part.to_owned())))
}

/// The schema that plays this part, if the app has one.
fn profile<'a>(subject: &'a dyn Subject, part: &str) -> Option<&'a SchemaProfile> {
    let profiles = subject.profiles();
    let named = profiles.iter().find(|profile| profile.name == part);
    named.or_else(|| profiles.iter().find(|profile| profile.single == (part == PURSE)))
}

/// The version that plays the part of one of the shop's: the first, the one before the newest, the newest.
pub(super) fn release(profile: &SchemaProfile, part: &str) -> String {
    let versions = &profile.versions;
    let newest = versions.len().saturating_sub(1);
    let at = match part {
        "1" => 0,
        "2" => newest.saturating_sub(1),
        _ => newest,
    };
    versions.get(at).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use omnicraft_core::model::SchemaProfile;

    use super::{profile, release};
    use crate::crash::shop::{BOOKS, PURSE, Shop};

    #[test]
    fn the_shop_plays_itself() {
        let shop = Shop::small();
        assert_eq!([BOOKS, PURSE].map(|part| profile(&shop, part).unwrap().name.as_str()), [BOOKS, PURSE]);
        assert_eq!(["1", "2", "3"].map(|part| release(profile(&shop, BOOKS).unwrap(), part)), ["1", "2", "3"]);
    }

    #[test]
    fn other_versions_stand_for_three() {
        let check = |versions: &[&str], expected: [&str; 3]| {
            let versions = versions.iter().map(|version| (*version).to_owned()).collect();
            let profile = SchemaProfile { versions, ..SchemaProfile::default() };
            assert_eq!(["1", "2", "3"].map(|part| release(&profile, part)), expected);
        };
        check(&["2024a", "2025a", "2025b", "2026a"], ["2024a", "2025b", "2026a"]);
        // Another app's "2" was taken for the shop's, which is not its newest, and a migration had nothing to do.
        check(&["1", "2"], ["1", "1", "2"]);
        check(&["only"], ["only", "only", "only"]);
    }
}
