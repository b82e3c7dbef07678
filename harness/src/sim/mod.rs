//! A simulated computer: the ports of the engine and the file layer of SQLite on one disk in memory. It mirrors
//! `adapters/host/src/ports` file by file.

pub mod app;
pub mod clock;
pub mod disk;
pub mod files;
pub mod filesystem;
pub mod image;
pub mod machine;
pub mod names;
pub mod operation;
pub mod question;
pub mod vfs;
