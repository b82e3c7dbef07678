//! The raw zip file: each way to lie in it, and what the refusal says.

use std::time::Instant;

use crate::support::{content, csv_files, deflated, findings, stored};
use crate::zipped::{Zipped, zip};

/// A good archive whose second file, the sales, is changed; then what speaks against it.
#[track_caller]
fn check(change: impl FnOnce(&mut Zipped), expected: &[&str]) {
    let mut files: Vec<_> = csv_files().iter().map(|(name, content)| Zipped::new(name, content)).collect();
    change(&mut files[1]);
    assert_eq!(findings(zip(&files)), expected);
}

/// A good archive whose bytes are changed.
#[track_caller]
fn check_bytes(change: impl FnOnce(&mut Vec<u8>), expected: &[&str]) {
    let mut archive = stored(&csv_files());
    change(&mut archive);
    assert_eq!(findings(archive), expected);
}

#[track_caller]
fn check_name(name: impl AsRef<[u8]>, expected: &str) {
    let mut files: Vec<_> = csv_files().iter().map(|(name, content)| Zipped::new(name, content)).collect();
    files.push(Zipped::new(name.as_ref(), "x"));
    let found = findings(zip(&files));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with(expected), "{found:?}");
}

#[test]
fn what_is_in_order_is_read() {
    assert_eq!(findings(stored(&csv_files())), Vec::<String>::new());
    assert_eq!(findings(deflated(&csv_files())), Vec::<String>::new());
}

#[test]
fn what_is_no_zip_file_says_so() {
    check_bytes(Vec::clear, &["it is empty (0 bytes)"]);
    check_bytes(|archive| *archive = b"letter".to_vec(), &["it is not a zip file"]);
    check_bytes(|archive| *archive = b"Dear Sirs, ".repeat(1000), &["it is not a zip file"]);
    check_bytes(|archive| *archive = b"PK".to_vec(), &["it is not a zip file"]);
}

#[test]
fn what_is_cut_off_says_so() {
    let cut = "its end is missing: it was cut off, as by an interrupted download";
    check_bytes(|archive| archive.truncate(archive.len() / 2), &[cut]);
    check_bytes(|archive| archive.truncate(archive.len() - 1), &[cut]);
}

#[test]
fn nothing_lies_before_behind_or_between() {
    let moved = "its directory does not lie where the end record says, right before it: something was cut out, or put \
                 before the archive or into it";
    check_bytes(|archive| archive.extend(b"more"), &["4 bytes lie behind its end"]);
    check_bytes(|archive| *archive = [b"before".as_slice(), archive].concat(), &[moved]);
    check_bytes(|archive| *archive = [archive.as_slice(), archive].concat(), &[moved]);
    let comment = |archive: &mut Vec<u8>| {
        let length = archive.len();
        archive[length - 2] = 5;
        archive.extend(b"hello");
    };
    check_bytes(comment, &["it has a comment, which no archive of this program has"]);
    check(|sales| sales.behind = b"hidden".to_vec(), &["0001_sales.csv: 6 bytes that belong to no file lie behind it"]);
}

#[test]
fn files_do_not_overlap() {
    let mut files: Vec<_> = csv_files().iter().map(|(name, content)| Zipped::new(name, content)).collect();
    let inner = zip(&[files[1].clone()]);
    let length = 30 + files[1].name.len() + files[1].content.len();
    let readme = 30 + files[0].name.len() + files[0].content.len();
    files[0].content.extend(&inner[..length]);
    files[0] = Zipped::new("README.txt", files[0].content.clone());
    files[1].start = Some(readme as u32);
    let found = findings(zip(&files));
    assert_eq!(found[0], "README.txt: it overlaps what lies behind it in the archive");
}

#[test]
fn no_two_files_lie_in_one_place() {
    let mut files: Vec<_> = csv_files().iter().map(|(name, content)| Zipped::new(name, content)).collect();
    let start = 30 + files[0].name.len() + files[0].content.len();
    files[3].start = Some(start as u32);
    let found = findings(zip(&files));
    assert_eq!(found[0], "0002_notes.csv: it lies in the same place as 0001_sales.csv");
}

#[test]
fn names_are_on_the_list_or_say_why_not() {
    check_name("../../x.csv", "its name leads out of the folder it is unpacked in (`..`)");
    check_name("/0009_x.csv", "its name is an absolute path");
    check_name("C:0009_x.csv", "its name begins with the letter of a drive");
    check_name("..\\x.csv", "its name holds a backslash, which is a folder on Windows");
    check_name("0009_x\0.csv", "its name holds a NUL character");
    check_name("0009_\n.csv", "0009_\\u{a}.csv: its name holds a control character");
    check_name("nul.csv", "its name is one of a device on Windows");
    check_name("COM1", "its name is one of a device on Windows");
    check_name("0009_x/", "it is a folder; the files lie in an archive without folders");
    check_name(
        "__MACOSX/._README.txt",
        "it lies in a folder; whoever packs the files again packs the files themselves, not their folder",
    );
    check_name(b"0009_\xFF.csv", "its name is not UTF-8");
    check_name("0009_x.csv:stream", "its name holds a colon, which is a hidden part of a file on Windows");
    check_name("0009_x.csv.", "its name ends with a dot or a space, which Windows leaves out");
    check_name("0009_X.csv", "its name is written `0009_x.csv` in an archive");
    check_name("WORKSPACES.json", "its name is written `workspaces.json` in an archive");
    check_name("0009_x.exe", "no archive of this program holds a file of this name");
    check_name("0009_\u{202E}vsc.csv", "0009_\\u{202e}vsc.csv: no archive of this program holds a file of this name");
    check_name("", "it has no name");
    check_name("0009_x.csv", "the manifest does not know this file");
}

#[test]
fn no_name_is_there_twice() {
    check_name("0001_sales.csv", "0001_sales.csv: it is in the archive more than once");
    let mut files: Vec<_> = csv_files().iter().map(|(name, content)| Zipped::new(name, content)).collect();
    files.push(Zipped::new("0001_SALES.csv", "x"));
    assert_eq!(
        findings(zip(&files)),
        [
            "0001_SALES.csv: its name is written `0001_sales.csv` in an archive",
            "0001_SALES.csv: its name differs from `0001_sales.csv` in case alone",
        ]
    );
}

#[test]
fn no_file_has_a_second_meaning() {
    check(|sales| sales.flags = 1, &["0001_sales.csv: it is encrypted; pack it again without a password"]);
    check(|sales| sales.flags = 1 << 5, &["0001_sales.csv: it is packed in an unusual way (unknown flags)"]);
    check(
        |sales| sales.method = 93,
        &["0001_sales.csv: it is packed by a method other than Deflate; pack it again as an ordinary zip file"],
    );
    check(|sales| sales.version = 63, &["0001_sales.csv: it asks for a newer zip program than an archive needs"]);
    check(|sales| sales.attributes = 0o120_777 << 16, &["0001_sales.csv: it is a link, which no archive holds"]);
    check(|sales| sales.attributes = 0o040_755 << 16, &["0001_sales.csv: it is a folder, which no archive holds"]);
    check(|sales| sales.attributes = 0x10, &["0001_sales.csv: it is a folder, which no archive holds"]);
    check(
        |sales| sales.attributes = 0o020_666 << 16,
        &["0001_sales.csv: it is a device or a pipe, which no archive holds"],
    );
    check(|sales| sales.disk = 1, &["0001_sales.csv: it lies in another part of an archive that was split"]);
    check(
        |sales| sales.comment = b"hello".to_vec(),
        &["0001_sales.csv: it has a comment, which no file of an archive has"],
    );
    check(
        |sales| sales.notes = b"\x75\x70\x02\0ab".to_vec(),
        &["0001_sales.csv: it has a note of an unknown kind (0x7075), which could change its meaning"],
    );
    check(
        |sales| sales.notes = b"\x75\x70\x09\0ab".to_vec(),
        &["0001_sales.csv: its directory is cut short; the archive is damaged"],
    );
    check(
        |sales| sales.own_notes = b"\x75\x54\x01\0a".to_vec(),
        &["0001_sales.csv: it has a note of an unknown kind (0x5475), which could change its meaning"],
    );
    check(|sales| sales.notes = b"\x55\x54\x01\0a".to_vec(), &[]);
}

#[test]
fn each_file_says_the_same_twice() {
    check(
        |sales| sales.own_name = Some(b"0001_other.csv".to_vec()),
        &["0001_sales.csv: its own header gives it another name than the directory"],
    );
    check(|sales| sales.own_size = Some(9), &["0001_sales.csv: its own header contradicts the directory"]);
    check(|sales| sales.size -= 1, &["0001_sales.csv: it is stored as it is, and yet its two sizes differ"]);
    check(|sales| sales.start = Some(7), &["0001_sales.csv: there is no file where the directory says that it lies"]);
    check(|sales| sales.start = Some(1 << 30), &["0001_sales.csv: it does not lie inside the archive"]);
    check(
        |sales| (sales.size, sales.compressed) = (1 << 30, 1 << 30),
        &["0001_sales.csv: it does not lie inside the archive"],
    );
    check(
        |sales| sales.notes = b"\x01\0\x08\0\x09\0\0\0\0\0\0\0".to_vec(),
        &["0001_sales.csv: it has more sizes than it needs"],
    );
    check(
        |sales| sales.size = u32::MAX,
        &[
            "0001_sales.csv: it is stored as it is, and yet its two sizes differ",
            "0001_sales.csv: one of its sizes is missing",
            "0001_sales.csv: one of its sizes is missing",
        ],
    );
}

#[test]
fn checksums_that_do_not_fit_are_damage() {
    let wrong = ["0001_sales.csv: its content does not fit its checksum (CRC-32); the archive is damaged"];
    check(|sales| sales.crc ^= 1, &wrong);
    check(|sales| sales.content[9] ^= 1, &wrong);
}

#[test]
fn programs_that_pack_in_one_go_are_understood() {
    // Sizes and checksum stand behind the content, with a signature, as macOS and libarchive write them.
    let described = |sales: &mut Zipped| {
        sales.flags = 1 << 3;
        sales.own_size = Some(0);
        sales.behind = b"PK\x07\x08".to_vec();
        for field in [sales.crc, sales.compressed, sales.size] {
            sales.behind.extend(field.to_le_bytes());
        }
    };
    check(described, &[]);
    let again = ["0001_sales.csv: its sizes and checksum do not stand again behind it, as it says"];
    check(
        |sales| {
            described(sales);
            sales.behind[7] ^= 1;
        },
        &again,
    );
    check(|sales| sales.flags = 1 << 3, &again);
}

/// Eight files of more than a gigabyte each that are a few kilobytes in the archive, and the archive of a thousand.
#[test]
fn what_would_fill_the_disk_is_refused_at_once() {
    let begun = Instant::now();
    let bomb = |name: &str, size: u32| {
        let mut file = Zipped::new(name, vec![0; 10_000]);
        (file.method, file.size) = (8, size);
        file
    };
    let found = findings(zip(&[bomb("0001_a.csv", 4_000_000_000)]));
    assert_eq!(
        found,
        [
            "0001_a.csv: it unpacks to 4,000,000,000 bytes from 10,000, more than 200 times as much, as archives do that \
             are made to fill a disk; whoever packs such a file packs it without compression",
            "it says that it unpacks to 4,000,000,000 bytes, more than an archive of 10,118 bytes can hold",
        ]
    );
    let large = findings(zip(&[bomb("manifest.json", 70_000_000), bomb("README.txt", 1_048_577)]));
    assert_eq!(large[0], "manifest.json: it says that it is 70,000,000 bytes large, and it may be 67,108,864 at most");
    assert_eq!(large[1], "README.txt: it says that it is 1,048,577 bytes large, and it may be 1,048,576 at most");
    let many: Vec<_> = (0..20_002).map(|number| Zipped::new(format!("{number:04}_a.csv"), "")).collect();
    assert_eq!(findings(zip(&many)), ["it says that it holds 20,002 files, and an archive holds 20,001 at most"]);
    assert!(begun.elapsed().as_secs() < 2, "{:?}", begun.elapsed());
}

/// A file that unpacks to more than the directory says: reading stops there.
#[test]
fn a_file_that_grows_is_cut_off() {
    let mut files = csv_files();
    content(&mut files, "README.txt").extend(vec![b' '; 900_000]);
    let honest = deflated(&files);
    let mut lying = honest;
    // The size stands in the first header at 22, and in the first entry of the directory at 24.
    let central = lying.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    for at in [22, central + 24] {
        lying[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    let found = findings(lying);
    assert_eq!(found, ["README.txt: it is longer than the directory says; the archive is damaged"]);
}
