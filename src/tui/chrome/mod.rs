//! What surrounds every screen: the title and the banner above, the footer below, and the notice that the
//! terminal is too small.

pub mod banner;
pub mod footer;
mod parts;
pub mod tabs;
pub mod title;
pub mod too_small;

pub use parts::{Parts, parts};
