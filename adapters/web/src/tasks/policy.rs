//! A change of the rotation policy.

use omnicraft_core::event::EventKind;
use omnicraft_core::policy::Policy;
use omnicraft_host::handle::JobId;

use super::{Answer, Label};
use crate::site::Site;

/// From now on so many backups are kept. Nothing is removed before the next one is taken.
pub(crate) fn change(site: &Site, policy: &Policy) -> JobId {
    let event = EventKind::PolicyChanged(policy.clone());
    site.desk.submit(Label::Policy, move |engine| Ok(Answer::Concluded(Box::new(engine.handle(event.clone())?))))
}
