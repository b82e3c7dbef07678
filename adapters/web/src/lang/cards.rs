//! Cards in words: in English as in the manual, in Russian as a shop owner would say it.

use jiff::Zoned;
use omnicraft_core::card;
use omnicraft_core::model::{Act, Base, Level, Snapshot, Tier};

use super::Lang;

impl Lang {
    /// The card of a snapshot: `Daily Backup (Yesterday | 4.2 MB)`.
    pub(crate) fn card(self, snapshot: &Snapshot, now: &Zoned) -> String {
        format!("{} {}", self.card_title(snapshot), self.card_facts(snapshot, now))
    }

    /// What the snapshot is: its pin's name, or its slot in words.
    pub(crate) fn card_title(self, snapshot: &Snapshot) -> String {
        match &snapshot.pin {
            Some(name) => self.tell("card-pinned", &[("name", name.as_str().into())]),
            None => self.slot_title(snapshot),
        }
    }

    /// How old and how large it is, in brackets.
    pub(crate) fn card_facts(self, snapshot: &Snapshot, now: &Zoned) -> String {
        let when = self.age(card::age(snapshot, now), card::time_of_day(snapshot, now));
        self.tell("card-facts", &[("when", when.into()), ("size", self.size(snapshot.bytes()).into())])
    }

    /// What the snapshot's slot is called, pinned or not.
    pub(crate) fn slot_title(self, snapshot: &Snapshot) -> String {
        let name = match snapshot.slot.base {
            Base::Tier(Tier::Daily) => "slot-daily",
            Base::Tier(Tier::Weekly) => "slot-weekly",
            Base::Tier(Tier::Monthly) => "slot-monthly",
            Base::Tier(Tier::Yearly) => "slot-yearly",
            Base::Close(place) => return self.tell("slot-close", &[("place", place.to_string().into())]),
            Base::Before(Act::Migration) => "slot-before-migration",
            Base::Before(Act::AccountingReset) => "slot-before-accounting-reset",
            Base::Before(Act::FactoryReset) => "slot-before-factory-reset",
            Base::Before(Act::Restore) => "slot-before-restore",
            Base::Manual => "slot-manual",
            Base::Kept => "slot-kept",
            Base::Damaged if snapshot.level == Level::Damaged => "slot-damaged",
            Base::Damaged => "slot-set-aside",
        };
        self.say(name)
    }

    /// Why it was taken, in a sentence without a full stop.
    pub(crate) fn trigger(self, snapshot: &Snapshot) -> String {
        self.say(&format!("trigger-{}", snapshot.trigger.word()))
    }

    /// How well it is proven, in a word, and what that means.
    pub(crate) fn level(self, level: Level) -> (String, String) {
        let word = level.word();
        (self.say(&format!("level-{word}")), self.say(&format!("level-means-{word}")))
    }
}

#[cfg(test)]
mod tests {
    use omnicraft_core::model::Trigger;

    use super::*;
    use crate::pages::sample::snapshot;

    const SLOTS: [&str; 14] = [
        "auto_daily",
        "auto_weekly",
        "auto_monthly",
        "auto_yearly",
        "auto_daily_2026-11-15",
        "auto_close_1",
        "auto_close_3",
        "auto_before_scale_migration",
        "auto_before_accounting_reset",
        "auto_before_factory_reset",
        "auto_before_restore_2026-11-20_2",
        "manual_2026-11-22",
        "kept_2026-11-20",
        "damaged_2026-11-20",
    ];
    const MOMENTS: [&str; 6] = [
        "2026-11-22T08:30[Europe/Moscow]",
        "2026-11-21T18:05[Europe/Moscow]",
        "2026-11-17T18:05[Europe/Moscow]",
        "2026-11-09T18:05[Europe/Moscow]",
        "2025-03-01T18:05[Europe/Moscow]",
        "2099-01-01T18:05[Europe/Moscow]",
    ];

    fn now() -> Zoned {
        "2026-11-22T09:00[Europe/Moscow]".parse().unwrap()
    }

    #[test]
    fn every_card_in_english_is_the_manuals() {
        for slot in SLOTS {
            for moment in MOMENTS {
                for level in [Level::Damaged, Level::Sound] {
                    for pin in [None, Some("before the fair".to_owned())] {
                        let seen = Snapshot { level, pin, ..snapshot(1, slot, moment) };
                        assert_eq!(Lang::En.card(&seen, &now()), card::card(&seen, &now()), "{slot} {moment}");
                    }
                }
            }
        }
    }

    #[test]
    fn cards_in_russian() {
        let card = |slot: &str, moment: &str| Lang::Ru.card(&snapshot(1, slot, moment), &now());
        assert_eq!(card("auto_daily", MOMENTS[0]), "Дневная копия (Сегодня | 4,2\u{a0}МБ)");
        assert_eq!(card("auto_close_2", MOMENTS[1]), "Копия при закрытии 2 (Вчера 18:05 | 4,2\u{a0}МБ)");
        assert_eq!(card("auto_before_factory_reset", MOMENTS[4]), "Перед полным сбросом (1 мар. 2025 | 4,2\u{a0}МБ)");
        assert_eq!(card("auto_daily", MOMENTS[5]), "Дневная копия (часы спешили: 1 янв. 2099 | 4,2\u{a0}МБ)");
    }

    #[test]
    fn every_reason_and_every_level_has_words() {
        let before = Act::ALL.into_iter().map(Trigger::Before);
        let all = [Trigger::Startup, Trigger::Timer, Trigger::Close, Trigger::Manual, Trigger::Damage, Trigger::Found];
        for lang in Lang::ALL {
            for trigger in before.clone().chain(all) {
                let said = lang.trigger(&Snapshot { trigger, ..snapshot(1, "auto_daily", MOMENTS[0]) });
                assert!(!said.starts_with('['), "{trigger:?}");
            }
            for level in [Level::Damaged, Level::Sound, Level::Proven, Level::Drilled] {
                assert!(!lang.level(level).0.starts_with('[') && !lang.level(level).1.starts_with('['), "{level:?}");
            }
        }
    }
}
