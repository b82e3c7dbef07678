//! Archives that a person can take away, look into with any program, and bring back: CSV files or databases in a zip
//! file. [`layout`] describes the format for whoever wants to read or write it elsewhere.

pub mod bundle;
pub mod cell;
pub mod container;
pub mod directory;
pub mod findings;
mod forming;
pub mod inspect;
pub mod layout;
pub mod lines;
pub mod load;
pub mod manifest;
mod members;
pub mod pack;
mod parts;
mod readme;
pub mod rows;
mod sheet;
pub mod tables;
pub mod whose;
mod writer;
