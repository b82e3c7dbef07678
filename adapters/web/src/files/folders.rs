//! Folders for exports: some are suggested, and the one that a person names is looked at before anything is written.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why nothing can be exported to a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// There is none.
    Missing,
    /// It is not named from its beginning.
    Relative,
    /// It is a file.
    NotAFolder,
    /// It lies in the home.
    Ours,
    /// The system does not let us look.
    Unreadable,
}

impl Reason {
    /// The text that says it.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Missing => "folder-missing",
            Self::Relative => "folder-relative",
            Self::NotAFolder => "folder-not-a-folder",
            Self::Ours => "folder-ours",
            Self::Unreadable => "folder-unreadable",
        }
    }
}

/// A folder that a person named, without links and detours. Exports go anywhere but into the home, which is the
/// engine's.
pub(crate) fn check(typed: &str, home: &Path) -> Result<PathBuf, Reason> {
    let typed = Path::new(typed.trim());
    if !typed.is_absolute() {
        return Err(Reason::Relative);
    }
    let folder = fs::canonicalize(typed).map_err(|error| reason(&error))?;
    if !fs::metadata(&folder).map_err(|error| reason(&error))?.is_dir() {
        return Err(Reason::NotAFolder);
    }
    let home = fs::canonicalize(home).map_err(|error| reason(&error))?;
    if folder.starts_with(home) { Err(Reason::Ours) } else { Ok(folder) }
}

fn reason(error: &io::Error) -> Reason {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the standard library's list is open")]
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::InvalidInput => Reason::Missing,
        ErrorKind::NotADirectory => Reason::NotAFolder,
        _ => Reason::Unreadable,
    }
}

/// Folders that people use: sticks and other disks first, because a file there survives this computer.
pub(crate) fn suggest() -> Vec<PathBuf> {
    let mut folders = mounted();
    if let Ok(home) = etcetera::home_dir() {
        folders.extend(of_user(&home));
        folders.push(home);
    }
    let mut seen = BTreeSet::new();
    folders.retain(|folder| folder.is_dir() && seen.insert(folder.clone()));
    folders
}

/// Desktop, documents and downloads, under the names that the desktop gave them in the user's language.
#[expect(clippy::disallowed_methods, reason = "a text of the desktop's, and no database")]
fn of_user(home: &Path) -> Vec<PathBuf> {
    let named = fs::read(home.join(".config/user-dirs.dirs")).unwrap_or_default();
    let named = String::from_utf8_lossy(&named);
    let wanted =
        [("XDG_DESKTOP_DIR", "Desktop"), ("XDG_DOCUMENTS_DIR", "Documents"), ("XDG_DOWNLOAD_DIR", "Downloads")];
    let folder = |(key, usual): (&str, &str)| {
        let value =
            named.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix("=\"")?.strip_suffix('"'));
        value.map_or_else(
            || home.join(usual),
            |value| match value.strip_prefix("$HOME/") {
                Some(inside) => home.join(inside),
                None => PathBuf::from(value),
            },
        )
    };
    wanted.into_iter().map(folder).collect()
}

/// Sticks and other disks, where each system shows them.
fn mounted() -> Vec<PathBuf> {
    if cfg!(windows) {
        return ('D'..='Z')
            .map(|letter| PathBuf::from(format!("{letter}:\\")))
            .filter(|drive| drive.is_dir())
            .collect();
    }
    let mut found = Vec::new();
    for folder in ["/media", "/run/media", "/Volumes"] {
        for inside in folders_in(Path::new(folder)) {
            // /media/STICK, or /media/PERSON/STICK.
            if is_mounted(&inside) {
                found.push(inside);
            } else {
                found.extend(folders_in(&inside).into_iter().filter(|stick| is_mounted(stick)));
            }
        }
    }
    found
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Whether another disk begins here.
#[cfg(unix)]
fn is_mounted(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev()).ok();
    folder.parent().is_some_and(|parent| device(parent) != device(folder))
}

#[cfg(not(unix))]
fn is_mounted(_folder: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// A home beside a folder with a file, a link into the home and a link to the folder itself.
    fn check(typed: &str, expected: Result<&str, Reason>) {
        let place = TempDir::new().unwrap();
        let at = place.path().canonicalize().unwrap();
        for folder in ["home/backups", "stick/deep"] {
            fs::create_dir_all(at.join(folder)).unwrap();
        }
        fs::OpenOptions::new().write(true).create(true).truncate(true).open(at.join("stick/file")).unwrap();
        #[cfg(unix)]
        for (to, link) in [("home", "stick/link"), ("stick", "link")] {
            std::os::unix::fs::symlink(at.join(to), at.join(link)).unwrap();
        }
        let typed = typed.replace("AT", at.to_str().unwrap());
        let expected = expected.map(|path| at.join(path));
        assert_eq!(super::check(&typed, &at.join("home")), expected, "{typed}");
    }

    #[test]
    fn a_folder_outside_the_home_is_taken() {
        check("AT/stick", Ok("stick"));
        check(" AT/stick/deep/.. ", Ok("stick"));
        check("AT/home/../stick", Ok("stick"));
    }

    #[test]
    fn anything_else_is_not() {
        for relative in ["", " ", ".", "stick", "../stick", "~/stick", "file:///tmp"] {
            check(relative, Err(Reason::Relative));
        }
        for missing in ["AT/nowhere", "AT/stick\u{0}", "AT/nowhere/../stick"] {
            check(missing, Err(Reason::Missing));
        }
        for file in ["AT/stick/file", "AT/stick/file/deep"] {
            check(file, Err(Reason::NotAFolder));
        }
        for ours in ["AT/home", "AT/home/backups", "AT/stick/../home/backups", "AT/home/"] {
            check(ours, Err(Reason::Ours));
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_before_they_are_judged() {
        check("AT/link", Ok("stick"));
        check("AT/stick/link", Err(Reason::Ours));
        check("AT/link/link/backups", Err(Reason::Ours));
    }

    #[test]
    fn folders_of_the_user_have_the_names_of_his_language() {
        let home = TempDir::new().unwrap();
        let home = home.path();
        assert_eq!(of_user(home), ["Desktop", "Documents", "Downloads"].map(|name| home.join(name)));
        fs::create_dir(home.join(".config")).unwrap();
        let file = "# a comment\nXDG_DESKTOP_DIR=\"$HOME/Рабочий стол\"\nXDG_DOCUMENTS_DIR=\"/srv/papers\"\n";
        let mut options = fs::OpenOptions::new();
        let mut list = options.write(true).create_new(true).open(home.join(".config/user-dirs.dirs")).unwrap();
        io::Write::write_all(&mut list, file.as_bytes()).unwrap();
        assert_eq!(of_user(home), [home.join("Рабочий стол"), "/srv/papers".into(), home.join("Downloads")]);
    }
}
