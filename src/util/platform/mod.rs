//! Differences between operating systems: `unix` has what only Unix offers, and `other` the substitutes. Both
//! have the same functions, and nothing else checks for the operating system.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub use other::*;
#[cfg(unix)]
pub use unix::*;
