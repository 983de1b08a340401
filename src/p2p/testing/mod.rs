//! What the tests of several protocol parts need.

mod fuzz_session;
mod judge;
mod unplugged;

pub(crate) use judge::Judge;
pub(crate) use unplugged::{Deed, Unplugged};

use crate::event::PeerInfo;
use crate::wire::Services;

/// A peer that relays transactions by wtxid and offers `services`.
pub fn info(services: Services) -> PeerInfo {
    PeerInfo {
        version: 70_016,
        services,
        user_agent: String::new(),
        start_height: 0,
        relay: true,
        clock_offset: 0,
        wtxid_relay: true,
    }
}
