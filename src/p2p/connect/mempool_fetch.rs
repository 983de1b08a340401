//! Short-lived connections for whole-mempool lists (BIP35): which addresses to ask.

use crate::address::PeerAddress;
use crate::address::netgroup::NetGroup;
use crate::util::bounded::{BoundedSet, Ring};
use crate::wire::Services;

/// The most such connections at a time.
const MAX_FETCHES: usize = 2;

/// How many asked addresses are remembered.
const MAX_ASKED: usize = 1_024;

/// How many netgroups that sent a list are remembered. An overlay network has only 16.
const MAX_GROUPS: usize = 8;

/// Chooses the addresses to ask for a whole-mempool list, while one is needed.
#[derive(Debug, Default)]
pub struct MempoolFetches {
    needed: bool,
    asked: BoundedSet<PeerAddress, MAX_ASKED>,
    /// The netgroups of the last lists, and of peers that offer one. Another list is useful only if it comes
    /// from another operator.
    groups: Ring<NetGroup, MAX_GROUPS>,
}

impl MempoolFetches {
    /// Sets whether a list is needed.
    pub fn need(&mut self, needed: bool) {
        self.needed = needed;
    }

    /// Whether another connection may be opened beside `open` ones.
    pub fn is_due(&self, open: usize) -> bool {
        self.needed && open < MAX_FETCHES
    }

    /// Whether `address` promises the list, was not asked yet, and no list came from its netgroup.
    pub fn accepts(&self, address: &PeerAddress, services: Services, group: Option<NetGroup>) -> bool {
        services.has(Services::BLOOM)
            && !self.asked.contains(address)
            && group.is_none_or(|group| !self.groups.contains(&group))
    }

    /// Notes that `address` is connected and is being asked for its list.
    pub fn asked(&mut self, address: PeerAddress) {
        self.asked.insert(address);
    }

    /// Notes that a list came from `group`.
    pub fn listed(&mut self, group: NetGroup) {
        if !self.groups.contains(&group) {
            self.groups.push(group);
        }
    }
}
