//! The statistics of one peer, collected in bounded memory.
//!
//! About 2 KiB per peer: two rings of 128 4-byte samples, eleven minutes of 72-byte counts, and 60 one-byte
//! minutes of liveness. A thousand peers take 2 MiB.

mod liveness_history;
mod samples;
mod tally;

pub(super) use liveness_history::LivenessHistory;
pub(super) use samples::jitter;

use crate::event::PeerEvent;
use crate::model::mempool::relay::credit::RelayPart;
use crate::model::peers::stats::{AnswerFigures, RelayCounts};
use crate::util::percentile::percentile;
use crate::util::time::Timestamp;
use samples::Samples;
use std::time::Duration;
use tally::RelayTally;

/// Answer times and relay counts of one peer, over all its connections.
#[derive(Debug, Default)]
pub(in crate::model::peers) struct RelayRecord {
    tally: RelayTally,
    answers: Samples,
    lags: Samples,
}

impl RelayRecord {
    /// Applies an event of the peer.
    pub(in crate::model::peers) fn apply(&mut self, now: Timestamp, event: &PeerEvent) {
        match event {
            PeerEvent::Announced { count, .. } => {
                self.tally.count(now, |counts| add(&mut counts.announced, *count));
            }
            PeerEvent::Requested { count } => {
                self.tally.count(now, |counts| add(&mut counts.requested, *count));
            }
            PeerEvent::Transaction { answered_after, .. } => {
                self.answers.push(*answered_after);
                self.tally.count(now, |counts| add(&mut counts.served, 1));
            }
            PeerEvent::NotFound { count } => {
                self.tally.count(now, |counts| add(&mut counts.not_found, *count));
            }
            PeerEvent::RequestTimedOut { count } => {
                self.tally.count(now, |counts| add(&mut counts.timed_out, *count));
            }
            _ => {}
        }
    }

    /// Credits the peer for its part in the relay of one transaction.
    pub(in crate::model::peers) fn credit(&mut self, now: Timestamp, part: RelayPart) {
        match part {
            RelayPart::Repeated => self.tally.count(now, |counts| add(&mut counts.repeated, 1)),
            RelayPart::First { seen, alone } => {
                self.lags.push(Duration::ZERO);
                self.tally.count(seen, |counts| {
                    add(&mut counts.confirmed, 1);
                    add(&mut counts.first, 1);
                    add(&mut counts.only, usize::from(alone));
                });
            }
            RelayPart::After(lag) => {
                self.lags.push(lag);
                self.tally.count(now, |counts| add(&mut counts.confirmed, 1));
            }
            RelayPart::NotAlone { seen } => {
                self.tally.count(seen, |counts| counts.only = counts.only.saturating_sub(1));
            }
        }
    }

    /// Returns the relay counts since the first contact.
    pub(in crate::model::peers) fn all(&self) -> RelayCounts {
        self.tally.all()
    }

    /// Returns the relay counts of the last ten minutes.
    pub(in crate::model::peers) fn recent(&self, now: Timestamp) -> RelayCounts {
        self.tally.recent(now)
    }

    /// Returns the number of announcements in the last complete minute.
    pub(in crate::model::peers) fn announced_last_minute(&self, now: Timestamp) -> u64 {
        self.tally.last_minute(now).announced
    }

    /// Returns the median lag behind the first announcer.
    pub(in crate::model::peers) fn lag(&self) -> Option<Duration> {
        percentile(self.lags.iter(), 50)
    }

    /// Returns the answer times, given the median ping.
    pub(in crate::model::peers) fn answer(&self, ping: Option<Duration>) -> AnswerFigures {
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
