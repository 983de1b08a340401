//! When requests time out. Not while the machine sleeps, as no peer can answer then.

use super::RequestTracker;
use crate::event::PeerId;
use crate::util::time::Timestamp;
use crate::wire::TxHash;
use std::mem;
use std::time::Duration;

impl RequestTracker {
    /// Gives up the requests that timed out, and returns them.
    pub fn expire(&mut self, now: Timestamp) -> Vec<(PeerId, TxHash)> {
        let mut silent = Vec::new();
        while let Some(&(until, peer, hash)) = self.deadlines.first()
            && until <= now
        {
            self.deadlines.pop_first();
            if let Some(asked) = self.asked(peer, hash) {
                self.expect_late(asked, hash);
                self.give_up(asked, hash);
            }
            silent.push((peer, hash));
        }
        silent
    }

    /// When the next request times out.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|&(until, _, _)| until)
    }

    /// Extends all time limits by `time`: no peer could answer meanwhile.
    pub fn slept(&mut self, time: Duration) {
        for (_, peer, hash) in mem::take(&mut self.deadlines) {
            let missing = self.missing.get_mut(&hash);
            if let Some(asked) = missing.and_then(|missing| missing.asked.as_mut()) {
                asked.since = asked.since + time;
                self.deadlines.insert((asked.since + self.timeout, peer, hash));
            }
        }
        for (_, since) in self.peers.values_mut().flat_map(|peer| peer.late.iter_mut()) {
            *since = *since + time;
        }
    }
}
