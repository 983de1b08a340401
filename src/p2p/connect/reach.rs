//! Which networks are reachable at the moment.

use crate::address::Host;
use crate::event::AddressNetwork;
use crate::p2p::peer::Routes;
use crate::util::time::Timestamp;
use std::collections::HashMap;
use std::time::Duration;

/// The first and the longest pause for a network that is unreachable or whose proxy is down. Pauses double,
/// and stay short, so that peers are found soon after the network is back.
const PAUSE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_mins(1));

/// The networks that the user allows, minus those that were unreachable recently.
#[derive(Debug)]
pub struct Reach {
    routes: Routes,
    /// When a pause ends, and its length.
    paused: HashMap<AddressNetwork, (Timestamp, Duration)>,
}

impl Reach {
    /// All networks that `routes` lead to.
    pub fn new(routes: Routes) -> Self {
        Self { routes, paused: HashMap::new() }
    }

    /// Whether `host` may be reachable.
    pub fn has(&self, host: &Host, now: Timestamp) -> bool {
        let pause = AddressNetwork::of(host).and_then(|network| self.paused.get(&network));
        self.routes.to(host).is_ok() && pause.is_none_or(|&(until, _)| until <= now)
    }

    /// When the next pause ends.
    pub fn next_end(&self, now: Timestamp) -> Option<Timestamp> {
        self.paused.values().map(|&(until, _)| until).filter(|&until| until > now).min()
    }

    /// Pauses `network`, which was unreachable.
    pub fn pause(&mut self, network: AddressNetwork, now: Timestamp) {
        let pause = match self.paused.get(&network) {
            // Dials that started together fail together.
            Some(&(until, _)) if until > now => return,
            Some(&(_, pause)) => (pause * 2).min(PAUSE.1),
            None => PAUSE.0,
        };
        self.paused.insert(network, (now + pause, pause));
    }

    /// Ends the pause of the network of `host`, which was reached.
    pub fn reached(&mut self, host: &Host) {
        if let Some(network) = AddressNetwork::of(host) {
            self.paused.remove(&network);
        }
    }
}
