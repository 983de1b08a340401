//! Whether our clock agrees with those of the peers.

use crate::event::Warning;
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::util::peer_clocks::PeerClocks;
use crate::util::time::WallOffset;

/// How many netgroups are needed to judge our clock (Core: `TimeOffsets::Median`, for peers).
const ENOUGH: usize = 5;

/// A larger difference from the peers, in s, leads to a warning (Core: `TimeOffsets::WARN_THRESHOLD`, 10
/// min).
const TOLERANCE: u64 = 10 * 60;

/// Our clock: its corrections since startup, and how it compares with the peers' clocks.
#[derive(Debug, Default)]
pub(crate) struct OurClock {
    /// Relative to the time line of events.
    peers: PeerClocks<Vouchers>,
    wall: WallOffset,
    /// Whether the user was warned.
    warned: bool,
}

impl OurClock {
    /// By how much the wall clock is ahead of the time line of events.
    pub(crate) fn wall(&self) -> WallOffset {
        self.wall
    }

    /// Adds the clock of a peer in a netgroup, `offset` s ahead of the time line of events. Returns a warning
    /// if necessary.
    pub(in crate::model) fn peer(&mut self, netgroup: Vouchers, offset: i64) -> Option<Warning> {
        self.peers.add(netgroup, offset);
        self.judge()
    }

    /// Notes a correction of the wall clock. Returns a warning if necessary.
    pub(crate) fn corrected(&mut self, wall: WallOffset) -> Option<Warning> {
        self.wall = wall;
        self.judge()
    }

    /// By how many s our clock is ahead of the peers', if that exceeds the tolerance.
    pub(crate) fn ahead(&self) -> Option<i64> {
        let median = self.peers.median(ENOUGH)?;
        let ahead = self.wall.as_secs().saturating_sub(median);
        Some(ahead).filter(|ahead| ahead.unsigned_abs() > TOLERANCE)
    }

    fn judge(&mut self) -> Option<Warning> {
        let ahead = self.ahead();
        let was_warned = std::mem::replace(&mut self.warned, ahead.is_some());
        match (was_warned, ahead) {
            (false, Some(ahead_secs)) => Some(Warning::ClockWrong { ahead_secs }),
            (true, None) => Some(Warning::ClockRight),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PeerId;
    use crate::util::time::Timestamp;

    const START: Timestamp = Timestamp::from_secs(1_700_000_000);
    const DAY: i64 = 86_400;

    fn of(peer: u64) -> Vouchers {
        Vouchers::unknown(PeerId(peer))
    }

    fn wall(secs: i64) -> WallOffset {
        let time = START.as_secs().checked_add_signed(secs).unwrap();
        WallOffset::between(START, Timestamp::from_secs(time))
    }

    #[test]
    fn five_peers_ten_minutes_off_are_a_reason_to_warn_once() {
        let mut clock = OurClock::default();
        let mut peers = (1..).map(of);
        let mut peer = |clock: &mut OurClock, offset| clock.peer(peers.next().unwrap(), offset);
        assert_eq!([-700, -601, 0, -602].map(|offset| peer(&mut clock, offset)), [const { None }; 4]);
        assert_eq!(clock.peer(of(1), -650), None, "a netgroup has one clock");
        assert_eq!(peer(&mut clock, -650), Some(Warning::ClockWrong { ahead_secs: 602 }));
        assert_eq!((peer(&mut clock, -640), clock.ahead()), (None, Some(602)));
        let mut clock = OurClock::default();
        assert_eq!(
            [600; 9].map(|offset| peer(&mut clock, offset)),
            [const { None }; 9],
            "within the tolerance"
        );
    }

    #[test]
    fn the_warning_goes_away_when_the_clock_is_right_again() {
        let mut clock = OurClock::default();
        let warnings: Vec<_> = (0..5).filter_map(|peer| clock.peer(of(peer), -3 * DAY)).collect();
        assert_eq!(warnings, [Warning::ClockWrong { ahead_secs: 3 * DAY }]);
        assert_eq!(clock.corrected(wall(-3 * DAY + 2)), Some(Warning::ClockRight));
        assert_eq!(clock.ahead(), None);
        assert_eq!(clock.corrected(wall(0)), Some(Warning::ClockWrong { ahead_secs: 3 * DAY }));
    }
}
