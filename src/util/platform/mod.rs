//! What differs between operating systems: what only Unix has is in `unix`, and what takes its place on others in
//! `other`. Both have the same functions. Nothing else asks which system this is.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub use other::*;
#[cfg(unix)]
pub use unix::*;
