//! Which transactions count, given that a single netgroup can make them up.
//!
//! A peer vouches for a transaction by announcing, listing (BIP35) or serving it, and thereby for all its
//! ancestors: its node would not have accepted it without them. Relay is slow and seen by many, but a list
//! may contain a whole mempool of made-up transactions with arbitrary fees. A listed transaction therefore
//! counts in no figure, replaces nothing and blocks nothing until peers of two [netgroups](voucher) vouch for
//! it. While all relaying peers belong to one netgroup, there is no other to ask, and everything counts.
//!
//! With several [sensors](crate::event::SensorId) it takes two of them as well: one alone can make up peers in
//! any netgroup. Relayed or not, a full mempool first evicts what has one voucher.

pub(in crate::model::mempool) mod spread;
pub(in crate::model::mempool) mod state;
pub(in crate::model) mod voucher;

use crate::model::mempool::Mempool;
use crate::model::mempool::changes::Changes;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::vouch::state::Vouch;
use crate::model::mempool::vouch::voucher::Vouchers;

impl Mempool {
    /// Records that peers vouch for a transaction in the mempool, and thereby for its ancestors.
    pub(in crate::model) fn vouch(&mut self, key: TxKey, by: Vouchers, changes: &mut Changes) {
        let by = Vouch::by(by);
        spread::vouch(&mut self.entries, key, by, self.one_netgroup, changes);
    }

    /// Sets whether all relaying peers belong to one netgroup. Entries are updated when they are next vouched
    /// for, even by no peer.
    pub(in crate::model) fn set_one_netgroup(&mut self, one_netgroup: bool) {
        self.one_netgroup = one_netgroup;
    }

    /// Whether all relaying peers belong to one netgroup, so that its word alone counts.
    pub(crate) fn is_one_netgroup(&self) -> bool {
        self.one_netgroup
    }
}
