//! Decisions: how long the core takes to plan what follows from an event, with many snapshots. It may be a millisecond.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use omnicraft_benches::contest::{Contest, at_once};
use omnicraft_benches::{engine, many};
use omnicraft_core::event::{Event, EventKind, Source};
use omnicraft_core::model::{SnapshotId, WorkspaceId};
use omnicraft_core::transition::transition;

const LIMIT: &str = "a millisecond";
const RETENTION: &str = "what stays and what goes, after each snapshot";

fn benchmark(criterion: &mut Criterion) {
    let shop = || WorkspaceId("shop".to_owned());
    let newest = |count| Source::Snapshot(SnapshotId(count));
    for count in [100_u64, 1_000, 10_000] {
        let moments = [
            ("the app starts", EventKind::AppStarted(shop())),
            ("the app closes", EventKind::AppClosing(shop())),
            ("a snapshot is wanted", EventKind::SnapshotRequested(shop(), None)),
            ("a restore is wanted", EventKind::RestoreRequested(shop(), newest(count))),
        ];
        let state = many::state(count);
        let group = format!("planning with {count} snapshots");
        let limit = (LIMIT, Box::new(|| Duration::from_millis(1)) as Box<dyn FnMut() -> Duration>);
        let mut contest = Contest::new(criterion, ("transition", &group), 0, limit);
        for (what, kind) in moments {
            let event = Event { now: many::day(count), kind };
            let planned = transition(&state, &event, &[]);
            assert!(planned.refused.is_none() && !planned.plan.steps.is_empty(), "{what}: {planned:?}");
            let state = &state;
            contest.against(what, at_once(move || drop(black_box(transition(state, &event, &[])))));
            contest.goal(what, LIMIT, 1.0);
        }
        let (state, now) = (&state, many::day(count));
        let rotate = move || drop(black_box(state.verdicts(&shop(), &state.policy, &now)));
        contest.against(RETENTION, at_once(rotate)).goal(RETENTION, LIMIT, 1.0);
        contest.finish();
    }
}

criterion_group! {
    name = planning;
    config = engine::criterion(Duration::from_millis(500));
    targets = benchmark
}
criterion_main!(planning);
