//! The figures of one run as ratios: how many times as long as its peer each takes, and how many bytes it handles in a
//! second.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use omnicraft_host::ports::clock::{Clock, SystemClock};

/// A group of contestants that handle the same bytes.
struct Group {
    name: String,
    bytes: u64,
    /// In the order in which they were measured; the others are compared with the first.
    contestants: Vec<String>,
}

/// Collects while criterion measures, and is printed at the end.
#[derive(Default)]
pub struct Table {
    groups: RefCell<Vec<Group>>,
    times: RefCell<BTreeMap<(String, String), Vec<Duration>>>,
}

impl Table {
    /// Begins a group; its contestants handle so many bytes each time.
    pub fn group(&self, name: &str, bytes: u64) {
        self.groups.borrow_mut().push(Group { name: name.to_owned(), bytes, contestants: Vec::new() });
    }

    /// Does something as often as criterion wants and gives back what it took altogether; `prepare` is not measured.
    pub fn measure(&self, who: &str, rounds: u64, mut prepare: impl FnMut(), mut work: impl FnMut()) -> Duration {
        let clock = SystemClock::new();
        self.reported(who, rounds, || {
            prepare();
            let start = clock.monotonic();
            work();
            clock.monotonic().saturating_sub(start)
        })
    }

    /// As [`Table::measure`], for work that measures itself.
    pub fn reported(&self, who: &str, rounds: u64, mut work: impl FnMut() -> Duration) -> Duration {
        let mut all = Duration::ZERO;
        let mut groups = self.groups.borrow_mut();
        let group = groups.last_mut().unwrap();
        if !group.contestants.iter().any(|known| known == who) {
            group.contestants.push(who.to_owned());
        }
        let key = (group.name.clone(), who.to_owned());
        for _ in 0..rounds {
            let time = work();
            self.times.borrow_mut().entry(key.clone()).or_default().push(time);
            all += time;
        }
        all
    }

    fn median(&self, group: &Group, who: &str) -> Duration {
        let times = self.times.borrow();
        let mut times = times.get(&(group.name.clone(), who.to_owned())).cloned().unwrap_or_default();
        times.sort();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for group in self.groups.borrow().iter() {
            let Some(peer) = group.contestants.first() else { continue };
            let base = self.median(group, peer).as_secs_f64();
            writeln!(f, "\n{}, {:.1} MB, times of {peer}:", group.name, megabytes(group.bytes))?;
            for who in &group.contestants {
                let median = self.median(group, who);
                let ratio = median.as_secs_f64() / base;
                let rate = megabytes(group.bytes) / median.as_secs_f64();
                writeln!(f, "  {ratio:>6.2} x  {who:<44} {median:>10.1?} {rate:>8.0} MB/s")?;
            }
        }
        Ok(())
    }
}

fn megabytes(bytes: u64) -> f64 {
    Duration::from_micros(bytes).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_group_is_the_measure() {
        let table = Table::default();
        table.group("backup, small", 2_000_000);
        for milliseconds in [9, 1, 4] {
            table.reported("cp", 1, || Duration::from_millis(milliseconds));
        }
        table.reported("engine", 2, || Duration::from_millis(10));
        let lines: Vec<String> = table.to_string().lines().map(str::to_owned).collect();
        assert_eq!(lines[1], "backup, small, 2.0 MB, times of cp:");
        assert_eq!(lines[2].split_whitespace().collect::<Vec<_>>(), ["1.00", "x", "cp", "4.0ms", "500", "MB/s"]);
        assert_eq!(lines[3].split_whitespace().collect::<Vec<_>>(), ["2.50", "x", "engine", "10.0ms", "200", "MB/s"]);
    }
}
