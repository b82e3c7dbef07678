//! What can happen on a day of a shop: every deed of its owner, of the app, of chance and of other programs, as plain
//! values that mean something in whatever state the shop is, so that a story can be shortened anywhere.

use std::fmt;

use omnicraft_core::model::Act;
use omnicraft_core::policy::Policy;
use proptest::prelude::*;

/// One thing that happens, and what goes wrong meanwhile.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// What happens.
    pub(super) deed: Deed,
    /// What goes wrong.
    pub(super) trouble: Trouble,
}

/// Which of the shop's databases: numbers are taken modulo those that there are.
pub(super) type Which = u8;

/// What happens.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// The app commits so many times.
    Sales(Which, u8),
    /// The app starts with a database.
    Start(Which),
    /// The app goes on running.
    Tick(Which),
    /// The app closes a database; or tells so while it still holds it.
    Exit(Which, bool),
    /// App and engine end as they should.
    Quit,
    /// Somebody wants a snapshot, perhaps pinned.
    Snapshot(Which, bool),
    /// Somebody pins a snapshot, or takes its pin off.
    Pin(Which, u8, bool),
    /// Somebody restores one of all that could be restored.
    Restore(Which, u8),
    /// Somebody restores an archive of everything.
    RestoreAll(u8),
    /// Somebody undoes the last restore.
    Undo(Which),
    /// A file to take away.
    Export(Which, Export),
    /// A reset, behind its safeguard.
    Reset(Which, Act),
    /// The app's schema moves on, behind its safeguard.
    Migrate(Which),
    /// Another rotation policy.
    Policy(u8),
    /// One more database is looked after.
    Add(Which),
    /// One is no longer looked after.
    Remove(Which),
    /// Every snapshot is proven in full.
    Verify,
    /// A restore of each database is rehearsed.
    Drill,
    /// Hours pass.
    Hours(u16),
    /// The clock is set to another day; the real one stays.
    ClockJumps(i32),
    /// The shop moves to another time zone.
    Zone(u8),
    /// Somebody or something spoils a file.
    Harm(Victim, How, bool),
    /// A second engine tries to work on the same home.
    SecondEngine,
}

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Export {
    /// A plain database.
    Database,
    /// A CSV archive.
    Csv,
    /// Everything.
    All,
}

/// A file that is spoilt.
#[derive(Clone, Copy, Debug)]
pub(super) enum Victim {
    /// A snapshot.
    Snapshot(Which, u8),
    /// The facts beside a snapshot.
    Manifest(Which, u8),
    /// The catalog.
    Catalog,
    /// The registry.
    Registry,
    /// A live database.
    Live(Which),
    /// Its log.
    Log(Which),
    /// Something lies where an intent would be.
    Intent,
}

/// How it is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// It is deleted.
    Deleted,
    /// It is cut off at so many 256ths.
    CutOff(u8),
    /// A byte is another one, at so many 256ths.
    Edited(u8),
    /// The same, and nothing tells that it was written.
    Decayed(u8),
}

/// What goes wrong while something happens. Changes of the disk are counted from the beginning of the deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nothing.
    None,
    /// The app and the engine in it are killed.
    Kill(u16),
    /// The power goes; chance decides what becomes of what was not synced. Perhaps it goes again during the recovery.
    Cut {
        /// After so many changes.
        after: u16,
        /// Decides what is lost.
        chance: u64,
        /// After so many changes of the recovery.
        again: Option<u16>,
    },
    /// The disk refuses a change, or all from there on until the deed is over.
    Io {
        /// After so many changes.
        after: u16,
        /// Whether all that come after fail too.
        lasts: bool,
        /// Whether the disk is full, as opposed to broken.
        full: bool,
        /// Whether half of what was to be written is there.
        short: bool,
    },
}

/// A life: between so many steps.
pub(super) fn life() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 10..30)
}

fn step() -> impl Strategy<Value = Step> {
    (deed(), trouble()).prop_map(|(deed, trouble)| Step { deed, trouble })
}

fn deed() -> impl Strategy<Value = Deed> {
    let which = || 0_u8..6;
    prop_oneof![
        8 => (which(), 1_u8..5).prop_map(|(which, count)| Deed::Sales(which, count)),
        6 => which().prop_map(Deed::Start),
        2 => which().prop_map(Deed::Tick),
        6 => (which(), prop::bool::weighted(0.2)).prop_map(|(which, holds)| Deed::Exit(which, holds)),
        2 => Just(Deed::Quit),
        2 => (which(), any::<bool>()).prop_map(|(which, pinned)| Deed::Snapshot(which, pinned)),
        2 => (which(), any::<u8>(), any::<bool>()).prop_map(|(which, n, on)| Deed::Pin(which, n, on)),
        5 => (which(), any::<u8>()).prop_map(|(which, n)| Deed::Restore(which, n)),
        2 => any::<u8>().prop_map(Deed::RestoreAll),
        3 => which().prop_map(Deed::Undo),
        3 => (which(), export()).prop_map(|(which, what)| Deed::Export(which, what)),
        2 => (which(), any::<bool>()).prop_map(|(which, all)| {
            Deed::Reset(which, if all { Act::FactoryReset } else { Act::AccountingReset })
        }),
        1 => which().prop_map(Deed::Migrate),
        1 => any::<u8>().prop_map(Deed::Policy),
        2 => which().prop_map(Deed::Add),
        1 => which().prop_map(Deed::Remove),
        1 => Just(Deed::Verify),
        1 => Just(Deed::Drill),
        5 => hours().prop_map(Deed::Hours),
        2 => days().prop_map(Deed::ClockJumps),
        1 => (0_u8..5).prop_map(Deed::Zone),
        4 => (victim(), how(), any::<bool>()).prop_map(|(victim, how, running)| Deed::Harm(victim, how, running)),
        1 => Just(Deed::SecondEngine),
    ]
}

fn export() -> impl Strategy<Value = Export> {
    prop_oneof![Just(Export::Database), Just(Export::Csv), Just(Export::All)]
}

/// Mostly a night, sometimes weeks; a single hour finds the nights on which the clocks change.
fn hours() -> impl Strategy<Value = u16> {
    prop_oneof![2 => 1_u16..4, 4 => 8_u16..40, 2 => 100_u16..900, 1 => 5_000_u16..9_000]
}

/// Years mostly, since a clock that lost its battery shows the day of its making.
fn days() -> impl Strategy<Value = i32> {
    prop_oneof![-3..=3, -40..=40, -5_000..=5_000]
}

fn victim() -> impl Strategy<Value = Victim> {
    let which = || 0_u8..6;
    prop_oneof![
        6 => (which(), any::<u8>()).prop_map(|(which, n)| Victim::Snapshot(which, n)),
        2 => (which(), any::<u8>()).prop_map(|(which, n)| Victim::Manifest(which, n)),
        3 => Just(Victim::Catalog),
        1 => Just(Victim::Registry),
        2 => which().prop_map(Victim::Live),
        1 => which().prop_map(Victim::Log),
        1 => Just(Victim::Intent),
    ]
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![
        3 => Just(How::Deleted),
        1 => any::<u8>().prop_map(How::CutOff),
        2 => any::<u8>().prop_map(How::Edited),
        1 => any::<u8>().prop_map(How::Decayed),
    ]
}

/// Early and late: some deeds make three changes, others three hundred.
fn after() -> impl Strategy<Value = u16> {
    prop_oneof![0_u16..12, 0_u16..60, 0_u16..300]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let again = || prop::option::weighted(0.3, 0_u16..60);
    prop_oneof![
        10 => Just(Trouble::None),
        1 => after().prop_map(Trouble::Kill),
        4 => (after(), any::<u64>(), again()).prop_map(|(after, chance, again)| Trouble::Cut { after, chance, again }),
        2 => (after(), any::<bool>(), any::<bool>(), any::<bool>())
            .prop_map(|(after, lasts, full, short)| Trouble::Io { after, lasts, full, short }),
    ]
}

/// Some rotation policies: the shipped one, a frugal one, a generous one, and one that counts bytes.
pub(super) fn policy(number: u8) -> (&'static str, Policy) {
    let frugal =
        Policy { daily: 1, weekly: 1, monthly: 1, yearly: 1, safeguards: 1, manual: 1, ring: 1, ..Policy::default() };
    match number % 4 {
        0 => ("the shipped one", Policy::default()),
        1 => ("a frugal one", Policy { undo_depth: 1, ..frugal }),
        2 => ("a generous one", Policy { daily: 30, safeguards: 20, ring: 5, undo_depth: 10, ..Policy::default() }),
        _ => ("one that counts bytes", Policy { ring: 2, budget: 100_000, ..Policy::default() }),
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deleted => f.write_str("is deleted by hand"),
            Self::CutOff(at) => write!(f, "is cut off at {at}/256"),
            Self::Edited(at) => write!(f, "is edited by hand at {at}/256"),
            Self::Decayed(at) => write!(f, "decays at {at}/256"),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Kill(after) => write!(f, "killed after {after} changes"),
            Self::Cut { after, .. } => write!(f, "power cut after {after} changes"),
            Self::Io { after, lasts, full, short } => {
                let what = if *full { "the disk is full" } else { "the disk fails" };
                let until = if *lasts { "until this is over" } else { "once" };
                let half = if *short { ", in the middle of a write" } else { "" };
                write!(f, "{what} {until} after {after} changes{half}")
            }
        }
    }
}
