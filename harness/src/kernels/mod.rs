//! Power cuts on real kernels, around the shipped binary: what ext4, xfs and btrfs really leave of each operation.
//!
//! 1. A disk that remembers ([`disk`]) lies under a fresh file system with a home on it; the operation runs.
//! 2. From what the disk was told, the images are made that a power cut may leave ([`states`]).
//! 3. Each is mounted, so that the file system recovers by its own means; then `omnicraft open` runs, and the content
//!    of what it leaves is compared with versions that were committed ([`judge`]).
//! 4. On ext4 and xfs the running file system is also halted at random moments, without its log ([`task`]).
//! 5. The same with holes in the binary ([`mutants`]): they must be found.
//!
//! Everything happens in a mount namespace with a memory disk of its own, so that nothing is left when it ends, however
//! it ends; every operation on every file system is a process of its own, so that they run side by side at one path.

pub mod disk;
pub mod judge;
pub mod machine;
pub mod mutants;
pub mod operations;
pub mod results;
pub mod states;
mod supervisor;
pub mod task;
mod trees;

pub use supervisor::{Plan, run};
