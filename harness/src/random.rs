//! Seeded choices, so that a failure found once is found again: `OMNICRAFT_SEED` repeats a run.

use omnicraft_host::ports::clock::{Clock, SystemClock};

/// A generator of choices (SplitMix64).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// With a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub const fn below(&mut self, bound: u64) -> u64 {
        match self.next().checked_rem(bound) {
            Some(number) => number,
            None => 0,
        }
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let index = self.below(of.len() as u64);
        &of[usize::try_from(index).unwrap()]
    }

    /// Yes in `percent` of a hundred cases.
    pub const fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// A number that the environment sets, such as `OMNICRAFT_SEED` or `OMNICRAFT_KILLS`.
pub fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`; it must be a number")))
}

/// The seed that the environment sets, or a new one. Whoever uses it prints it.
pub fn seed() -> u64 {
    setting("OMNICRAFT_SEED").unwrap_or_else(|| {
        let now = SystemClock::new().now().timestamp().as_nanosecond();
        u64::try_from(now % 1_000_000_007).unwrap_or_default()
    })
}
