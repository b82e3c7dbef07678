//! The engine's cards, held against the backups of the owner's book: each holds what it should, and none is gone that
//! must be there.

use std::path::Path;

use omnicraft_core::model::{Base, Level, Snapshot, WorkspaceId};
use omnicraft_core::names;

use super::Broken;
use super::intention::{Turn, is_close};
use super::judge::Before;
use super::life::{Life, NAMES};
use super::reference::{Capture, Live};
use crate::content::Digest;
use crate::crash::life::HOME;
use crate::sim::image::Image;

impl Life {
    /// What there is, against what must be there; then the book has what there is.
    pub(super) fn judge_cards(
        &mut self,
        image: &Image,
        before: &Before,
        turns: &[Turn],
        ring_is_open: bool,
    ) -> Result<(), Broken> {
        for name in NAMES {
            if !self.books.get(name).is_some_and(|business| business.listed) {
                continue;
            }
            let mut live: Vec<Live> = before.get(name).copied().into_iter().collect();
            live.extend(
                turns.iter().flat_map(|turn| &turn.live).filter(|(other, _)| *other == name).map(|(_, live)| *live),
            );
            live.push(self.books[name].live);
            let found = self.cards(image, name, &live, turns)?;
            self.judge_gone(name, found, ring_is_open)?;
        }
        Ok(())
    }

    /// The engine's cards, as captures whose contents are what they should be.
    fn cards(
        &mut self,
        image: &Image,
        name: &'static str,
        live: &[Live],
        turns: &[Turn],
    ) -> Result<Vec<Capture>, Broken> {
        let now = self.now();
        let mut cards = Vec::new();
        for shown in self.shown(name) {
            let known = self.books[name].captures.iter().find(|capture| capture.id == shown.id.0).cloned();
            let path = self.path(name, &shown);
            let told = format!("{} of {name} at {path}", shown.id);
            let content = match (&known, self.reader.content(image, Path::new(&path))) {
                (Some(known), _) if known.harmed => known.content,
                (_, None) => return Err(Broken::new("G8", format!("{told} is offered, and there is no such file"))),
                (_, Some(Err(reason))) => {
                    return Err(Broken::new("G1", format!("{told} is offered, and is bad: {reason}")));
                }
                (_, Some(Ok(content))) => content,
            };
            let mut capture = capture(path, &shown, content);
            if let Some(known) = known {
                self.judge_known(&known, &mut capture, &told, turns)?;
            } else if shown.taken_at == now && !live.contains(&Live::Holds(capture.content)) {
                return Err(Broken::new("G1", format!("{told} is new, and holds what {name} did not hold")));
            } else if !self.books[name].history.contains(&capture.content) {
                return Err(Broken::new("G1", format!("{told} holds what {name} never held")));
            }
            cards.push(capture);
        }
        Ok(cards)
    }

    fn judge_known(&self, known: &Capture, capture: &mut Capture, told: &str, turns: &[Turn]) -> Result<(), Broken> {
        (capture.harmed, capture.hidden, capture.without_facts) = (known.harmed, known.hidden, known.without_facts);
        if capture.content != known.content {
            return Err(Broken::new("G3", format!("{told} holds something else than it did")));
        }
        if capture.at != known.at {
            return Err(Broken::new("G8", format!("{told} is of {}, and was of {}", capture.at, known.at)));
        }
        let wanted = turns.iter().any(|turn| turn.pin == Some((capture.id, capture.pin.clone())));
        if capture.pin != known.pin && !wanted {
            return Err(Broken::new("G6", format!("{told} has the pin {:?}, and had {:?}", capture.pin, known.pin)));
        }
        if capture.level < known.level {
            return Err(Broken::new("G2", format!("{told} is less well verified than it was")));
        }
        Ok(())
    }

    /// Good backups that the engine shows of a database, in the order of their ids.
    pub(super) fn shown(&self, name: &str) -> Vec<Snapshot> {
        let id = WorkspaceId(name.to_owned());
        let counts = |snapshot: &&Snapshot| {
            snapshot.workspace == id
                && snapshot.is_good()
                && snapshot.level > Level::Damaged
                && snapshot.slot.base != Base::Damaged
        };
        self.state().snapshots.values().filter(counts).cloned().collect()
    }

    /// Where a backup lies.
    pub(super) fn path(&self, name: &str, shown: &Snapshot) -> String {
        format!("{HOME}/{}", names::slot(&self.workspace(name), shown.slot))
    }

    fn judge_gone(&mut self, name: &'static str, found: Vec<Capture>, ring_is_open: bool) -> Result<(), Broken> {
        let now = self.now();
        let business = self.books.get_mut(name).unwrap();
        let known = std::mem::take(&mut business.captures);
        let stays = |capture: &Capture| found.iter().any(|card| card.id == capture.id);
        let gone: Vec<Capture> = known.iter().filter(|capture| !stays(capture)).cloned().collect();
        // As if nothing had left the ring: what was put beside it had to leave.
        let mut all = gone.clone();
        all.extend(found.iter().map(|card| match known.iter().find(|capture| capture.id == card.id) {
            Some(known) if is_close(known.base) => Capture { base: known.base, ..card.clone() },
            _ => card.clone(),
        }));
        all.sort_by_key(|capture| capture.id);
        business.captures = all;
        let must = business.must(&self.policy, &now, ring_is_open);
        business.captures = found;
        let lost = gone.iter().find_map(|capture| must.get(&capture.id).map(|why| (capture, why)));
        match lost {
            None => Ok(()),
            Some((capture, why)) => {
                let what = format!("s{} of {name} ({}) is gone, although {why}", capture.id, capture.path);
                Err(Broken::new("G6", what))
            }
        }
    }
}

/// A card as the book has it.
pub(super) fn capture(path: String, shown: &Snapshot, content: Digest) -> Capture {
    Capture {
        id: shown.id.0,
        content,
        base: shown.slot.base,
        at: shown.taken_at.clone(),
        pin: shown.pin.clone(),
        level: shown.level,
        path,
        harmed: false,
        hidden: false,
        without_facts: false,
    }
}
