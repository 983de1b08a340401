//! Short-lived connections for the list of a whole mempool (BIP35): which addresses to ask.

use crate::address::PeerAddress;
use crate::address::netgroup::NetGroup;
use crate::util::bounded::{BoundedSet, Ring};
use crate::wire::Services;

/// The most of these connections at a time.
const MAX_FETCHES: usize = 2;

/// The number of addresses that are remembered because they were asked.
const MAX_ASKED: usize = 1_024;

/// The number of netgroups that are remembered because a list came from them. An overlay network has only 16.
const MAX_GROUPS: usize = 8;

/// Which addresses to ask for the list of their whole mempool, while one is needed.
#[derive(Debug, Default)]
pub struct MempoolFetches {
    needed: bool,
    asked: BoundedSet<PeerAddress, MAX_ASKED>,
    /// The netgroups of the last lists, and of peers that offer one. Another list is of use only if another
    /// operator gives it.
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

    /// Whether `address` promises the list and was not asked, and no list came from its netgroup.
    pub fn accepts(&self, address: &PeerAddress, services: Services, group: Option<NetGroup>) -> bool {
        services.has(Services::BLOOM)
            && !self.asked.contains(address)
            && group.is_none_or(|group| !self.groups.contains(&group))
    }

    /// `address` is connected, and whoever needs the list asks it.
    pub fn asked(&mut self, address: PeerAddress) {
        self.asked.insert(address);
    }

    /// A list came from `group`.
    pub fn listed(&mut self, group: NetGroup) {
        if !self.groups.contains(&group) {
            self.groups.push(group);
        }
    }
}
