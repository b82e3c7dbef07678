//! Who may talk to the page: the browser that opened the link which this program printed, and nothing else.

mod enter;
mod gate;

pub(crate) use enter::enter;
pub(crate) use gate::Gate;
