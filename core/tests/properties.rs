//! Laws of state and plan under random lives: any events in any order, any step failing, power cuts between any two
//! steps, a clock that jumps, data that change, fall off a cliff or go bad.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test stops at the first surprise")]

#[path = "support/driver.rs"]
#[expect(dead_code, reason = "shared with the plan tests")]
mod driver;

use std::collections::BTreeSet;

use driver::{Driver, at, failure, shop};
use jiff::ToSpan;
use omnicraft_core::effect::{Depth, Effect};
use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::{Act, Level, LiveState, SnapshotId};
use omnicraft_core::outcome::{FailureKind, Outcome};
use omnicraft_core::policy::Policy;
use omnicraft_core::state::Ending;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Happening {
    Start,
    Timer,
    Close,
    Snapshot(bool),
    Destroy(Act),
    Restore(u64),
    Undo,
    Verify,
    Drill,
    Pin(u64, bool),
    Sell,
    Cliff,
    GoBad,
    Hours(i64),
}

/// What happens to one step of what follows.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    None,
    Fails(usize, FailureKind),
    Stops(usize),
    /// The power goes after this many steps: the rest never happens, the next thing is a start of the engine.
    PowerCut(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => Just(Happening::Start),
        1 => Just(Happening::Timer),
        4 => Just(Happening::Close),
        1 => any::<bool>().prop_map(Happening::Snapshot),
        1 => prop_oneof![Just(Act::AccountingReset), Just(Act::FactoryReset), Just(Act::Migration)]
            .prop_map(Happening::Destroy),
        2 => (0..40u64).prop_map(Happening::Restore),
        1 => Just(Happening::Undo),
        1 => Just(Happening::Verify),
        1 => Just(Happening::Drill),
        1 => (0..40u64, any::<bool>()).prop_map(|(id, on)| Happening::Pin(id, on)),
        6 => Just(Happening::Sell),
        1 => Just(Happening::Cliff),
        1 => Just(Happening::GoBad),
        // Mostly days that follow each other; sometimes years, in both directions.
        6 => (1..40i64).prop_map(Happening::Hours),
        1 => (-500_000..500_000i64).prop_map(Happening::Hours),
    ]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let kind = prop_oneof![Just(FailureKind::Io), Just(FailureKind::NoSpace), Just(FailureKind::Damaged)];
    prop_oneof![
        6 => Just(Trouble::None),
        2 => (0..20usize, kind).prop_map(|(step, kind)| Trouble::Fails(step, kind)),
        1 => (0..20usize).prop_map(Trouble::Stops),
        2 => (0..20usize).prop_map(Trouble::PowerCut),
    ]
}

fn live(driver: &mut Driver, happening: &Happening, trouble: Trouble) {
    let ids: Vec<SnapshotId> = driver.state.snapshots.keys().copied().collect();
    let some = |n: u64| ids.get(usize::try_from(n).unwrap() % ids.len().max(1)).copied().unwrap_or(SnapshotId(1));
    let kind = match happening {
        Happening::Start => EventKind::AppStarted(shop()),
        Happening::Timer => EventKind::TimePassed(shop()),
        Happening::Close => EventKind::AppClosing(shop()),
        Happening::Snapshot(pinned) => EventKind::SnapshotRequested(shop(), pinned.then(|| "keep".to_owned())),
        Happening::Destroy(act) => EventKind::AboutToDestroy(shop(), *act),
        Happening::Restore(n) => EventKind::RestoreRequested(shop(), Source::Snapshot(some(*n))),
        Happening::Undo => EventKind::UndoRequested(shop()),
        Happening::Verify => EventKind::VerifyRequested(Vec::new(), Depth::Proven),
        Happening::Drill => EventKind::DrillRequested(Vec::new()),
        Happening::Pin(n, on) => EventKind::PinChanged(some(*n), on.then(|| "keep".to_owned())),
        Happening::Sell => {
            driver.rows += 3;
            return driver.change();
        }
        Happening::Cliff => {
            driver.rows = 2;
            return driver.change();
        }
        Happening::GoBad => return driver.spoil("a page is not readable"),
        Happening::Hours(hours) => {
            driver.now =
                driver.now.saturating_add(hours.hours()).min(at("2200-01-01T00:00")).max(at("1970-01-02T00:00"));
            return;
        }
    };
    tell(driver, kind, trouble);
}

fn tell(driver: &mut Driver, kind: EventKind, trouble: Trouble) {
    let power = std::panic::AssertUnwindSafe(std::cell::Cell::new(false));
    let conclusion = driver.event_until(
        kind,
        |index, _| match trouble {
            Trouble::Fails(step, kind) if step == index => Some(failure(kind)),
            Trouble::Stops(step) if step == index => Some(Outcome::Cancelled),
            Trouble::PowerCut(step) if step == index => {
                power.set(true);
                None
            }
            _ => None,
        },
        || power.get(),
    );
    if power.get() {
        driver.event(EventKind::EngineOpened);
    } else if let Some(conclusion) = conclusion {
        check_conclusion(driver, &conclusion);
    }
}

fn check_conclusion(driver: &Driver, conclusion: &omnicraft_core::transition::Conclusion) {
    if let Some(permit) = &conclusion.permit {
        let safeguard = &driver.state.snapshots[&permit.safeguard()];
        assert!(safeguard.is_good(), "a permit without a good safeguard");
        assert_eq!(safeguard.digest, format!("{:04}", driver.content), "the safeguard is not what is live");
    }
    let nothing_was_done = conclusion.failure.is_some() && conclusion.published.is_empty() && driver.intent.is_none();
    assert!(!nothing_was_done || conclusion.ending == Ending::NotApplied);
}

/// What must hold between any two events.
fn check_laws(driver: &Driver) {
    let state = &driver.state;
    assert!(state.operation.is_none() || driver.intent.is_some(), "an operation is left over");
    let mut slots = BTreeSet::new();
    for snapshot in state.snapshots.values() {
        assert!(slots.insert(snapshot.slot), "{} is held twice", snapshot.slot);
        let path = format!("backups/{}", snapshot.slot.file_name());
        let file = driver.files.get(&path);
        let file = file.unwrap_or_else(|| panic!("{} has no file {path}\n{}", snapshot.id, driver.log));
        assert_eq!(
            format!("{:04}", file.content),
            snapshot.digest,
            "{path} does not hold {}\n{}",
            snapshot.id,
            driver.log
        );
        assert!(snapshot.id.0 < state.next_snapshot);
    }
}

/// The newest good snapshot of each level, as seen now.
fn newest(driver: &Driver) -> Vec<Option<SnapshotId>> {
    let of = |level: Level| {
        let good = driver.state.snapshots.values().filter(|s| s.is_good() && s.level >= level);
        good.filter(|s| !s.is_from_the_future(&driver.now)).map(|s| s.id).max()
    };
    [Level::Sound, Level::Proven, Level::Drilled].map(of).to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn laws_hold_in_any_life(days in prop::collection::vec((happening(), trouble()), 1..60)) {
        let mut driver = Driver::new();
        for (happening, trouble) in days {
            let before = newest(&driver);
            let pinned: Vec<SnapshotId> =
                driver.state.snapshots.values().filter(|s| s.pin.is_some()).map(|s| s.id).collect();
            let clock_stands = !matches!(happening, Happening::Hours(_));
            live(&mut driver, &happening, trouble);
            if driver.intent.is_some() {
                // A swap that could not be finished is finished at the next start.
                driver.event(EventKind::EngineOpened);
            }
            check_laws(&driver);
            for (level, id) in before.into_iter().enumerate().filter(|_| clock_stands) {
                let newer = newest(&driver)[level];
                prop_assert!(newer >= id, "the newest of level {level} went: {id:?}, now {newer:?}\n{}", driver.log);
            }
            for id in pinned {
                prop_assert!(driver.state.snapshots.contains_key(&id), "the pinned {id} went\n{}", driver.log);
            }
        }
    }

    #[test]
    fn recovery_is_idempotent(days in prop::collection::vec((happening(), trouble()), 1..30)) {
        let mut driver = Driver::new();
        for (happening, trouble) in days {
            live(&mut driver, &happening, trouble);
            driver.event(EventKind::EngineOpened);
            driver.log.clear();
            let state = driver.state.clone();
            driver.event(EventKind::EngineOpened);
            prop_assert_eq!(&driver.log, "require scan\n= recovery: Applied\n");
            prop_assert_eq!(driver.state.snapshots.clone(), state.snapshots);
        }
    }

    #[test]
    fn a_lost_catalog_loses_no_backup(days in prop::collection::vec((happening(), trouble()), 1..40)) {
        let mut driver = Driver::new();
        for (happening, trouble) in days {
            live(&mut driver, &happening, trouble);
        }
        driver.live = LiveState::Plausible;
        driver.event(EventKind::EngineOpened);
        let before: BTreeSet<_> = driver.state.snapshots.values().map(|s| (s.slot, s.digest.clone(), s.is_good())).collect();
        let workspaces = driver.state.workspaces.clone();
        driver.state = omnicraft_core::state::State { workspaces, ..Default::default() };
        driver.event(EventKind::EngineOpened);
        let after: BTreeSet<_> = driver.state.snapshots.values().map(|s| (s.slot, s.digest.clone(), s.is_good())).collect();
        prop_assert_eq!(before, after, "{}", driver.log);
    }
}

/// An app kept a year of days. Its catalog was lost, the policy with it, and the next retention trimmed the year to the
/// default's seven days.
#[test]
fn a_lost_catalog_trims_nothing_that_a_deeper_policy_kept() {
    let mut driver = Driver::new();
    driver.event(EventKind::PolicyChanged(Policy { daily: 366, ring: 9, ..Policy::default() }));
    let day = |driver: &mut Driver| {
        driver.change();
        driver.rows += 1;
        driver.now = driver.now.saturating_add(1.day());
        driver.event(EventKind::AppStarted(shop()));
        driver.change();
        driver.event(EventKind::AppClosing(shop()));
    };
    (0..30).for_each(|_| day(&mut driver));
    let count = |driver: &Driver, word: &str| {
        driver.state.snapshots.values().filter(|s| s.slot.to_string().starts_with(word)).count()
    };
    let before = ["auto_daily", "auto_close"].map(|word| count(&driver, word));
    assert_eq!(before, [30, 9]);
    let workspaces = driver.state.workspaces.clone();
    driver.state = omnicraft_core::state::State { workspaces, ..Default::default() };
    driver.event(EventKind::EngineOpened);
    day(&mut driver);
    assert!(count(&driver, "auto_daily") >= 30 && count(&driver, "auto_close") == 9);
}

#[test]
fn nothing_is_removed_but_what_the_policy_gives_up() {
    // A year of days: every removal leaves at least what each tier's depth promises.
    let mut driver = Driver::new();
    let mut removed = 0;
    for _ in 0..365 {
        driver.change();
        driver.rows += 1;
        driver.now = driver.now.saturating_add(1.day());
        driver.event_with(EventKind::AppStarted(shop()), |_, step| {
            removed += usize::from(matches!(step.effect, Effect::Remove { .. }));
            None
        });
    }
    let count = |word: &str| driver.state.snapshots.values().filter(|s| s.slot.to_string().starts_with(word)).count();
    let depths = ["auto_daily", "auto_weekly", "auto_monthly", "auto_yearly"].map(count);
    assert_eq!(depths, [7, 4, 6, 2]);
    assert!(removed > 365 - 20);
}
