//! The intent file: the one commit point of a swap. It carries a checksum over the intent's exact text, so that a torn
//! file is never taken for a commitment, whichever version of the program wrote it.

use std::io::ErrorKind;
use std::path::Path;

use camino::Utf8Path;
use omnicraft_core::model::{Intent, ReadIntent};
use omnicraft_core::names;
use omnicraft_core::outcome::FailureKind;
use serde::{Deserialize, Serialize};

use super::work::{Work, failed};
use crate::error::{Result, Stop};
use crate::ports::filesystem::FileSystem;

const FORMAT: u32 = 1;
const LIMIT: u64 = 16 << 20;

#[derive(Serialize, Deserialize)]
struct Sealed {
    format: u32,
    /// BLAKE3 of `intent`, in hex.
    checksum: String,
    /// The intent's JSON, as text.
    intent: String,
}

/// What is at the commit point now.
pub(super) fn read(home: &Path, files: &dyn FileSystem) -> Result<ReadIntent> {
    let path = home.join(names::INTENT);
    let content = match files.read(&path, LIMIT) {
        Ok(content) => content,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(ReadIntent::None),
        Err(error) if error.kind() == ErrorKind::InvalidData => return Ok(ReadIntent::Invalid(error.to_string())),
        Err(error) => return Err(failed("read what a restore was about to do", &path)(error)),
    };
    let sealed: Sealed = match serde_json::from_slice(&content) {
        Ok(sealed) => sealed,
        Err(error) => return Ok(ReadIntent::Invalid(error.to_string())),
    };
    if checksum(&sealed.intent) != sealed.checksum {
        return Ok(ReadIntent::Invalid("its checksum does not hold".to_owned()));
    }
    // From here on it is known to be a commitment; one that cannot be understood must not be taken for none.
    match serde_json::from_str(&sealed.intent) {
        Ok(intent) if sealed.format == FORMAT => Ok(ReadIntent::Committed(intent)),
        _ => {
            let reason = format!("a newer version of this program began it (format {})", sealed.format);
            let remedy = "Install that version and start it once, so that it finishes the restore";
            Err(Stop::new(FailureKind::Foreign, "finish an interrupted restore", &path, reason, remedy))
        }
    }
}

/// Makes an intent durable: after a power cut there is none, or the whole of it.
pub(super) fn write(work: &Work<'_>, intent: &Intent) -> Result<()> {
    let attempted = "commit the restore";
    let path = Utf8Path::new(names::INTENT);
    let json = serde_json::to_string(intent)
        .and_then(|intent| serde_json::to_vec(&Sealed { format: FORMAT, checksum: checksum(&intent), intent }));
    let unwritable = |error: serde_json::Error| {
        Stop::new(FailureKind::Io, attempted, &work.path(path), error.to_string(), "Try again; nothing was changed")
    };
    work.write(attempted, path, &json.map_err(unwritable)?)
}

fn checksum(intent: &str) -> String {
    blake3::hash(intent.as_bytes()).to_hex().to_string()
}
