//! Pages as a browser asks for them, over homes that the engine itself made.

mod contrast;
mod home;
mod outdated;
mod resets;
mod settings;
mod texts;
mod unblocked;
mod weight;
