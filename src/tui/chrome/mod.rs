//! What surrounds every screen: title and banner above, footer below; and the message that the terminal is
//! too small.

pub mod banner;
pub mod footer;
mod parts;
pub mod tabs;
pub mod title;
pub mod too_small;

pub use parts::{Parts, parts};
