//! Any change, biased toward meeting the same few workspaces and snapshots again, and toward values that a careless
//! column would bend: 64 bits in full, embedded NULs, quotes, old and odd time zones.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use omnicraft_core::change::Change;
use omnicraft_core::effect::{BundleMember, CopyOf, Depth, Effect};
use omnicraft_core::event::{Export, Source};
use omnicraft_core::model::{
    Act, ArchiveFacts, ArchiveKind, ArchivedWorkspace, Condition, Facts, FileStamp, Finding, Inspection, Intent,
    IntentTarget, Level, LiveFile, LiveState, Purpose, SchemaSource, Snapshot, SnapshotId, Trigger, Workspace,
    WorkspaceId,
};
use omnicraft_core::outcome::{Differences, Failure, FailureKind, Overview, TableDifference, Verification};
use omnicraft_core::plan::Plan;
use omnicraft_core::policy::Policy;
use omnicraft_core::state::{Ending, JournalEntry, Moment, Operation, Part, UndoPoint};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::slots::slot;

/// Zones with half hours, quarter hours, two hours of summer time, negative summer time, and a history in seconds.
const ZONES: [&str; 8] = [
    "Europe/Moscow",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Antarctica/Troll",
    "Europe/Dublin",
    "Africa/Monrovia",
    "Pacific/Apia",
    "UTC",
];

pub(crate) fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        1 => policy().prop_map(Change::PolicySet),
        4 => workspace().prop_map(Change::WorkspacePut),
        1 => workspace_id().prop_map(Change::WorkspaceForgotten),
        6 => snapshot(moment_in_time().boxed()).prop_map(|snapshot| Change::SnapshotPut(Box::new(snapshot))),
        3 => (snapshot_id(), slot(), stamp()).prop_map(|(id, slot, stamp)| Change::SnapshotMoved(id, slot, stamp)),
        2 => snapshot_id().prop_map(Change::SnapshotForgotten),
        4 => undo_point().prop_map(Change::UndoPushed),
        3 => workspace_id().prop_map(Change::UndoPopped),
        2 => operation().prop_map(|operation| Change::OperationPut(Box::new(operation))),
        1 => Just(Change::OperationEnded),
        3 => journal_entry().prop_map(Change::Noted),
    ]
}

pub(crate) fn journal_entry() -> impl Strategy<Value = JournalEntry> {
    let ending = select(&[Ending::NotApplied, Ending::Applied, Ending::AppliedWithWarnings]);
    (moment_in_time(), option::of(workspace_id()), text(), ending, text())
        .prop_map(|(at, workspace, moment, ending, text)| JournalEntry { at, workspace, moment, ending, text })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => any::<String>(), 1 => Just("a\0b 'c' \"d\"\r\n%s --".to_owned()), 1 => Just(String::new())]
}

fn number() -> impl Strategy<Value = u64> {
    let edge = select(vec![0, 1, u32::MAX.into(), i64::MAX.cast_unsigned(), 1 << 63, u64::MAX]);
    prop_oneof![edge, any::<u64>()]
}

/// Few, so that changes meet the same one again; not `u64::MAX`, after which no other could be given.
fn id() -> impl Strategy<Value = u64> {
    prop_oneof![12 => 0..8_u64, 1 => select(vec![i64::MAX.cast_unsigned(), 1 << 63, u64::MAX - 1])]
}

fn snapshot_id() -> impl Strategy<Value = SnapshotId> {
    id().prop_map(|number| SnapshotId(number % (SnapshotId::LAST + 1)))
}

fn workspace_id() -> impl Strategy<Value = WorkspaceId> {
    select(&["shop", "Shop", "home", "мастерская", "o'; DROP TABLE snapshots; --", ""])
        .prop_map(|id| WorkspaceId(id.to_owned()))
}

fn stamp() -> impl Strategy<Value = FileStamp> {
    (number(), any::<i64>(), number(), number()).prop_map(|(size, modified, inode, device)| FileStamp {
        size,
        modified,
        inode,
        device,
    })
}

/// Any instant to the nanosecond, in any zone that can be written down.
pub(crate) fn moment_in_time() -> impl Strategy<Value = Zoned> {
    let offset = (-90_000..=90_000_i32).prop_map(|seconds| TimeZone::fixed(Offset::from_seconds(seconds).unwrap()));
    let odd = select(&["EST5EDT,M3.2.0,M11.1.0", "<+03>-3"]).prop_map(|rule| TimeZone::posix(rule).unwrap());
    let seconds = Timestamp::MIN.as_second() + 1..Timestamp::MAX.as_second();
    let instant = (prop_oneof![seconds, 0..4_000_000_000_i64], 0..1_000_000_000_i32);
    (instant, prop_oneof![4 => zone(), 1 => offset, 1 => odd])
        .prop_map(|((second, nanosecond), zone)| Timestamp::new(second, nanosecond).unwrap().to_zoned(zone))
}

/// What a clock shows in our days.
fn now() -> impl Strategy<Value = Zoned> {
    (0..4_000_000_000_i64, 0..1_000_000_000_i32, zone())
        .prop_map(|(second, nanosecond, zone)| Timestamp::new(second, nanosecond).unwrap().to_zoned(zone))
}

fn zone() -> impl Strategy<Value = TimeZone> {
    select(&ZONES).prop_map(|name| TimeZone::get(name).unwrap())
}

fn policy() -> impl Strategy<Value = Policy> {
    (any::<[u32; 7]>(), any::<u8>(), number()).prop_map(|(depth, ring, budget)| Policy {
        daily: depth[0],
        weekly: depth[1],
        monthly: depth[2],
        yearly: depth[3],
        safeguards: depth[4],
        manual: depth[5],
        ring,
        budget,
        undo_depth: depth[6],
    })
}

fn workspace() -> impl Strategy<Value = Workspace> {
    let texts = (text(), text(), text());
    let known = (option::of(text()), option::of(text()), option::of(text()));
    (workspace_id(), texts, known, any::<bool>(), option::of(stamp())).prop_map(
        |(id, (name, database, folder), (schema, identity, frozen), cliff_expected, unchanged_since)| Workspace {
            id,
            name,
            database: database.into(),
            schema,
            folder: folder.into(),
            identity,
            frozen,
            cliff_expected,
            unchanged_since,
        },
    )
}

fn facts() -> impl Strategy<Value = Facts> {
    let rows = prop::collection::btree_map(text(), number(), 0..4);
    let texts = (option::of(text()), option::of(text()), text(), text());
    (any::<[i32; 2]>(), texts, any::<u32>(), rows, number()).prop_map(
        |(numbers, (schema_version, identity, fingerprint, journal_mode), page_size, rows, foreign_key_violations)| {
            Facts {
                application_id: numbers[0],
                user_version: numbers[1],
                schema_version,
                identity,
                fingerprint,
                journal_mode,
                page_size,
                rows,
                foreign_key_violations,
            }
        },
    )
}

fn trigger() -> impl Strategy<Value = Trigger> {
    let plain = [Trigger::Startup, Trigger::Timer, Trigger::Close, Trigger::Manual, Trigger::Damage, Trigger::Found];
    prop_oneof![select(plain.to_vec()), select(&Act::ALL).prop_map(Trigger::Before)]
}

fn snapshot(taken_at: BoxedStrategy<Zoned>) -> impl Strategy<Value = Snapshot> {
    let level = select(&[Level::Damaged, Level::Sound, Level::Proven, Level::Drilled]);
    let condition = prop_oneof![Just(Condition::Good), text().prop_map(Condition::Suspect)];
    let name = (snapshot_id(), workspace_id(), slot(), trigger(), taken_at);
    let looked_at = option::of(now().prop_map(|at| at.timestamp()));
    (name, text(), stamp(), level, option::of(text()), facts(), condition, looked_at).prop_map(
        |((id, workspace, slot, trigger, taken_at), digest, stamp, level, pin, facts, condition, looked_at)| Snapshot {
            id,
            workspace,
            slot,
            trigger,
            taken_at,
            digest,
            stamp,
            level,
            pin,
            facts,
            condition,
            looked_at,
        },
    )
}

fn undo_point() -> impl Strategy<Value = UndoPoint> {
    (workspace_id(), number(), option::of(snapshot_id()), text())
        .prop_map(|(workspace, operation, safeguard, source)| UndoPoint { workspace, operation, safeguard, source })
}

fn operation() -> impl Strategy<Value = Operation> {
    let begun = (id(), moment(), now(), workspace(), text());
    let ids = prop::collection::vec(snapshot_id(), 0..3);
    let drafts = prop::collection::vec(snapshot(now().boxed()), 0..2);
    let found = (option::of(facts()), prop::collection::vec(text(), 0..3), option::of(text()), any::<bool>());
    (begun, drafts, ids, found).prop_map(
        |((number, moment, begun_at, workspace, text), drafts, ids, (facts, warnings, failure, swapped))| Operation {
            number,
            moment,
            begun_at,
            remaining: steps(&workspace, &text, &facts.clone().unwrap_or_default()).steps,
            copy: facts.clone().map(|facts| verification(facts, &warnings)),
            way: failure.clone(),
            parts: facts.clone().map(|facts| part(&workspace, facts)).into_iter().collect(),
            overview: facts.is_some().then(|| overview(&workspace)),
            inspection: facts.map(|facts| inspection(&workspace, facts)),
            findings: warnings.iter().map(|text| finding(text)).collect(),
            findings_unlisted: number,
            newcomers: vec![workspace],
            drafts,
            published: ids.clone(),
            removed: ids,
            warnings,
            failure: failure.map(|reason| self::failure(&reason)),
            touched: swapped,
            swapped,
            unfinished: !swapped,
            reserved: number % 1000,
            differences: swapped.then(|| differences(&text)),
            live_stamp: swapped.then(FileStamp::default),
            retained: swapped,
        },
    )
}

fn moment() -> impl Strategy<Value = Moment> {
    (workspace_id(), snapshot_id(), trigger(), option::of(text()), select(&Act::ALL)).prop_flat_map(
        |(workspace, id, trigger, text, act)| {
            select(vec![
                Moment::Recovery,
                Moment::Startup(workspace.clone(), trigger),
                Moment::Upkeep(workspace.clone()),
                Moment::Safeguard(workspace.clone(), act),
                Moment::Manual(workspace.clone(), text),
                Moment::Restore(workspace.clone(), Source::Snapshot(id)),
                Moment::Restore(workspace.clone(), Source::File("/media/usb/книга.db".into())),
                Moment::Preview(workspace.clone(), archive()),
                Moment::Export(Export::Csv(workspace)),
                Moment::Export(Export::All { with_csv: true }),
                Moment::RestoreAll("/media/usb/all.zip".into()),
                Moment::PreviewAll("/media/usb/all.zip".into()),
                Moment::Drill,
            ])
        },
    )
}

fn archive() -> Source {
    Source::Archive { path: "/media/usb/книга.zip".into(), accept_edited: true, trust_schema: false }
}

fn part(workspace: &Workspace, facts: Facts) -> Part {
    let live = LiveFile { state: LiveState::Damaged("it has 0 bytes".to_owned()), stamp: Some(FileStamp::default()) };
    Part {
        candidate: Some(verification(facts, &[])),
        live: Some(live),
        safeguard: Some(SnapshotId(SnapshotId::LAST)),
        ..Part::new(workspace, Some(archive()))
    }
}

fn overview(workspace: &Workspace) -> Overview {
    let replaced = vec![(workspace.id.clone(), differences("sales"))];
    Overview { replaced, added: vec![workspace.clone()], kept: vec![workspace.id.clone()] }
}

fn finding(text: &str) -> Finding {
    Finding { member: text.to_owned(), line: Some(u64::MAX), column: None, text: text.to_owned() }
}

fn inspection(workspace: &Workspace, facts: Facts) -> Inspection {
    let archived = ArchivedWorkspace {
        id: workspace.id.clone(),
        name: workspace.name.clone(),
        database: workspace.database.clone(),
        schema: workspace.schema.clone(),
        folder: workspace.folder.clone(),
        member: "0001_shop.db".to_owned(),
        facts,
    };
    let taken_at = "2026-11-21T08:00:00+03:00[Europe/Moscow]".to_owned();
    let facts =
        ArchiveFacts { kind: ArchiveKind::Global, app: "Till".to_owned(), taken_at, workspaces: vec![archived] };
    Inspection { facts: Some(facts), edited: vec![finding("x")], edited_unlisted: 1, ..Inspection::default() }
}

/// One step of each shape that an effect's content can have.
fn steps(workspace: &Workspace, text: &str, facts: &Facts) -> Plan {
    let intent = Intent {
        operation: u64::MAX,
        purpose: Purpose::Undo,
        source: text.to_owned(),
        registry: Some(vec![workspace.clone()]),
        targets: vec![IntentTarget {
            workspace: workspace.id.clone(),
            safeguard: Some(SnapshotId(SnapshotId::LAST)),
            undoes: Some(SnapshotId(7)),
            staged: text.into(),
            live: workspace.database.clone(),
            digest: text.to_owned(),
            staged_stamp: FileStamp { size: 1, modified: -1, inode: u64::MAX, device: 2 },
            live_stamp: Some(FileStamp::default()),
        }],
    };
    Plan::new()
        .attempt(Effect::Scan)
        .require(Effect::Verify { workspace: workspace.id.clone(), file: text.into(), depth: Depth::Proven })
        .require(Effect::Remove {
            snapshot: SnapshotId(SnapshotId::LAST),
            path: text.into(),
            manifest: text.into(),
            stamp: FileStamp { size: u64::MAX, modified: i64::MIN, inode: u64::MAX, device: 1 << 63 },
        })
        .require(Effect::Commit { intent })
        .attempt(Effect::WriteRegistry { workspaces: vec![workspace.clone()], keep_damaged: None })
        .then(archive_steps(workspace, text, facts))
}

/// The same of exports and imports.
fn archive_steps(workspace: &Workspace, text: &str, facts: &Facts) -> Plan {
    let id = workspace.id.clone();
    let schema = vec![
        SchemaSource::App(text.to_owned()),
        SchemaSource::Live(text.into()),
        SchemaSource::Snapshot(text.into()),
        SchemaSource::Archive,
    ];
    let member = BundleMember {
        workspace: id.clone(),
        database: text.into(),
        csv: Some(text.into()),
        copied: text.into(),
        facts: facts.clone(),
    };
    Plan::new()
        .require(Effect::CopyAll { copies: vec![CopyOf { database: text.into(), to: text.into() }] })
        .require(Effect::Pack { workspace: id.clone(), from: text.into(), to: text.into() })
        .require(Effect::Bundle { members: vec![member], to: text.into() })
        .require(Effect::Inspect { archive: text.into(), accept_edited: true, all_rows: false })
        .require(Effect::Import { workspace: id, archive: text.into(), to: text.into(), schema, accept_edited: false })
        .require(Effect::Unpack { archive: text.into(), member: text.to_owned(), to: text.into() })
        .require(Effect::Export { staged: text.into(), digest: text.to_owned(), to: text.into(), replace: true })
}

fn verification(facts: Facts, problems: &[String]) -> Verification {
    let stamp = FileStamp { size: 1, modified: -1, inode: u64::MAX, device: 0 };
    Verification { digest: "d1".to_owned(), stamp, facts, level: Some(Level::Sound), problems: problems.to_vec() }
}

fn failure(reason: &str) -> Failure {
    Failure {
        kind: FailureKind::NoSpace,
        attempted: "copy the database".to_owned(),
        path: "shop.db".into(),
        reason: reason.to_owned(),
        remedy: String::new(),
    }
}

fn differences(table: &str) -> Differences {
    let table = TableDifference { table: table.to_owned(), removed: 1, added: u64::MAX, changed: 0 };
    Differences { tables: vec![table], schema_differs: true, live_unreadable: None }
}
