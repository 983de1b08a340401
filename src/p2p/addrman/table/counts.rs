//! Counts the known addresses by network.

use crate::event::{AddressCounts, AddressNetwork};
use crate::p2p::addrman::table::AddrTable;
use crate::p2p::addrman::table::entry::Entry;

impl AddrTable {
    /// Counts the addresses by network and state; networks without any are left out.
    pub(in crate::p2p) fn counts(&self) -> Vec<AddressCounts> {
        let none = |network| AddressCounts { network, untried: 0, good: 0, failing: 0 };
        let mut counts = AddressNetwork::ALL.map(none);
        for (address, entry) in &self.entries {
            let network = AddressNetwork::of(&address.host);
            if let Some(count) = counts.iter_mut().find(|count| Some(count.network) == network) {
                *state(count, entry) += 1;
            }
        }
        counts.into_iter().filter(|count| count.untried + count.good + count.failing > 0).collect()
    }
}

fn state<'a>(count: &'a mut AddressCounts, entry: &Entry) -> &'a mut usize {
    let failing = entry.failures > 0 || (entry.tries > 0 && entry.last_success.is_none());
    match (failing, entry.last_success) {
        (true, _) => &mut count.failing,
        (false, Some(_)) => &mut count.good,
        (false, None) => &mut count.untried,
    }
}
