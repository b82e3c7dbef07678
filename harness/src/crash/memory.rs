//! Remembers what recovery made of disks, by the questions that it asked of them. Recovery is deterministic: a disk that
//! answers every question of an earlier run alike leads to the same end, whatever else lies on it.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::sim::image::Image;
use crate::sim::question::{Asked, Question};

/// Ends of runs, by answers.
pub struct Memory {
    nodes: Vec<Node>,
    /// Where a disk with these names comes to from here, when nothing but names is asked; a million disks share a few
    /// thousand sets of names.
    ways: HashMap<(u64, usize), usize, FixedState>,
}

enum Node {
    /// Nobody was here yet.
    Unknown,
    /// The next thing that a run asks, and where each answer leads.
    Asks(Question, HashMap<u64, usize, FixedState>),
    /// The run ends; its number.
    End(usize),
}

impl Default for Memory {
    fn default() -> Self {
        Self { nodes: vec![Node::Unknown], ways: HashMap::default() }
    }
}

impl Memory {
    /// The number of the run that this disk would repeat, if there was one.
    pub fn recall(&mut self, image: &Image) -> Option<usize> {
        let names = image.names.hash();
        let mut at = 0;
        loop {
            match &self.nodes[at] {
                Node::Unknown => return None,
                Node::End(run) => return Some(*run),
                Node::Asks(question, _) if question.is_about_names() => at = self.past_names(image, (names, at))?,
                Node::Asks(question, answers) => at = *answers.get(&image.answer(question))?,
            }
        }
    }

    /// The next place where something else is asked.
    fn past_names(&mut self, image: &Image, from: (u64, usize)) -> Option<usize> {
        if let Some(way) = self.ways.get(&from) {
            return Some(*way);
        }
        let mut at = from.1;
        while let Node::Asks(question, answers) = &self.nodes[at]
            && question.is_about_names()
        {
            at = *answers.get(&image.answer(question))?;
        }
        // Nobody was here yet: names may be asked for next.
        if !matches!(self.nodes[at], Node::Unknown) {
            self.ways.insert(from, at);
        }
        Some(at)
    }

    /// Keeps a run with everything that it asked, in order.
    ///
    /// # Panics
    /// When a run asked something else than an earlier one after the same answers: then it is not deterministic, and
    /// nothing that is remembered would be worth anything.
    pub fn keep(&mut self, asked: &[Asked], run: usize) {
        let mut at = 0;
        for (question, answer) in asked {
            if matches!(self.nodes[at], Node::Unknown) {
                self.nodes[at] = Node::Asks(question.clone(), HashMap::default());
            }
            let free = self.nodes.len();
            let Node::Asks(known, answers) = &mut self.nodes[at] else { panic!("a run went on where another ended") };
            assert_eq!(known, question, "recovery asked something else after the same answers");
            at = *answers.entry(*answer).or_insert(free);
            if at == free {
                self.nodes.push(Node::Unknown);
            }
        }
        assert!(matches!(self.nodes[at], Node::Unknown), "a run ended where another went on");
        self.nodes[at] = Node::End(run);
    }
}
