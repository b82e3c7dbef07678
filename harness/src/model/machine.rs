//! The computer of a life: what runs on it, what happens when it is switched off, killed or spoilt, and how somebody
//! else would see what lies on its disk, without touching it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use omnicraft_core::event::EventKind;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::EngineError;
use omnicraft_host::progress::Unobserved;
use rusqlite::Connection;

use super::day::How;
use crate::content::{self, Digest};
use crate::crash::life::{HOME, Parts};
use crate::crash::states::{Fate, Point};
use crate::random::Random;
use crate::sim::app::{Handles, SimApp};
use crate::sim::clock::SimClock;
use crate::sim::disk::{Fault, SimDisk};
use crate::sim::image::Image;
use crate::sim::machine::{Build, Machine};
use crate::sim::operation::{Force, Operation};
use crate::sim::vfs::SimVfs;

/// The computer, and the programs that run on it.
pub(super) struct Computer {
    /// As it runs now.
    pub(super) machine: Machine,
    /// The app's open databases.
    pub(super) handles: Handles,
    /// The engine, while it runs.
    pub(super) engine: Option<Engine>,
    parts: Parts,
    starts: u64,
    /// Where the log stood when trouble was ordered, and after how many changes it comes.
    ordered: (usize, u64),
    /// Whether trouble is ordered and was not called off.
    pub(super) in_trouble: bool,
    /// Whether the engine was started since somebody asked last, and whether trouble was ordered then.
    pub(super) fresh: Option<Start>,
}

/// How the engine was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Undisturbed.
    Clean,
    /// While something could go wrong.
    InTrouble,
}

impl Computer {
    /// A new computer with an empty disk.
    pub(super) fn new(parts: &Parts, clock: SimClock) -> Self {
        let machine = Machine::boot(&parts.vfs, SimDisk::new(), clock, parts.build.clone());
        let handles = Handles::default();
        Self {
            machine,
            handles,
            engine: None,
            parts: parts.clone(),
            starts: 0,
            ordered: (0, 0),
            in_trouble: false,
            fresh: None,
        }
    }

    fn ports(&self) -> omnicraft_host::ports::Ports {
        let app = SimApp::new(self.parts.subject.clone(), self.machine.vfs(), self.handles.clone());
        self.machine.ports(Box::new(app))
    }

    /// A new home, with an engine in it.
    pub(super) fn create(&mut self) {
        self.engine = Some(Engine::create(Path::new(HOME), self.ports(), Box::new(Unobserved)).unwrap());
    }

    /// Starts the engine, if it does not run.
    pub(super) fn start_engine(&mut self) -> Result<(), EngineError> {
        if self.engine.is_none() {
            self.engine = Some(self.another_engine()?);
            self.fresh = Some(if self.in_trouble { Start::InTrouble } else { Start::Clean });
        }
        Ok(())
    }

    /// An engine that could not record what it did goes on with it before whatever it is told next; until then its cards
    /// are those of the last step that it could record. So nobody looks at them before it has gone on.
    pub(super) fn go_on(&mut self) {
        let Some(engine) = self.engine.as_mut().filter(|engine| engine.state().operation.is_some()) else { return };
        if engine.handle(EventKind::EngineOpened).is_ok() {
            self.fresh = Some(Start::Clean);
        } else {
            self.quit();
        }
    }

    /// One more engine over the same home.
    pub(super) fn another_engine(&self) -> Result<Engine, EngineError> {
        Engine::open(Path::new(HOME), self.ports(), Box::new(Unobserved))
    }

    /// App and engine end as they should.
    pub(super) fn quit(&mut self) {
        self.engine = None;
        let handles = std::mem::take(&mut *self.handles.lock());
        handles.into_values().for_each(|handle| drop(handle.close()));
    }

    /// From so many changes on the disk does this.
    pub(super) fn order(&mut self, fault: Fault) {
        self.ordered = (self.machine.disk.position(), fault.after);
        self.machine.disk.fail(Some(fault));
        self.in_trouble = true;
    }

    /// The disk is well again.
    pub(super) fn call_off(&mut self) {
        self.machine.disk.fail(None);
        self.in_trouble = false;
    }

    /// The log up to the ordered trouble, if it has come by now; what is left of it is called off.
    fn stop(&mut self) -> usize {
        let (from, after) = self.ordered;
        let at = self.machine.disk.position().min(from + usize::try_from(after).unwrap_or(usize::MAX));
        // Programs that end now must not tidy up.
        self.order(lights_out(0));
        self.quit();
        at
    }

    /// The processes are killed where the ordered trouble came. Everything that they wrote is there, durable or not.
    pub(super) fn kill(&mut self) {
        let at = self.stop();
        let (base, log) = self.machine.disk.history();
        self.starts += 1;
        let disk = SimDisk::of(base, self.starts);
        log.into_iter().take(at).for_each(|operation| disk.act(operation).unwrap());
        self.boot(disk);
    }

    /// The power is cut where the ordered trouble came; says how many changes were not durable there, and how many of
    /// them are lost.
    pub(super) fn cut(&mut self, chance: u64) -> (usize, usize) {
        let at = self.stop();
        let (base, log) = self.machine.disk.history();
        let mut point = Point::at_start(&base);
        (0..at).for_each(|place| point.step(&log, place));
        let fates = fates(&point.pending, chance);
        let kept = fates.iter().filter(|(_, fate)| *fate == Fate::Kept).count();
        let image = point.image(&log, &fates);
        self.starts += 1;
        self.boot(SimDisk::of(image, self.starts));
        (fates.len(), fates.len() - kept)
    }

    fn boot(&mut self, disk: SimDisk) {
        let (clock, build) = (self.machine.clock.clone(), self.parts.build.clone());
        self.machine = Machine::boot(&self.parts.vfs, disk, clock, build);
        self.in_trouble = false;
    }

    /// Somebody spoils a file; says whether it is another one now. What he does is durable.
    pub(super) fn harm(&self, path: &Path, how: How) -> bool {
        let disk = &self.machine.disk;
        let Ok(file) = disk.file(path) else { return false };
        let (size, time) = (disk.size(file), disk.content(file).time());
        let place = |at: u8| size * u64::from(at) / 256;
        let flipped = |at: u8| {
            let mut byte = [0];
            disk.undisturbed(|| disk.read(file, place(at), &mut byte)).unwrap();
            [byte[0] ^ 0x41]
        };
        match how {
            How::Deleted => disk.act(Operation::Unlink(path.into(), file)),
            How::CutOff(at) if place(at) < size => disk.resize(file, place(at)),
            How::Edited(at) if size > 0 => disk.write(file, place(at), &flipped(at)),
            How::Decayed(at) if size > 0 => {
                disk.act(Operation::Write { file, offset: place(at), bytes: flipped(at).into(), time })
            }
            How::CutOff(_) | How::Edited(_) | How::Decayed(_) => return false,
        }
        .unwrap();
        self.make_durable(path, file);
        true
    }

    fn make_durable(&self, path: &Path, file: u64) {
        let folder = path.parent().unwrap_or(path);
        self.machine.disk.act(Operation::SyncFile(file, Force::Drive)).unwrap();
        self.machine.disk.act(Operation::SyncFolder(folder.into())).unwrap();
    }

    /// Somebody puts a file somewhere.
    pub(super) fn put(&self, path: &str, bytes: &[u8]) {
        let path = Path::new(path);
        let file = self.machine.disk.create(path).unwrap();
        self.machine.disk.write(file, 0, bytes).unwrap();
        self.make_durable(path, file);
    }
}

/// From so many changes on nothing reaches the disk any more.
pub(super) const fn lights_out(after: u64) -> Fault {
    Fault { reads: false, after, lasts: true, short: false, kind: std::io::ErrorKind::Other }
}

/// Most disks lose little or much, few lose half.
fn fates(pending: &[usize], chance: u64) -> Vec<(usize, Fate)> {
    let mut random = Random::new(chance);
    let odds = random.below(17);
    let mut fate = || match random.below(16) {
        kept if kept < odds => Fate::Kept,
        15 => *random.pick(&[Fate::SizeAlone, Fate::Head, Fate::Tail, Fate::Odd, Fate::Garbage]),
        _ => Fate::Lost,
    };
    pending.iter().map(|place| (*place, fate())).collect()
}

/// Somebody who reads the disk on another computer.
pub(super) struct Reader {
    vfs: Arc<SimVfs>,
    known: BTreeMap<u64, Result<Digest, String>>,
}

impl Reader {
    pub(super) const fn new(vfs: Arc<SimVfs>) -> Self {
        Self { vfs, known: BTreeMap::new() }
    }

    /// What a database holds with its log, if SQLite finds nothing wrong with it; `None` where there is none.
    pub(super) fn content(&mut self, image: &Image, path: &Path) -> Option<Result<Digest, String>> {
        image.file(path)?;
        let parts = ["", "-wal", "-journal"].map(|suffix| {
            let path = format!("{}{suffix}", path.display());
            image.content_at(Path::new(&path)).map_or(0, crate::sim::image::Content::hash)
        });
        let key = parts.iter().fold(7, |sum: u64, part| sum.rotate_left(21).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ part);
        if let Some(known) = self.known.get(&key) {
            return Some(known.clone());
        }
        let found = self.connect(image, path).and_then(|connection| content::checked(&connection));
        let found = found.map_err(|error| error.to_string()).and_then(|found| found);
        self.known.insert(key, found.clone());
        Some(found)
    }

    /// Opens a database of a copy of the disk.
    pub(super) fn connect(&self, image: &Image, path: &Path) -> rusqlite::Result<Connection> {
        let clock = SimClock::at(jiff::Zoned::default());
        Machine::boot(&self.vfs, SimDisk::of(image.clone(), 1 << 20), clock, Build::shipped()).connect(path)
    }
}

/// A number for the bytes of every file whose path is wanted.
pub(super) fn bytes(image: &Image, wanted: impl Fn(&str) -> bool) -> BTreeMap<String, u64> {
    let files = image.names.iter().filter_map(|(path, file)| Some((path.to_str()?, image.content((*file)?)?)));
    files.filter(|(path, _)| wanted(path)).map(|(path, content)| (path.to_owned(), content.hash())).collect()
}
