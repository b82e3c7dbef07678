//! Looking at what a restore would change: row by row, however many they are, and as rows per day, so that one sees
//! where the hole is.

mod cell;
mod days;
mod guess;
mod index;
mod packed;
mod page;

pub use cell::Cell;
pub use days::{Day, days};
pub use index::{TableIndex, index};
pub use page::RowChange;

pub use super::rows::Fate;
