//! What somebody sets out to do with backups and files: restores of every source, undos and exports.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use omnicraft_core::event::{self, EventKind, Source};
use omnicraft_core::model::SnapshotId;

use super::day::Export;
use super::intention::{Answer, Change, Intention, Turn, id};
use super::life::{Exported, Life, NAMES};
use super::reference::Live;
use crate::content::Digest;
use crate::crash::life::ELSEWHERE;

impl Life {
    pub(super) fn restore(&mut self, which: u8, n: u8) -> Option<Intention> {
        let (name, business) = self.business(which);
        let backups = business.captures.iter();
        let backups = backups.map(|c| (Source::Snapshot(SnapshotId(c.id)), (!c.harmed).then_some(c.content)));
        let files = self.exports.iter().filter_map(|export| Some((export.source(name)?, Some(export.contents[name]))));
        let foreign = (Source::File(format!("{ELSEWHERE}/holiday.jpg").into()), None);
        let mut sources: Vec<(Source, Option<Digest>)> = backups.chain(files).chain([foreign]).collect();
        let (source, content) = sources.swap_remove(usize::from(n) % sources.len());
        let words = format!("{} is restored into {name}", shown(&source));
        let event = EventKind::RestoreRequested(id(name), source);
        let Some(content) = content else {
            return Some(Intention::tell(words, event, Answer::Refused));
        };
        let after = self.after(name, content, Change::Migrate).after;
        let turn = Turn { live: vec![(name, Live::Holds(after))], restored: vec![name], ..Turn::default() };
        Some(Intention { turns: vec![turn], ..Intention::tell(words, event, Answer::Done) })
    }

    pub(super) fn restore_all(&mut self, n: u8) -> Option<Intention> {
        let archives: Vec<&Exported> = self.exports.iter().filter(|export| export.what == Export::All).collect();
        let archive = archives.get(usize::from(n) % archives.len().max(1))?;
        let (path, contents) = (archive.path.clone(), archive.contents.clone());
        let words = format!("all of {path} is restored");
        let event = EventKind::RestoreAllRequested(path.into());
        // A file of a workspace that is no longer looked after belongs to nobody.
        let in_the_way =
            |name: &str| !self.is_listed(name) && self.books.get(name).is_none_or(|b| b.live != Live::Missing);
        if contents.keys().any(|name| in_the_way(name)) {
            return Some(Intention::tell(words, event, Answer::Refused));
        }
        let mut turn = Turn::default();
        for (name, content) in contents {
            let after = self.after(name, content, Change::Migrate).after;
            turn.live.push((name, Live::Holds(after)));
            turn.restored.push(name);
            if !self.is_listed(name) {
                turn.listed.push((name, true));
            }
        }
        Some(Intention { turns: vec![turn], ..Intention::tell(words, event, Answer::Done) })
    }

    /// Databases that were restored together go back together.
    pub(super) fn undo(&mut self, which: u8) -> Option<Intention> {
        let (name, business) = self.business(which);
        let told = |answer| {
            Intention::tell(format!("the last restore of {name} is undone"), EventKind::UndoRequested(id(name)), answer)
        };
        let Some(newest) = business.undo.last() else { return Some(told(Answer::Refused)) };
        let number = newest.number;
        let mut turn = Turn::default();
        let mut is_clear = true;
        let mut contents = Vec::new();
        for name in NAMES.into_iter().filter(|name| self.is_listed(name)) {
            let business = &self.books[name];
            let Some(point) = business.undo.last().filter(|point| point.number == number) else { continue };
            turn.undone.push(name);
            let safeguard = business.captures.iter().find(|capture| Some(capture.id) == point.safeguard);
            match (point.was, safeguard) {
                (Live::Holds(content), Some(safeguard)) if !safeguard.harmed => contents.push((name, content)),
                _ => is_clear = false,
            }
        }
        for (name, content) in contents {
            let after = self.after(name, content, Change::Migrate).after;
            turn.live.push((name, Live::Holds(after)));
        }
        if is_clear {
            return Some(Intention { turns: vec![turn], ..told(Answer::Done) });
        }
        // What was missing, ruined or spoilt by hand may come back or not.
        turn.is_vague = true;
        let whole =
            Turn { live: turn.live.iter().copied().filter(|(other, _)| *other != name).collect(), ..turn.clone() };
        let ruined = Turn { live: turn.live.iter().copied().chain([(name, Live::Ruined)]).collect(), ..turn.clone() };
        Some(Intention { turns: vec![whole, ruined, turn], ..told(Answer::Any) })
    }

    pub(super) fn export(&mut self, which: u8, what: Export) -> Option<Intention> {
        let (name, _) = self.business(which);
        self.next_export += 1;
        let wanted = |other: &&'static str| what == Export::All || *other == name;
        let mut contents = BTreeMap::new();
        let mut answer = Answer::Done;
        for name in NAMES.into_iter().filter(wanted).filter(|name| self.is_listed(name)) {
            match self.books[name].live {
                Live::Holds(content) => drop(contents.insert(name, content)),
                Live::Missing | Live::Ruined => answer = Answer::Any,
            }
        }
        let ending = if what == Export::Database { "db" } else { "zip" };
        let path = format!("{ELSEWHERE}/{}.{ending}", self.next_export);
        let (words, export) = match what {
            Export::Database => (format!("{name} is exported"), event::Export::Database(id(name))),
            Export::Csv => (format!("{name} is exported as CSV"), event::Export::Csv(id(name))),
            Export::All => {
                ("all is exported".to_owned(), event::Export::All { with_csv: self.next_export.is_multiple_of(2) })
            }
        };
        let event = EventKind::ExportRequested { export, to: Utf8PathBuf::from(&path), replace: false };
        let told = Intention::tell(format!("{words} to {path}"), event, answer);
        let export = (answer == Answer::Done).then_some(Exported { what, path, contents, bytes: 0 });
        Some(Intention { export, ..told })
    }
}

fn shown(source: &Source) -> String {
    match source {
        Source::Snapshot(id) => id.to_string(),
        Source::File(path) | Source::Archive { path, .. } => path.to_string(),
    }
}

impl Exported {
    /// As a source for one database.
    fn source(&self, name: &str) -> Option<Source> {
        let path = Utf8PathBuf::from(&self.path);
        let accept_edited = false;
        match self.what {
            Export::Database if self.contents.contains_key(name) => Some(Source::File(path)),
            Export::Csv if self.contents.contains_key(name) => {
                Some(Source::Archive { path, accept_edited, trust_schema: false })
            }
            Export::Database | Export::Csv | Export::All => None,
        }
    }
}
