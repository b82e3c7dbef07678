//! What the engine says is done is done; and what it must have noticed when it started.

use std::path::Path;

use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Act, Base};
use omnicraft_core::policy::Policy;
use omnicraft_core::transition::Conclusion;

use super::Broken;
use super::cards::capture;
use super::intention::{Intention, is_close};
use super::judge::{Before, undo_points};
use super::life::{Course, Life, NAMES};
use super::machine::bytes;
use super::reference::{Capture, Live};
use crate::content::Digest;
use crate::sim::image::Image;

impl Life {
    /// The engine's word that something is done, taken at its word.
    pub(super) fn judge_done(
        &mut self,
        image: &Image,
        intention: &Intention,
        course: &Course,
        before: &Before,
    ) -> Result<(), Broken> {
        self.judge_export(image, intention, course)?;
        let (Some(event), Some(conclusion)) = (&intention.event, &course.conclusion) else { return Ok(()) };
        if conclusion.failure.is_some() || course.unaware {
            return Ok(());
        }
        match event {
            EventKind::AppStarted(id) | EventKind::TimePassed(id) => self.judge_tiers(&id.0, conclusion),
            EventKind::AppClosing(id) => self.judge_close(&id.0, before, conclusion),
            EventKind::SnapshotRequested(id, _) => {
                self.judge_newest(&id.0, before, conclusion, |base| base == Base::Manual)
            }
            EventKind::AboutToDestroy(id, act) => self.judge_permit(&id.0, *act, before, conclusion),
            EventKind::VerifyRequested(..) => self.judge_verified(),
            EventKind::EngineOpened
            | EventKind::PinChanged(..)
            | EventKind::ExportRequested { .. }
            | EventKind::PreviewRequested(..)
            | EventKind::RestoreRequested(..)
            | EventKind::PreviewAllRequested(_)
            | EventKind::RestoreAllRequested(_)
            | EventKind::UndoRequested(_)
            | EventKind::DrillRequested(_)
            | EventKind::WorkspaceAdded(_)
            | EventKind::WorkspaceRemoved(_)
            | EventKind::PolicyChanged(_)
            | EventKind::StepFinished(_) => Ok(()),
        }
    }

    fn judge_tiers(&self, name: &str, conclusion: &Conclusion) -> Result<(), Broken> {
        let business = &self.books[name];
        // It says so where rotation is paused.
        if !matches!(business.live, Live::Holds(_)) || !conclusion.warnings.is_empty() {
            return Ok(());
        }
        match business.uncovered(&self.now()).first() {
            None => Ok(()),
            Some(tier) => Err(Broken::new("G2", format!("{name} has no {} backup of this period", tier.word()))),
        }
    }

    /// What decays while nobody writes is not copied over what was committed, as long as the file passes for unchanged.
    fn judge_close(&self, name: &str, before: &Before, conclusion: &Conclusion) -> Result<(), Broken> {
        let business = &self.books[name];
        let newest = business.newest(is_close).map(|capture| capture.content);
        if newest.is_some() && newest == business.before_decay && conclusion.published.is_empty() {
            return Ok(());
        }
        self.judge_newest(name, before, conclusion, is_close)
    }

    fn judge_newest(
        &self,
        name: &str,
        before: &Before,
        conclusion: &Conclusion,
        kind: impl Fn(Base) -> bool,
    ) -> Result<(), Broken> {
        if conclusion.warnings.iter().any(|warning| warning.contains("rotation is paused")) {
            return Ok(());
        }
        let newest = self.books[name].newest(kind).map(|capture| Live::Holds(capture.content));
        if newest.is_none() || newest != before.get(name).copied() {
            return Err(Broken::new("G1", format!("the newest backup of {name} does not hold what {name} holds")));
        }
        Ok(())
    }

    fn judge_permit(&self, name: &str, act: Act, before: &Before, conclusion: &Conclusion) -> Result<(), Broken> {
        if conclusion.permit.is_none() {
            return Err(Broken::new("G5", "the engine says that it is done, and permits nothing"));
        }
        self.judge_newest(name, before, conclusion, |base| base == Base::Before(act))
            .map_err(|broken| Broken { promise: "G5", ..broken })
    }

    /// A full check finds whatever was done to a file.
    fn judge_verified(&self) -> Result<(), Broken> {
        let captures = self.books.values().filter(|business| business.listed).flat_map(|business| &business.captures);
        match captures.into_iter().find(|capture| capture.harmed).filter(|_| !self.tampered) {
            None => Ok(()),
            Some(capture) => {
                Err(Broken::new("G10", format!("s{} was spoilt, and a full check did not find it", capture.id)))
            }
        }
    }

    /// A file under the name that the user chose is complete, whatever happened.
    fn judge_export(&mut self, image: &Image, intention: &Intention, course: &Course) -> Result<(), Broken> {
        let Some(export) = &intention.export else { return Ok(()) };
        let path = Path::new(&export.path);
        let Some(content) = image.content_at(path) else {
            let promised = course.done.then(|| Broken::new("G1", format!("{} was not exported", export.path)));
            return promised.map_or(Ok(()), Err);
        };
        if export.path.ends_with(".db") {
            let found = self.reader.content(image, path);
            let expected = export.contents.values().next().map(|content| Ok(*content));
            if found != expected {
                return Err(Broken::new("G1", format!("{} is not what was exported: {found:?}", export.path)));
            }
        }
        self.exports.push(super::life::Exported { bytes: content.hash(), ..export.clone() });
        Ok(())
    }

    /// The engine has started: what was done to files while it was not running is no news to it any more.
    pub(super) fn learn_what_was_done_by_hand(&mut self, image: &Image) -> Result<(), Broken> {
        self.tampered = false;
        self.registry_harmed = false;
        if std::mem::take(&mut self.catalog_harmed) {
            self.forget_with_the_catalog(image)?;
        }
        self.wake(image)?;
        for name in NAMES {
            let shown: Vec<u64> = self.shown_ids(name);
            let Some(business) = self.books.get_mut(name).filter(|business| business.listed) else { continue };
            let (found_out, rest) = std::mem::take(&mut business.captures)
                .into_iter()
                .partition::<Vec<Capture>, _>(|capture| capture.harmed && !capture.hidden);
            business.captures = rest;
            if let Some(capture) = found_out.iter().find(|capture| shown.contains(&capture.id)) {
                let what = format!("s{} of {name} was spoilt, and is offered as good after a start", capture.id);
                return Err(Broken::new("G10", what));
            }
            self.suspects
                .extend(bytes(image, |path| found_out.iter().any(|capture| capture.path == path)).into_values());
        }
        Ok(())
    }

    fn shown_ids(&self, name: &str) -> Vec<u64> {
        self.shown(name).into_iter().map(|shown| shown.id.0).collect()
    }

    /// Losing the catalog loses no backup; but what only it knew is gone: restores that could be undone, how well a
    /// backup was proven, and the policy.
    fn forget_with_the_catalog(&mut self, image: &Image) -> Result<(), Broken> {
        let state = self.state();
        let nothing_lost = state.policy == self.policy
            && NAMES.iter().all(|name| self.books.get(name).is_none_or(|b| undo_points(state, name) == b.undo.len()));
        if !nothing_lost {
            self.policy = Policy::default();
            self.books.values_mut().for_each(|business| business.undo.clear());
        }
        for name in NAMES {
            let Some(business) = self.books.get_mut(name).filter(|business| business.listed) else { continue };
            let captures = std::mem::take(&mut business.captures);
            let found = self.found_again(image, name, captures)?;
            self.books.get_mut(name).unwrap().captures = found;
        }
        Ok(())
    }

    /// Backups of a database that is looked after again.
    fn wake(&mut self, image: &Image) -> Result<(), Broken> {
        for name in NAMES {
            if !self.books.get(name).is_some_and(|business| business.listed) {
                continue;
            }
            let Some(sleeping) = self.dormant.remove(name) else { continue };
            self.foreign.retain(|path, _| !sleeping.iter().any(|capture| capture.path == *path));
            let found = self.found_again(image, name, sleeping)?;
            let business = self.books.get_mut(name).unwrap();
            business.captures.extend(found);
            business.captures.sort_by_key(|capture| capture.id);
        }
        Ok(())
    }

    /// The same backups under the ids that they have now: first those that kept theirs, then by place, then by content.
    fn found_again(&mut self, image: &Image, name: &'static str, known: Vec<Capture>) -> Result<Vec<Capture>, Broken> {
        let mut cards = Vec::new();
        for shown in self.shown(name) {
            let path = self.path(name, &shown);
            if let Some(Ok(content)) = self.reader.content(image, Path::new(&path)) {
                cards.push(capture(path, &shown, content));
            }
        }
        let mut found = Vec::new();
        let (spoilt, mut left): (Vec<Capture>, Vec<Capture>) = known.into_iter().partition(|old| old.harmed);
        let same: [fn(&Capture, &Capture) -> bool; 3] =
            [|old, new| old.id == new.id && old.path == new.path, |old, new| old.path == new.path, |_, _| true];
        for same in same {
            left.retain(|old| {
                let place = cards.iter().position(|new| new.content == old.content && same(old, new));
                place.map(|place| found.push((old.clone(), cards.remove(place)))).is_none()
            });
        }
        if let Some(lost) = left.first() {
            return Err(Broken::new("G8", format!("{} of {name} is on no card any more", lost.path)));
        }
        self.judge_pins(name, &found)?;
        let mut captures: Vec<Capture> = found.into_iter().map(|(_, new)| new).collect();
        // Bytes that somebody changed, under a name of ours and without facts of theirs: a backup by hand, if it is sound.
        for card in cards.into_iter().filter(|card| spoilt.iter().any(|old| old.path == card.path)) {
            self.adopt(image, name, &card);
            captures.push(card);
        }
        captures.sort_by_key(|capture| capture.id);
        Ok(captures)
    }

    fn judge_pins(&self, name: &str, found: &[(Capture, Capture)]) -> Result<(), Broken> {
        for (old, _) in found.iter().filter(|(old, _)| old.pin.is_some() && !old.without_facts) {
            let kept = found.iter().any(|(_, new)| new.pin == old.pin && new.content == old.content);
            let spoilt = found.iter().any(|(other, _)| other.without_facts && other.content == old.content);
            if !kept && !spoilt {
                return Err(Broken::new("G8", format!("{} of {name} has lost its pin", old.path)));
            }
        }
        Ok(())
    }

    fn adopt(&mut self, image: &Image, name: &'static str, card: &Capture) {
        if let Ok(connection) = self.reader.connect(image, Path::new(&card.path)) {
            let content: Digest = self.shelf.keep(&connection);
            self.books.get_mut(name).unwrap().history.insert(content);
        }
    }
}
