//! The offset of a sensor's clock from the server's, from the delays of its messages.
//!
//! The server stamps each message. The difference from the sensor's own stamp is the clock offset plus the
//! transit time, so the fastest message gives the best estimate. A round trip takes at least the sensor's
//! shortest time to an acknowledgement, so the transit took between nothing and all of it: half of it is
//! assumed, and the other half is the uncertainty.

use crate::util::time::Timestamp;
use std::time::Duration;

/// A minimum counts for one to two of these spans, so that a drifting clock is tracked.
const SPAN: Duration = Duration::from_mins(1);

/// By how much two clocks may drift apart, in parts per million: computer clocks stay within half of that.
const DRIFT: u128 = 100;

/// A sensor's clock compared with the server's.
#[derive(Clone, Copy, Default, Debug)]
pub struct Offset {
    /// The smallest differences, server minus sensor in µs, of this span and the previous one, and when they
    /// were seen.
    least: [Option<(i64, Timestamp)>; 2],
    span_start: Timestamp,
    /// The shortest time to an acknowledgement, in µs.
    ack: Option<i64>,
}

impl Offset {
    /// Adds a message sent at `sent` by the sensor's clock and stored at `stored` by the server's.
    pub fn note(&mut self, sent: Timestamp, stored: Timestamp) {
        if stored.since(self.span_start) > SPAN {
            self.least = [None, self.least[0]];
            self.span_start = stored;
        }
        let micros = stored.micros_since(sent);
        self.least[0] = Some(self.least[0].filter(|(least, _)| *least < micros).unwrap_or((micros, stored)));
    }

    /// Sets the shortest time to an acknowledgement, as measured by the sensor.
    pub fn note_ack(&mut self, shortest: Duration) {
        self.ack = i64::try_from(shortest.as_micros()).ok().filter(|micros| *micros > 0).or(self.ack);
    }

    /// By how many µs the server's clock is ahead of the sensor's; 0 before the first message.
    pub fn server_ahead(&self) -> i64 {
        let least = self.least().map_or(0, |(least, _)| least);
        least.saturating_sub(self.ack.unwrap_or(0) / 2)
    }

    /// How far the true value at `now` may be from [`Self::server_ahead`]; `None` before the first
    /// measurement.
    pub fn uncertainty(&self, now: Timestamp) -> Option<Duration> {
        let (_, seen) = self.least()?;
        let drift = now.since(seen).as_micros() * DRIFT / 1_000_000;
        let way = Duration::from_micros(self.ack?.unsigned_abs().div_ceil(2));
        Some(way + Duration::from_micros(u64::try_from(drift).unwrap_or(u64::MAX)))
    }

    fn least(&self) -> Option<(i64, Timestamp)> {
        self.least.into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const T: Timestamp = Timestamp::from_secs(1_700_000_000);

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn nothing_is_known_before_a_message_and_an_acknowledgement() {
        let mut offset = Offset::default();
        assert_eq!((offset.server_ahead(), offset.uncertainty(T)), (0, None));
        offset.note(T, T + ms(40));
        assert_eq!((offset.server_ahead(), offset.uncertainty(T)), (40_000, None));
        offset.note_ack(ms(80));
        assert_eq!((offset.server_ahead(), offset.uncertainty(T)), (0, Some(ms(40))));
        let later = T + ms(100_040);
        assert_eq!(offset.uncertainty(later), Some(ms(50)), "clocks drift apart meanwhile");
    }

    #[test]
    fn a_clock_that_is_set_is_followed_within_two_spans() {
        let mut offset = Offset::default();
        offset.note(T, T + ms(10));
        let later = T + SPAN * 3;
        // The clock was set back by three seconds.
        offset.note(later - ms(3_000), later + ms(10));
        for spans in [1, 2] {
            let later = later + SPAN * spans + ms(u64::from(spans));
            offset.note(later - ms(3_000), later + ms(12));
        }
        assert_eq!(offset.server_ahead(), 3_012_000);
    }

    proptest! {
        #[test]
        fn the_true_offset_is_within_the_uncertainty(
            ahead in -10_000_000_i64..10_000_000,
            there in prop::collection::vec(1_u64..300_000, 1..50),
            back in 1_u64..300_000,
        ) {
            let mut offset = Offset::default();
            let mut shortest = u64::MAX;
            for (number, &delay) in there.iter().enumerate() {
                let sent = T + ms(number as u64 * 100);
                offset.note(sent, sent.shifted(ahead) + Duration::from_micros(delay));
                shortest = shortest.min(delay + back);
            }
            offset.note_ack(Duration::from_micros(shortest));
            let error = offset.server_ahead().abs_diff(ahead);
            prop_assert!(u128::from(error) <= offset.uncertainty(T).unwrap().as_micros() + 1);
        }
    }
}
