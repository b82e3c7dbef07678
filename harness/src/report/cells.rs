//! Tables of the page: cells that say what they are, so that none is shown by what its text looks like.

use super::markup::Markup;
use super::words::{many, thousands};

/// A cell.
pub(super) enum Cell {
    /// Words.
    Text(String),
    /// What the row is about.
    Name(String),
    /// A path, or what one types.
    Code(String),
    /// A number, flush right.
    Figure(String),
    /// A verdict that is good news.
    Good(&'static str),
    /// A verdict that is bad news.
    Bad(String),
}

impl Cell {
    /// Words.
    pub(super) fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }

    /// What the row is about.
    pub(super) fn name(words: impl Into<String>) -> Self {
        Self::Name(words.into())
    }

    /// A number.
    pub(super) fn figure(number: u64) -> Self {
        Self::Figure(thousands(number))
    }

    /// Whether something held, by the number of its violations.
    pub(super) fn held(violations: u64) -> Self {
        match violations {
            0 => Self::Good("held"),
            count => Self::Bad(many(count, "violation", "violations")),
        }
    }

    fn write(&self, page: &mut Markup) {
        let marked = |page: &mut Markup, class: &str, text: &str| {
            page.element("td", &[], |page| page.leaf("span", &[("class", class)], text));
        };
        match self {
            Self::Text(text) if text.chars().count() > 40 => page.leaf("td", &[("class", "wordy")], text),
            Self::Text(text) => page.leaf("td", &[], text),
            Self::Name(text) => page.leaf("td", &[("class", "name")], text),
            Self::Code(text) => page.element("td", &[], |page| page.leaf("code", &[], text)),
            Self::Figure(text) => page.leaf("td", &[("class", "figure")], text),
            Self::Good(text) => marked(page, "good-word", text),
            Self::Bad(text) => marked(page, "bad-word", text),
        }
    }
}

/// A table, if it has rows; heads stand over their cells.
pub(super) fn table(page: &mut Markup, heads: &[&str], rows: &[Vec<Cell>]) {
    let Some(first) = rows.first() else { return };
    page.element("div", &[("class", "wide")], |page| {
        page.element("table", &[], |page| {
            page.element("tr", &[], |page| {
                for (head, cell) in heads.iter().zip(first) {
                    let class = if matches!(cell, Cell::Figure(_)) { "figure" } else { "words" };
                    page.leaf("th", &[("class", class)], head);
                }
            });
            for row in rows {
                page.element("tr", &[], |page| row.iter().for_each(|cell| cell.write(page)));
            }
        });
    });
}
