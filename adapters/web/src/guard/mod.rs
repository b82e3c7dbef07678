//! Who may talk to the page: the browser that opened the link which this program printed, and nothing else.

use omnicraft_host::error::{EngineError, Stop};
use std::path::Path;

/// The secrets of one run of the program.
pub(crate) struct Gate {
    port: u16,
    csrf: String,
}

impl Gate {
    pub(crate) fn new(port: u16) -> Result<Self, EngineError> {
        Ok(Self { port, csrf: secret()? })
    }

    /// Stands in every form, so that no other page can post one.
    pub(crate) fn csrf(&self) -> &str {
        &self.csrf
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }
}

/// 256 random bits in hex.
fn secret() -> Result<String, EngineError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Stop::io("make a secret for", Path::new("the page"), &std::io::Error::other(error.to_string()))
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
