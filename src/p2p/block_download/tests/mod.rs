//! Headers and blocks without a socket: peers' messages in, actions out.

mod backfill;
mod blocks;
mod catch_up;
mod compact;
mod floods;
mod lost;
mod races;
pub mod scene;
mod sleep;
