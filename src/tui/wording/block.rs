//! Words for blocks.

use crate::snapshot::{BlockFigures, Interval, Spread};
use crate::tui::widgets::format;

/// Describes how long a block took from its first announcer to the others.
pub fn delays(spread: &Spread) -> String {
    let [half, last] = [spread.half, spread.last].map(format::millis);
    format!("half within {half}, last after {last}")
}

/// Describes the time since the block before.
pub fn interval(interval: Interval) -> String {
    match interval {
        Interval::Arrivals(span) => format!("{} after the block before", format::span(span)),
        Interval::Headers(span) => {
            format!("≈{} after the block before, by the miners' clocks", format::span(span))
        }
    }
}

/// Describes what a block without transactions left in the mempool; `None` if nothing was waiting, or the
/// block has transactions.
pub fn empty(figures: &BlockFigures) -> Option<String> {
    let left = figures.arrival.as_ref().filter(|_| figures.transactions <= 1)?.left;
    let waiting = format!("{} tx ({})", format::grouped(left.count), format::vsize(left.vsize));
    (left.count > 0).then(|| format!("left out {waiting} that waited"))
}

/// The pool that mined a block, or else its tag; `None` if it has neither.
pub fn miner(figures: &BlockFigures) -> Option<&str> {
    figures.pool.or(Some(figures.tag.as_str())).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PeerId;
    use crate::util::time::Timestamp;
    use std::time::Duration;

    #[test]
    fn delays_are_in_milliseconds() {
        let [half, last] = [310, 4_886].map(Duration::from_millis);
        let spread = Spread { first: Timestamp::from_secs(1), first_peer: PeerId(1), peers: 7, half, last };
        assert_eq!(delays(&spread), "half within 310 ms, last after 4,886 ms");
    }
}
