//! Pictures for the README, made by the tests themselves. They lie in `target/screens`; with `OMNICRAFT_BLESS=1` they
//! replace those in the repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::in_browser;
use super::verbs::Browser;

/// Bytes of a picture; a reader of the README loads all of them.
const LARGEST: usize = 80_000;

/// Keeps the page that is open as a picture, 1000 pixels wide.
#[track_caller]
pub(crate) fn keep(browser: &Browser, name: &str) {
    browser.width(1000);
    browser.run("scrollTo(0, 0); return document.fonts.ready.then(() => 0)");
    let picture = reduced(&browser.picture());
    let test = std::env::current_exe().unwrap();
    let mut folders: Vec<PathBuf> = vec![test.ancestors().nth(3).unwrap().join("screens")];
    if std::env::var_os("OMNICRAFT_BLESS").is_some_and(|value| value == "1") {
        folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("screens"));
    }
    for folder in folders {
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.png")), &picture).unwrap();
    }
    assert!(picture.len() < LARGEST, "{name} has {} bytes", picture.len());
}

/// The same picture with a palette of its 256 most frequent colours; of the others, which are edges of letters, each
/// becomes the nearest of those. A third of the bytes.
fn reduced(picture: &[u8]) -> Vec<u8> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
    decoder.set_transformations(png::Transformations::ALPHA);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let shape = reader.next_frame(&mut pixels).unwrap();
    let colours = pixels.chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    let mut counts = BTreeMap::<[u8; 3], u32>::new();
    colours.clone().for_each(|colour| *counts.entry(colour).or_default() += 1);
    let mut palette: Vec<[u8; 3]> = counts.keys().copied().collect();
    palette.sort_by_key(|colour| std::cmp::Reverse(counts[colour]));
    palette.truncate(256);
    let distance =
        |a: &[u8; 3], b: &[u8; 3]| a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum::<u32>();
    let nearest = |colour: &[u8; 3]| (0..palette.len()).min_by_key(|place| distance(&palette[*place], colour)).unwrap();
    let places: BTreeMap<[u8; 3], u8> =
        counts.keys().map(|colour| (*colour, u8::try_from(nearest(colour)).unwrap())).collect();
    let mut small = Vec::new();
    let mut encoder = png::Encoder::new(&mut small, shape.width, shape.height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&colours.map(|colour| places[&colour]).collect::<Vec<u8>>()).unwrap();
    writer.finish().unwrap();
    small
}

#[test]
fn the_home_page_is_a_picture() {
    in_browser(|browser, _| {
        browser.see("Daily Backup");
        keep(browser, "home");
    });
}
