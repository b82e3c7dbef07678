//! The disks that a power cut may leave, made from a recording: everything before the last completed flush is there;
//! of what came after it until the cut, any subset.
//!
//! Requests are split into blocks, which a disk writes whole or not at all. Two states are one if every sector holds
//! the same, and a write that changes nothing makes no new state.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

use super::disk::{BLOCK, Blocks, Event, parts};
use crate::random::Random;

const SECTOR: usize = 512;
/// So many random subsets in a row that were known already end the search.
const WEARY: u32 = 200;

/// A recording, prepared for making states of it.
pub struct Recording {
    /// What lay on the disk before.
    pub base: Blocks,
    pieces: Vec<Piece>,
    /// Where each request's pieces begin.
    requests: Vec<usize>,
    /// Stretches between two flushes, in order.
    stretches: Vec<Stretch>,
    /// How many pieces had come when the process ended, and how many of them had been flushed by then.
    acknowledged: Option<(usize, usize)>,
    /// What each sector that is ever written held before.
    before: HashMap<u64, u64>,
}

/// A part of a request, within one block.
struct Piece {
    block: u64,
    within: usize,
    data: Vec<u8>,
    /// Each sector that it changes, with what it then holds.
    sectors: Vec<(u64, u64)>,
}

/// Requests of which none need be durable without the others.
#[derive(Clone, Copy)]
struct Stretch {
    /// The first request, and the one after the last.
    requests: (usize, usize),
}

/// One crash state: how many pieces had come, and which of the last ones are lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Pieces that had come when the power failed.
    cut: usize,
    /// Those of them that never reached the disk.
    lost: BTreeSet<usize>,
    /// Whether the process had ended with success.
    pub acknowledged: bool,
    /// Which family this one is of.
    family: &'static str,
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let acknowledged = if self.acknowledged { ", after the acknowledgement" } else { "" };
        write!(f, "{}: cut after block write {}{acknowledged}; lost {:?}", self.family, self.cut, self.lost)
    }
}

impl Recording {
    /// Of what lay on the disk and what came to it.
    pub fn new(base: Blocks, events: &[Event]) -> Self {
        let mut recording = Self {
            base,
            pieces: Vec::new(),
            requests: Vec::new(),
            stretches: Vec::new(),
            acknowledged: None,
            before: HashMap::new(),
        };
        let (mut from, mut flushed) = (0, 0);
        for event in events {
            match event {
                Event::Write(offset, data) => recording.add(*offset, data),
                Event::Acknowledged => recording.acknowledged = Some((recording.pieces.len(), flushed)),
                Event::Flush => (from, flushed) = (recording.close(from), recording.pieces.len()),
            }
        }
        recording.close(from);
        recording
    }

    fn add(&mut self, offset: u64, data: &[u8]) {
        self.requests.push(self.pieces.len());
        for (block, within, part) in parts(offset, data.len()) {
            let data = data[part].to_vec();
            let first = block * (BLOCK / SECTOR) as u64 + (within / SECTOR) as u64;
            let sectors: Vec<(u64, u64)> =
                data.chunks(SECTOR).zip(first..).map(|(bytes, sector)| (sector, digest(bytes))).collect();
            for (sector, _) in &sectors {
                let held = held(&self.base, *sector);
                self.before.insert(*sector, held);
            }
            self.pieces.push(Piece { block, within, data, sectors });
        }
    }

    fn close(&mut self, from: usize) -> usize {
        let to = self.requests.len();
        if to > from {
            self.stretches.push(Stretch { requests: (from, to) });
        }
        to
    }

    /// The piece that a request begins with; of the request after the last, the number of pieces.
    fn piece(&self, request: usize) -> usize {
        self.requests.get(request).copied().unwrap_or(self.pieces.len())
    }

    fn recipe(&self, family: &'static str, cut: usize, lost: BTreeSet<usize>) -> Recipe {
        // What had been flushed at the acknowledgement can only be lost in a cut that came before it.
        let is_lost = |flushed| lost.first().is_some_and(|piece| *piece < flushed);
        let acknowledged = self.acknowledged.is_some_and(|(at, flushed)| cut >= at && !is_lost(flushed));
        Recipe { cut, lost, acknowledged, family }
    }

    /// The states whose number is known: first those at the acknowledgement and at each flush; then, in any order so that
    /// a part of them says something of the whole, every prefix, and all but one and only one of each stretch.
    pub fn families(&self, random: &mut Random) -> Vec<Recipe> {
        let mut recipes = Vec::new();
        let begins = |stretch: &Stretch| self.piece(stretch.requests.0);
        let ends = |stretch: &Stretch| self.piece(stretch.requests.1);
        if let Some((at, flushed)) = self.acknowledged {
            recipes.push(self.recipe("acknowledged, the rest lost", at, (flushed..at).collect()));
            recipes.push(self.recipe("acknowledged", at, BTreeSet::new()));
        }
        for stretch in &self.stretches {
            recipes.push(self.recipe("prefix at a flush", ends(stretch), BTreeSet::new()));
        }
        let first = recipes.len();
        for request in 0..self.requests.len() {
            recipes.push(self.recipe("prefix", self.piece(request), BTreeSet::new()));
        }
        for stretch in &self.stretches {
            let (begin, end) = (begins(stretch), ends(stretch));
            for request in stretch.requests.0..stretch.requests.1 {
                let one: BTreeSet<usize> = (self.piece(request)..self.piece(request + 1)).collect();
                let rest = (begin..end).filter(|piece| !one.contains(piece)).collect();
                recipes.push(self.recipe("all but one", end, one));
                recipes.push(self.recipe("only one", end, rest));
            }
        }
        for last in (first + 1..recipes.len()).rev() {
            let other = first + usize::try_from(random.below((last - first + 1) as u64)).unwrap();
            recipes.swap(last, other);
        }
        recipes
    }

    /// Any subset of any stretch, cut anywhere in it.
    pub fn random(&self, random: &mut Random) -> Option<Recipe> {
        let wide: Vec<&Stretch> = self.stretches.iter().filter(|s| s.requests.1 - s.requests.0 > 1).collect();
        if wide.is_empty() {
            return None;
        }
        let stretch = *random.pick(&wide);
        let (begin, end) = (self.piece(stretch.requests.0), self.piece(stretch.requests.1));
        let cut = begin + 1 + usize::try_from(random.below((end - begin) as u64)).unwrap();
        let share = *random.pick(&[10, 50, 90]);
        let lost = (begin..cut).filter(|_| random.chance(share)).collect();
        Some(self.recipe("random subset", cut, lost))
    }

    /// Every sector that is not as it was before, with what it holds.
    fn changes(&self, recipe: &Recipe) -> HashMap<u64, u64> {
        let kept = (0..recipe.cut).filter(|piece| !recipe.lost.contains(piece));
        let mut changes: HashMap<u64, u64> =
            kept.flat_map(|piece| self.pieces[piece].sectors.iter().copied()).collect();
        changes.retain(|sector, content| self.before.get(sector) != Some(content));
        changes
    }

    /// What the state is known by: equal for equal images.
    pub fn identity(&self, recipe: &Recipe) -> u64 {
        self.changes(recipe).into_iter().fold(0, |all, change| all ^ mix(change))
    }

    /// The blocks that were written in a state, as they are in it.
    pub fn image(&self, recipe: &Recipe) -> Blocks {
        let mut written = Blocks::new();
        for piece in (0..recipe.cut).filter(|piece| !recipe.lost.contains(piece)).map(|piece| &self.pieces[piece]) {
            let zeros = || vec![0; BLOCK].into_boxed_slice();
            let block = written
                .entry(piece.block)
                .or_insert_with(|| self.base.get(&piece.block).cloned().unwrap_or_else(zeros));
            block[piece.within..piece.within + piece.data.len()].copy_from_slice(&piece.data);
        }
        written
    }
}

/// States not seen before, in an order in which the first ones find most.
pub struct Search<'a> {
    recording: &'a Recording,
    families: std::vec::IntoIter<Recipe>,
    seen: HashSet<(u64, bool)>,
    random: Random,
    ended: bool,
}

impl<'a> Search<'a> {
    /// Of a recording.
    pub fn new(recording: &'a Recording, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let families = recording.families(&mut random).into_iter();
        Self { recording, families, seen: HashSet::new(), random, ended: false }
    }

    /// Whether the families that end have been tried to their end.
    pub const fn families_ended(&self) -> bool {
        self.ended
    }

    fn is_new(&mut self, recipe: &Recipe) -> Option<u64> {
        let identity = self.recording.identity(recipe);
        // What is judged as acknowledged is judged more strictly; then the other judgement adds nothing.
        let known = self.seen.contains(&(identity, true)) || !self.seen.insert((identity, recipe.acknowledged));
        (!known).then_some(identity)
    }
}

impl Iterator for Search<'_> {
    type Item = (u64, Recipe);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(recipe) = self.families.next() {
            if let Some(identity) = self.is_new(&recipe) {
                return Some((identity, recipe));
            }
        }
        self.ended = true;
        for _ in 0..WEARY {
            let recipe = self.recording.random(&mut self.random)?;
            if let Some(identity) = self.is_new(&recipe) {
                return Some((identity, recipe));
            }
        }
        None
    }
}

/// What a disk is known by, whoever wrote it: the same as [`Recording::identity`] of a state with the same sectors.
pub fn identity(base: &Blocks, disk: &Blocks) -> u64 {
    let numbers: BTreeSet<u64> = base.keys().chain(disk.keys()).copied().collect();
    let changed = numbers.into_iter().filter(|number| base.get(number) != disk.get(number));
    let per_block = (BLOCK / SECTOR) as u64;
    let sectors = changed.flat_map(|number| number * per_block..(number + 1) * per_block);
    let changes = sectors.map(|sector| (sector, held(disk, sector)));
    changes.filter(|(sector, now)| held(base, *sector) != *now).fold(0, |all, change| all ^ mix(change))
}

/// What a sector of a disk holds.
fn held(blocks: &Blocks, sector: u64) -> u64 {
    let per_block = (BLOCK / SECTOR) as u64;
    let within = usize::try_from(sector % per_block).unwrap() * SECTOR;
    match blocks.get(&(sector / per_block)) {
        Some(block) => digest(&block[within..within + SECTOR]),
        None => digest(&[0; SECTOR]),
    }
}

fn digest(bytes: &[u8]) -> u64 {
    let hash = blake3::hash(bytes);
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap())
}

fn mix((sector, content): (u64, u64)) -> u64 {
    Random::new(content ^ Random::new(sector).next()).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(block: u64, byte: u8) -> Event {
        Event::Write(block * BLOCK as u64, vec![byte; BLOCK])
    }

    /// A state as text: what blocks 0 to 3 hold.
    fn told(recording: &Recording, recipe: &Recipe) -> String {
        let image = recording.image(recipe);
        let byte = |block: &u64| image.get(block).map_or('.', |block| char::from(block[0]));
        let blocks: String = (0..4).map(|block| byte(&block)).collect();
        format!("{blocks}{}", if recipe.acknowledged { "!" } else { "" })
    }

    fn check(events: &[Event], expected: &[&str]) {
        let recording = Recording::new(Blocks::new(), events);
        let found: BTreeSet<String> = Search::new(&recording, 1).map(|(_, recipe)| told(&recording, &recipe)).collect();
        assert_eq!(found, expected.iter().map(|&state| state.to_owned()).collect());
    }

    #[test]
    fn what_was_flushed_is_there_and_of_the_rest_any_part() {
        let events = [write(0, b'a'), Event::Flush, write(1, b'b'), write(2, b'c')];
        check(&events, &["....", "a...", "ab..", "a.c.", "abc."]);
    }

    #[test]
    fn after_the_acknowledgement_only_what_was_flushed_is_certain() {
        let events = [write(0, b'a'), Event::Flush, write(1, b'b'), Event::Acknowledged, write(2, b'c')];
        check(&events, &["....", "a...!", "ab..!", "a.c.!", "abc.!"]);
    }

    #[test]
    fn what_was_flushed_before_the_acknowledgement_is_lost_only_in_a_cut_before_it() {
        let events = [write(0, b'a'), write(1, b'b'), Event::Flush, Event::Acknowledged];
        check(&events, &["....", "a...", ".b..", "ab..!"]);
    }

    #[test]
    fn an_acknowledgement_without_a_flush_promises_nothing_that_a_cut_spares() {
        check(&[write(0, b'a'), Event::Acknowledged], &["....!", "a...!"]);
    }

    #[test]
    fn of_two_writes_to_one_block_either_may_be_the_last() {
        check(&[write(0, b'a'), write(0, b'b')], &["....", "a...", "b..."]);
    }

    #[test]
    fn a_state_is_known_by_what_lies_on_the_disk() {
        let base = Blocks::from([(0, vec![b'x'; BLOCK].into()), (1, vec![b'y'; BLOCK].into())]);
        let events = [write(0, b'a'), Event::Write(BLOCK as u64, vec![b'b'; SECTOR]), write(2, b'c'), write(1, b'y')];
        let recording = Recording::new(base.clone(), &events);
        for (known, recipe) in Search::new(&recording, 1) {
            let mut disk = base.clone();
            disk.extend(recording.image(&recipe));
            assert_eq!(identity(&base, &disk), known, "{recipe}");
        }
    }

    #[test]
    fn a_write_that_changes_nothing_makes_no_state() {
        let events = [write(0, b'a'), Event::Flush, write(0, b'a'), write(1, 0)];
        check(&events, &["....", "a..."]);
    }
}
