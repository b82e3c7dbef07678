//! Laws of several workspaces under random lives: what is restored together is all old or all new after any trouble at
//! any step, and no commit is ever lost.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test stops at the first surprise")]

#[path = "support/driver.rs"]
#[expect(dead_code, reason = "shared with the plan tests")]
mod driver;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;

use driver::{Driver, failure, named, shop};
use omnicraft_core::effect::Effect;
use omnicraft_core::event::{EventKind, Export, Source};
use omnicraft_core::model::{SnapshotId, Workspace, WorkspaceId};
use omnicraft_core::outcome::{FailureKind, Outcome};
use proptest::prelude::*;

const ARCHIVE: &str = "/stick/all.zip";
/// The shop, another shop, the owner's purse, and who they are.
const STREET: [(&str, &str, &str); 3] =
    [("shop", "shop.db", "us"), ("second", "second.db", "them"), ("purse", "purse.db", "me")];

#[derive(Clone, Debug)]
enum Happening {
    Sell(usize),
    Close(usize),
    Export,
    Leave,
    RestoreAll,
    RestoreOne(u64),
    Undo(usize),
}

#[derive(Clone, Copy, Debug)]
enum Trouble {
    None,
    Fails(usize, FailureKind),
    Stops(usize),
    /// The power goes after a step, in the middle of a swap when so many databases are in their place; then somebody
    /// works in one of them without us, and perhaps the power goes again in the recovery.
    PowerCut {
        step: usize,
        renames: usize,
        worked: Option<usize>,
        again: Option<usize>,
    },
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => (0..3usize).prop_map(Happening::Sell),
        1 => (0..3usize).prop_map(Happening::Close),
        2 => Just(Happening::Export),
        1 => Just(Happening::Leave),
        5 => Just(Happening::RestoreAll),
        1 => (0..20u64).prop_map(Happening::RestoreOne),
        3 => (0..3usize).prop_map(Happening::Undo),
    ]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let kind = prop_oneof![Just(FailureKind::Io), Just(FailureKind::NoSpace), Just(FailureKind::Damaged)];
    let renames = prop_oneof![Just(usize::MAX), 0..4usize];
    prop_oneof![
        3 => Just(Trouble::None),
        2 => (0..45usize, kind).prop_map(|(step, kind)| Trouble::Fails(step, kind)),
        1 => (0..45usize).prop_map(Trouble::Stops),
        4 => (0..45usize, renames, proptest::option::of(0..3usize), proptest::option::of(0..15usize))
            .prop_map(|(step, renames, worked, again)| Trouble::PowerCut { step, renames, worked, again }),
    ]
}

fn id(n: usize) -> WorkspaceId {
    WorkspaceId(STREET[n].0.to_owned())
}

fn street() -> Driver {
    let mut driver = Driver::new();
    for (name, database, identity) in &STREET[1..] {
        driver.change_in(database, identity);
        let workspace = Workspace { identity: Some((*identity).to_owned()), ..named(name, database) };
        driver.event(EventKind::WorkspaceAdded(Box::new(workspace)));
    }
    driver.event(EventKind::ExportRequested {
        export: Export::All { with_csv: false },
        to: ARCHIVE.into(),
        replace: true,
    });
    driver
}

fn sell(driver: &mut Driver, n: usize) {
    let (_, database, identity) = STREET[n];
    if n == 0 {
        driver.change();
    } else if driver.live_at(database).is_some() {
        driver.change_in(database, identity);
    }
}

/// What each live database holds; those that nobody looks after do not count.
fn contents(driver: &Driver) -> BTreeMap<WorkspaceId, u64> {
    let of = |workspace: &Workspace| Some((workspace.id.clone(), driver.live_at(workspace.database.as_str())?.content));
    driver.registry.iter().filter_map(of).collect()
}

fn event(driver: &mut Driver, happening: &Happening) -> Option<EventKind> {
    let ids: Vec<SnapshotId> =
        driver.state.snapshots.values().filter(|s| s.workspace == shop()).map(|s| s.id).collect();
    Some(match happening {
        Happening::Sell(n) => {
            sell(driver, *n);
            return None;
        }
        Happening::Leave => {
            driver.event(EventKind::WorkspaceRemoved(id(1)));
            driver.others.remove(STREET[1].1);
            return None;
        }
        Happening::Close(n) => EventKind::AppClosing(id(*n)),
        Happening::Export => {
            EventKind::ExportRequested { export: Export::All { with_csv: true }, to: ARCHIVE.into(), replace: true }
        }
        Happening::RestoreAll => EventKind::RestoreAllRequested(ARCHIVE.into()),
        Happening::RestoreOne(n) => {
            let chosen = ids.get(usize::try_from(*n).unwrap() % ids.len().max(1)).copied();
            EventKind::RestoreRequested(shop(), Source::Snapshot(chosen.unwrap_or(SnapshotId(1))))
        }
        Happening::Undo(n) => EventKind::UndoRequested(id(*n)),
    })
}

/// What somebody did in the time between.
struct Work {
    workspace: WorkspaceId,
    content: u64,
    /// Whether it was the new database already in which he worked.
    in_the_new: bool,
}

/// Lets it happen with its trouble, and recovers; gives back what was worked meanwhile.
fn live(driver: &mut Driver, kind: EventKind, trouble: Trouble) -> Option<Work> {
    let power = AssertUnwindSafe(Cell::new(false));
    if let Trouble::PowerCut { renames, .. } = trouble {
        driver.renames = renames;
    }
    let before = contents(driver);
    driver.event_until(
        kind,
        |index, step| match trouble {
            Trouble::Fails(step, kind) if step == index => Some(failure(kind)),
            Trouble::Stops(step) if step == index => Some(Outcome::Cancelled),
            Trouble::PowerCut { step: cut, renames, .. } => {
                let torn = renames < 4 && matches!(step.effect, Effect::Swap { .. });
                power.set(cut == index || torn);
                None
            }
            _ => None,
        },
        || power.get(),
    );
    driver.renames = usize::MAX;
    let mut worked = None;
    if let (true, Trouble::PowerCut { worked: Some(n), .. }) = (power.get(), trouble) {
        let content = |driver: &Driver| driver.live_at(STREET[n].1).map(|live| live.content);
        let in_the_new = before.get(&id(n)).copied() != content(driver);
        sell(driver, n);
        worked = content(driver).map(|content| Work { workspace: id(n), content, in_the_new });
    }
    if let Trouble::PowerCut { again: Some(again), .. } = trouble {
        cut_recovery(driver, again);
    }
    if !matches!(trouble, Trouble::None) {
        driver.event(EventKind::EngineOpened);
    }
    worked
}

fn cut_recovery(driver: &mut Driver, step: usize) {
    let power = AssertUnwindSafe(Cell::new(false));
    driver.event_until(
        EventKind::EngineOpened,
        |index, _| {
            power.set(step == index);
            None
        },
        || power.get(),
    );
}

/// What was live before is live now, or a snapshot holds it.
fn check_nothing_lost(driver: &Driver, before: &BTreeMap<WorkspaceId, u64>) {
    let now = contents(driver);
    for (workspace, content) in before {
        let digest = format!("{content:04}");
        let kept = driver.state.snapshots.values().any(|s| s.workspace == *workspace && s.digest == digest);
        assert!(kept || now.get(workspace) == Some(content), "{digest} of {workspace} is lost\n{}", driver.log);
    }
}

fn check_tidy(driver: &Driver) {
    let ids = |workspaces: &[Workspace]| workspaces.iter().map(|w| w.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&driver.registry), ids(&driver.state.workspaces), "{}", driver.log);
    assert!(driver.intent.is_none() && driver.state.operation.is_none(), "{}", driver.log);
    let staged: Vec<&String> = driver.files.keys().filter(|path| path.contains("staged")).collect();
    assert!(staged.is_empty(), "{staged:?}\n{}", driver.log);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_old_or_all_new_and_nothing_lost(days in prop::collection::vec((happening(), trouble()), 1..25)) {
        let mut driver = street();
        for (happening, trouble) in days {
            let Some(kind) = event(&mut driver, &happening) else { continue };
            driver.log.clear();
            let mut old = contents(&driver);
            let mut untroubled = driver.clone();
            untroubled.event(kind.clone());
            let new = contents(&untroubled);
            let worked = live(&mut driver, kind, trouble);
            check_tidy(&driver);
            let found = contents(&driver);
            let (mut kept_old, mut went_new) = (found.len() < new.len(), found.len() > old.len());
            for (workspace, content) in &found {
                let (was, will) = (old.get(workspace), new.get(workspace));
                match &worked {
                    Some(work) if work.workspace == *workspace && work.content == *content => {
                        kept_old |= !work.in_the_new && was != will;
                        went_new |= work.in_the_new;
                    }
                    _ => {
                        prop_assert!([was, will].contains(&Some(content)), "{workspace}\n{}", driver.log);
                        kept_old |= Some(content) != will;
                        went_new |= Some(content) != was;
                    }
                }
            }
            prop_assert!(!(kept_old && went_new), "old {old:?}, new {new:?}, found {found:?}\n{}", driver.log);
            if let Some(Work { workspace, content, .. }) = worked {
                old.insert(workspace, content);
            }
            check_nothing_lost(&driver, &old);
        }
    }
}
