//! What surrounds every screen: the title above, the footer below, and the notice of a terminal that
//! is too small for any of it.

pub mod footer;
mod parts;
pub mod title;
pub mod too_small;

pub use parts::parts;
