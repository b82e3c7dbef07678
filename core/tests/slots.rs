//! Names are read as they were written: a file name, an id or a word that we made comes back as the same value, and
//! nothing that we did not make is taken for ours. A foreign file that passed for a slot could be overwritten.

use std::collections::BTreeSet;

use omnicraft_core::model::{Act, Level, Slot, SnapshotId, Trigger};
use proptest::prelude::*;

#[path = "support/slots.rs"]
mod slots;

/// Nearly a slot's name, wrong in any part.
const NEARLY: &str = "(auto_|Auto_|)(daily|weekly|yearly|close_[0-9]{1,4}|close_|before_restore|before_lunch|manual|kept|\
                      damaged|)(_[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|_[0-9]{4}-W[0-9]{2}-[0-9]|)(_[0-9]{1,11}|_|)(\\.db|\\.DB|)";

fn reads_only_its_own(name: &str) {
    if let Some(slot) = Slot::parse(name) {
        assert_eq!(slot.file_name(), name, "a foreign name was taken for {slot:?}");
    }
}

proptest! {
    #[test]
    fn a_slots_name_is_read_again(slot in slots::slot()) {
        prop_assert_eq!(Slot::parse(&slot.file_name()), Some(slot));
    }

    #[test]
    fn two_slots_have_two_names(one in slots::slot(), other in slots::slot()) {
        prop_assert_eq!(one == other, one.file_name().to_lowercase() == other.file_name().to_lowercase());
    }

    #[test]
    fn nearly_a_slots_name_is_foreign(name in NEARLY) {
        reads_only_its_own(&name);
    }

    #[test]
    fn a_changed_name_is_foreign_or_another_slots(slot in slots::slot(), at in any::<prop::sample::Index>(), by in any::<char>()) {
        let mut name: Vec<char> = slot.file_name().chars().collect();
        let at = at.index(name.len());
        name[at] = by;
        reads_only_its_own(&name.into_iter().collect::<String>());
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in any::<String>()) {
        reads_only_its_own(&text);
        prop_assert!(Trigger::from_word(&text).is_none_or(|trigger| trigger.word() == text));
        prop_assert!(Level::from_word(&text).is_none_or(|level| level.word() == text));
    }

    #[test]
    fn a_snapshots_id_is_read_again(number in 0..=SnapshotId::LAST) {
        let id = SnapshotId(number);
        prop_assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn a_text_that_is_no_id_is_refused(text in "[^s].{0,8}|s|s[0-9]*[^0-9].{0,8}|s0[0-9]{1,8}|s[1-9][0-9]{16,19}") {
        prop_assert!(text.parse::<SnapshotId>().is_err());
    }
}

#[test]
fn a_triggers_word_is_read_again_and_no_two_share_one() {
    let plain = [Trigger::Startup, Trigger::Timer, Trigger::Close, Trigger::Manual, Trigger::Damage, Trigger::Found];
    let all: Vec<_> = plain.into_iter().chain(Act::ALL.map(Trigger::Before)).collect();
    assert!(all.iter().all(|trigger| Trigger::from_word(trigger.word()) == Some(*trigger)));
    assert_eq!(all.iter().map(|trigger| trigger.word()).collect::<BTreeSet<_>>().len(), all.len());
}

#[test]
fn a_levels_word_is_read_again_and_levels_are_ordered() {
    let all = [Level::Damaged, Level::Sound, Level::Proven, Level::Drilled];
    assert!(all.is_sorted());
    assert!(all.iter().all(|level| Level::from_word(level.word()) == Some(*level)));
    assert_eq!(all.iter().map(|level| level.word()).collect::<BTreeSet<_>>().len(), all.len());
}
