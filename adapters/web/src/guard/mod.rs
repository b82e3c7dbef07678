//! Who may talk to the page: the browser that opened the link which this program printed, and nothing else.

mod check;
mod enter;
mod gate;
mod headers;
mod posted;
mod watch;

pub(crate) use enter::enter;
pub(crate) use gate::Gate;
pub(crate) use posted::{Posted, PostedFiles};
pub(crate) use watch::{LARGEST_FORM, watch};
