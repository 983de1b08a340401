//! The terminal itself: taking and restoring it, signals, late replies, clipboard, bell, notifications.

mod bell;
mod clipboard;
mod discard;
mod guard;
mod notification;
mod output;
mod replies;
mod tty;

pub use bell::Bell;
pub use clipboard::{Multiplexer, missing_in_tmux};
pub use discard::discard_output_at_end;
pub use notification::Notifier;
pub use replies::ReplyFilter;
pub use tty::{Resumed, Tty, is_gone};
