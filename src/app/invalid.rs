//! A setting that is invalid for a reason outside its own text: other settings, or the system.

/// An invalid setting.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct InvalidValue {
    /// The flag's id in clap.
    pub id: &'static str,
    /// The index of the value, if the flag is repeatable.
    pub index: Option<usize>,
    /// The flag, its value, what is wrong and what is allowed, in one line.
    pub message: String,
}

impl InvalidValue {
    /// Says that the value of the flag with this id is invalid.
    pub fn new(id: &'static str, message: impl Into<String>) -> Self {
        Self { id, index: None, message: message.into() }
    }

    /// Says which value of a repeatable flag is invalid.
    pub fn at(self, index: usize) -> Self {
        Self { index: Some(index), ..self }
    }
}
