//! Gives every address an id that stays the same over redials.

use crate::address::PeerAddress;
use crate::event::PeerId;
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// The number of addresses whose ids are remembered.
const MAX_IDS: usize = 4_096;

/// The ids of addresses from the address manager. The ids of manual peers come before them.
#[derive(Debug)]
pub struct PeerIds {
    next: u64,
    known: HashMap<PeerAddress, PeerId, RandomState>,
}

impl PeerIds {
    /// Counts ids from `first` on.
    pub fn starting_at(first: u64) -> Self {
        Self { next: first, known: HashMap::default() }
    }

    /// Returns the id of `address`: the same as last time, unless more than [`MAX_IDS`] others came in
    /// between. Ids that are `in_use` are kept.
    pub fn of(&mut self, address: &PeerAddress, in_use: impl Fn(PeerId) -> bool) -> PeerId {
        if let Some(&id) = self.known.get(address) {
            return id;
        }
        if self.known.len() >= MAX_IDS {
            self.known.retain(|_, id| in_use(*id));
        }
        let id = PeerId(self.next);
        self.next += 1;
        self.known.insert(address.clone(), id);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> PeerAddress {
        PeerAddress::parse("20.1.0.1", port).unwrap()
    }

    #[test]
    fn an_address_keeps_its_id_while_it_is_in_use() {
        let mut ids = PeerIds::starting_at(7);
        let first = ids.of(&address(1), |_| false);
        assert_eq!(first, PeerId(7));
        assert_eq!(ids.of(&address(2), |_| false), PeerId(8));
        for port in 3..10_000 {
            ids.of(&address(port), |id| id == first);
            assert!(ids.known.len() <= MAX_IDS);
        }
        assert_eq!(ids.of(&address(1), |_| false), first);
        assert_ne!(ids.of(&address(2), |_| false), PeerId(8), "it was forgotten");
    }
}
