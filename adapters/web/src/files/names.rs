//! Names of files: what a browser said is used as far as it harms nothing, and is said to a browser in letters that
//! every one of them reads.

/// Bytes; file systems take 255, with what stands before it here and what the engine puts before that.
const LONGEST: usize = 150;

/// The end of a path in our folder, for people to recognise. Nothing in it leads anywhere, and nothing is hidden.
pub(super) fn harmless(name: &str) -> String {
    let allowed = |letter: char| letter.is_alphanumeric() || " .-_()".contains(letter);
    let name: String = name.trim().chars().map(|letter| if allowed(letter) { letter } else { '_' }).collect();
    let name = &name[name.ceil_char_boundary(name.len().saturating_sub(LONGEST))..];
    let name = name.trim_matches([' ', '.']);
    if name.is_empty() { "file".to_owned() } else { name.to_owned() }
}

/// `Content-Disposition` of a download (RFC 6266): the name in plain letters for old readers, and in full for all
/// others.
pub(super) fn attachment(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || " .-_()".contains(letter) { letter } else { '_' })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", escaped(name))
}

/// RFC 5987: all but letters and digits as `%41`.
fn escaped(name: &str) -> String {
    let escape = |byte: u8| match byte {
        b'.' | b'-' | b'_' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    name.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere() {
        for (name, expected) in [
            ("My Workshop (2).zip", "My Workshop (2).zip"),
            ("Мастерская.db", "Мастерская.db"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\Windows\\win.ini", "C__Windows_win.ini"),
            (" .hidden ", "hidden"),
            ("a\u{0}b\r\nc\"d", "a_b__c_d"),
            ("...", "file"),
            ("", "file"),
        ] {
            assert_eq!(harmless(name), expected, "{name:?}");
        }
        for letter in ["Ж", "紙", "aЖ"] {
            assert!(harmless(&letter.repeat(5000)).len() <= LONGEST);
        }
        assert!(harmless(&format!("{}.zip", "a".repeat(5000))).ends_with(".zip"));
    }

    #[test]
    fn a_download_has_its_name_in_every_browser() {
        assert_eq!(attachment("a b.zip"), "attachment; filename=\"a b.zip\"; filename*=UTF-8''a%20b.zip");
        assert_eq!(
            attachment("Дом\"\r\n.db"),
            "attachment; filename=\"______.db\"; filename*=UTF-8''%D0%94%D0%BE%D0%BC%22%0D%0A.db"
        );
    }
}
