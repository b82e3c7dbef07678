//! The fuzzer's targets as ordinary tests: every seed of its corpus, and each of them changed in a thousand ways that are
//! the same on every run. The fuzzer itself goes further, for as long as one lets it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "seeds are files that nobody has open")]

use std::fs;
use std::path::Path;

use omnicraft_fixtures::hostile::{self, Kind, Part, Verdict};
use omnicraft_harness::fuzz;
use omnicraft_harness::random::Random;

const CHANGES: usize = 1000;

/// The seeds of a target, by name.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let seeds = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut seeds: Vec<_> =
        seeds.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())).collect();
    seeds.sort();
    seeds
}

/// Goes through a target's corpus; the seeds that it accepts are these.
#[track_caller]
fn check(target: &str, run: impl Fn(&[u8]) -> bool, accepted: &[&str]) {
    let seeds = seeds(target);
    let taken: Vec<_> = seeds.iter().filter(|(_, bytes)| run(bytes)).map(|(name, _)| name.as_str()).collect();
    assert_eq!(taken, accepted);
    let mut random = Random::new(1);
    for (_, bytes) in &seeds {
        for _ in 0..CHANGES {
            let mut changed = bytes.clone();
            for _ in 0..=random.below(3) {
                change(&mut changed, &seeds, &mut random);
            }
            run(&changed);
        }
    }
}

/// One change of the kinds that a fuzzer makes: a bit, a byte with a meaning, a piece less, a piece of another seed.
fn change(bytes: &mut Vec<u8>, seeds: &[(String, Vec<u8>)], random: &mut Random) {
    let place = |length: usize, random: &mut Random| usize::try_from(random.below(length as u64)).unwrap();
    if bytes.is_empty() {
        bytes.push(b'0');
    }
    let at = place(bytes.len(), random);
    let end = at + place((bytes.len() - at).min(64), random);
    match random.below(5) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = *random.pick(b"\0\xFF\"',\r\n{}[]0-\\/."),
        2 => drop(bytes.drain(at..end)),
        3 => bytes.truncate(at),
        _ => {
            let (_, other) = random.pick(seeds);
            let from = place(other.len(), random);
            let piece = &other[from..(from + 64).min(other.len())];
            bytes.splice(at..end, piece.iter().copied());
        }
    }
}

#[test]
fn archives() {
    check("zip", fuzz::zip, &["csv_deflated.zip", "csv_stored.zip", "global_deflated.zip", "global_stored.zip"]);
}

/// Every hostile archive that is made of a CSV archive, too: what its builder calls wrong in the zip file, its names or
/// its manifest is never accepted. (What only a schema can tell is for the tests of the whole program.)
#[test]
fn hostile_archives() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/data/golden/business_0004.zip");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile.zip");
    let mut read = 0;
    for archive in hostile::archives().iter().filter(|archive| archive.kind == Kind::Csv) {
        archive.make(&golden, &path).unwrap();
        let bytes = fs::read(&path).unwrap();
        // The largest are bombs, which the program itself is tested with.
        if bytes.len() > 1 << 20 {
            continue;
        }
        let accepted = fuzz::zip(&bytes);
        let container = matches!(archive.part, Part::Zip | Part::Names);
        assert!(!(accepted && container && archive.verdict == Verdict::Refused), "{} is accepted", archive.name);
        read += 1;
    }
    assert!(read > 100, "{read} hostile archives");
}

#[test]
fn manifests() {
    check("manifest", fuzz::manifest, &["csv.json", "global.json"]);
}

#[test]
fn tables() {
    check("csv", fuzz::csv, &["forms.csv", "plain.csv", "quotes.csv", "spreadsheet.csv"]);
}
