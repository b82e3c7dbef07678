//! The tree of one table, from its root to its leaves, in a database whose pages were compared with another's. A page
//! that is the same on both sides and holds whole rows is not even read.

use super::page::{self, Kind};
use super::{Image, Size};
use crate::sqlite::backup::Hitch;

/// Deeper trees do not exist: SQLite's own limit (`BTCURSOR_MAX_DEPTH`).
const DEEPEST: usize = 20;

/// A page that holds rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) page: u32,
    /// Whether the other database has the same bytes there, and those of every page that its rows go on in.
    pub(super) is_alike: bool,
}

/// A walk through a tree.
pub(super) struct Tree<'t, 'i> {
    image: &'t mut Image<'i>,
    kinds: &'t [Kind],
    leaves: Vec<Leaf>,
    /// Pages seen so far. A tree of a damaged database may lead back into itself.
    seen: u32,
}

impl<'t, 'i> Tree<'t, 'i> {
    pub(super) const fn new(image: &'t mut Image<'i>, kinds: &'t [Kind]) -> Self {
        Self { image, kinds, leaves: Vec::new(), seen: 0 }
    }

    /// All leaves under a root, in the order of their rows.
    pub(super) fn leaves(mut self, root: u32) -> Result<Vec<Leaf>, Hitch> {
        self.walk(root, 0)?;
        Ok(self.leaves)
    }

    fn walk(&mut self, number: u32, depth: usize) -> Result<(), Hitch> {
        self.seen += 1;
        if depth > DEEPEST || self.seen > self.image.size().pages {
            return Err(strange());
        }
        let kind = self.kind(number);
        if kind == Kind::Leaf {
            self.leaves.push(Leaf { page: number, is_alike: true });
            return Ok(());
        }
        let content = read(self.image, number)?;
        if page::is_leaf(&content) {
            let is_alike = kind == Kind::Spilling && self.goes_on_alike(&content)?;
            self.leaves.push(Leaf { page: number, is_alike });
            return Ok(());
        }
        page::children(&content).ok_or_else(strange)?.into_iter().try_for_each(|child| self.walk(child, depth + 1))
    }

    /// Whether every page in which rows of a leaf go on is the same on both sides.
    fn goes_on_alike(&mut self, leaf: &[u8]) -> Result<bool, Hitch> {
        for cell in page::cells(leaf).ok_or_else(strange)? {
            let Some((mut number, pages)) = cell.rest else { continue };
            for _ in 0..pages {
                if self.kind(number) == Kind::Unlike {
                    return Ok(false);
                }
                number = page::next(&read(self.image, number)?).ok_or_else(strange)?;
            }
        }
        Ok(true)
    }

    /// A page that the other side has not is as good as one that differs.
    fn kind(&self, number: u32) -> Kind {
        let place = number.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| self.kinds.get(place)).copied().unwrap_or(Kind::Unlike)
    }
}

/// The first and the last rowid of a leaf; none of one without rows.
pub(super) fn rowids(image: &mut Image<'_>, number: u32) -> Result<Option<(i64, i64)>, Hitch> {
    let cells = page::cells(&read(image, number)?).ok_or_else(strange)?;
    Ok(cells.first().zip(cells.last()).map(|(first, last)| (first.rowid, last.rowid)))
}

fn read(image: &mut Image<'_>, number: u32) -> Result<Vec<u8>, Hitch> {
    let Size { page, pages } = image.size();
    if number == 0 || number > pages {
        return Err(strange());
    }
    let mut content = vec![0; page];
    image.read(u64::from(number - 1) * page as u64, &mut content)?;
    Ok(content)
}

fn strange() -> Hitch {
    Hitch::Unexpected("a page is not where the tree says".to_owned())
}
