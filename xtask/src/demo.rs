//! `cargo xtask demo`: builds the product and lets a sample business lose its books and get them back.

use crate::process::{Failure, omnicraft, succeed};

pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    succeed(omnicraft()?.args(["--", "demo"]).args(arguments))
}
