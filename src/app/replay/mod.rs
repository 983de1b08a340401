//! `replay`: recordings on the screen, as JSON lines, or checked.

mod check;
mod pace;
mod run;
mod show;
mod track;
mod write;

pub use run::run;
