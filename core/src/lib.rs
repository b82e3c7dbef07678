//! Decides what a backup-and-restore engine does next, and never does it.
//!
//! A pure function turns the state and an event into changes of the state and a plan. A host records the changes,
//! performs the plan's steps one by one, and hands each outcome back as the next event:
//!
//! 1. One event at a time; its plan is drained before the next.
//! 2. Record, then perform: no effect runs whose intent is not in the catalog.
//! 3. Effects carry references, never contents.
//! 4. Every effect is idempotent or recognises that it is done; [`effect`] says which, whether it can be cancelled,
//!    and what a power cut during it leaves.
//! 5. Progress is telemetry, not an event. An outcome is an event.
//! 6. Time, zone and randomness enter inside events. The core reads none of them.
//! 7. Recovery is a *new* plan computed from state and inventory (what is really on disk); never a replay.
//! 8. A destructive act of the app needs a [`model::Permit`], and only a finished, verified safeguard makes one.
//!
//! # Why
//!
//! With ports alone the order "copy, verify, publish, record" would exist nowhere as a thing that can be printed,
//! previewed, tested or resumed. Effects down to bytes would re-implement SQLite; the simulator substitutes beneath it
//! instead. Async commands cannot be written to disk, and a power cut must find the position there.
#![forbid(unsafe_code)]

pub mod card;
pub mod catalog;
pub mod change;
pub mod effect;
pub mod error;
pub mod event;
pub mod health;
pub mod model;
pub mod names;
pub mod outcome;
pub mod plan;
mod plans;
pub mod policy;
pub mod state;
pub mod transition;
