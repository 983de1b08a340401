//! A stream in one of the two transports: messages to bytes, and back.
//!
//! | module | what it does |
//! |---|---|
//! | `open` | dials and agrees on a transport; with it `key_exchange` (BIP324) |
//! | `connection` | reads and writes, with bounds on what may accumulate |
//! | `codec` | messages ↔ bytes of either transport |

pub mod codec;
pub mod connection;
mod key_exchange;
pub mod open;
