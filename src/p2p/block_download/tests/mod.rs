//! Headers and blocks without a socket: what peers say in, what follows out.

mod backfill;
mod blocks;
mod compact;
mod scene;
