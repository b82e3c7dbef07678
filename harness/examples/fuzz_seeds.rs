//! Puts every hostile archive that is made of a CSV archive among the seeds of the fuzzer's target `zip`. They are built
//! anew where one fuzzes, and not kept: `cargo run -p omnicraft-harness --example fuzz_seeds`.
#![expect(clippy::disallowed_methods, reason = "seeds are files that nobody has open")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for developers that stops where it cannot go on")]

use std::fs;
use std::path::Path;

use omnicraft_fixtures::hostile::{self, Kind};

/// Bytes beyond which a seed only slows the fuzzer down.
const LARGEST: u64 = 1 << 20;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = folder.join("../fixtures/data/golden/business_0004.zip");
    let seeds = folder.join("fuzz/corpus/zip");
    let archives = hostile::archives();
    let made = archives.iter().filter(|archive| archive.kind == Kind::Csv).enumerate();
    for (number, archive) in made {
        let seed = seeds.join(format!("hostile_{number:03}.zip"));
        archive.make(&golden, &seed).unwrap();
        if fs::metadata(&seed).unwrap().len() > LARGEST {
            fs::remove_file(&seed).unwrap();
        }
    }
    println!("the seeds are in {}", seeds.display());
}
