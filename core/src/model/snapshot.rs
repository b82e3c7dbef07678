//! A snapshot: a verified copy of one workspace's database, and the facts known about it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use super::{Act, Base, Slot, WorkspaceId};

/// Names a snapshot for ever, in the order in which they were taken. Shown as `s12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct SnapshotId(pub u64);

impl SnapshotId {
    /// No id lies above it, so that a manifest from elsewhere cannot exhaust them.
    pub const LAST: u64 = 1 << 53;
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}", self.0)
    }
}

impl FromStr for SnapshotId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix('s').and_then(|digits| digits.parse().ok());
        let id = number.filter(|number| *number <= Self::LAST).map(Self).filter(|id| id.to_string() == text);
        id.ok_or_else(|| format!("`{text}` is not a snapshot id such as s12"))
    }
}

impl From<SnapshotId> for String {
    fn from(id: SnapshotId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for SnapshotId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// Why a snapshot was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The app started and a tier was due.
    Startup,
    /// A tier became due while the app was running.
    Timer,
    /// The app closed.
    Close,
    /// Something destructive was announced.
    Before(Act),
    /// Somebody asked for it.
    Manual,
    /// A damaged live database was set aside.
    Damage,
    /// Found in the folder without its manifest, and verified.
    Found,
}

impl Trigger {
    /// The word in JSON and in the catalog.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Startup => "startup",
            Self::Timer => "timer",
            Self::Close => "close",
            Self::Before(Act::Migration) => "before_migration",
            Self::Before(Act::AccountingReset) => "before_accounting_reset",
            Self::Before(Act::FactoryReset) => "before_factory_reset",
            Self::Before(Act::Restore) => "before_restore",
            Self::Manual => "manual",
            Self::Damage => "damage",
            Self::Found => "found",
        }
    }

    /// Reads what [`Trigger::word`] wrote.
    pub fn from_word(word: &str) -> Option<Self> {
        let before = Act::ALL.into_iter().map(Self::Before);
        [Self::Startup, Self::Timer, Self::Close, Self::Manual, Self::Damage, Self::Found]
            .into_iter()
            .chain(before)
            .find(|trigger| trigger.word() == word)
    }
}

/// How well a snapshot is proven. Ordered, and shown as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Kept as it was found, known to be bad; never counts as a backup.
    Damaged,
    /// Opened, recognised, `quick_check` and `foreign_key_check` passed, rows counted, digest taken.
    Sound,
    /// `integrity_check` in full.
    Proven,
    /// A rehearsal restored and opened it.
    Drilled,
}

impl Level {
    /// The word in JSON and in the catalog.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Sound => "sound",
            Self::Proven => "proven",
            Self::Drilled => "drilled",
        }
    }

    /// Reads what [`Level::word`] wrote.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Damaged, Self::Sound, Self::Proven, Self::Drilled].into_iter().find(|level| level.word() == word)
    }
}

/// How a file looks from outside; equal stamps mean that nobody wrote to the file in between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    /// Bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970; `i64` reaches the year 2262.
    pub modified: i64,
    /// The inode (0 where the platform has none). With `device`, two names of one file have equal identities.
    pub inode: u64,
    /// The device (0 where the platform has none).
    pub device: u64,
}

impl FileStamp {
    /// Whether both stamps can be of one file that nobody wrote to. Copies and moves to other disks keep neither
    /// inode nor device, so only size and modification time count.
    pub const fn same_content(&self, other: &Self) -> bool {
        self.size == other.size && self.modified == other.modified
    }

    /// Whether the WAL that was counted in is gone and nothing was written: a swap was interrupted after it had removed
    /// the old sidecars. Whoever merges a WAL writes the main file, whose time is later then.
    pub const fn has_lost_its_log_alone(&self, before: &Self) -> bool {
        self.is_file_of(before) && self.size < before.size && self.modified <= before.modified
    }

    /// Whether a file is, and looks, as it was recorded.
    pub const fn is_as(&self, recorded: &Self) -> bool {
        self.same_content(recorded) && self.inode == recorded.inode
    }

    /// Whether a file can be the one that was recorded, perhaps before the computer was started anew: file systems are
    /// numbered with each mount (btrfs always, others behind loops and volume managers), so the device tells nothing.
    pub const fn is_file_of(&self, recorded: &Self) -> bool {
        self.inode != 0 && self.inode == recorded.inode
    }

    /// Whether both are names of the same file. For stamps that were taken since the computer was started.
    pub const fn same_file(&self, other: &Self) -> bool {
        self.inode != 0 && self.inode == other.inode && self.device == other.device
    }
}

/// What verification learnt about a database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// `PRAGMA application_id`.
    pub application_id: i32,
    /// `PRAGMA user_version`.
    pub user_version: i32,
    /// What the profile's `version_sql` said.
    pub schema_version: Option<String>,
    /// What the profile's `identity_sql` said.
    pub identity: Option<String>,
    /// BLAKE3 over the normalised schema text, in hex.
    pub fingerprint: String,
    /// The journal mode of the live database when it was copied: `wal`, `delete`, …; a restore sets it again.
    pub journal_mode: String,
    /// Bytes per page.
    pub page_size: u32,
    /// Rows per table (views and virtual tables' shadow tables left out).
    pub rows: BTreeMap<String, u64>,
    /// Rows whose foreign key points nowhere. Zero for the app's own schemas; an adopted database may have some.
    pub foreign_key_violations: u64,
}

impl Facts {
    /// Rows in all tables together.
    pub fn total_rows(&self) -> u64 {
        self.rows.values().fold(0, |sum, rows| sum.saturating_add(*rows))
    }
}

/// Whether the file is still what was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// As published, as far as is known.
    Good,
    /// Found changed or failing verification, with the reason; never offered, never counted, never deleted by us.
    Suspect(String),
}

/// A published, verified copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its name for ever.
    pub id: SnapshotId,
    /// Whose database it is.
    pub workspace: WorkspaceId,
    /// The file name it holds now.
    pub slot: Slot,
    /// Why it was taken.
    pub trigger: Trigger,
    /// When its content was live, with the zone of the shop.
    #[serde(with = "super::moment")]
    pub taken_at: Zoned,
    /// BLAKE3 of the file, in hex.
    pub digest: String,
    /// How the file looked when it was published.
    pub stamp: FileStamp,
    /// How well it is proven.
    pub level: Level,
    /// The name of its pin; a pinned snapshot is never trimmed.
    pub pin: Option<String>,
    /// What verification learnt.
    pub facts: Facts,
    /// Whether it can be trusted now.
    pub condition: Condition,
    /// When its file was last checked in full, or could not be read; `None` where that has not been since it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<Timestamp>,
}

impl Snapshot {
    /// Whether a restore from it is offered and rotation may count on it.
    pub fn is_good(&self) -> bool {
        self.condition == Condition::Good && self.level >= Level::Sound
    }

    /// Whether an undo goes back to it: also to a damaged database that was set aside, as long as SQLite could open it,
    /// because somebody restored over it and wants it back.
    pub fn can_be_undone_to(&self) -> bool {
        self.condition == Condition::Good && (self.level >= Level::Sound || self.facts.page_size > 0)
    }

    /// Whether its clock was ahead: such a stamp counts for nothing.
    pub fn is_from_the_future(&self, now: &Zoned) -> bool {
        is_ahead(self.taken_at.timestamp(), now)
    }

    /// When somebody last saw that its file was good: what is published was checked right before. `None` where the clock
    /// was ahead.
    pub fn last_look(&self, now: &Zoned) -> Option<Timestamp> {
        let at = self.looked_at.unwrap_or_else(|| self.taken_at.timestamp());
        (!is_ahead(at, now)).then_some(at)
    }

    /// The same snapshot, looked at now.
    pub(crate) fn looked_at_now(&self, now: &Zoned) -> Self {
        Self { looked_at: Some(now.timestamp()), ..self.clone() }
    }

    /// Whether it holds one of the manual's plain names.
    pub const fn is_plain(&self) -> bool {
        self.slot.generation.is_none()
    }

    /// Bytes of the file.
    pub const fn bytes(&self) -> u64 {
        self.stamp.size
    }

    /// Whether it was made by rotation or on request, as opposed to set aside.
    pub fn is_backup(&self) -> bool {
        self.slot.base != Base::Damaged
    }
}

/// Clocks are set right by seconds all the time. A stamp that is ahead by no more than this is of today.
const CORRECTION: SignedDuration = SignedDuration::from_mins(5);

fn is_ahead(stamp: Timestamp, now: &Zoned) -> bool {
    stamp.duration_since(now.timestamp()) > CORRECTION
}

#[cfg(test)]
mod tests {
    use super::FileStamp;

    /// After a power cut in a restore the file system had another number, and the engine took the live database for one
    /// that somebody had worked in: a restore that was decided was given up.
    #[test]
    fn a_file_system_that_is_numbered_anew_holds_the_same_files() {
        let then = FileStamp { size: 10, modified: 1, inode: 7, device: 1 };
        let now = FileStamp { device: 2, ..then };
        assert!(now.is_as(&then) && now.is_file_of(&then) && !now.same_file(&then));
        assert!(!FileStamp { modified: 2, ..now }.is_as(&then));
        assert!(FileStamp { size: 9, ..now }.has_lost_its_log_alone(&then));
        assert!(!FileStamp { inode: 8, ..now }.is_file_of(&then));
        let without = FileStamp { inode: 0, ..then };
        assert!(!without.is_file_of(&without), "where files have no identity nothing is said");
    }
}
