//! How many addresses there are of each kind.

use crate::event::{AddressCounts, AddressNetwork};
use crate::p2p::addrman::table::AddrTable;
use crate::p2p::addrman::table::entry::Entry;

impl AddrTable {
    /// The addresses by network and by what is known of them; networks without any are left out.
    pub fn sizes(&self) -> Vec<AddressCounts> {
        let none = |network| AddressCounts { network, untried: 0, good: 0, failing: 0 };
        let mut sizes = AddressNetwork::ALL.map(none);
        for (address, entry) in &self.entries {
            let network = AddressNetwork::of(&address.host);
            if let Some(size) = sizes.iter_mut().find(|size| Some(size.network) == network) {
                *state(size, entry) += 1;
            }
        }
        sizes.into_iter().filter(|size| size.untried + size.good + size.failing > 0).collect()
    }
}

fn state<'a>(size: &'a mut AddressCounts, entry: &Entry) -> &'a mut usize {
    let failing = entry.failures > 0 || (entry.tries > 0 && entry.last_success.is_none());
    match (failing, entry.last_success) {
        (true, _) => &mut size.failing,
        (false, Some(_)) => &mut size.good,
        (false, None) => &mut size.untried,
    }
}
