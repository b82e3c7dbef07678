//! What `omnicraft list --json` says, and what lies in the folder of backups.

use std::path::{Path, PathBuf};

use omnicraft_core::model::Slot;
use serde_json::Value;

/// A card.
#[derive(Clone, Debug)]
pub struct Card {
    /// `s12`.
    pub id: String,
    /// `auto_daily`.
    pub slot: String,
    /// Its file.
    pub path: PathBuf,
    /// Whether a restore from it is offered.
    pub restorable: bool,
    /// Whether it holds a damaged database, kept as it was found.
    pub damaged: bool,
}

impl Card {
    /// Whether it lies in the ring of close backups.
    pub fn is_ring(&self) -> bool {
        self.slot.starts_with("auto_close_")
    }

    /// Whether it holds one of the manual's slots outside the ring, whose name never becomes free again.
    pub fn is_plain(&self) -> bool {
        Slot::parse(&format!("{}.db", self.slot)).is_some_and(|slot| slot.generation.is_none()) && !self.is_ring()
    }
}

/// Reads the JSON of `list`.
pub fn read(json: &Value) -> Vec<Card> {
    let text =
        |card: &Value, key: &str| card[key].as_str().unwrap_or_else(|| panic!("no `{key}` in {card}")).to_owned();
    let cards = json.as_array().unwrap_or_else(|| panic!("not a list: {json}"));
    let read = |card: &Value| Card {
        id: text(card, "id"),
        slot: text(card, "slot"),
        path: text(card, "path").into(),
        restorable: card["restorable"].as_bool().unwrap_or_else(|| panic!("no `restorable` in {card}")),
        damaged: text(card, "verification") == "damaged",
    };
    cards.iter().map(read).collect()
}

/// All files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    crate::image::of(folder).into_keys().map(|path| folder.join(path)).collect()
}

/// A file's name; the harness makes no names that are not UTF-8.
pub fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Whether a file has a slot's name.
pub fn is_slot(path: &Path) -> bool {
    Slot::parse(name(path)).is_some()
}
