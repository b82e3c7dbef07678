//! Slots: the fixed file names of the manual, and the dated names under which older generations are kept.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How often a startup backup is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Once a local calendar day.
    Daily,
    /// Once an ISO week.
    Weekly,
    /// Once a calendar month.
    Monthly,
    /// Once a calendar year.
    Yearly,
}

impl Tier {
    /// All tiers, the most frequent first.
    pub const ALL: [Self; 4] = [Self::Daily, Self::Weekly, Self::Monthly, Self::Yearly];

    /// The word in file names and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        }
    }
}

/// A destructive act of the app or of the engine, which a safeguard precedes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The app's schema is about to be migrated.
    Migration,
    /// Transaction history is about to be wiped.
    AccountingReset,
    /// Everything is about to return to the first day.
    FactoryReset,
    /// The live database is about to be replaced.
    Restore,
}

impl Act {
    /// All acts.
    pub const ALL: [Self; 4] = [Self::Migration, Self::AccountingReset, Self::FactoryReset, Self::Restore];

    /// The word in file names; the migration's is the manual's `scale_migration`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Migration => "scale_migration",
            Self::AccountingReset => "accounting_reset",
            Self::FactoryReset => "factory_reset",
            Self::Restore => "restore",
        }
    }
}

/// What a slot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// A startup backup.
    Tier(Tier),
    /// Place n of the ring of close backups; 1 is the newest.
    Close(u8),
    /// A safeguard.
    Before(Act),
    /// Taken on request.
    Manual,
    /// Moved out of the ring because it must not be overwritten (pinned, or the newest of its level).
    Kept,
    /// A damaged live database, kept exactly as it was found.
    Damaged,
}

/// Tells apart snapshots of one base that are kept side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Generation {
    /// The local date on which the snapshot was taken.
    pub date: Date,
    /// 1 for the first of that date, then counting up.
    pub number: u32,
}

/// A file name that a snapshot can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// What the slot is for.
    pub base: Base,
    /// `None` for the manual's plain names; manual, kept and damaged files always carry one.
    pub generation: Option<Generation>,
}

impl Slot {
    /// The manual's slot of a tier, a ring place or a safeguard.
    pub const fn plain(base: Base) -> Self {
        Self { base, generation: None }
    }

    /// The dated name of an older generation.
    pub const fn dated(base: Base, date: Date, number: u32) -> Self {
        Self { base, generation: Some(Generation { date, number }) }
    }

    /// Of all slots of a base the last in their order; the first is the plain one.
    pub const fn last(base: Base) -> Self {
        Self::dated(base, Date::MAX, u32::MAX)
    }

    /// The file's name, such as `auto_daily.db` or `auto_daily_2026-11-21_2.db`.
    pub fn file_name(&self) -> String {
        format!("{self}.db")
    }

    /// Reads a file name that [`Slot::file_name`] made; `None` for any other, which is then a foreign file.
    pub fn parse(file_name: &str) -> Option<Self> {
        let stem = file_name.strip_suffix(".db")?;
        let slot = Self::parse_stem(stem)?;
        (slot.to_string() == stem).then_some(slot)
    }

    fn parse_stem(stem: &str) -> Option<Self> {
        let (name, generation) = split_generation(stem);
        let base = parse_base(name)?;
        let dated_only = matches!(base, Base::Manual | Base::Kept | Base::Damaged);
        (!dated_only || generation.is_some()).then_some(Self { base, generation })
    }
}

fn parse_base(name: &str) -> Option<Base> {
    match name {
        "manual" => return Some(Base::Manual),
        "kept" => return Some(Base::Kept),
        "damaged" => return Some(Base::Damaged),
        _ => {}
    }
    let rest = name.strip_prefix("auto_")?;
    if let Some(tier) = Tier::ALL.into_iter().find(|tier| tier.word() == rest) {
        return Some(Base::Tier(tier));
    }
    if let Some(place) = rest.strip_prefix("close_") {
        return place.parse().ok().filter(|place| *place > 0).map(Base::Close);
    }
    let word = rest.strip_prefix("before_")?;
    Act::ALL.into_iter().find(|act| act.word() == word).map(Base::Before)
}

/// Splits `auto_daily_2026-11-21_2` into `auto_daily` and its generation; the name stays whole where there is none.
fn split_generation(stem: &str) -> (&str, Option<Generation>) {
    let dated = |stem: &'_ str| -> Option<(usize, Date)> {
        let (name, date) = stem.rsplit_once('_')?;
        (date.len() == 10).then(|| date.parse().ok().map(|date| (name.len(), date))).flatten()
    };
    if let Some((end, date)) = dated(stem) {
        return (&stem[..end], Some(Generation { date, number: 1 }));
    }
    let numbered = stem.rsplit_once('_').and_then(|(head, number)| Some((dated(head)?, number.parse::<u32>().ok()?)));
    match numbered {
        Some(((end, date), number)) => (&stem[..end], Some(Generation { date, number })),
        None => (stem, None),
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.base {
            Base::Tier(tier) => write!(f, "auto_{}", tier.word())?,
            Base::Close(place) => write!(f, "auto_close_{place}")?,
            Base::Before(act) => write!(f, "auto_before_{}", act.word())?,
            Base::Manual => f.write_str("manual")?,
            Base::Kept => f.write_str("kept")?,
            Base::Damaged => f.write_str("damaged")?,
        }
        match self.generation {
            None => Ok(()),
            Some(Generation { date, number: 1 }) => write!(f, "_{date}"),
            Some(Generation { date, number }) => write!(f, "_{date}_{number}"),
        }
    }
}
