//! The names that a file of an archive may have, and why any other is refused. Nothing is ever unpacked under a name
//! from an archive; but a name that could do harm elsewhere says what kind of archive it is.

use super::super::layout;

const KINDS: [&str; 4] = ["csv", "lines", "db", "zip"];
const FIXED: [&str; 3] = [layout::README, layout::MANIFEST, layout::REGISTRY];
const LONGEST: usize = 100;

/// A name for messages: without control characters, and not longer than anybody wants to read.
pub(super) fn shown(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    let mut shown: String = text.chars().take(LONGEST).flat_map(visible).collect();
    if text.chars().count() > LONGEST {
        shown.push('…');
    }
    shown
}

fn visible(letter: char) -> Vec<char> {
    // Also what turns the direction of writing round, or takes no space.
    let invisible = matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
    if letter.is_control() || invisible { letter.escape_unicode().collect() } else { vec![letter] }
}

/// Whether an archive may hold a file of this name; otherwise why not.
pub(super) fn check(name: &[u8]) -> Result<(), String> {
    let Ok(text) = std::str::from_utf8(name) else {
        return Err("its name is not UTF-8".to_owned());
    };
    if is_allowed(text) { Ok(()) } else { Err(reason(text)) }
}

fn is_allowed(name: &str) -> bool {
    if FIXED.contains(&name) {
        return true;
    }
    let Some((stem, kind)) = name.rsplit_once('.') else { return false };
    let Some((number, slug)) = stem.split_once('_') else { return false };
    number.len() == 4
        && number.bytes().all(|digit| digit.is_ascii_digit())
        && slug.bytes().all(|letter| matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && slug.len() <= LONGEST
        && KINDS.contains(&kind)
}

fn reason(name: &str) -> String {
    let letters = name.as_bytes();
    let fixed = FIXED.into_iter().find(|fixed| fixed.eq_ignore_ascii_case(name));
    let say = match letters {
        [] => "it has no name",
        _ if letters.contains(&0) => "its name holds a NUL character",
        _ if name.chars().any(char::is_control) => "its name holds a control character",
        _ if letters.contains(&b'\\') => "its name holds a backslash, which is a folder on Windows",
        [b'/', ..] => "its name is an absolute path",
        [drive, b':', ..] if drive.is_ascii_alphabetic() => "its name begins with the letter of a drive",
        _ if name.split('/').any(|part| part == "..") => "its name leads out of the folder it is unpacked in (`..`)",
        [.., b'/'] => "it is a folder; the files lie in an archive without folders",
        _ if letters.contains(&b'/') => {
            "it lies in a folder; whoever packs the files again packs the files themselves, not their folder"
        }
        _ if letters.contains(&b':') => "its name holds a colon, which is a hidden part of a file on Windows",
        _ if is_device(name) => "its name is one of a device on Windows",
        _ if name.ends_with(['.', ' ']) => "its name ends with a dot or a space, which Windows leaves out",
        _ if fixed.is_some() || is_allowed(&name.to_ascii_lowercase()) => {
            let right = fixed.map_or_else(|| name.to_ascii_lowercase(), str::to_owned);
            return format!("its name is written `{right}` in an archive");
        }
        _ => "no archive of this program holds a file of this name",
    };
    say.to_owned()
}

/// `CON`, `nul.csv`, `Com1`: Windows opens a device, whatever stands behind the dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ').to_ascii_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str()) {
        return true;
    }
    let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    number.is_some_and(|number| {
        let mut digits = number.chars();
        matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
    })
}
