//! Which disks a power cut may leave: small logs as text, and all their disks as text.
#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot set up its world fails; names of files are in a few operations"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use omnicraft_harness::crash::model::Model;
use omnicraft_harness::crash::states::{Barriers, Fate, Point};
use omnicraft_harness::sim::image::Image;
use omnicraft_harness::sim::operation::{FileId, Force, Operation};
use proptest::prelude::*;

/// `create /a 1; write 1 0 xy; resize 1 1; sync 1; flush 1; failed 1; folder /; rename /a /b 1; link /c 1; unlink /a 1`.
fn log(text: &str) -> Vec<Operation> {
    text.split(';').enumerate().map(|(at, line)| operation(&line.split_whitespace().collect::<Vec<_>>(), at)).collect()
}

fn operation(words: &[&str], at: usize) -> Operation {
    let path = |text: &str| -> Arc<Path> { Path::new(text).into() };
    let (file, time) = (|text: &str| text.parse::<FileId>().unwrap(), i64::try_from(at).unwrap());
    match words {
        ["create", name, id] => Operation::Create(path(name), file(id)),
        ["link", name, id] => Operation::Link(path(name), file(id)),
        ["unlink", name, id] => Operation::Unlink(path(name), file(id)),
        ["rename", from, to, id] => Operation::Rename(path(from), path(to), file(id)),
        ["make", name] => Operation::MakeFolder(path(name)),
        ["write", id, offset, bytes] => {
            Operation::Write { file: file(id), offset: offset.parse().unwrap(), bytes: bytes.as_bytes().into(), time }
        }
        ["resize", id, size] => Operation::Resize { file: file(id), size: size.parse().unwrap(), time },
        ["sync", id] => Operation::SyncFile(file(id), Force::Drive),
        ["flush", id] => Operation::SyncFile(file(id), Force::System),
        ["failed", id] => Operation::SyncFailed(file(id)),
        ["folder", name] => Operation::SyncFolder(path(name)),
        _ => panic!("{words:?} is no operation"),
    }
}

fn shown(image: &Image) -> String {
    let files = image.names.iter().map(|(path, file)| match file {
        None => format!("{}/", path.display()),
        Some(file) => {
            let bytes = image.content(*file).map(omnicraft_harness::sim::image::Content::bytes).unwrap_or_default();
            format!("{}={}", path.display(), String::from_utf8_lossy(&bytes).replace('\0', "."))
        }
    });
    files.collect::<Vec<_>>().join(" ")
}

/// All disks on which each pending change is there or not.
fn disks(text: &str, model: Model) -> BTreeSet<String> {
    let log = log(text);
    let point = Point::after(&Image::default(), &log, log.len(), model.barriers());
    let subsets = (0..1_usize << point.pending.len()).map(|kept| {
        let fate = |bit| if kept >> bit & 1 == 1 { Fate::Kept } else { Fate::Lost };
        let mut fates: Vec<Fate> = (0..point.pending.len()).map(fate).collect();
        model.bend(&log, &point.pending, &mut fates);
        shown(&point.image(&log, &point.pending.iter().copied().zip(fates).collect::<Vec<_>>()))
    });
    subsets.collect()
}

#[track_caller]
fn check(model: Model, text: &str, expected: &[&str]) {
    let found = disks(text, model);
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn a_file_s_sync_says_nothing_of_its_name() {
    check(Model::Strict, "create /a 1; write 1 0 xy; sync 1", &["", "/a=xy"]);
    check(Model::Strict, "create /a 1; write 1 0 xy; folder /", &["/a=", "/a=xy"]);
    check(Model::Strict, "create /a 1; write 1 0 xy; sync 1; folder /", &["/a=xy"]);
}

#[test]
fn a_folder_s_sync_says_nothing_of_another_s_names() {
    check(Model::Strict, "make /f; create /f/a 1; create /b 2; folder /", &["/b= /f/", "/b= /f/ /f/a="]);
}

#[test]
fn a_rename_happens_as_a_whole() {
    check(Model::Strict, "create /a 1; folder /; rename /a /b 1", &["/a=", "/b="]);
}

/// A rename whose target's folder was synced brought back its old name, because the older change of that name was applied
/// after it: a state that no disk can be in.
#[test]
fn an_older_change_of_a_name_comes_before_a_durable_newer_one() {
    check(Model::Strict, "make /f; folder /; create /a 1; rename /a /f/a 1; folder /f", &["/f/ /f/a="]);
}

#[test]
fn after_a_failed_sync_data_may_be_lost_for_ever() {
    check(Model::Strict, "create /a 1; folder /; write 1 0 xy; failed 1; write 1 2 z; sync 1", &["/a=..z", "/a=xyz"]);
}

/// What was written last is durable, whatever becomes of the older bytes below it that a failed sync gave up.
#[test]
fn newer_durable_bytes_lie_over_doomed_ones() {
    check(Model::Strict, "create /a 1; folder /; write 1 0 xy; failed 1; write 1 0 ab; sync 1", &["/a=ab"]);
}

#[test]
fn on_macos_only_full_syncs_are_barriers() {
    let lazily = "create /a 1; folder /; write 1 0 xy; flush 1";
    check(Model::Strict, lazily, &["/a=xy"]);
    check(Model::MacFsync, lazily, &["/a=", "/a=xy"]);
    check(Model::MacFsync, &format!("{lazily}; create /b 2; folder /; sync 2"), &["/a=xy /b="]);
}

#[test]
fn on_windows_names_are_in_order_and_durable_with_any_file() {
    check(Model::Windows, "create /a 1; create /b 2; folder /", &["", "/a=", "/a= /b="]);
    check(Model::Windows, "create /a 1; create /b 2; sync 2", &["/a= /b="]);
}

#[test]
fn with_ordered_data_a_new_name_leads_to_whole_data() {
    let saved = "create /a 1; folder /; create /t 2; write 2 0 xy; rename /t /a 2";
    check(Model::Strict, saved, &["/a=", "/a= /t=", "/a= /t=xy", "/a=xy"]);
    check(Model::Ordered, saved, &["/a=", "/a= /t=", "/a= /t=xy", "/a=xy"]);
    let found = disks(&format!("{saved}; create /z 3"), Model::Ordered);
    assert!(!found.contains("/a= /z="), "{found:?}");
}

#[test]
fn as_xfs_once_was_sizes_come_without_data() {
    check(Model::XfsZero, "create /a 1; folder /; write 1 0 xy", &["/a=..", "/a=xy"]);
}

/// The disk by the definition: every change in order, but for those that are lost.
fn naive(log: &[Operation], lost: &BTreeSet<usize>) -> String {
    let mut image = Image::default();
    (0..log.len()).filter(|at| !lost.contains(at)).for_each(|at| image.apply(&log[at]));
    image.prune();
    shown(&image)
}

/// What is pending by the definition: no later sync covers it, or one of its file failed in between.
fn is_pending(log: &[Operation], at: usize) -> bool {
    let operation = &log[at];
    if !operation.is_change() {
        return false;
    }
    for later in &log[at + 1..] {
        match later {
            Operation::SyncFailed(file) if operation.data_of() == Some(*file) => return true,
            Operation::SyncFile(file, _) if operation.data_of() == Some(*file) => return false,
            Operation::SyncFolder(folder) if operation.folders().any(|changed| *changed == **folder) => return false,
            _ => {}
        }
    }
    true
}

fn anything() -> impl Strategy<Value = Vec<Operation>> {
    let names = prop::sample::select(vec!["/a", "/b", "/f/a", "/f/b"]);
    let change = (0..10_usize, names.clone(), names, 1..4_u64, 0..3_u64, "[a-z]{1,3}").prop_map(
        |(kind, one, other, file, offset, bytes)| match kind {
            0 => format!("create {one} {file}"),
            1 => format!("rename {one} {other} {file}"),
            2 => format!("unlink {one} {file}"),
            3 | 4 => format!("write {file} {offset} {bytes}"),
            5 => format!("resize {file} {offset}"),
            6 => format!("sync {file}"),
            7 => format!("failed {file}"),
            8 => "folder /".to_owned(),
            _ => "folder /f".to_owned(),
        },
    );
    prop::collection::vec(change, 1..12).prop_map(|lines| log(&format!("make /f;folder /;{}", lines.join(";"))))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// The quick way through a log and the definition lead to the same disks.
    #[test]
    fn every_subset_is_what_the_definition_says(log in anything()) {
        let point = Point::after(&Image::default(), &log, log.len(), Barriers::Every);
        let pending: Vec<usize> = (0..log.len()).filter(|at| is_pending(&log, *at)).collect();
        prop_assert_eq!(&point.pending, &pending);
        for kept in 0..1_usize << pending.len() {
            let fates = pending.iter().enumerate().filter(|(bit, _)| kept >> bit & 1 == 1);
            let fates: Vec<_> = fates.map(|(_, place)| (*place, Fate::Kept)).collect();
            let lost = pending.iter().copied().filter(|at| !fates.iter().any(|(kept, _)| kept == at)).collect();
            prop_assert_eq!(shown(&point.image(&log, &fates)), naive(&log, &lost));
        }
    }
}
