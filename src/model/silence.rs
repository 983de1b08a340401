//! Times without events, which are gaps in the charts of the last ten minutes.

use crate::model::Model;
use crate::util::time::Timestamp;
use std::time::Duration;

/// Without an event for longer than this, the machine was asleep, or there was no peer to observe with: a
/// live one answers a ping every half minute by default.
const SILENCE: Duration = Duration::from_mins(1);

impl Model {
    /// Notes the time of an event, before it changes anything.
    pub(super) fn note_time(&mut self, now: Timestamp) {
        let count = self.mempool.sums().counted.count;
        if let Some(last) = self.last_event.filter(|&last| now.since(last) > SILENCE) {
            self.size.slept(last, now, count);
            for rate in [&mut self.arrivals, &mut self.received.rate, &mut self.sent.rate] {
                rate.slept(last, now);
            }
        }
        self.size.observe(now, count);
        self.last_event = self.last_event.max(Some(now));
    }
}
