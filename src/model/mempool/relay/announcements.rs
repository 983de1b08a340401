//! Which peers announced a transaction, and when.

use crate::event::PeerId;
use crate::model::fees::bounds::PeerBound;
use crate::model::mempool::relay::packed::Packed;
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::util::time::Timestamp;
use std::time::Duration;

/// The most announcements recorded for one transaction.
const MAX_ANNOUNCEMENTS: usize = 1_000;

/// A peer that announces transactions, with what its announcements say about fee rates.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Announcer {
    pub(in crate::model) peer: PeerId,
    /// The lowest fee rate that it announces, in sat/vB.
    pub(in crate::model) floor: Option<f64>,
    /// Its netgroup.
    pub(in crate::model) voucher: Vouchers,
}

impl From<PeerId> for Announcer {
    /// A peer about whose announcements nothing is known.
    fn from(peer: PeerId) -> Self {
        Self { peer, floor: None, voucher: Vouchers::unknown(peer) }
    }
}

/// The announcements of a transaction in order, at most one per peer.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct Announcements {
    list: Packed,
    floors: PeerBound,
}

/// The result of adding an announcement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model) enum Addition {
    /// The first announcement of this transaction by this peer.
    New,
    /// The peer has announced this transaction before.
    Repeated,
    /// A limit is reached; the announcement is not recorded.
    Refused,
}

impl Announcements {
    /// Adds an announcement, `delay` after the first one.
    pub(in crate::model) fn add(&mut self, by: impl Into<Announcer>, delay: Duration) -> Addition {
        let Announcer { peer, floor, .. } = by.into();
        // Peers are numbered as they are dialled, and there are never four billion of them.
        let Ok(peer) = u32::try_from(peer.0) else { return Addition::Refused };
        if self.list.contains(peer) {
            return Addition::Repeated;
        }
        if self.list.len() >= MAX_ANNOUNCEMENTS {
            return Addition::Refused;
        }
        self.list.push(peer, u32::try_from(delay.as_millis()).unwrap_or(u32::MAX));
        if let Some(floor) = floor {
            self.floors.add(floor);
        }
        Addition::New
    }

    pub(in crate::model) fn contains(&self, peer: PeerId) -> bool {
        u32::try_from(peer.0).is_ok_and(|peer| self.list.contains(peer))
    }

    /// Returns the number of announcements.
    pub(in crate::model) fn len(&self) -> usize {
        self.list.len()
    }

    /// Adds the announcements of the same transaction under its other id, which began `delay` later.
    fn merge(&mut self, later: &Self, delay: Duration) {
        let shifted = later.iter().map(|(peer, after)| (peer, delay.saturating_add(after)));
        let mut all: Vec<_> = self.iter().chain(shifted).collect();
        all.sort_by_key(|&(_, delay)| delay);
        self.list = Packed::default();
        let mut all_once = true;
        for (peer, delay) in all {
            all_once &= self.add(peer, delay) == Addition::New;
        }
        // A peer must not give two bounds for the same transaction.
        if all_once {
            self.floors.merge(later.floors);
        }
    }

    /// Restores recorded announcements, with their peers' fee filters.
    pub(in crate::model) fn recorded(
        list: impl Iterator<Item = (PeerId, Duration)>,
        floors: PeerBound,
    ) -> Self {
        let mut announcements = Self::default();
        for (peer, delay) in list {
            announcements.add(peer, delay);
        }
        Self { floors, ..announcements }
    }

    /// Returns the fee filters of the announcing peers, in sat/vB.
    pub(in crate::model) fn floors(&self) -> PeerBound {
        self.floors
    }

    /// Returns the peers in the order of their announcements, with the time since the first one.
    pub(in crate::model) fn iter(&self) -> impl Iterator<Item = (PeerId, Duration)> {
        self.list.iter().map(|(peer, delay)| (PeerId(peer.into()), Duration::from_millis(delay.into())))
    }

    /// Returns the bytes on the heap.
    pub(in crate::model) fn memory(&self) -> usize {
        self.list.memory()
    }
}

/// When a transaction was first seen, and which peers announced it since.
#[derive(Clone, Debug)]
pub(in crate::model) struct Sighting {
    pub(in crate::model) first_seen: Timestamp,
    pub(in crate::model) announcements: Announcements,
}

impl Sighting {
    /// A transaction first announced by `by`.
    pub(in crate::model) fn new(now: Timestamp, by: Announcer) -> Self {
        let mut sighting = Self::unannounced(now);
        sighting.announcements.add(by, Duration::ZERO);
        sighting
    }

    /// A transaction that arrived without an announcement.
    pub(in crate::model) fn unannounced(now: Timestamp) -> Self {
        Self { first_seen: now, announcements: Announcements::default() }
    }

    /// Merges the sightings of one transaction under its two ids.
    pub(in crate::model) fn merged(self, other: Self) -> Self {
        let (mut early, late) =
            if other.first_seen < self.first_seen { (other, self) } else { (self, other) };
        early.announcements.merge(&late.announcements, late.first_seen.since(early.first_seen));
        early
    }
}
