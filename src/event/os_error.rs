//! An error of the operating system as a value: comparable, cloneable, with its code.

use std::fmt;
use std::io;

/// What the operating system reported. Displays as the system's own text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct OsError {
    /// The portable category.
    pub kind: io::ErrorKind,
    /// The system's code (`errno`); `None` if the error originated in this program.
    pub code: Option<i32>,
}

impl From<&io::Error> for OsError {
    fn from(error: &io::Error) -> Self {
        Self { kind: error.kind(), code: error.raw_os_error() }
    }
}

impl From<io::Error> for OsError {
    fn from(error: io::Error) -> Self {
        Self::from(&error)
    }
}

impl fmt::Display for OsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => io::Error::from_raw_os_error(code).fmt(f),
            None => self.kind.fmt(f),
        }
    }
}

impl std::error::Error for OsError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_text_survives() {
        let error = std::fs::read("/nonexistent/file").unwrap_err();
        assert_eq!(OsError::from(&error).to_string(), error.to_string());
        let ours = io::Error::new(io::ErrorKind::TimedOut, "a text that is not kept");
        assert_eq!(OsError::from(ours).to_string(), "timed out");
    }
}
