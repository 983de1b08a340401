//! Which networks can be reached at the moment.

use crate::address::Host;
use crate::event::AddressNetwork;
use crate::p2p::peer::Routes;
use crate::util::time::Timestamp;
use std::collections::HashMap;
use std::time::Duration;

/// How long a network is left alone when there is no way to it, or the proxy to it is down: at first,
/// doubling each time, and at most. As soon as there is a way again nobody wants to wait long.
const PAUSE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_mins(1));

/// The ways that the user allows, less those that lead nowhere.
#[derive(Debug)]
pub struct Reach {
    routes: Routes,
    /// These are left alone until then, after a pause that long.
    paused: HashMap<AddressNetwork, (Timestamp, Duration)>,
}

impl Reach {
    /// All of `routes`.
    pub fn new(routes: Routes) -> Self {
        Self { routes, paused: HashMap::new() }
    }

    /// Whether it is worth trying to reach `host`.
    pub fn has(&self, host: &Host, now: Timestamp) -> bool {
        let pause = AddressNetwork::of(host).and_then(|network| self.paused.get(&network));
        self.routes.to(host).is_ok() && pause.is_none_or(|&(until, _)| until <= now)
    }

    /// When the next pause ends.
    pub fn next_end(&self, now: Timestamp) -> Option<Timestamp> {
        self.paused.values().map(|&(until, _)| until).filter(|&until| until > now).min()
    }

    /// There was no way to an address of `network`.
    pub fn pause(&mut self, network: AddressNetwork, now: Timestamp) {
        let pause = match self.paused.get(&network) {
            // Those that were dialled together fail together.
            Some(&(until, _)) if until > now => return,
            Some(&(_, pause)) => (pause * 2).min(PAUSE.1),
            None => PAUSE.0,
        };
        self.paused.insert(network, (now + pause, pause));
    }

    /// `host` was reached.
    pub fn reached(&mut self, host: &Host) {
        if let Some(network) = AddressNetwork::of(host) {
            self.paused.remove(&network);
        }
    }
}
