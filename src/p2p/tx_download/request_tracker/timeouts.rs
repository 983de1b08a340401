//! When requests time out: not while the machine sleeps, as nobody can answer them then.

use super::RequestTracker;
use crate::event::PeerId;
use crate::util::clock::ASLEEP;
use crate::util::time::Timestamp;
use crate::wire::TxHash;
use std::mem;

impl RequestTracker {
    /// Gives up the requests that timed out, and returns them.
    pub fn expire(&mut self, now: Timestamp) -> Vec<(PeerId, TxHash)> {
        self.note_time(now);
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

    /// Notes the time. After a sleep, requests in flight have as much time left as before: their answers may have
    /// waited for us, and peers must not all be blamed at once.
    pub(super) fn note_time(&mut self, now: Timestamp) {
        let slept = now.since(self.looked_at);
        self.looked_at = self.looked_at.max(now);
        if slept < ASLEEP {
            return;
        }
        for (_, peer, hash) in mem::take(&mut self.deadlines) {
            let missing = self.missing.get_mut(&hash);
            if let Some(asked) = missing.and_then(|missing| missing.asked.as_mut()) {
                asked.since = asked.since + slept;
                self.deadlines.insert((asked.since + self.timeout, peer, hash));
            }
        }
    }
}
