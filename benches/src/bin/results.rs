//! Makes `benches/RESULTS.md` and its plots of what the benches have left. `cargo xtask bench` runs it after them.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a program for people")]
#![expect(clippy::disallowed_methods, reason = "it reads figures and writes a page; no live database is near")]

use std::error::Error;
use std::fs;
use std::path::Path;

use omnicraft_benches::machine;
use omnicraft_benches::results::memory::{MEMORY, Peak};
use omnicraft_benches::results::page::page;
use omnicraft_benches::results::plot::{Plot, draw};
use omnicraft_benches::results::{GROUPS, Group, PLOTS, kept};

/// The order on the page.
const BENCHES: [&str; 10] =
    ["backup", "writer", "close", "restore", "csv_export", "csv_restore", "verify", "preview", "open", "transition"];

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut groups: Vec<Group> = kept(GROUPS).into_iter().map(|(_, group)| group).collect();
    groups.sort_by_key(|group| BENCHES.iter().position(|bench| *bench == group.bench));
    let mut plots = Vec::new();
    for (name, plot) in kept::<Plot>(PLOTS) {
        let file = format!("{name}.svg");
        draw(&plot, &here.join(&file))?;
        plots.push((plot.title, file));
    }
    let peaks: Vec<Peak> = kept::<Vec<Peak>>(MEMORY).into_iter().flat_map(|(_, peaks)| peaks).collect();
    fs::write(here.join("RESULTS.md"), page(&machine::in_words(), &groups, &peaks, &plots))?;
    println!("{} groups and {} plots are in benches/RESULTS.md", groups.len(), plots.len());
    Ok(())
}
