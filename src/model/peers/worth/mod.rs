//! What a peer is worth: figures that are gathered while it is there, in bounded memory.
//!
//! About 2 KiB per peer: two rings of 128 samples of 4 bytes, eleven minutes of counts of 72 bytes
//! and 60 minutes of liveness of a byte each. A thousand peers take 2 MiB.

mod relay;
mod samples;
mod strip;

pub(crate) use samples::{jitter, percentile};
pub(crate) use strip::Strip;

use crate::event::PeerEvent;
use crate::model::mempool::relay::credit::RelayPart;
use crate::model::peers::stats::{AnswerFigures, RelayCounts};
use crate::util::time::Timestamp;
use relay::Relay;
use samples::Samples;
use std::time::Duration;

/// What is gathered about one peer, over all its connections.
#[derive(Debug, Default)]
pub(crate) struct Worth {
    relay: Relay,
    answers: Samples,
    lags: Samples,
}

impl Worth {
    /// Takes note of what happened with the peer.
    pub(crate) fn apply(&mut self, now: Timestamp, event: &PeerEvent) {
        match event {
            PeerEvent::Announced { count, .. } => {
                self.relay.count(now, |counts| add(&mut counts.announced, *count));
            }
            PeerEvent::Requested { count } => {
                self.relay.count(now, |counts| add(&mut counts.requested, *count));
            }
            PeerEvent::Transaction { answered_after, .. } => {
                self.answers.push(*answered_after);
                self.relay.count(now, |counts| add(&mut counts.served, 1));
            }
            PeerEvent::NotFound { count } => {
                self.relay.count(now, |counts| add(&mut counts.not_found, *count));
            }
            PeerEvent::RequestTimedOut { count } => {
                self.relay.count(now, |counts| add(&mut counts.timed_out, *count));
            }
            _ => {}
        }
    }

    /// Takes note of its part in the relay of one transaction.
    pub(in crate::model) fn credit(&mut self, now: Timestamp, part: RelayPart) {
        match part {
            RelayPart::Repeated => self.relay.count(now, |counts| add(&mut counts.repeated, 1)),
            RelayPart::First { seen, alone } => {
                self.lags.push(Duration::ZERO);
                self.relay.count(seen, |counts| {
                    add(&mut counts.confirmed, 1);
                    add(&mut counts.first, 1);
                    add(&mut counts.only, usize::from(alone));
                });
            }
            RelayPart::After(lag) => {
                self.lags.push(lag);
                self.relay.count(now, |counts| add(&mut counts.confirmed, 1));
            }
            RelayPart::NotAlone { seen } => {
                self.relay.count(seen, |counts| counts.only = counts.only.saturating_sub(1));
            }
        }
    }

    /// Its part in the relay since the first contact.
    pub(crate) fn all(&self) -> RelayCounts {
        self.relay.all()
    }

    /// Its part in the relay in the last ten minutes.
    pub(crate) fn recent(&self, now: Timestamp) -> RelayCounts {
        self.relay.recent(now)
    }

    /// Entries in its announcements in the last whole minute.
    pub(crate) fn announced_last_minute(&self, now: Timestamp) -> u64 {
        self.relay.last_minute(now).announced
    }

    /// The median lag behind the first announcer.
    pub(crate) fn lag(&self) -> Option<Duration> {
        percentile(self.lags.iter(), 50)
    }

    /// How long its answers take, given its median ping.
    pub(crate) fn answer(&self, ping: Option<Duration>) -> AnswerFigures {
        let median = percentile(self.answers.iter(), 50);
        AnswerFigures {
            median,
            p95: percentile(self.answers.iter(), 95),
            over_ping: median.zip(ping).map(|(answer, ping)| answer.saturating_sub(ping)),
        }
    }
}

fn add(counter: &mut u64, count: usize) {
    *counter = counter.saturating_add(count.try_into().unwrap_or(u64::MAX));
}

#[cfg(test)]
mod tests;
