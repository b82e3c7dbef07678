//! Jobs that take a blink: the answer waits for them, so that the next page shows what they changed.

use std::time::Duration;

use omnicraft_core::state::Ending;
use omnicraft_host::handle::{JobId, Phase};

use super::Answer;
use crate::site::Site;

/// So long an answer may wait.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether a job went well within a moment; it is forgotten then. Otherwise its own page tells how it goes on.
pub(crate) async fn went_well(site: &Site, id: JobId) -> bool {
    let mut news = site.news.subscribe();
    let ended = async {
        loop {
            let Some(job) = site.desk.job(id) else { return true };
            if job.has_ended() {
                return matches!(&job.phase, Phase::Ended(answer) if is_applied(answer));
            }
            if news.changed().await.is_err() {
                return false;
            }
        }
    };
    let well = tokio::time::timeout(PATIENCE, ended).await.unwrap_or(false);
    if well {
        site.desk.forget(id);
    }
    well
}

fn is_applied(answer: &Answer) -> bool {
    matches!(answer, Answer::Concluded(conclusion) if conclusion.ending == Ending::Applied)
}
