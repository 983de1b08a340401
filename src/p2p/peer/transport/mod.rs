//! A stream in one of the two transports: bytes in and out, messages out and in.
//!
//! | module | what it does |
//! |---|---|
//! | `open` | dials and agrees on a transport; with it `key_exchange` (BIP324) |
//! | `connection` | reads and writes, with bounds on what may pile up |
//! | `codec` | messages ↔ bytes of either transport |

pub mod codec;
pub mod connection;
mod key_exchange;
pub mod open;
