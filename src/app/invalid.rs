//! A value of a setting that is invalid for a reason that only the other settings, or the system, show.

/// The invalid value of a setting.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct InvalidValue {
    /// The id of the flag in clap.
    pub id: &'static str,
    /// The index of the value, if the flag is repeatable.
    pub index: Option<usize>,
    /// The flag, its value, what is wrong with the value, and what is allowed; in one line.
    pub message: String,
}

impl InvalidValue {
    /// The value of the flag with this id, and what is wrong with it.
    pub fn new(id: &'static str, message: impl Into<String>) -> Self {
        Self { id, index: None, message: message.into() }
    }

    /// Says which of the values of a repeatable flag is meant.
    pub fn at(self, index: usize) -> Self {
        Self { index: Some(index), ..self }
    }
}
