//! The terminal itself: taking it over and giving it back, its signals, its
//! late replies, its clipboard, its bell, its notifications.

mod bell;
mod clipboard;
mod guard;
mod notification;
mod output;
mod replies;
mod signals;
mod tty;

pub use bell::Bell;
pub use clipboard::{Multiplexer, missing_in_tmux};
pub use notification::Notifier;
pub use replies::ReplyFilter;
pub use signals::{Signal, Signals, ask_to_stop, discard_output_at_end};
pub use tty::{Resumed, Tty, is_gone};
