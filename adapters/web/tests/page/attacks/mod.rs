//! A test for each way in that the guard stands against, over real connections to the real program.

mod bodies;
mod entrance;
mod forms;
mod headers;
mod hosts;
mod origins;
mod paths;
mod socket;
mod wire;
