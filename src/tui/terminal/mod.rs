//! The terminal itself: taking it over and giving it back, its signals, its bell.

mod bell;
mod signals;
mod tty;

pub use bell::Bell;
pub use signals::{Signal, Signals, ask_to_stop};
pub use tty::{Resumed, Tty, is_gone};
