//! Halts: the running file system is stopped at random moments, without its log, and what then lies on the disk is judged
//! like any crash state.

use std::process::Stdio;
use std::time::{Duration, Instant};

use omnicraft_host::ports::clock::{Clock, SystemClock};

use super::Bench;
use crate::kernels::states::{Recording, identity};
use crate::kernels::{machine, operations};
use crate::random::Random;

/// A command that still runs so long after its disk failed does not end.
const ENDLESS: Duration = Duration::from_secs(60);

impl Bench<'_> {
    /// Halts the file system at random moments of the operation.
    pub(super) fn halt(&mut self, recording: &Recording, wanted: u64, until: Instant) -> Result<(), String> {
        let mut random = Random::new(self.task.seed);
        let mut longest = 100_000;
        for _ in 0..wanted * 2 {
            if self.row.shutdowns == wanted || Instant::now() >= until {
                break;
            }
            let delay = Duration::from_micros(random.below(longest));
            machine::fill(&self.file, self.kind.size(), &[&recording.base]).map_err(|error| error.to_string())?;
            let recipe = format!("halted {} µs after the start", delay.as_micros());
            let (acknowledged, took) = match self.run_and_halt(delay)? {
                Ok(ended) => ended,
                Err(endless) => {
                    self.note(Err(endless), &recipe, false, &[&recording.base])?;
                    operations::rewind(&self.case.world);
                    continue;
                }
            };
            // Delays follow the operation, so that halts fall into it.
            if acknowledged {
                longest = u64::try_from(took.as_micros()).unwrap_or(longest).max(1000);
            }
            let blocks = machine::read(&self.file).map_err(|error| error.to_string())?;
            operations::rewind(&self.case.world);
            if !self.images.insert(identity(&recording.base, &blocks)) {
                continue;
            }
            let found = self.judge_mounted(acknowledged, false)?;
            self.row.states += 1;
            self.row.shutdowns += 1;
            self.row.acknowledged += u64::from(acknowledged);
            self.note(found, &recipe, acknowledged, &[&blocks])?;
        }
        Ok(())
    }

    /// Whether it had been acknowledged, and how long it took; an error in it is one of the product.
    fn run_and_halt(&self, delay: Duration) -> Result<Result<(bool, Duration), String>, String> {
        let mount = self.mount()?;
        let mut command = self.case.world.command(&self.case.command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let clock = SystemClock::new();
        let began = Instant::now();
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        clock.wait(delay);
        mount.halt()?;
        let ended = loop {
            match child.try_wait().map_err(|error| error.to_string())? {
                // 3 says that a part of it could not be done, which on a failed disk may be any part.
                Some(status) => break Ok((status.success(), began.elapsed())),
                None if began.elapsed() > ENDLESS => {
                    child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
                    break Err(format!("`{}` goes on for ever on a disk that has failed", self.case.command));
                }
                None => clock.wait(Duration::from_millis(1)),
            }
        };
        mount.unmount()?;
        Ok(ended)
    }
}
