//! The source of events: peers of this machine, or sensors elsewhere.

use crate::event::{Event, Request};
use crate::p2p::{AddrTable, Driver};
use crate::sensor::Collector;
use crate::util::clock::Clock;
use crate::util::time::Timestamp;

/// The source of events.
#[derive(Debug)]
pub enum Source {
    /// The peers that this program connects to.
    Peers(Box<Driver>),
    /// What sensors publish.
    Sensors(Box<Collector>),
}

impl Source {
    /// Returns the next event. Cancel-safe.
    pub async fn next(&mut self) -> Event {
        match self {
            Self::Peers(network) => network.next().await,
            Self::Sensors(sensors) => sensors.next().await,
        }
    }

    /// Returns the next event if one is ready.
    pub fn ready(&mut self) -> Option<Event> {
        match self {
            Self::Peers(network) => network.ready(),
            Self::Sensors(sensors) => sensors.ready(),
        }
    }

    /// The time as of which events are: the clock's, or one in the past while old sensor messages are read.
    pub fn now(&self, clock: Clock) -> Timestamp {
        match self {
            Self::Peers(_) => clock.now(),
            Self::Sensors(sensors) => sensors.now(),
        }
    }

    /// Passes a request to the peers. Sensors ignore requests: each one asks its own peers.
    pub fn request(&mut self, request: Request) {
        match self {
            Self::Peers(network) => network.request(request),
            Self::Sensors(_) => {}
        }
    }

    /// The known addresses of peers, if this program dials them itself.
    pub fn addresses(&self) -> Option<&AddrTable> {
        match self {
            Self::Peers(network) => network.addresses(),
            Self::Sensors(_) => None,
        }
    }

    /// Closes all connections.
    pub async fn shutdown(self) {
        match self {
            Self::Peers(network) => network.shutdown().await,
            Self::Sensors(sensors) => sensors.shutdown().await,
        }
    }
}
