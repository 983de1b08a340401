//! Where events come from: peers of this machine, or sensors elsewhere.

use crate::event::{Event, Request};
use crate::p2p::{AddrTable, Driver};
use crate::sensor::Collector;
use crate::util::clock::Clock;
use crate::util::time::Timestamp;

/// Where events come from.
#[derive(Debug)]
pub enum Source {
    /// The peers that this program connects to.
    Peers(Box<Driver>),
    /// What sensors publish.
    Sensors(Box<Collector>),
}

impl Source {
    /// The next event. Cancel-safe.
    pub async fn next(&mut self) -> Event {
        match self {
            Self::Peers(network) => network.next().await,
            Self::Sensors(sensors) => sensors.next().await,
        }
    }

    /// The next event, if it is here.
    pub fn ready(&mut self) -> Option<Event> {
        match self {
            Self::Peers(network) => network.ready(),
            Self::Sensors(sensors) => sensors.ready(),
        }
    }

    /// The moment that the events have reached: that of the clock, or one in the past that sensors are read from.
    pub fn now(&self, clock: Clock) -> Timestamp {
        match self {
            Self::Peers(_) => clock.now(),
            Self::Sensors(sensors) => sensors.now(),
        }
    }

    /// Asks peers for something. Sensors are only read: each asks its own peers by itself.
    pub fn request(&mut self, request: Request) {
        match self {
            Self::Peers(network) => network.request(request),
            Self::Sensors(_) => {}
        }
    }

    /// The addresses that can be dialled, if peers are found by this program.
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
