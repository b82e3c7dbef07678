//! The report: what one run of the proof found, for people and for machines. A [`Proof`] holds what was done, each part as
//! it was delivered; a [`Report`] adds what follows from it. Every form (text, JSON, JUnit, HTML, the README's table) is
//! written from the same report, and none counts for itself.

mod cells;
pub mod gather;
mod html;
mod junit;
pub mod kernels;
mod markup;
mod options;
pub mod readme;
mod rows;
mod speaks;
mod summary;
mod text;
pub mod words;

#[cfg(test)]
mod example;

pub use html::html;
pub use junit::junit;
pub use options::{Options, Part};
pub use rows::{
    Ablation, Automatic, Conformance, Faults, File, Killed, Lives, Machine, Mutant, Operation, Profile, Proof, Skipped,
    Survivor, Verdict, Violation,
};
pub use summary::{Report, Row};
pub use text::{details, text};
