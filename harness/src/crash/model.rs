//! Fault models: how much of what a power cut can do is tried. The weaker ones show in a table what would have been
//! missed with them; the platforms' own show whether a state can happen there.

use std::str::FromStr;
use std::sync::Arc;

use super::states::{Barriers, Fate};
use super::trace::{Promise, Trace};
use super::{families, undone};
use crate::sim::operation::Operation;

/// Which disks a power cut may leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// The process is killed, the power stays: everything is kept.
    Kill,
    /// Nothing is kept that was not synced.
    AllLost,
    /// The changes up to one of them are kept.
    Prefix,
    /// Names are kept and data is lost.
    NamesKept,
    /// Prefixes, and all changes but one, and one alone.
    AllButOne,
    /// Each change that was not synced is kept, lost or torn on its own.
    #[default]
    Strict,
    /// btrfs and xfs: the live database is cloned, not copied; else as strict.
    Cloning,
    /// ext4 and xfs with ordered data: one journal for all names; a file's data is there before a later name or size of it.
    Ordered,
    /// As xfs once was: one journal for all names, and sizes are durable where data is not.
    XfsZero,
    /// macOS: only full syncs are barriers.
    MacFsync,
    /// Windows: no folder can be synced, and one journal holds all names.
    Windows,
}

/// Gives the fates of the pending changes, state after state, until it is told to stop.
pub(super) type Family = fn(&[Operation], &[usize], &mut dyn FnMut(Vec<Fate>) -> bool);

impl Model {
    /// All of them, the weakest first, the platforms last.
    pub const ALL: [Self; 11] = [
        Self::Kill,
        Self::AllLost,
        Self::Prefix,
        Self::NamesKept,
        Self::AllButOne,
        Self::Strict,
        Self::Cloning,
        Self::Ordered,
        Self::XfsZero,
        Self::MacFsync,
        Self::Windows,
    ];

    /// Its short name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::AllLost => "all-lost",
            Self::Prefix => "prefix",
            Self::NamesKept => "names-kept",
            Self::AllButOne => "all-but-one",
            Self::Strict => "strict",
            Self::Cloning => "cloning",
            Self::Ordered => "ordered",
            Self::XfsZero => "xfs-zero",
            Self::MacFsync => "mac-fsync",
            Self::Windows => "windows",
        }
    }

    /// What makes what durable.
    pub const fn barriers(self) -> Barriers {
        match self {
            Self::MacFsync => Barriers::FullOnly,
            Self::Windows => Barriers::FilesOnly,
            _ => Barriers::Every,
        }
    }

    /// For every point between two entries of a log what is promised there, on this platform, after something else was
    /// promised before the log.
    pub fn promises(self, trace: &Trace, start: &Arc<Promise>) -> Vec<Arc<Promise>> {
        let promises = trace.promises_after(start);
        match self.barriers() {
            Barriers::FilesOnly => undone::without_folder_syncs(&trace.log, promises),
            Barriers::Every | Barriers::FullOnly => promises,
        }
    }

    /// What is tried at each point, in passes over all points, the most telling first.
    pub(super) const fn passes(self) -> &'static [&'static [Family]] {
        match self {
            Self::Kill => &[&[families::all]],
            Self::AllLost => &[&[families::none]],
            Self::Prefix => &[&[families::prefixes]],
            Self::NamesKept => &[&[families::names_without_data]],
            Self::AllButOne => &[&[families::prefixes, families::drop_one, families::keep_one]],
            Self::Strict | Self::Cloning | Self::Ordered | Self::XfsZero | Self::MacFsync | Self::Windows => {
                families::STRICT
            }
        }
    }

    /// Whether every subset and chance come after the families.
    pub const fn is_exhaustive(self) -> bool {
        matches!(self, Self::Strict | Self::Cloning | Self::Ordered | Self::XfsZero | Self::MacFsync | Self::Windows)
    }

    /// Bends fates into what the platform can do; the strict model can do everything.
    pub fn bend(self, log: &[Operation], pending: &[usize], fates: &mut [Fate]) {
        if matches!(self, Self::Ordered | Self::XfsZero | Self::Windows) {
            names_in_order(log, pending, fates);
        }
        match self {
            Self::Ordered => data_before_names(log, pending, fates),
            Self::XfsZero => sizes_without_data(log, pending, fates),
            _ => {}
        }
    }
}

/// After the first name that is lost all are.
fn names_in_order(log: &[Operation], pending: &[usize], fates: &mut [Fate]) {
    let mut lost = false;
    for (place, fate) in pending.iter().zip(fates) {
        if log[*place].paths().next().is_some() {
            lost |= *fate == Fate::Lost;
            *fate = if lost { Fate::Lost } else { Fate::Kept };
        }
    }
}

/// Where a file's later name or size is kept, its data is; and no disk writes garbage.
fn data_before_names(log: &[Operation], pending: &[usize], fates: &mut [Fate]) {
    for fate in fates.iter_mut().filter(|fate| matches!(fate, Fate::SizeAlone | Fate::Garbage)) {
        *fate = Fate::Lost;
    }
    for at in (0..fates.len()).rev() {
        let of = match &log[pending[at]] {
            Operation::Rename(_, _, file) | Operation::Resize { file, .. } if fates[at] == Fate::Kept => *file,
            _ => continue,
        };
        let earlier = fates[..at].iter_mut().zip(pending);
        earlier.filter(|(_, place)| log[**place].data_of() == Some(of)).for_each(|(fate, _)| *fate = Fate::Kept);
    }
}

fn sizes_without_data(log: &[Operation], pending: &[usize], fates: &mut [Fate]) {
    for (place, fate) in pending.iter().zip(fates) {
        if matches!(log[*place], Operation::Write { .. }) && matches!(fate, Fate::Lost | Fate::Garbage) {
            *fate = Fate::SizeAlone;
        }
    }
}

impl FromStr for Model {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|model| model.name() == name);
        found.ok_or_else(|| format!("there is no fault model `{name}`"))
    }
}
