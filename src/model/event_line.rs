//! One line of the list of events.

use crate::util::time::Timestamp;

/// One line of the list of events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventLine {
    /// The time of the event.
    pub time: Timestamp,
    /// The severity.
    pub level: Level,
    /// The text, cleaned.
    pub text: String,
}

/// The severity of an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Success.
    Good,
    /// Information.
    Info,
    /// An anomaly, or a failure that the program handles.
    Warning,
    /// A loss.
    Bad,
}
